"""Pages of organisations, of the regional networks above them, and of the affiliations between."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.access import Permission, scope_of
from members.actions import organisations as actions
from members.actions.memberships import move_memberships
from members.boards import board_on
from members.exports import ORGANISATIONS
from members.forms.answers import REVIEW, SAVE, step_of
from members.forms.consents import MOST_ON_SHEET
from members.forms.organisations import (
    AffiliationEndForm,
    AffiliationForm,
    MoveForm,
    OrganisationForm,
    RegionalNetworkForm,
    RegistrationForm,
)
from members.models import Affiliation, Organisation, Person, RegionalNetwork
from members.organisations import (
    affiliations_of,
    changes_of,
    contact_is_visible,
    member_count,
    network_affiliations,
    networks_with_counts,
    recent_changes,
    standing_of,
    women_by_network,
)
from members.requests import SignedInRequest
from members.views.reviewing import kept_if, review_page
from network.base.access import ensure, requires
from network.base.accesslog import Action, record_access
from network.base.dates import PartialDate
from network.base.errors import Refused
from network.base.fields import open_value
from network.base.listing import listing_page


@require_GET
@requires(Permission.ORGANISATION_VIEW)
def organisation_list(request: SignedInRequest) -> HttpResponse:
    listing = listing_page(request, ORGANISATIONS)
    return render(request, "members/organisation_list.html", {"listing": listing})


def _organisation(request: SignedInRequest, pk: UUID) -> Organisation:
    rows = Organisation.objects.visible_to(request.user).select_related(
        "district__province__department", "zone__district"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
@requires(Permission.ORGANISATION_VIEW)
def organisation_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _organisation_page(request, _organisation(request, pk))


@require_POST
@requires(Permission.PERSON_REVEAL)
def organisation_contact(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The contact phone in full, for this one answer; who looked stays written."""
    organisation = _organisation(request, pk)
    ensure(request.user, Permission.PERSON_REVEAL, organisation)
    ensure(request.user, Permission.PERSON_VIEW, organisation)
    record_access(
        by=request.user,
        action=Action.REVEAL,
        subject=organisation._meta.label_lower,
        subject_id=organisation.pk,
        field="contact_phone",
    )
    phone = open_value(organisation, "contact_phone_sealed")
    return _organisation_page(request, organisation, contact_phone=phone or "")


def _organisation_page(
    request: SignedInRequest, organisation: Organisation, contact_phone: str = ""
) -> HttpResponse:
    today, user = timezone.localdate(), request.user
    affiliations = affiliations_of(organisation)
    seats = board_on(organisation, today, user)
    place = organisation.district.name if organisation.district else ""
    return render(
        request,
        "members/organisation_detail.html",
        {
            "organisation": organisation,
            "crumbs": _crumbs(organisation)[:1],
            "lead": " · ".join(filter(None, [organisation.short_name, place])),
            "activities": [Organisation.Activity(a).label for a in organisation.activities],
            "founded": _founded(organisation),
            "seats": [(seat, seat.warning(today)) for seat in seats],
            "has_board": any(not seat.is_vacant for seat in seats),
            "member_count": member_count(organisation),
            "standing": standing_of(affiliations, today),
            "affiliations": [(a, a.in_words(today), a.is_current(today)) for a in affiliations],
            "aliases": organisation.aliases.order_by("name"),
            "contact_is_visible": contact_is_visible(user, organisation),
            "contact_phone": contact_phone,
            "history": recent_changes(user, organisation),
        },
    )


def _founded(organisation: Organisation) -> PartialDate | None:
    day = organisation.founded_on
    return PartialDate(day, organisation.founded_precision) if day else None


def _crumbs(organisation: Organisation) -> list[tuple[str, str]]:
    return [
        (_("Organizaciones"), reverse("organisation-list")),
        (organisation.called, reverse("organisation-detail", args=[organisation.pk])),
    ]


@require_GET
@requires(Permission.HISTORY_VIEW)
def organisation_history(request: SignedInRequest, pk: UUID) -> HttpResponse:
    organisation = _organisation(request, pk)
    ensure(request.user, Permission.HISTORY_VIEW, organisation)
    return render(
        request,
        "members/organisation_history.html",
        {
            "organisation": organisation,
            "entries": changes_of(request.user, organisation),
            "crumbs": _crumbs(organisation),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.ORGANISATION_REGISTER)
def organisation_register(request: SignedInRequest) -> HttpResponse:
    scope = scope_of(request.user, Permission.ORGANISATION_REGISTER)
    form = RegistrationForm(
        request.POST or None,
        networks=RegionalNetwork.objects.within(scope),
        must_choose=not scope.everything,
    )
    crumbs = [(_("Organizaciones"), reverse("organisation-list"))]
    title = _("Registrar una organización")
    if step_of(request) in {REVIEW, SAVE} and form.is_valid():
        is_kept = step_of(request) == SAVE
        try:
            with kept_if(is_kept):
                organisation = actions.register_organisation(
                    facts=form.facts(),
                    regional_network=form.cleaned_data["regional_network"],
                    since=form.cleaned_data["since"],
                    by=request.user,
                )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            if not is_kept:
                save = _("Guardar %(name)s") % {"name": organisation.called}
                return review_page(request, form, title=title, save=save, crumbs=crumbs)
            messages.success(
                request, _("%(name)s ya está en el registro.") % {"name": organisation}
            )
            return redirect("organisation-detail", organisation.pk)
    return render(
        request, "members/organisation_edit.html", {"form": form, "title": title, "crumbs": crumbs}
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.ORGANISATION_EDIT)
def organisation_edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    organisation = _organisation(request, pk)
    ensure(request.user, Permission.ORGANISATION_EDIT, organisation)
    form = OrganisationForm(request.POST or None, stored=organisation)
    crumbs, title = _crumbs(organisation), _("Corregir datos de la organización")
    if step_of(request) in {REVIEW, SAVE} and form.is_valid():
        is_kept = step_of(request) == SAVE
        try:
            with kept_if(is_kept):
                actions.correct_organisation(
                    organisation=organisation, facts=form.facts(), by=request.user
                )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            if not is_kept:
                save = _("Guardar los datos de %(name)s") % {"name": organisation.called}
                return review_page(request, form, title=title, save=save, crumbs=crumbs)
            messages.success(request, _("Datos de %(name)s guardados.") % {"name": organisation})
            return redirect("organisation-detail", organisation.pk)
    return render(
        request,
        "members/organisation_edit.html",
        {"form": form, "title": title, "crumbs": crumbs, "organisation": organisation},
    )


# --- Registered by mistake ----------------------------------------------------------------------
@require_POST
@requires(Permission.ORGANISATION_REGISTER)
def organisation_trash(request: SignedInRequest, pk: UUID) -> HttpResponse:
    organisation = _organisation(request, pk)
    ensure(request.user, Permission.ORGANISATION_REGISTER, organisation)
    try:
        actions.trash_organisation(organisation=organisation, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
        return redirect("organisation-detail", organisation.pk)
    undo = reverse("organisation-restore", args=[organisation.pk])
    sentence = _("%(name)s está en la papelera.") % {"name": organisation}
    messages.success(request, sentence, extra_tags=undo)
    return redirect("organisation-list")


@require_POST
@requires(Permission.ORGANISATION_REGISTER)
def organisation_restore(request: SignedInRequest, pk: UUID) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.trashed_visible_to(request.user), pk=pk)
    actions.restore_organisation(organisation=organisation, by=request.user)
    messages.success(request, _("%(name)s volvió al registro.") % {"name": organisation})
    return redirect("organisation-detail", organisation.pk)


@require_GET
@requires(Permission.ORGANISATION_REGISTER)
def organisation_trashed(request: SignedInRequest) -> HttpResponse:
    rows = Organisation.objects.trashed_visible_to(request.user).order_by("-trashed_at")
    return render(request, "members/organisation_trashed.html", {"organisations": rows})


# --- Women who pass to another organisation -----------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires(Permission.PERSON_EDIT)
def organisation_move(request: SignedInRequest, pk: UUID) -> HttpResponse:
    organisation = _organisation(request, pk)
    ensure(request.user, Permission.PERSON_EDIT, organisation)
    people = Person.objects.visible_to(request.user).members_of(pk).order_by("name_key")
    scope = scope_of(request.user, Permission.PERSON_EDIT)
    targets = Organisation.objects.within(scope).exclude(pk=pk).order_by("name_key")
    form = MoveForm(request.POST or None, people=people, targets=targets)
    title = _("Pasar socias a otra organización")
    context: dict[str, Any] = {
        "title": title,
        "crumbs": _crumbs(organisation),
        "organisation": organisation,
    }
    if step_of(request) in {REVIEW, SAVE} and form.is_valid():
        is_kept = step_of(request) == SAVE
        try:
            with kept_if(is_kept):
                moved = move_memberships(source=organisation, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            words = {"count": len(moved), "target": form.cleaned_data["target"]}
            if not is_kept:
                save = ngettext("Pasar a %(count)s mujer", "Pasar a %(count)s mujeres", len(moved))
                return review_page(request, form, save=save % words, **context)
            done = ngettext(
                "%(count)s mujer pasa a %(target)s.",
                "%(count)s mujeres pasan a %(target)s.",
                len(moved),
            )
            messages.success(request, done % words)
            return redirect("organisation-detail", pk)
    total = people.count()
    context |= {"form": form, "total": total, "is_too_long": total > MOST_ON_SHEET}
    return render(request, "members/organisation_move.html", context)


# --- Affiliations -------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires(Permission.AFFILIATION_EDIT)
def affiliation_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    organisation = _organisation(request, pk)
    ensure(request.user, Permission.AFFILIATION_EDIT, organisation)
    form = AffiliationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            affiliation = actions.affiliate(
                organisation=organisation, by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            sentence = _("Afiliación anotada: %(network)s.") % {"network": affiliation.network_name}
            messages.success(request, sentence)
            return redirect("organisation-detail", organisation.pk)
    return render(
        request,
        "members/affiliation_add.html",
        {"form": form, "organisation": organisation, "crumbs": _crumbs(organisation)},
    )


def _affiliation(request: SignedInRequest, pk: UUID, affiliation: UUID) -> Affiliation:
    rows = Affiliation.objects.filter(organisation=_organisation(request, pk))
    found = get_object_or_404(
        rows.select_related("organisation", "regional_network"), pk=affiliation
    )
    ensure(request.user, Permission.AFFILIATION_EDIT, found.organisation)
    return found


@require_http_methods(["GET", "POST"])
@requires(Permission.AFFILIATION_EDIT)
def affiliation_end(request: SignedInRequest, pk: UUID, affiliation: UUID) -> HttpResponse:
    found = _affiliation(request, pk, affiliation)
    form = AffiliationEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_affiliation(affiliation=found, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            undo = reverse("affiliation-reopen", args=[pk, found.pk])
            sentence = _("%(network)s: %(words)s.") % {
                "network": found.network_name,
                "words": found.in_words(timezone.localdate()),
            }
            messages.success(request, sentence, extra_tags=undo)
            return redirect("organisation-detail", pk)
    return render(
        request,
        "members/affiliation_end.html",
        {
            "form": form,
            "affiliation": found,
            "crumbs": _crumbs(found.organisation),
            "lead": f"{found.network_name} · {found.in_words(timezone.localdate())}",
        },
    )


@require_POST
@requires(Permission.AFFILIATION_EDIT)
def affiliation_reopen(request: SignedInRequest, pk: UUID, affiliation: UUID) -> HttpResponse:
    found = _affiliation(request, pk, affiliation)
    try:
        actions.reopen_affiliation(affiliation=found, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(
            request, _("%(network)s: sigue afiliada.") % {"network": found.network_name}
        )
    return redirect("organisation-detail", pk)


# --- Regional networks --------------------------------------------------------------------------
@require_GET
@requires(Permission.ORGANISATION_VIEW)
def network_list(request: SignedInRequest) -> HttpResponse:
    rows = networks_with_counts(request.user, timezone.localdate())
    return render(request, "members/regional_network_list.html", {"rows": rows})


@require_GET
@requires(Permission.ORGANISATION_VIEW)
def network_detail(request: SignedInRequest, code: str) -> HttpResponse:
    network = get_object_or_404(
        RegionalNetwork.objects.visible_to(request.user).select_related("department"), code=code
    )
    today = timezone.localdate()
    affiliations = network_affiliations(network, today)
    within_reach = Organisation.objects.visible_to(request.user)
    return render(
        request,
        "members/regional_network_detail.html",
        {
            "network": network,
            "crumbs": [(_("Redes regionales"), reverse("network-list"))],
            "seats": [
                (seat, seat.warning(today)) for seat in board_on(network, today, request.user)
            ],
            "current": [(a, a.in_words(today)) for a in affiliations if a.is_current(today)],
            "others": [(a, a.in_words(today)) for a in affiliations if not a.is_current(today)],
            "reachable": set(
                within_reach.filter(affiliations__in=affiliations).values_list("pk", flat=True)
            ),
            "member_count": women_by_network(today, network).get(network.pk, 0),
            "history": recent_changes(request.user, network),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.AFFILIATION_EDIT)
def network_register(request: SignedInRequest) -> HttpResponse:
    form = RegionalNetworkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            network = actions.register_regional_network(facts=form.facts(), by=request.user)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("%(name)s ya está en el registro.") % {"name": network})
            return redirect("network-detail", network.code)
    context = {
        "form": form,
        "title": _("Registrar una red regional"),
        "crumbs": [(_("Redes regionales"), reverse("network-list"))],
    }
    return render(request, "members/regional_network_edit.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.AFFILIATION_EDIT)
def network_edit(request: SignedInRequest, code: str) -> HttpResponse:
    network = get_object_or_404(RegionalNetwork.objects.visible_to(request.user), code=code)
    ensure(request.user, Permission.AFFILIATION_EDIT, network)
    same = ("name", "department", "founded_on", "note")
    form = RegionalNetworkForm(
        request.POST or None, initial={name: getattr(network, name) for name in same}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_regional_network(
                regional_network=network, facts=form.facts(), by=request.user
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Datos de %(name)s guardados.") % {"name": network})
            return redirect("network-detail", network.code)
    context = {
        "form": form,
        "title": _("Corregir la red regional"),
        "network": network,
        "crumbs": [
            (_("Redes regionales"), reverse("network-list")),
            (network.name, reverse("network-detail", args=[network.code])),
        ],
    }
    return render(request, "members/regional_network_edit.html", context)
