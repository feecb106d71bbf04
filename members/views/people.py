"""Pages of people: the list, registering, one record, and correcting it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import Permission, scope_of
from members.actions import people as actions
from members.consents import consent_panel, needs_guardian
from members.duplicates import Likeness, look_alikes
from members.exports import PEOPLE
from members.forms.answers import SAVE, answers_of, step_of
from members.forms.people import (
    NAME_PARTS,
    AnswersForm,
    CorrectionForm,
    DocumentForm,
    RegistrationForm,
    RevealForm,
    SensitiveFactsForm,
)
from members.models import Organisation, Person, SensitiveFacts
from members.people import (
    belongings_of,
    born_in_words,
    changes_of,
    languages_in_words,
    lead_of,
    may_keep_sensitive_facts,
    newest_change,
    open_merges,
    phones_of,
    registered_today,
    sections_of,
    what_is_missing,
)
from members.requests import SignedInRequest
from members.views.reviewing import review_page
from network.base.access import can, ensure, requires
from network.base.accesslog import Action, record_access
from network.base.contracts import Asked
from network.base.errors import Refused
from network.base.fields import open_value
from network.base.historylog import newest_lines
from network.base.listing import listing_page, select

SAVE_AND_ADD, BACK = "guardar_otra", "corregir"
# From a page that knows her name already; posted, so that no name travels in an address.
BEGIN = "empezar"
RECENT_LINES = 8
MOST_PRINTED = 500


def person_in_reach(request: SignedInRequest, pk: UUID, permission: str) -> Person:
    """The row she may see, or 404; then what she may do to it, or 403."""
    rows = Person.objects.visible_to(request.user).select_related(
        "district__province__department", "registered_by"
    )
    person = get_object_or_404(rows, pk=pk)
    ensure(request.user, permission, person)
    return person


def crumbs(person: Person | None = None) -> list[tuple[str, str]]:
    way = [(_("Personas"), reverse("person-list"))]
    if person:
        way.append((person.full_name, reverse("person-detail", args=[person.pk])))
    return way


# --- List ---------------------------------------------------------------------------------------
@require_safe
@requires(Permission.PERSON_VIEW)
def person_list(request: SignedInRequest) -> HttpResponse:
    listing = listing_page(request, PEOPLE)
    return render(request, "members/person_list.html", {"listing": listing})


@require_safe
@requires(Permission.PERSON_VIEW)
def person_print(request: SignedInRequest) -> HttpResponse:
    """The ticked people, or all that the filters leave, to be printed and signed."""
    chosen = select(PEOPLE, Asked(request.user, PEOPLE.permission), request.GET).rows
    shown = chosen.order_by("name_key", "pk").values("document_tail", listed_name=F("name_in_list"))
    people = list(shown[: MOST_PRINTED + 1])
    record_access(
        by=request.user,
        action=Action.VIEW,
        subject=Person._meta.label_lower,
        row_count=len(people[:MOST_PRINTED]),
        purpose=_("Lista para imprimir"),
    )
    context = {
        "people": people[:MOST_PRINTED],
        "is_cut": len(people) > MOST_PRINTED,
        "most": MOST_PRINTED,
        "today": timezone.localdate(),
        "crumbs": crumbs(),
    }
    return render(request, "members/person_print.html", context)


# --- Registering --------------------------------------------------------------------------------
def _where_she_registers(request: SignedInRequest) -> QuerySet[Organisation]:
    scope = scope_of(request.user, Permission.PERSON_REGISTER)
    return Organisation.objects.within(scope)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PERSON_REGISTER)
def person_register(request: SignedInRequest) -> HttpResponse:
    """Form, then the answers to check with what she agrees to, then the record."""
    if step_of(request) == BEGIN:
        return _registration_page(request, _begun(request))
    form = RegistrationForm(
        request.POST or None,
        organisations=_where_she_registers(request),
        initial={"organisation": where} if (where := request.GET.get("organizacion")) else None,
    )
    step = step_of(request)
    if not step or step == BACK or not form.is_valid() or _is_taken(request, form):
        return _registration_page(request, form)
    alike = look_alikes(form.typed(), by=request.user)
    if alike and form.typed().phone:
        _note_search(request, ["phone"], len(alike), _("Al registrar a una mujer"))
    is_saving = step in {SAVE, SAVE_AND_ADD}
    answers = _answers_form(request, form)
    if not is_saving:
        return _registration_review(request, form, answers, alike)
    if answers.is_bound and not answers.is_valid():
        return _registration_review(request, form, answers, alike)
    if not _has_seen(request, alike):
        if answers.is_bound:
            return _registration_review(request, form, answers, alike)
        return _registration_page(request, form, alike)
    return _register(request, form, answers, alike)


def _begun(request: SignedInRequest) -> RegistrationForm:
    said = {name: request.POST[name] for name in NAME_PARTS if name in request.POST}
    return RegistrationForm(organisations=_where_she_registers(request), initial=said)


def _is_taken(request: SignedInRequest, form: RegistrationForm) -> bool:
    """A document on record is told at once, not after everything was checked. Her own record, when
    the form came twice, is not in the way."""
    try:
        actions.refuse_taken_document(
            form.document(), by=request.user, person_id=form.cleaned_data["id"]
        )
    except Refused as refusal:
        _note_search(request, ["document"], 1, _("Al registrar a una mujer"))
        refusal.put_on(form)
        return True
    return False


def _note_search(request: SignedInRequest, looked_for: list[str], count: int, purpose: str) -> None:
    record_access(
        by=request.user,
        action=Action.SEARCH,
        subject=Person._meta.label_lower,
        field="+".join(looked_for),
        row_count=count,
        purpose=purpose,
    )


def _answers_form(request: SignedInRequest, form: RegistrationForm) -> AnswersForm:
    """What she agreed to, when the answer comes from the page that asks it."""
    born = form.cleaned_data["born"]
    woman = Person(
        born_on=born.date if born else None, born_precision=born.precision if born else "d"
    )
    return AnswersForm(
        request.POST if "acepta-channel" in request.POST else None,
        needs_guardian=needs_guardian(woman, timezone.localdate()),
    )


def _has_seen(request: SignedInRequest, alike: list[Likeness]) -> bool:
    """Was every look-alike of now on the page this answer came from?"""
    return {str(likeness.person.pk) for likeness in alike} <= set(request.POST.getlist("distintas"))


def _register(
    request: SignedInRequest, form: RegistrationForm, answers: AnswersForm, alike: list[Likeness]
) -> HttpResponse:
    data = form.cleaned_data
    try:
        person = actions.register_person(
            id=data["id"],
            name=form.name(),
            document=form.document(),
            organisation=data["organisation"],
            since=data["since"],
            profile=form.profile(),
            phone=form.reach(),
            decisions=answers.decisions() if answers.is_bound else (),
            different_from=[likeness.person for likeness in alike],
            by=request.user,
        )
    except Refused as refusal:
        refusal.put_on(form)
        return _registration_page(request, form)
    messages.success(request, _("%(name)s ya está registrada.") % {"name": person.full_name})
    if step_of(request) == SAVE_AND_ADD:
        address = reverse("person-register")
        return redirect(f"{address}?organizacion={data['organisation'].pk}")
    return redirect("person-detail", person.pk)


def _registration_page(
    request: SignedInRequest, form: RegistrationForm, alike: list[Likeness] | None = None
) -> HttpResponse:
    today = [(person, what_is_missing(person)) for person in registered_today(request.user)]
    context = {"form": form, "alike": alike or [], "today": today, "crumbs": crumbs()}
    return render(request, "members/person_register.html", context)


def _registration_review(
    request: SignedInRequest, form: RegistrationForm, answers: AnswersForm, alike: list[Likeness]
) -> HttpResponse:
    context = {
        "form": form,
        "answers": answers_of(form, without=form.left_empty()),
        "answers_form": answers,
        "alike": alike,
        "name": f"{form.cleaned_data['given_names']} {form.name().paternal_surname}".strip(),
        "crumbs": [*crumbs(), (_("Registrar a una mujer"), reverse("person-register"))],
    }
    return render(request, "members/person_register_review.html", context)


@require_POST
@requires(Permission.PERSON_REGISTER)
def person_similar(request: SignedInRequest) -> HttpResponse:
    """While she types: the fragment that names who may be the same woman.

    A look for a whole document or phone leaves a trace, as any search does.
    """
    form = RegistrationForm(request.POST, organisations=_where_she_registers(request))
    form.is_valid()
    typed = form.typed()
    alike = look_alikes(typed, by=request.user)
    if looked_for := ["document"] * bool(typed.document) + ["phone"] * bool(typed.phone):
        _note_search(request, looked_for, len(alike), _("Al registrar a una mujer"))
    return render(request, "members/_person_similar.html", {"alike": alike})


# --- One record ---------------------------------------------------------------------------------
@require_safe
@requires(Permission.PERSON_VIEW)
def person_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Her record. One that was joined to another leads there.

    Opening it leaves a trace only for those outside the network; inside, what leaves a trace is
    each look at a number in full and at sensitive facts.
    """
    if into := Person.objects.filter(pk=pk).values_list("merged_into", flat=True).first():
        person_in_reach(request, into, Permission.PERSON_VIEW)
        return redirect("person-detail", into)
    person = person_in_reach(request, pk, Permission.PERSON_VIEW)
    if scope_of(request.user, Permission.PERSON_VIEW).only_shared:
        record_access(
            by=request.user,
            action=Action.VIEW,
            subject=Person._meta.label_lower,
            subject_id=person.pk,
        )
    return _person_page(request, person)


@require_POST
@requires(Permission.PERSON_REVEAL)
def person_reveal(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Document or phones in full, for this one answer; who looked and for what stays written."""
    person = person_in_reach(request, pk, Permission.PERSON_REVEAL)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _person_page(request, person, reveal=form)
    shown = form.cleaned_data["field"]
    record_access(
        by=request.user,
        action=Action.REVEAL,
        subject=Person._meta.label_lower,
        subject_id=person.pk,
        field=shown,
        purpose=form.cleaned_data["purpose"],
    )
    return _person_page(request, person, shown=shown)


def _person_page(
    request: SignedInRequest, person: Person, *, shown: str = "", reveal: RevealForm | None = None
) -> HttpResponse:
    today, user = timezone.localdate(), request.user
    belongings = belongings_of(person, today)
    changes = changes_of(person, user)
    phones = phones_of(person)
    context = {
        "person": person,
        "lead": lead_of(person, belongings, today),
        "belongings": belongings,
        "document": open_value(person, "document_sealed") if shown == "document" else "",
        "phones": [
            (phone, open_value(phone, "number_sealed") if shown == "phones" else "")
            for phone in phones
        ],
        "born": born_in_words(person),
        "speaks": languages_in_words(person),
        **_rights(request, person),
        "reveal": reveal,
        "reveal_document": RevealForm(initial={"field": "document"}, auto_id="documento_%s"),
        "reveal_phones": RevealForm(initial={"field": "phones"}, auto_id="telefonos_%s"),
        "keeps_sensitive_facts": may_keep_sensitive_facts(person),
        "history": newest_lines(changes, RECENT_LINES),
        "merges": open_merges(person),
        "change_count": sum(len(entry.lines) for entry in changes),
        "sections": sections_of(person, user),
        "crumbs": crumbs(),
        **consent_panel(person),
    }
    return render(request, "members/person_detail.html", context)


def _rights(request: SignedInRequest, person: Person) -> dict[str, bool]:
    """What the buttons of her page ask, each once."""
    asked = {
        "may_edit": Permission.PERSON_EDIT,
        "may_reveal": Permission.PERSON_REVEAL,
        "may_merge": Permission.PERSON_MERGE,
        "may_trash": Permission.PERSON_TRASH,
        "may_revert": Permission.HISTORY_REVERT,
    }
    return {name: can(request.user, permission, person) for name, permission in asked.items()}


@require_safe
@requires(Permission.PERSON_VIEW)
def person_sheet(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Her record on one sheet of paper, to be checked and signed by her."""
    person = person_in_reach(request, pk, Permission.PERSON_VIEW)
    today = timezone.localdate()
    belongings = belongings_of(person, today)
    context = {
        "person": person,
        "today": today,
        "lead": lead_of(person, belongings, today),
        "belongings": belongings,
        "phones": phones_of(person),
        "born": born_in_words(person),
        "speaks": languages_in_words(person),
        "crumbs": crumbs(person),
        **consent_panel(person),
    }
    return render(request, "members/person_sheet.html", context)


# --- Correcting ---------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PERSON_EDIT)
def person_edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    person = person_in_reach(request, pk, Permission.PERSON_EDIT)
    form = CorrectionForm(request.POST or None, person=person, seen=newest_change(person))
    step = step_of(request)
    if step not in {"", BACK} and form.is_valid():
        if step != SAVE:
            save = _("Guardar los datos de %(name)s") % {"name": person.given_names}
            title = _("Corregir datos")
            return review_page(request, form, title=title, save=save, crumbs=crumbs(person))
        try:
            actions.correct_person(
                person=person, name=form.name(), profile=form.profile(), by=request.user
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Datos guardados."))
            return redirect("person-detail", person.pk)
    return _form_page(request, person, form, _("Corregir datos"), _("Revisar y guardar"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PERSON_EDIT)
def person_document(request: SignedInRequest, pk: UUID) -> HttpResponse:
    person = person_in_reach(request, pk, Permission.PERSON_EDIT)
    form = DocumentForm(request.POST or None)
    step = step_of(request)
    if step not in {"", BACK} and form.is_valid():
        if step != SAVE:
            return review_page(
                request,
                form,
                title=_("Cambiar el documento"),
                save=_("Guardar el documento"),
                crumbs=crumbs(person),
            )
        try:
            actions.correct_document(person=person, document=form.document(), by=request.user)
        except Refused as refusal:
            _note_search(request, ["document"], 1, _("Cambiar el documento"))
            refusal.put_on(form)
        else:
            messages.success(request, _("Documento guardado."))
            return redirect("person-detail", person.pk)
    return _form_page(request, person, form, _("Cambiar el documento"), _("Revisar y guardar"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PERSON_EDIT)
def person_sensitive(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Sensitive facts, only when she agreed that they be kept. Each look leaves a trace."""
    person = person_in_reach(request, pk, Permission.PERSON_EDIT)
    if not may_keep_sensitive_facts(person):
        messages.warning(request, _("Ella no ha aceptado que se guarden estos datos."))
        return redirect("person-detail", person.pk)
    facts = SensitiveFacts.objects.filter(person=person).first()
    known = {name: getattr(facts, name, "") for name in SensitiveFactsForm.base_fields}
    form = SensitiveFactsForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_sensitive_facts(person=person, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Datos guardados."))
            return redirect("person-detail", person.pk)
    if facts:
        record_access(
            by=request.user,
            action=Action.REVEAL,
            subject=Person._meta.label_lower,
            subject_id=person.pk,
            field="sensitive_facts",
        )
    return _form_page(request, person, form, _("Datos sensibles"), _("Guardar"))


def _form_page(
    request: SignedInRequest, person: Person, form: Any, title: str, save: str
) -> HttpResponse:
    context = {
        "person": person,
        "form": form,
        "title": title,
        "save": save,
        "crumbs": crumbs(person),
    }
    return render(request, "members/person_form.html", context)
