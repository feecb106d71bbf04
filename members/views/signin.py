"""Entering: which way, the code by phone, the invitation. E-mail and second steps are allauth's."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    perform_login,
    perform_password_login,
    record_authentication,
)
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from members.actions import accounts, signin
from members.adapters import landing_of
from members.forms.signin import CodeForm, NewPasswordForm, PhoneSignInForm
from members.models import AccountLink, LoginCode, User
from network.base.access import public
from network.base.errors import Refused

CODE_COOKIE = "__Host-codigo" if settings.HTTPS else "codigo"
CHOICE_KEY = "login_code_row"


@require_safe
@public
@never_cache
def signin_choose_way(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(landing_of(request))
    return render(request, "account/entrance.html", {"next": request.GET.get("next", "")})


@require_safe
@public
def signup_closed(request: HttpRequest) -> HttpResponse:
    """Accounts are given, never taken; the address exists because allauth's e-mails name it."""
    return render(request, "account/signup_closed.html")


@require_http_methods(["GET", "HEAD", "POST"])
@public
@never_cache
def signin_phone(request: HttpRequest) -> HttpResponse:
    """Ask for a code. Known and unknown numbers get the same answer."""
    if request.user.is_authenticated:
        return redirect(landing_of(request))
    form = PhoneSignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        browser = secrets.token_urlsafe(32)
        try:
            row = signin.request_code(
                number=form.cleaned_data["phone"],
                browser=browser,
                address=get_adapter(request).get_client_ip(request),
            )
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            response = redirect("signin-code")
            _set_code_cookie(response, f"{row.pk}.{browser}")
            return response
    return render(request, "account/phone.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@public
@never_cache
@sensitive_post_parameters("code")
def signin_code(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(landing_of(request))
    asked = _asked_code(request)
    if asked is None:
        return redirect("signin-phone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row_id, browser = asked
        try:
            row = signin.check_code(row_id=row_id, browser=browser, code=form.cleaned_data["code"])
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            reached = list(signin.accounts_reached_at(row.phone_index)[:2])
            if len(reached) == 1:
                return _sign_in(request, reached[0])
            if reached:
                request.session[CHOICE_KEY] = {
                    "row": str(row.pk),
                    "at": timezone.now().isoformat(),
                }
                return redirect("signin-person")
            form.add_error("code", _("El código no es ese. Míralo otra vez."))
    return render(request, "account/code.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@public
@never_cache
def signin_person(request: HttpRequest) -> HttpResponse:
    """Several women share the phone: who is she? First names and an initial, nothing else."""
    if request.user.is_authenticated:
        return redirect(landing_of(request))
    reached = _proven_accounts(request)
    if not reached:
        return redirect("signin-phone")
    chosen = reached.get(request.POST.get("account", ""))
    if request.method == "POST" and chosen is not None:
        return _sign_in(request, chosen)
    people = [(key, short_name(user)) for key, user in reached.items()]
    return render(request, "account/person.html", {"people": people})


@require_http_methods(["GET", "HEAD", "POST"])
@public
@never_cache
@sensitive_post_parameters("password1", "password2")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set the password of an invited account, and go on to its second step."""
    link = (
        AccountLink.objects.open()
        .filter(kind=AccountLink.Kind.INVITATION, token_hash=accounts.token_hash(token))
        .select_related("user")
        .first()
    )
    if link is None:
        return render(request, "account/invitation_over.html", status=404)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = accounts.accept_invitation(token=token, password=form.cleaned_data["password1"])
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, _("Tu clave quedó guardada."))
            request.session.flush()
            return perform_password_login(request, {}, Login(user=user))
    return render(request, "account/invitation.html", {"form": form, "account": link.user})


def short_name(user: User) -> str:
    """Rosa M.: enough to know herself, too little to learn who else uses the phone."""
    person = user.person
    if person is None:
        return user.name.split()[0]
    return f"{person.given_names.split()[0]} {person.surnames[:1]}."


def _sign_in(request: HttpRequest, user: User) -> HttpResponse:
    request.session.flush()
    record_authentication(request, user, "code")
    response = perform_login(request, Login(user=user))
    response.delete_cookie(CODE_COOKIE)
    return response


def _set_code_cookie(response: HttpResponse, value: str) -> None:
    response.set_cookie(
        CODE_COOKIE,
        value,
        max_age=2 * signin.LIFE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _asked_code(request: HttpRequest) -> tuple[UUID, str] | None:
    row_id, _dot, browser = request.COOKIES.get(CODE_COOKIE, "").partition(".")
    try:
        return UUID(row_id), browser
    except ValueError:
        return None


def _proven_accounts(request: HttpRequest) -> dict[str, User]:
    """The accounts of the phone whose code this session gave less than five minutes ago."""
    proof = request.session.get(CHOICE_KEY)
    if proof is None or timezone.now() - datetime.fromisoformat(proof["at"]) > timedelta(minutes=5):
        return {}
    row = LoginCode.objects.filter(pk=proof["row"], used_at__isnull=False).first()
    if row is None:
        return {}
    accounts_there = signin.accounts_reached_at(row.phone_index).select_related("person")
    return {str(user.pk): user for user in accounts_there}
