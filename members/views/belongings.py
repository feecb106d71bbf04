"""Pages of what a person has several of: phones and memberships."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from members.access import Permission, scope_of
from members.actions import memberships, phones
from members.forms.people import (
    MembershipCorrectionForm,
    MembershipEndForm,
    MembershipForm,
    PhoneForm,
)
from members.models import Membership, Organisation, Person, Phone
from members.requests import SignedInRequest
from members.views.people import crumbs, person_in_reach
from network.base.access import requires
from network.base.dates import PartialDate
from network.base.errors import Refused


def _page(
    request: SignedInRequest, person: Person, form: object, title: str, save: str, note: str = ""
) -> HttpResponse:
    context = {
        "person": person,
        "form": form,
        "title": title,
        "save": save,
        "note": note,
        "crumbs": crumbs(person),
    }
    return render(request, "members/person_form.html", context)


# --- Phones -------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PERSON_EDIT)
def phone_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    person = person_in_reach(request, pk, Permission.PERSON_EDIT)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (reach := form.reach()):
        phones.add_phone(
            person=person,
            reach=reach,
            is_primary=form.cleaned_data["is_primary"],
            by=request.user,
        )
        messages.success(request, _("Teléfono guardado."))
        return redirect("person-detail", person.pk)
    return _page(request, person, form, _("Agregar un teléfono"), _("Guardar el teléfono"))


def _phone(request: SignedInRequest, pk: UUID, phone: UUID) -> Phone:
    person = person_in_reach(request, pk, Permission.PERSON_EDIT)
    return get_object_or_404(person.phones.select_related("person"), pk=phone)


@require_POST
@requires(Permission.PERSON_EDIT)
def phone_retire(request: SignedInRequest, pk: UUID, phone: UUID) -> HttpResponse:
    retired = phones.retire_phone(phone=_phone(request, pk, phone), by=request.user)
    undo = reverse("phone-reuse", args=[pk, retired.pk])
    sentence = _("El teléfono que termina en %(tail)s ya no se usa.")
    messages.success(request, sentence % {"tail": retired.number_tail}, extra_tags=undo)
    return redirect("person-detail", pk)


@require_POST
@requires(Permission.PERSON_EDIT)
def phone_reuse(request: SignedInRequest, pk: UUID, phone: UUID) -> HttpResponse:
    phones.reuse_phone(phone=_phone(request, pk, phone), by=request.user)
    messages.success(request, _("El teléfono se usa otra vez."))
    return redirect("person-detail", pk)


@require_POST
@requires(Permission.PERSON_EDIT)
def phone_primary(request: SignedInRequest, pk: UUID, phone: UUID) -> HttpResponse:
    try:
        phones.make_phone_primary(phone=_phone(request, pk, phone), by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("Es su teléfono principal."))
    return redirect("person-detail", pk)


# --- Memberships --------------------------------------------------------------------------------
def _within_her_edits(request: SignedInRequest) -> QuerySet[Organisation]:
    return Organisation.objects.within(scope_of(request.user, Permission.PERSON_EDIT))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PERSON_EDIT)
def membership_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    person = person_in_reach(request, pk, Permission.PERSON_EDIT)
    form = MembershipForm(request.POST or None, organisations=_within_her_edits(request))
    if request.method == "POST" and form.is_valid():
        try:
            membership = memberships.start_membership(
                person=person, by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            sentence = _("Anotado: %(organisation)s.") % {"organisation": membership.organisation}
            messages.success(request, sentence)
            return redirect("person-detail", person.pk)
    return _page(request, person, form, _("Agregar una organización"), _("Guardar"))


def _membership(request: SignedInRequest, pk: UUID, membership: UUID) -> Membership:
    """One of hers, in an organisation where this account may correct people."""
    person = person_in_reach(request, pk, Permission.PERSON_EDIT)
    hers = person.memberships.filter(organisation__in=_within_her_edits(request))
    return get_object_or_404(hers.select_related("organisation", "person"), pk=membership)


def _changed(request: SignedInRequest, pk: UUID, sentence: str, undo: str = "") -> HttpResponse:
    """Back to her page; to the list, when with this change she left the reach of who made it."""
    if Person.objects.visible_to(request.user).filter(pk=pk).exists():
        messages.success(request, sentence, extra_tags=undo)
        return redirect("person-detail", pk)
    gone = _("Ya no está en tus listas; si fue un error, pídele a tu coordinadora que lo corrija.")
    messages.success(request, f"{sentence} {gone}")
    return redirect("person-list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PERSON_EDIT)
def membership_end(request: SignedInRequest, pk: UUID, membership: UUID) -> HttpResponse:
    found = _membership(request, pk, membership)
    form = MembershipEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            memberships.end_membership(membership=found, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            undo = reverse("membership-reopen", args=[pk, found.pk])
            sentence = _("Anotado: hasta cuándo está en %(organisation)s.")
            return _changed(request, pk, sentence % {"organisation": found.organisation}, undo)
    title = _("Terminar en %(organisation)s") % {"organisation": found.organisation}
    note = _("Sus otras organizaciones siguen como están.")
    return _page(request, found.person, form, title, _("Guardar el último día"), note)


@require_POST
@requires(Permission.PERSON_EDIT)
def membership_reopen(request: SignedInRequest, pk: UUID, membership: UUID) -> HttpResponse:
    found = _membership(request, pk, membership)
    try:
        memberships.reopen_membership(membership=found, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        sentence = _("Sigue en %(organisation)s.") % {"organisation": found.organisation}
        messages.success(request, sentence)
    return redirect("person-detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PERSON_EDIT)
def membership_edit(request: SignedInRequest, pk: UUID, membership: UUID) -> HttpResponse:
    found = _membership(request, pk, membership)
    since = PartialDate(found.starts_on, found.starts_precision) if found.starts_on else None
    form = MembershipCorrectionForm(
        request.POST or None,
        initial={
            "kind": found.kind,
            "since": since,
            "until": found.ends_on,
            "end_reason": found.end_reason,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            memberships.correct_membership(membership=found, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            return _changed(request, pk, _("Datos guardados."))
    title = _("Corregir: %(organisation)s") % {"organisation": found.organisation}
    return _page(request, found.person, form, title, _("Guardar"))
