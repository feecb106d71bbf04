"""Pages of editions: the list, one edition, planning and correcting it, how it ends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import Permission, scope_of
from members.forms.boards import offered_names
from members.models import Organisation, Person
from members.requests import SignedInRequest
from network.base.access import can, ensure, requires
from network.base.errors import Refused
from network.base.historylog import Trail, history_of, newest_lines
from network.base.listing import listing_page
from trainings.actions import editions as actions
from trainings.calendars import MEDIA_TYPE, calendar_of
from trainings.editions import (
    crumbs_below,
    crumbs_of,
    edition_head,
    heading_of,
    names_trainers,
    with_place,
)
from trainings.exports.editions import EDITIONS
from trainings.forms.editions import (
    CloseForm,
    EditionForm,
    FundingForm,
    InstitutionPartForm,
    QuotaForm,
    ReasonForm,
    TrainerForm,
)
from trainings.forms.matrix import GapAddressForm
from trainings.models import (
    Attendance,
    Edition,
    EditionFunding,
    EditionInstitution,
    EditionTrainer,
    Enrolment,
    Quota,
    Session,
)
from trainings.rosters import Balance

RECENT_LINES = 12


def edition_in_reach(request: SignedInRequest, pk: UUID, permission: str = "") -> Edition:
    """The row she may see, or 404; then what she may do to it, or 403."""
    edition = get_object_or_404(with_place(Edition.objects.visible_to(request.user)), pk=pk)
    if permission:
        ensure(request.user, permission, edition)
    return edition


def to_edition(edition: Edition) -> HttpResponse:
    return redirect("edition-detail", edition.pk)


# --- List and page ------------------------------------------------------------------------------
@require_safe
@requires(Permission.TRAINING_VIEW)
def edition_list(request: SignedInRequest) -> HttpResponse:
    context = {"listing": listing_page(request, EDITIONS), "crumbs": crumbs_of()[:1]}
    return render(request, "trainings/edition_list.html", context)


@require_safe
@requires(Permission.TRAINING_VIEW)
def edition_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk)
    user = request.user
    trainers = edition.trainers.select_related("person").order_by("part", "person__name_key")
    seen = Person.objects.visible_to(user).filter(taught__edition=edition)
    context = edition_head(request, edition) | {
        "may_edit": can(user, Permission.EDITION_EDIT, edition),
        "is_over": bool(edition.closed_on or edition.cancelled_on),
        "sessions": _sessions_of(edition),
        "trainers": list(trainers.filter(person__trashed_at=None, person__withdrawn_at=None)),
        "names_trainers": names_trainers(user),
        "seen": set(seen.values_list("pk", flat=True)),
        "institutions": list(
            edition.institutions.select_related("institution").order_by(
                "-is_lead", "institution__name_key"
            )
        ),
        "funding": list(edition.funding.select_related("programme").order_by("-share")),
        "shares": Balance.of(edition).shares(),
        "offers": [
            words
            for given, words in (
                (edition.has_childcare, _("cuidado de niños")),
                (edition.has_transport, _("movilidad")),
                (edition.has_meals, _("refrigerio o almuerzo")),
            )
            if given
        ],
        "history": newest_lines(_history(request, edition), RECENT_LINES),
        "file_name": f"{slugify(edition.version.course.called)}-{edition.number}",
    }
    return render(request, "trainings/edition_detail.html", context)


def _sessions_of(edition: Edition) -> list[tuple[Session, str, str]]:
    """Each with its state, in a pill and in words."""
    today = timezone.localdate()
    pending = {s.pk for s in edition.sessions.standing().not_fully_marked()}
    return [
        (session, *_state_of(session, today, is_pending=session.pk in pending))
        for session in edition.sessions.select_related("trainer").in_order()
    ]


def _state_of(session: Session, today: Any, *, is_pending: bool) -> tuple[str, str]:
    if session.cancelled_at:
        return "none", _("Cancelada")
    if session.closed_at:
        return "done", _("Cerrada")
    if session.held_on > today:
        return "current", _("Por darse")
    return ("late", _("Faltan marcas")) if is_pending else ("done", _("Marcada"))


def _history(request: SignedInRequest, edition: Edition) -> Any:
    """Of the edition and its parts; who is in its roster has the history of her own record."""
    if not can(request.user, Permission.HISTORY_VIEW):
        return []
    hers = {"edition": edition.pk}
    return history_of(
        [
            Trail(Edition, {"pk": edition.pk}, is_record=True),
            Trail(Session, hers),
            Trail(EditionTrainer, hers),
            Trail(EditionInstitution, hers),
            Trail(EditionFunding, hers),
            Trail(Quota, hers),
        ],
        named={Person: Person.objects.visible_to(request.user)},
    )


@require_safe
@requires(Permission.TRAINING_VIEW)
def edition_calendar(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk)
    sessions = edition.sessions.select_related(
        "edition__version__course", "edition__zone", "edition__district"
    ).in_order()
    return calendar_answer(sessions, str(edition), f"edicion-{edition.number}")


def calendar_answer(sessions: Any, name: str, file_name: str) -> HttpResponse:
    answer = HttpResponse(calendar_of(sessions, name), content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{file_name}.ics"'
    return answer


# --- Planning and correcting --------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def edition_add(request: SignedInRequest) -> HttpResponse:
    first = {"version": version} if (version := request.GET.get("version")) else None
    form = EditionForm(request.POST or None, user=request.user, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            edition = actions.add_edition(
                id=form.cleaned_data["id"], facts=form.facts, by=request.user
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            return _to_planned(request, edition)
    back = reverse("edition-list")
    return form_page(request, form, _("Planear una edición"), back, crumbs=crumbs_of())


def _to_planned(request: SignedInRequest, edition: Edition) -> HttpResponse:
    """Planned from a gap of the matrix, back to the women it is for; else to its sessions."""
    gap = GapAddressForm(request.GET)
    if not gap.is_valid():
        messages.success(request, _("Edición creada. Ahora agrega sus sesiones."))
        return to_edition(edition)
    messages.success(
        request, _("Edición creada. Invítalas aquí; sus sesiones se agregan en su página.")
    )
    address = reverse("matrix-gap", args=[gap.cleaned_data[name] for name in gap.fields])
    return redirect(f"{address}?edicion={edition.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def edition_edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk, Permission.EDITION_EDIT)
    form = EditionForm(request.POST or None, user=request.user, edition=edition)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_edition(edition=edition, facts=form.facts, by=request.user)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Cambios guardados."))
            return to_edition(edition)
    return edition_form(request, edition, form, _("Corregir la edición"))


def form_page(
    request: SignedInRequest, form: forms.Form, title: str, back: str, **context: Any
) -> HttpResponse:
    context = {"save": _("Guardar"), **context, "form": form, "title": title, "back": back}
    return render(request, "trainings/form.html", context)


def edition_form(
    request: SignedInRequest, edition: Edition, form: forms.Form, title: str, **context: Any
) -> HttpResponse:
    """A form about an edition: its answer and its way back are the edition's page."""
    context = {"lead": heading_of(edition), **context}
    crumbs = crumbs_below(edition)
    back = reverse("edition-detail", args=[edition.pk])
    return form_page(request, form, title, back, crumbs=crumbs, **context)


# --- Its life -----------------------------------------------------------------------------------
@require_POST
@requires(Permission.EDITION_EDIT)
def edition_open(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk, Permission.EDITION_EDIT)
    try:
        actions.open_edition(edition=edition, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("La inscripción está abierta desde hoy."))
    return to_edition(edition)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def edition_close(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk, Permission.EDITION_EDIT)
    pending = actions.unmarked_sessions(edition)
    sent = request.POST if request.method == "POST" else None  # a box not ticked sends nothing
    form = CloseForm(sent, is_asked=bool(pending))
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_edition(edition=edition, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Edición cerrada."))
            return to_edition(edition)
    effects = [_("Su lista, sus sesiones y sus marcas ya no se cambian. Se puede reabrir.")]
    effects += [
        _("La sesión del %(session)s no está marcada entera.")
        % {"session": actions.session_in_words(session)}
        for session in pending
    ]
    return edition_form(
        request, edition, form, _("Cerrar la edición"), save=_("Cerrar"), effects=effects
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def edition_cancel(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk, Permission.EDITION_EDIT)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel_edition(edition=edition, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Edición cancelada."))
            return to_edition(edition)
    taken = Enrolment.objects.holding().filter(edition=edition).count()
    marked = Attendance.objects.on_roster().filter(edition=edition).exclude(mark="").count()
    effects = [
        ngettext(
            "%(count)s mujer tiene su cupo: hay que avisarle.",
            "%(count)s mujeres tienen su cupo: hay que avisarles.",
            taken,
        )
        % {"count": taken}
    ]
    if marked:
        effects.append(
            ngettext(
                "%(count)s marca de asistencia queda anotada.",
                "%(count)s marcas de asistencia quedan anotadas.",
                marked,
            )
            % {"count": marked}
        )
    return edition_form(
        request,
        edition,
        form,
        _("Cancelar la edición"),
        save=_("Cancelar la edición"),
        effects=effects,
    )


@require_POST
@requires(Permission.EDITION_EDIT)
def edition_reopen(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk, Permission.EDITION_EDIT)
    actions.reopen_edition(edition=edition, by=request.user)
    messages.success(request, _("La edición está abierta otra vez."))
    return to_edition(edition)


# --- Who teaches, organises and pays ------------------------------------------------------------
@dataclass(frozen=True)
class Part:
    """Rows of an edition that are added one by one and taken off: one page for each sort."""

    title: Any
    empty: Any
    rows: Callable[[Edition], Any]
    form: Callable[[SignedInRequest, Edition], forms.Form]
    words: Callable[[Any], str]
    add: Callable[..., Any]
    remove: Callable[..., None]
    names: Callable[[SignedInRequest], list[str]] = lambda request: []


def _people(request: SignedInRequest) -> Any:
    return Person.objects.visible_to(request.user)


def _quota_form(request: SignedInRequest, edition: Edition) -> forms.Form:
    organisations = Organisation.objects.within(scope_of(request.user, Permission.EDITION_EDIT))
    return QuotaForm(request.POST or None, organisations=organisations.order_by("name_key"))


TRAINERS = Part(
    gettext_lazy("Formadoras"),
    gettext_lazy("Todavía no tiene formadoras."),
    lambda edition: (
        edition.trainers.filter(person__trashed_at=None, person__withdrawn_at=None)
        .select_related("person", "edition")
        .order_by("part", "person__name_key")
    ),
    lambda request, edition: TrainerForm(request.POST or None, people=_people(request)),
    lambda row: f"{row.person.full_name} · {row.get_part_display()}",
    actions.add_trainer,
    actions.remove_trainer,
    lambda request: offered_names(_people(request)),
)
INSTITUTIONS = Part(
    gettext_lazy("Quiénes la organizan"),
    gettext_lazy("Todavía no dice qué institución la organiza."),
    lambda edition: edition.institutions.select_related("institution", "edition").order_by(
        "-is_lead", "institution__name_key"
    ),
    lambda request, edition: InstitutionPartForm(request.POST or None),
    lambda row: f"{row.institution} · {_('convoca') if row.is_lead else _('coorganiza')}",
    actions.add_institution,
    actions.remove_institution,
)
FUNDING = Part(
    gettext_lazy("Quién paga"),
    gettext_lazy("Todavía no dice qué programa la paga."),
    lambda edition: edition.funding.select_related("programme", "edition").order_by("-share"),
    lambda request, edition: FundingForm(request.POST or None),
    lambda row: f"{row.programme} · {row.share.normalize():f} %",
    actions.set_funding,
    actions.remove_funding,
)
QUOTAS = Part(
    gettext_lazy("Cupos por organización o red"),
    gettext_lazy("Sin cupos: cada organización propone a quienes quiera, mientras haya lugar."),
    lambda edition: edition.quotas.select_related("organisation", "regional_network", "edition"),
    _quota_form,
    str,
    actions.set_quota,
    actions.remove_quota,
)


def _part_page(request: SignedInRequest, pk: UUID, part: Part) -> HttpResponse:
    edition = edition_in_reach(request, pk, Permission.EDITION_EDIT)
    if taken_off := request.POST.get("quitar"):
        return _take_off(request, edition, part, taken_off)
    form = part.form(request, edition)
    if request.method == "POST" and form.is_valid():
        try:
            part.add(edition=edition, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Guardado."))
            return redirect(request.path)
    return edition_form(
        request,
        edition,
        form,
        str(part.title),
        save=_("Agregar"),
        template_rows=[(row.pk, part.words(row)) for row in part.rows(edition)],
        has_rows=True,
        empty_rows=part.empty,
        names=part.names(request),
    )


def _take_off(request: SignedInRequest, edition: Edition, part: Part, key: str) -> HttpResponse:
    try:
        row = part.rows(edition).filter(pk=key).first()
    except ValidationError as error:
        raise Http404 from error
    if row is not None:
        try:
            part.remove(row=row, by=request.user)
        except Refused as refusal:
            messages.warning(request, refusal.message)
        else:
            messages.success(request, _("Quitado."))
    return redirect(request.path)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def edition_trainers(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _part_page(request, pk, TRAINERS)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def edition_institutions(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _part_page(request, pk, INSTITUTIONS)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def edition_funding(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _part_page(request, pk, FUNDING)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def edition_quotas(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _part_page(request, pk, QUOTAS)
