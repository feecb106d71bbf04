"""The register of RM 050-2013-TR, Annex 1, as a PDF: to be signed, and as it was held.

One page holds thirty lines. What the law asks of the document is that it can be filled in by hand:
a box for each figure of the document, room to sign, and who is responsible below.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from members.access import Permission, scope_of
from members.models import Organisation, Person
from network.base.dates import day, hour
from network.base.fields import open_value
from network.base.pdf import FONT, FONT_BOLD, demo_mark, draw_qr, draw_text, register_fonts
from trainings.models import Attendance, Enrolment, Session

WIDTH, HEIGHT = A4
LEFT, TOP = 12 * mm, HEIGHT - 10 * mm
INNER = WIDTH - 2 * LEFT
LINES_PER_PAGE = 30
LEAST_BLANK = 4
LINE_HEIGHT = 6.4 * mm
KINDS = (
    gettext_lazy("Inducción"),
    gettext_lazy("Capacitación"),
    gettext_lazy("Entrenamiento"),
    gettext_lazy("Simulacro"),
)
TRAINING = 1
# Heading and width of each column, in the order of the annex.
COLUMNS = (
    (gettext_lazy("N.º"), 8 * mm),
    (gettext_lazy("Apellidos y nombres"), 57 * mm),
    (gettext_lazy("N.º DNI"), 29 * mm),
    (gettext_lazy("Área u organización"), 36 * mm),
    (gettext_lazy("Firma"), 34 * mm),
    (gettext_lazy("Observaciones"), 22 * mm),
)


@dataclass(frozen=True)
class SheetLine:
    """One who signs. `document` in full, or its last figures after the boxes left to write."""

    name: str
    organisation: str = ""
    document: str = ""
    tail: str = ""
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """What stands above and below the lines, the same on every page."""

    organiser: str
    organiser_ruc: str
    organiser_address: str
    activity: str
    topic: str
    held_on: str
    trainer: str
    hours: str
    lines: list[SheetLine] = field(default_factory=list)
    code: str = ""
    address: str = ""
    is_demo: bool = False


def sign_in_sheet(
    session: Session,
    lines: Sequence[Enrolment],
    *,
    address: str,
    revealed_to: Any = None,
) -> bytes:
    """The sheet of a session to print, with blank lines for whoever comes without being enrolled.

    Of a document only its last three figures, unless it is revealed to someone: then the whole of
    those she may see.
    """
    reach = _revealed(revealed_to, lines)
    prefilled = [_to_sign(enrolment, reach) for enrolment in lines]
    spare = -(len(prefilled) + LEAST_BLANK) % LINES_PER_PAGE + LEAST_BLANK
    return draw_sheets([sheet_of(session, [*prefilled, *_blank(spare)], address=address)])


def _blank(count: int) -> list[SheetLine]:
    return [SheetLine("") for _each in range(count)]


def _revealed(user: Any, lines: Sequence[Enrolment]) -> dict[Any, str]:
    if user is None:
        return {}
    people = Person.objects.within(scope_of(user, Permission.PERSON_REVEAL))
    kept = people.filter(pk__in=[e.person_id for e in lines if e.person_id])
    return {person.pk: open_value(person, "document_sealed") or "" for person in kept}


def _to_sign(enrolment: Enrolment, documents: dict[Any, str]) -> SheetLine:
    person = enrolment.person
    return SheetLine(
        name=enrolment.listed_name,
        organisation=enrolment.came_from,
        document=documents.get(enrolment.person_id, ""),
        tail=person.document_tail if person else "",
    )


def sheet_of(session: Session, lines: list[SheetLine], *, address: str = "") -> Sheet:
    edition = session.edition
    lead = edition.institutions.filter(is_lead=True).select_related("institution").first()
    network = edition.regional_network
    organiser = lead.institution if lead else None
    trainer = session.trainer
    return Sheet(
        organiser=str(organiser or network or settings.SITE_NAME),
        organiser_ruc=getattr(organiser, "ruc", "") or "",
        organiser_address=edition.district.path if edition.district else edition.venue,
        activity=_("Minería artesanal y de pequeña escala"),
        topic=": ".join(filter(None, [edition.course.name, session.topic])),
        held_on=f"{day(session.held_on)}, {hour(session.starts_at)} – {hour(session.ends_at)}",
        trainer=trainer.full_name if trainer else "",
        hours=f"{session.planned_hours.normalize():f}",
        lines=lines,
        code=session.code,
        address=address,
        is_demo=edition.is_demo,
    )


def held_sheet(session: Session, organisation: Organisation, marks: Sequence[Attendance]) -> Sheet:
    """A session as it was held, for one organisation: the employer of the register."""
    district = organisation.district
    return replace(
        sheet_of(session, [_held_line(mark) for mark in marks]),
        organiser=organisation.name,
        organiser_ruc=organisation.ruc or "",
        organiser_address=district.path if district else "",
        code="",
    )


def _held_line(mark: Attendance) -> SheetLine:
    line = _to_sign(mark.enrolment, {})
    note = mark.get_mark_display() if mark.mark == Attendance.Mark.LATE else ""
    return SheetLine(line.name, line.organisation, "", line.tail, note)


def draw_sheets(sheets: Sequence[Sheet]) -> bytes:
    register_fonts()
    target = BytesIO()
    canvas = Canvas(target, A4, pageCompression=1)
    canvas.setTitle(_("Registro de capacitación"))
    for sheet in sheets:
        parts = range(0, max(len(sheet.lines), 1), LINES_PER_PAGE)
        for number, start in enumerate(parts, start=1):
            _page(canvas, sheet, start, f"{number}/{len(parts)}")
            canvas.showPage()
    canvas.save()
    return target.getvalue()


def _page(canvas: Canvas, sheet: Sheet, start: int, page: str) -> None:
    if sheet.is_demo:
        demo_mark(canvas, A4)
    canvas.setLineWidth(0.5)
    y = _heading(canvas, sheet, page)
    y = _facts(canvas, sheet, y)
    y = _table_head(canvas, y)
    lines = sheet.lines[start : start + LINES_PER_PAGE]
    for number, line in enumerate(lines, start=start + 1):
        y = _line(canvas, line, number, y)
    _responsible(canvas, y - 3 * mm)


def _heading(canvas: Canvas, sheet: Sheet, page: str) -> float:
    size = 21 * mm
    canvas.setFont(FONT_BOLD, 10.5)
    words = _("REGISTRO DE INDUCCIÓN, CAPACITACIÓN, ENTRENAMIENTO")
    canvas.drawString(LEFT, TOP - 4 * mm, words)
    canvas.drawString(LEFT, TOP - 8.5 * mm, _("Y SIMULACROS DE EMERGENCIA"))
    canvas.setFont(FONT, 7.5)
    canvas.drawString(
        LEFT,
        TOP - 13 * mm,
        _("Formato de referencia: R. M. 050-2013-TR, anexo 1 · Hoja %(page)s") % {"page": page},
    )
    if sheet.code:
        canvas.setFont(FONT, 8)
        canvas.drawRightString(LEFT + INNER - size - 2 * mm, TOP - 8 * mm, _("Código de la sesión"))
        canvas.setFont(FONT_BOLD, 15)
        canvas.drawRightString(LEFT + INNER - size - 2 * mm, TOP - 14.5 * mm, sheet.code)
        draw_qr(canvas, sheet.address, LEFT + INNER - size, TOP - size + 3 * mm, size)
    return TOP - 19 * mm


def _facts(canvas: Canvas, sheet: Sheet, y: float) -> float:
    half, third = INNER / 2, INNER / 3
    rows = (
        ((_("Organiza (razón social)"), sheet.organiser, half + 20 * mm),)
        + ((_("RUC"), sheet.organiser_ruc, half - 20 * mm),),
        ((_("Domicilio o lugar"), sheet.organiser_address, half),)
        + ((_("Actividad económica"), sheet.activity, half),),
        ((_("Tema"), sheet.topic, INNER),),
        (
            (_("Fecha y horas"), sheet.held_on, third + 12 * mm),
            (_("Capacitadora o entrenadora"), sheet.trainer, third),
            (_("N.º de horas"), sheet.hours, third - 12 * mm),
        ),
    )
    for row in rows:
        x = LEFT
        for label, value, width in row:
            _box(canvas, x, y, width, 8.5 * mm, label, value)
            x += width
        y -= 8.5 * mm
    return _kinds(canvas, y)


def _box(
    canvas: Canvas, x: float, top: float, width: float, height: float, label: str, value: str = ""
) -> None:
    canvas.rect(x, top - height, width, height)
    canvas.setFont(FONT, 6)
    canvas.drawString(x + 1.2 * mm, top - 2.6 * mm, label)
    if value:
        draw_text(canvas, value, x + 1.2 * mm, top - height + 1.8 * mm, width - 2.4 * mm, size=9)


def _kinds(canvas: Canvas, top: float) -> float:
    """The kind of activity, ticked: what the portal keeps are trainings."""
    width, height = INNER / len(KINDS), 6.5 * mm
    for number, kind in enumerate(KINDS):
        x = LEFT + number * width
        canvas.rect(x, top - height, width, height)
        canvas.rect(x + 2 * mm, top - 5 * mm, 3.5 * mm, 3.5 * mm)
        if number == TRAINING:
            canvas.setFont(FONT_BOLD, 9)
            canvas.drawCentredString(x + 3.75 * mm, top - 4.3 * mm, "X")
        canvas.setFont(FONT, 8.5)
        canvas.drawString(x + 8 * mm, top - 4.4 * mm, str(kind))
    return top - height


def _table_head(canvas: Canvas, top: float) -> float:
    height, x = 6 * mm, LEFT
    canvas.setFont(FONT_BOLD, 7.5)
    for heading, width in COLUMNS:
        canvas.rect(x, top - height, width, height)
        canvas.drawCentredString(x + width / 2, top - 4 * mm, str(heading))
        x += width
    return top - height


def _line(canvas: Canvas, line: SheetLine, number: int, top: float) -> float:
    base, x = top - LINE_HEIGHT + 2.1 * mm, LEFT
    cells = (str(number), line.name, None, line.organisation, "", line.note)
    for (_heading, width), text in zip(COLUMNS, cells, strict=True):
        canvas.rect(x, top - LINE_HEIGHT, width, LINE_HEIGHT)
        if text is None:
            _document(canvas, line, x, top, width)
        elif text:
            draw_text(canvas, text, x + 1 * mm, base, width - 2 * mm, size=8.5)
        x += width
    return top - LINE_HEIGHT


def _document(canvas: Canvas, line: SheetLine, x: float, top: float, width: float) -> None:
    """Eight small boxes: what is known is in them, the rest is left to be written."""
    box, known = (width - 3 * mm) / 8, line.document
    if known and len(known) != 8:
        draw_text(canvas, known, x + 1 * mm, top - 3.9 * mm, width - 2 * mm, size=8.5)
        return
    figures = known or line.tail.rjust(8)
    canvas.saveState()
    canvas.setStrokeGray(0.6)
    canvas.setFont(FONT, 8)
    for place, figure in enumerate(figures):
        left = x + 1.5 * mm + place * box
        canvas.rect(left, top - LINE_HEIGHT + 1 * mm, box, LINE_HEIGHT - 2 * mm)
        if figure.strip():
            canvas.drawCentredString(left + box / 2, top - LINE_HEIGHT + 2.2 * mm, figure)
    canvas.restoreState()


def _responsible(canvas: Canvas, top: float) -> None:
    canvas.setFont(FONT_BOLD, 8)
    canvas.drawString(LEFT, top - 2 * mm, _("Responsable del registro"))
    x, widths = LEFT, (0.38, 0.24, 0.14, 0.24)
    labels = (_("Nombre"), _("Cargo"), _("Fecha"), _("Firma"))
    for label, share in zip(labels, widths, strict=True):
        _box(canvas, x, top - 3.5 * mm, INNER * share, 11 * mm, label)
        x += INNER * share
