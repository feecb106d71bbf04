"""Pages of attendance: the grid of an edition, one session, its sheet and its evidence."""

from datetime import date
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from members.access import Permission
from members.models import Organisation, User
from members.requests import SignedInRequest
from network.base.access import ensure, requires
from network.base.accesslog import Action, record_access
from network.base.errors import Refused
from network.base.ids import new_id
from network.base.listing import listing_page
from trainings.access import ensure_may_mark, may_mark
from trainings.actions import attendance as actions
from trainings.editions import crumbs_below, crumbs_of, edition_head, session_lead
from trainings.exports.attendance import ATTENDANCE
from trainings.forms.sessions import (
    BLANK_LINES,
    MarksForm,
    MonthForm,
    PrintForm,
    RecordForm,
    TypedForm,
)
from trainings.grid import grid_of
from trainings.marking import (
    MarkLine,
    corrections_of,
    lines_of_session,
    mark_lines,
    records_of,
    register_of,
    shown_to,
)
from trainings.models import Attendance, Edition, Enrolment, Session
from trainings.sheets import draw_sheets, held_sheet, sign_in_sheet


def edition_in_reach(request: SignedInRequest, pk: UUID) -> Edition:
    rows = Edition.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("version", "course", "district", "zone", "regional_network"), pk=pk
    )


def _session(request: SignedInRequest, pk: UUID) -> Session:
    """A session whose marks she may write."""
    rows = Session.objects.visible_to(request.user).select_related(
        "edition__course",
        "edition__version",
        "edition__district",
        "edition__zone",
        "edition__regional_network",
        "trainer",
    )
    session = get_object_or_404(rows, pk=pk)
    ensure_may_mark(request.user, session.edition)
    return session


@require_GET
@requires(Permission.ROSTER_VIEW)
def edition_attendance(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk)
    grid = grid_of(edition, request.user)
    context = edition_head(request, edition)
    context |= {"grid": grid, "may_mark": may_mark(request.user, edition)}
    return render(request, "trainings/edition_attendance.html", context)


# --- One session --------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires(Permission.ATTENDANCE_MARK)
def session_attendance(request: SignedInRequest, pk: UUID) -> HttpResponse:
    session = _session(request, pk)
    lines = mark_lines(session, shown_to(request.user, lines_of_session(session)))
    form = _marks_form(request, session, lines)
    if request.method == "POST":
        origin = Attendance.Origin.GRID
        if form.is_valid() and (answer := _kept(request, session, form, lines, origin)):
            return answer
    elif request.GET.get("todas") == "si":
        for line in lines:
            line.chosen = line.chosen or Attendance.Mark.PRESENT
    return _session_page(request, session, lines, form)


def _marks_form(request: SignedInRequest, session: Session, lines: list[MarkLine]) -> MarksForm:
    form = MarksForm(
        request.POST or None,
        lines=[line.pk for line in lines],
        asks_reason=actions.was_ever_closed(session),
        initial={"client_id": new_id()},
    )
    for line in lines:
        line.chosen = form.chosen(line.pk, line.chosen)
    return form


def _kept(
    request: SignedInRequest, session: Session, form: MarksForm, lines: list[MarkLine], origin: str
) -> HttpResponse | None:
    """Keep what was sent; without an answer the page is drawn again with what is to be mended."""
    try:
        recorded = actions.record_page(
            session=session,
            marks=form.marks(),
            walk_ins=form.walk_ins(),
            by=request.user,
            origin=origin,
            seen=form.seen(),
            reason=form.cleaned_data["reason"],
        )
    except Refused as refusal:
        refusal.put_on(form)
        return None
    if not recorded.is_whole:
        _put_answers_on(form, lines, recorded)
        return None
    count = len(recorded.of(actions.Outcome.STORED)) + len(form.walk_ins())
    sentence = ngettext("%(count)s marca guardada.", "%(count)s marcas guardadas.", count)
    if count:
        messages.success(request, sentence % {"count": count})
    else:
        messages.info(request, _("No había nada nuevo que guardar."))
    return redirect("session-attendance", session.pk)


def _put_answers_on(form: MarksForm, lines: list[MarkLine], recorded: actions.Recorded) -> None:
    """At each line what stands now and why; what was stored needs no more attention."""
    answers = {answer.enrolment_id: answer for answer in recorded.lines}
    for line in lines:
        if answer := answers.get(line.pk):
            line.stands, line.sentence = answer.stands, answer.sentence
    if refused := recorded.of(actions.Outcome.REFUSED):
        form.add_error("reason" if form.asks_reason else None, refused[0].sentence)
    if conflicts := len(recorded.of(actions.Outcome.CONFLICT)):
        sentence = ngettext(
            "Otra persona marcó distinto a %(count)s mujer. Mira su línea y guarda otra vez.",
            "Otra persona marcó distinto a %(count)s mujeres. Mira sus líneas y guarda otra vez.",
            conflicts,
        )
        form.add_error(None, sentence % {"count": conflicts})


def _session_page(
    request: SignedInRequest, session: Session, lines: list[MarkLine], form: MarksForm
) -> HttpResponse:
    corrections = corrections_of([session]).get(session.pk, [])
    names = {line.pk: line.enrolment.listed_name for line in lines}
    total = lines_of_session(session).count()
    context = {
        "session": session,
        "edition": session.edition,
        "title": _("Pasar asistencia"),
        "lead": session_lead(session),
        "crumbs": crumbs_below(session.edition),
        "form": form,
        "lines": lines,
        "out_of_reach": total - len(lines),
        "is_future": session.held_on > timezone.localdate(),
        "marked": sum(1 for line in lines if line.chosen),
        "came": sum(1 for line in lines if line.chosen in Attendance.CAME),
        "corrections": [(names[c.enrolment_id], c) for c in corrections if c.enrolment_id in names],
        "records": records_of([session], request.user),
        "record_form": RecordForm(auto_id="hoja_%s"),
    }
    return render(request, "trainings/session_attendance.html", context)


@require_POST
@requires(Permission.ATTENDANCE_MARK)
def session_close(request: SignedInRequest, pk: UUID) -> HttpResponse:
    session = _session(request, pk)
    try:
        actions.close_session(session=session, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        sentence = _("Sesión cerrada. Para cambiar una marca se pedirá el motivo.")
        messages.success(request, sentence)
    return redirect("session-attendance", session.pk)


@require_POST
@requires(Permission.ATTENDANCE_MARK)
def session_reopen(request: SignedInRequest, pk: UUID) -> HttpResponse:
    session = _session(request, pk)
    try:
        actions.reopen_session(session=session, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("La sesión está abierta otra vez."))
    return redirect("session-attendance", session.pk)


@require_POST
@requires(Permission.ATTENDANCE_MARK)
def session_record(request: SignedInRequest, pk: UUID) -> HttpResponse:
    session = _session(request, pk)
    form = RecordForm(request.POST, request.FILES, auto_id="hoja_%s")
    if form.is_valid():
        try:
            actions.add_record(session=session, upload=form.cleaned_data["record"], by=request.user)
        except Refused as refusal:
            form.add_error("record", refusal.message)
        else:
            messages.success(request, _("Hoja de firmas guardada."))
            return redirect("session-attendance", session.pk)
    context = {"form": form, "session": session, "title": _("Foto de la hoja de firmas")}
    context |= {
        "lead": session_lead(session),
        "crumbs": crumbs_below(session.edition),
    }
    return render(request, "trainings/session_record.html", context)


# --- The sheet on paper -------------------------------------------------------------------------
@require_GET
@requires(Permission.ATTENDANCE_MARK)
def session_print(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The sheet to sign, as a PDF, with the last figures of each document."""
    session = _session(request, pk)
    lines = list(shown_to(request.user, lines_of_session(session)))
    record_access(
        by=request.user,
        action=Action.EXPORT,
        subject=Session._meta.label_lower,
        subject_id=session.pk,
        row_count=len(lines),
    )
    return _pdf(request, session, lines)


@require_http_methods(["GET", "POST"])
@requires(Permission.ATTENDANCE_MARK)
def session_print_full(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The same with documents in full, for a purpose; who printed it stays written."""
    session = _session(request, pk)
    ensure(request.user, Permission.PERSON_REVEAL)
    form = PrintForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        lines = list(shown_to(request.user, lines_of_session(session)))
        record_access(
            by=request.user,
            action=Action.REVEAL,
            subject=Session._meta.label_lower,
            subject_id=session.pk,
            field="document",
            row_count=len(lines),
            purpose=form.cleaned_data["purpose"],
        )
        return _pdf(request, session, lines, revealed_to=request.user)
    context = {"form": form, "title": _("Hoja con el DNI completo"), "session": session}
    context |= {
        "lead": session_lead(session),
        "crumbs": crumbs_below(session.edition),
    }
    return render(request, "trainings/session_print.html", context)


def _pdf(
    request: SignedInRequest,
    session: Session,
    lines: list[Enrolment],
    revealed_to: User | None = None,
) -> HttpResponse:
    address = request.build_absolute_uri(reverse("session-sheet", args=[session.pk]))
    name = f"hoja-{session.code.lower()}.pdf"
    return HttpResponse(
        sign_in_sheet(session, lines, address=address, revealed_to=revealed_to),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.ATTENDANCE_MARK)
def session_sheet(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Type the signed sheet back, line by line, in the order in which it was printed."""
    session = _session(request, pk)
    lines = mark_lines(session, shown_to(request.user, lines_of_session(session)))
    form = TypedForm(
        request.POST or None,
        lines={line.pk: line.enrolment for line in lines},
        asks_reason=actions.was_ever_closed(session),
    )
    for line in lines:
        line.chosen = form.chosen(line.pk, line.chosen)
    if request.method == "POST" and form.is_valid():
        answer = _kept(request, session, form, lines, Attendance.Origin.SHEET)
        if answer:
            return answer
    context = {
        "session": session,
        "title": _("Pasar a máquina la hoja de firmas"),
        "lead": session_lead(session),
        "crumbs": crumbs_below(session.edition),
        "form": form,
        "lines": lines,
        "extras": form.extras(BLANK_LINES),
        "names": [line.enrolment.listed_name for line in lines],
    }
    return render(request, "trainings/session_sheet.html", context)


# --- The register -------------------------------------------------------------------------------
@require_GET
@requires(Permission.ROSTER_VIEW)
def training_register(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """RM 050-2013-TR of an organisation and a month: one sheet for each session, as a PDF."""
    organisations = Organisation.objects.visible_to(request.user).order_by()
    organisation = get_object_or_404(organisations, pk=pk)
    form = MonthForm(request.GET or None)
    if form.is_valid():
        month = form.cleaned_data["mes"]
        if marks := register_of(organisation, month, request.user):
            record_access(
                by=request.user,
                action=Action.EXPORT,
                subject="training_register",
                subject_id=organisation.pk,
                filters={"mes": f"{month:%Y-%m}"},
                row_count=len(marks),
            )
            return _register_pdf(organisation, month, marks)
        words = _("Nadie de %(name)s vino a una sesión ese mes, de las que alcanzas a ver.")
        form.add_error("mes", words % {"name": organisation.called})
    context = {"form": form, "title": _("Registro de capacitación"), "lead": organisation.name}
    return render(request, "trainings/training_register.html", context)


def _register_pdf(organisation: Organisation, month: date, marks: list[Attendance]) -> HttpResponse:
    sheets = [
        held_sheet(session, organisation, list(hers))
        for session, hers in groupby(marks, key=lambda mark: mark.session)
    ]
    name = f"registro-{month:%Y-%m}.pdf"
    return HttpResponse(
        draw_sheets(sheets),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
@requires(Permission.ROSTER_VIEW)
def attendance_list(request: SignedInRequest) -> HttpResponse:
    context = {"listing": listing_page(request, ATTENDANCE), "crumbs": crumbs_of()[:1]}
    return render(request, "trainings/attendance_list.html", context)
