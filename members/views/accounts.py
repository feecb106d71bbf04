"""Accounts and roles, who looked at what, one's own settings, a member's own page."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members import lists
from members.access import Permission, scope_of
from members.actions import accounts
from members.forms.accounts import InvitationForm, PlaceForm, ProfileForm, RoleForm
from members.mails import send_invitation
from members.middleware import PLACE
from members.models import AccountLink, Person, Purpose, Role, RoleAssignment, User
from members.requests import SignedInRequest
from network.base.access import SIGNED_IN, ensure, public, requires
from network.base.accesslog import Action, record_access
from network.base.errors import Refused
from network.base.listing import listing_page
from network.base.models import AccessLogEntry

SHOWN_ACCESSES = 10


# --- Accounts of staff --------------------------------------------------------------------------
@require_safe
@requires(Permission.ACCOUNT_MANAGE)
def account_list(request: SignedInRequest) -> HttpResponse:
    listing = listing_page(request, lists.ACCOUNTS)
    return render(request, "members/account_list.html", {"listing": listing})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def account_invite(request: SignedInRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        answers = dict(form.cleaned_data)
        try:
            user, token = accounts.invite(
                name=answers.pop("name"), email=answers.pop("email"), by=request.user, **answers
            )
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            _send_invitation(request, user, token)
            return redirect("account-detail", user.pk)
    return render(request, "members/account_invite.html", {"form": form})


@require_safe
@requires(Permission.ACCOUNT_MANAGE)
def account_detail(request: SignedInRequest, pk: str) -> HttpResponse:
    return _account_page(request, _account(request, pk))


def _account_page(
    request: SignedInRequest, user: User, form: RoleForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    roles = user.role_assignments.select_related(
        "regional_network", "organisation", "granted_by"
    ).order_by("-starts_on")
    context = {
        "account": user,
        "roles": [(role, role.ends_on is None or role.ends_on >= today) for role in roles],
        "has_factor": Authenticator.objects.filter(user=user).exists(),
        "invitation": user.links.open().filter(kind=AccountLink.Kind.INVITATION).first(),
        "form": form or RoleForm(user=request.user),
        "is_self": user.pk == request.user.pk,
    }
    return render(request, "members/account_detail.html", context)


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def account_grant(request: SignedInRequest, pk: str) -> HttpResponse:
    user = _account(request, pk)
    form = RoleForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            accounts.grant_role(user=user, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("Rol dado. Vale desde ahora."))
            return redirect("account-detail", user.pk)
    return _account_page(request, user, form)


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def role_end(request: SignedInRequest, pk: str) -> HttpResponse:
    role = get_object_or_404(RoleAssignment.objects.select_related("user"), pk=pk)
    return _act(
        request,
        role.user,
        lambda: accounts.end_role(assignment=role, by=request.user),
        _("El rol terminó."),
    )


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def account_deactivate(request: SignedInRequest, pk: str) -> HttpResponse:
    user = _account(request, pk)
    return _act(
        request,
        user,
        lambda: accounts.deactivate_account(user=user, by=request.user),
        _("Cuenta suspendida: sus sesiones se cerraron."),
    )


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def account_reactivate(request: SignedInRequest, pk: str) -> HttpResponse:
    user = _account(request, pk)
    return _act(
        request,
        user,
        lambda: accounts.reactivate_account(user=user, by=request.user),
        _("Cuenta activa otra vez."),
    )


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def account_reset_factors(request: SignedInRequest, pk: str) -> HttpResponse:
    user = _account(request, pk)
    return _act(
        request,
        user,
        lambda: accounts.reset_factors(user=user, by=request.user),
        _("Se quitó su segundo paso. Al entrar pondrá otro."),
    )


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def account_reinvite(request: SignedInRequest, pk: str) -> HttpResponse:
    user = _account(request, pk)
    if user.email is None:
        raise Http404
    _send_invitation(request, user, accounts.open_invitation(user=user, by=request.user))
    return redirect("account-detail", user.pk)


def _account(request: SignedInRequest, pk: str) -> User:
    return get_object_or_404(User.objects.visible_to(request.user), pk=pk)


def _act(request: SignedInRequest, user: User, act: Any, done: str) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("account-detail", user.pk)


def _send_invitation(request: SignedInRequest, user: User, token: str) -> None:
    address = request.build_absolute_uri(reverse("invitation", args=[token]))
    if send_invitation(user=user, address=address):
        messages.success(request, _("Le enviamos un correo con el enlace. Vale 72 horas."))
    else:
        messages.warning(request, _("El correo no salió. Prueba otra vez en unos minutos."))


# --- Who looked at what -------------------------------------------------------------------------
@require_safe
@requires(Permission.ACCESS_LOG_VIEW)
def access_log(request: SignedInRequest) -> HttpResponse:
    listing = listing_page(request, lists.ACCESSES)
    return render(request, "members/access_list.html", {"listing": listing})


# --- A member's access, from her record ---------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MEMBER_ACCESS)
def person_access(request: SignedInRequest, pk: str) -> HttpResponse:
    """Let a woman see her own record from her phone, or end it; lend her a link meanwhile."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    ensure(request.user, Permission.MEMBER_ACCESS, person)
    link = ""
    if request.method == "POST":
        try:
            link = _change_access(request, person)
        except Refused as refusal:
            messages.warning(request, refusal.message)
        if not link:
            return redirect("person-access", person.pk)
    user = User.objects.filter(person=person, is_active=True).first()
    is_member = user is not None and user.role_assignments.in_force().filter(role=Role.MEMBER)
    context = {
        "person": person,
        "account": user if is_member else None,
        "phones": person.phones.filter(retired_at=None),
        "open_link": user.links.open().filter(kind=AccountLink.Kind.PERSONAL).first()
        if user
        else None,
        "link": link,
    }
    return never_cache(render)(request, "members/account_member.html", context)


def _change_access(request: SignedInRequest, person: Person) -> str:
    act = request.POST.get("act")
    if act == "give":
        accounts.give_member_access(person=person, by=request.user)
        messages.success(request, _("Ya puede entrar con su celular."))
    elif act == "withdraw":
        accounts.withdraw_member_access(person=person, by=request.user)
        messages.success(request, _("Ya no entra como socia. Su enlace dejó de servir."))
    elif act == "lift":
        accounts.lift_hold(person=person, by=request.user)
        messages.success(request, _("Puede pedir un código otra vez."))
    elif act == "link":
        token = accounts.open_personal_link(person=person, by=request.user)
        return request.build_absolute_uri(reverse("own-record-by-link", args=[token]))
    elif act == "unlink":
        accounts.close_personal_link(person=person, by=request.user)
        messages.success(request, _("El enlace ya no abre nada."))
    return ""


# --- Oneself ------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@requires(SIGNED_IN)
def own_account(request: SignedInRequest) -> HttpResponse:
    user = request.user
    form = ProfileForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        accounts.correct_profile(user=user, **form.cleaned_data)
        messages.success(request, _("Guardado."))
        return redirect("own-account")
    return render(request, "members/account_own.html", {"form": form, "account": user})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SIGNED_IN)
def place_choose(request: SignedInRequest) -> HttpResponse:
    """Which of the places her roles reach she looks at, until she signs out or chooses again."""
    user = request.user
    form = PlaceForm(request.POST or None, places=user.places, initial={"place": user.looks_at})
    if request.method == "POST" and form.is_valid():
        if place := form.cleaned_data["place"]:
            request.session[PLACE] = place
        else:
            request.session.pop(PLACE, None)
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "members/place_choose.html", {"form": form})


@require_safe
@requires(Permission.OWN_RECORD)
def own_record(request: SignedInRequest) -> HttpResponse:
    return _own_record(request, request.user, by_link=False)


@require_safe
@public
@never_cache
def own_record_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same page for whoever holds the member's link: it signs nobody in and changes nothing."""
    links = AccountLink.objects.open().filter(
        kind=AccountLink.Kind.PERSONAL, token_hash=accounts.token_hash(token)
    )
    link = get_object_or_404(links.select_related("user"))
    return _own_record(request, link.user, by_link=True)


def _own_record(request: HttpRequest, user: User, *, by_link: bool) -> HttpResponse:
    person = get_object_or_404(
        Person.objects.within(scope_of(user, Permission.OWN_RECORD)), pk=user.person_id
    )
    today = timezone.localdate()
    seen = AccessLogEntry.objects.filter(
        subject=Person._meta.label_lower, subject_id=str(person.pk)
    ).exclude(user=user)
    context = {
        "person": person,
        "phones": person.phones.filter(retired_at=None),
        "memberships": person.memberships.on(today).select_related("organisation"),
        "offices": person.offices.on(today).select_related("organisation", "regional_network"),
        "consents": person.consents.current().order_by("purpose"),
        "purposes": Purpose,
        "accesses": seen.select_related("user").order_by("-at", "-id")[:SHOWN_ACCESSES],
        "by_link": by_link,
    }
    if by_link:
        record_access(
            by=user,
            action=Action.VIEW,
            subject=Person._meta.label_lower,
            subject_id=person.pk,
            channel="link",
        )
    return render(request, "members/account_record.html", context)
