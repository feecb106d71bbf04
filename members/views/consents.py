"""Pages of consents: her panel, one decision, a sheet of signatures, who was never asked."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from members.access import Permission
from members.actions.consents import Decided, record_consent, record_consents
from members.consents import (
    coverage,
    decisions_of,
    effect_in_words,
    ledger_of,
    minor_note,
    never_asked,
    notice_sections,
    notices_in_use,
)
from members.forms.answers import REVIEW, SAVE, EvidenceForm, step_of
from members.forms.consents import MOST_ON_SHEET, ConsentForm, SheetForm
from members.models import Organisation, Person, Purpose
from members.requests import SignedInRequest
from members.views.reviewing import kept_if, review_page
from network.base.access import ensure, public, requires
from network.base.errors import Refused

MOST_NAMED = 200


def _person(request: SignedInRequest, pk: UUID) -> Person:
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    ensure(request.user, Permission.CONSENT_RECORD, person)
    return person


def _purpose(name: str) -> Purpose:
    if name not in Purpose.values:
        raise Http404
    return Purpose(name)


def _crumbs(person: Person) -> list[tuple[str, str]]:
    return [
        (_("Personas"), reverse("person-list")),
        (person.full_name, reverse("person-detail", args=[person.pk])),
    ]


@require_GET
@requires(Permission.CONSENT_RECORD)
def consent_list(request: SignedInRequest, pk: UUID) -> HttpResponse:
    person = _person(request, pk)
    return render(
        request,
        "members/consent_list.html",
        {
            "person": person,
            "crumbs": _crumbs(person),
            "decisions": decisions_of(person),
            "minor_note": minor_note(person, timezone.localdate()),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.CONSENT_RECORD)
def consent_change(request: SignedInRequest, pk: UUID, purpose: str) -> HttpResponse:
    person, purpose = _person(request, pk), _purpose(purpose)
    crumbs = [*_crumbs(person), (_("Consentimientos"), reverse("consent-list", args=[pk]))]
    form = ConsentForm(request.POST or None, person=person, purpose=purpose)
    evidence = _evidence(request)
    if step_of(request) in {REVIEW, SAVE} and form.is_valid():
        is_kept = step_of(request) == SAVE and evidence.is_valid()
        try:
            with kept_if(is_kept):
                decided = _decided(form, evidence, purpose)
                record_consent(person=person, decided=decided, by=request.user)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            if is_kept:
                return _recorded(request, person, purpose)
            return _review(request, form, evidence, person, purpose, crumbs)
    return _change_page(request, form, person, purpose, crumbs)


def _evidence(request: SignedInRequest) -> EvidenceForm:
    is_sent = step_of(request) == SAVE
    label = _("Foto o PDF de la hoja firmada")
    if is_sent:
        return EvidenceForm(request.POST, request.FILES, label=label)
    return EvidenceForm(label=label)


def _decided(form: ConsentForm | SheetForm, evidence: EvidenceForm, purpose: str) -> Decided:
    upload = evidence.cleaned_data["evidence"] if evidence.is_valid() else None
    return replace(form.decided(purpose), upload=upload)


def _change_page(
    request: SignedInRequest,
    form: ConsentForm,
    person: Person,
    purpose: Purpose,
    crumbs: list[tuple[str, str]],
) -> HttpResponse:
    return render(
        request,
        "members/consent_change.html",
        {
            "form": form,
            "person": person,
            "purpose": purpose,
            "crumbs": crumbs,
            "back_url": crumbs[-1][1],
            "ledger": ledger_of(person, purpose),
            "minor_note": minor_note(person, timezone.localdate()),
        },
    )


def _review(
    request: SignedInRequest,
    form: ConsentForm,
    evidence: EvidenceForm,
    person: Person,
    purpose: Purpose,
    crumbs: list[tuple[str, str]],
) -> HttpResponse:
    effect = effect_in_words(purpose, is_granted=form.cleaned_data["is_granted"])
    return review_page(
        request,
        form,
        title=f"{person.full_name}: {purpose.label}",
        save=_("Guardar su decisión"),
        effects=[effect] if effect else [],
        evidence=evidence,
        crumbs=crumbs,
    )


def _recorded(request: SignedInRequest, person: Person, purpose: Purpose) -> HttpResponse:
    if Person.objects.visible_to(request.user).filter(pk=person.pk).exists():
        sentence = _("Decisión guardada: %(purpose)s.") % {"purpose": purpose.label}
        messages.success(request, sentence)
        return redirect("consent-list", person.pk)
    messages.success(
        request,
        _("%(name)s retiró su consentimiento. Ya no sale en las listas.") % {"name": person},
    )
    return redirect("person-list")


# --- Who took her consent back ------------------------------------------------------------------
@require_GET
@requires(Permission.PERSON_RESTORE)
def withdrawn_list(request: SignedInRequest) -> HttpResponse:
    rows = Person.objects.withdrawn_visible_to(request.user).order_by("-withdrawn_at")
    shown = rows.prefetch_related("memberships__organisation", "offices")[:MOST_NAMED]
    today = timezone.localdate()
    people = [
        {
            "person": person,
            "organisations": [
                m.organisation.called for m in person.memberships.all() if m.is_current(today)
            ],
            "posts": [o.get_post_display() for o in person.offices.all() if o.is_current(today)],
        }
        for person in shown
    ]
    return render(
        request, "members/consent_withdrawn.html", {"people": people, "total": rows.count()}
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.PERSON_RESTORE)
def withdrawn_restore(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """She agrees again to be on record: the only page that still finds her."""
    rows = Person.objects.withdrawn_visible_to(request.user)
    person = get_object_or_404(rows, pk=pk)
    crumbs = [(_("Personas"), reverse("person-list")), (_("Retiradas"), reverse("withdrawn-list"))]
    form = ConsentForm(request.POST or None, person=person, purpose=Purpose.REGISTRY)
    evidence = _evidence(request)
    if step_of(request) in {REVIEW, SAVE} and form.is_valid():
        is_kept = step_of(request) == SAVE and evidence.is_valid()
        try:
            with kept_if(is_kept):
                decided = _decided(form, evidence, Purpose.REGISTRY)
                record_consent(person=person, decided=decided, by=request.user)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            if not is_kept:
                return _review(request, form, evidence, person, Purpose.REGISTRY, crumbs)
            if rows.filter(pk=pk).exists():
                messages.success(request, _("Decisión guardada. Sigue fuera de las listas."))
                return redirect("withdrawn-list")
            messages.success(request, _("%(name)s volvió al registro.") % {"name": person})
            return redirect("person-detail", person.pk)
    return _change_page(request, form, person, Purpose.REGISTRY, crumbs)


# --- Sheets of signatures -----------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires(Permission.CONSENT_RECORD)
def consent_sheet(request: SignedInRequest, pk: UUID) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    ensure(request.user, Permission.CONSENT_RECORD, organisation)
    people = Person.objects.visible_to(request.user).members_of(pk).order_by("name_key")
    form = SheetForm(request.POST or None, people=people)
    context = {
        "organisation": organisation,
        "crumbs": [
            (_("Organizaciones"), reverse("organisation-list")),
            (organisation.called, reverse("organisation-detail", args=[pk])),
        ],
        "title": _("Anotar una hoja de firmas"),
    }
    if step_of(request) in {REVIEW, SAVE} and form.is_valid():
        evidence = _evidence(request)
        is_kept = step_of(request) == SAVE and evidence.is_valid()
        decided = _decided(form, evidence, form.cleaned_data["purpose"])
        try:
            with kept_if(is_kept):
                written, left_out = record_consents(
                    organisation=organisation,
                    people=form.cleaned_data["people"],
                    decided=decided,
                    by=request.user,
                )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            if not is_kept:
                context["effects"] = _sheet_effects(decided, left_out)
                save = _sheet_words(len(written))
                return review_page(request, form, save=save, evidence=evidence, **context)
            messages.success(request, _sheet_sentence(len(written)))
            if left_out:
                messages.warning(request, _guardian_sentence(left_out))
            return redirect("organisation-detail", pk)
    total = people.count()
    context |= {"form": form, "total": total, "is_too_long": total > MOST_ON_SHEET}
    return render(request, "members/consent_sheet.html", context)


def _sheet_effects(decided: Decided, left_out: list[Person]) -> list[str]:
    effect = effect_in_words(decided.purpose, is_granted=decided.is_granted)
    return [*filter(None, [effect]), *([_guardian_sentence(left_out)] if left_out else [])]


def _sheet_words(count: int) -> str:
    words = ngettext("Anotar para %(count)s mujer", "Anotar para %(count)s mujeres", count)
    return words % {"count": count}


def _sheet_sentence(count: int) -> str:
    return ngettext(
        "Decisión de %(count)s mujer guardada.", "Decisión de %(count)s mujeres guardada.", count
    ) % {"count": count}


def _guardian_sentence(girls: list[Person]) -> str:
    names = "; ".join(person.listed_name for person in girls)
    return _(
        "Tienen menos de 14 años y no se anotan aquí: %(names)s. Hazlo en su ficha, con su madre, "
        "su padre o su tutora."
    ) % {"names": names}


# --- Who was never asked ------------------------------------------------------------------------
@require_GET
@requires(Permission.CONSENT_RECORD)
def consent_coverage(request: SignedInRequest) -> HttpResponse:
    people = Person.objects.visible_to(request.user)
    wanted = request.GET.get("para", "")
    purpose = _purpose(wanted) if wanted else None
    named = never_asked(people, purpose).order_by("name_key") if purpose else Person.objects.none()
    return render(
        request,
        "members/consent_coverage.html",
        {
            "rows": coverage(people),
            "purpose": purpose,
            "unasked": named.prefetch_related("memberships__organisation")[:MOST_NAMED],
            "most": MOST_NAMED,
        },
    )


# --- The text she hears -------------------------------------------------------------------------
@require_GET
@public
def privacy_notice(request: HttpRequest, version: str = "", language: str = "") -> HttpResponse:
    """The notice in force, or an older one by its version: what a consent points at can be read."""
    notices = list(notices_in_use(timezone.localdate()))
    wanted = [
        notice
        for notice in notices
        if version in {"", notice.version} and language in {"", notice.language}
    ]
    if version and not wanted:
        raise Http404
    notice = next((n for n in wanted if language or n.language == "es"), None) or next(
        iter(wanted), None
    )
    return render(
        request,
        "members/privacy_notice_detail.html",
        {
            "notice": notice,
            "sections": notice_sections(notice.text) if notice else [],
            "others": [other for other in notices if other != notice],
        },
    )
