"""The record of what a woman completed, on A4 upright: to hand in, with the codes that prove it."""

import io

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from network.base.dates import day
from network.base.pdf import FONT, FONT_BOLD, demo_mark, draw_text, register_fonts
from trainings.transcripts import Entry, Transcript

WIDTH, HEIGHT = A4
MARGIN = 18 * mm
BODY = WIDTH - 2 * MARGIN
LINE = 6.2 * mm
# Where each column of the table begins, as shares of the body; the last one ends with it.
COLUMNS = (0, 0.46, 0.58, 0.66, 0.82)


def transcript_pdf(transcript: Transcript, *, base_url: str) -> bytes:
    register_fonts()
    target = io.BytesIO()
    with translation.override(settings.LANGUAGE_CODE):
        paper = _Paper(
            Canvas(target, pagesize=A4, invariant=1, pageCompression=1, initialFontName=FONT),
            transcript.person.is_demo,
        )
        paper.title(_("Constancia de récord"), transcript)
        paper.hours(transcript)
        paper.table(_("Vigente"), transcript.valid)
        paper.table(_("Vencido"), transcript.expired)
        if transcript.unverified:
            paper.table(
                _("Registro histórico, no verificado: no está en ninguna suma"),
                list(transcript.unverified),
            )
        paper.say(_("Comprueba cada código en %(place)s") % {"place": _place(base_url)})
        paper.close()
    return target.getvalue()


def _place(base_url: str) -> str:
    return f"{base_url.partition('://')[2]}/c/"


class _Paper:
    """The page being written and how far down it is; a new one begins when it is full."""

    def __init__(self, canvas: Canvas, is_demo: bool) -> None:
        self.canvas, self.is_demo = canvas, is_demo
        self.y = HEIGHT - MARGIN

    def title(self, words: str, transcript: Transcript) -> None:
        self.canvas.setTitle(words)
        self.canvas.setAuthor(settings.SITE_NAME)
        self.say(settings.SITE_NAME, size=10)
        self.say(words, font=FONT_BOLD, size=20, above=6 * mm)
        self.say(transcript.person.full_name, font=FONT_BOLD, size=14, above=3 * mm)
        today = {"day": date_format(transcript.day, "DATE_FORMAT")}
        self.say(_("Lo que consta el %(day)s.") % today, size=10)

    def hours(self, transcript: Transcript) -> None:
        total = {"hours": transcript.hours_said}
        self.say(_("%(hours)s horas en total") % total, font=FONT_BOLD, size=12, above=4 * mm)
        for theme in transcript.hours_by_theme:
            self.say(f"{theme.label}: {theme.said}", size=10)
        renewal = transcript.next_renewal
        if renewal:
            said = {
                "course": renewal.completion.course.name,
                "day": day(renewal.completion.valid_until),
            }
            self.say(_("Próxima renovación: %(course)s, hasta el %(day)s") % said, size=10)

    def table(self, words: str, entries: list[Entry]) -> None:
        if not entries:
            return
        self.say(words, font=FONT_BOLD, size=12, above=6 * mm)
        heads = [_("Curso"), _("Día"), _("Horas"), _("Vale hasta"), _("Código")]
        self._row(heads, font=FONT_BOLD)
        for entry in entries:
            completion = entry.completion
            self._row(
                [
                    completion.course.name,
                    entry.completed,
                    entry.hours_said or "—",
                    day(completion.valid_until) or _("No vence"),
                    entry.code or "—",
                ]
            )

    def _row(self, cells: list[str], font: str = FONT) -> None:
        self._room(LINE)
        self.y -= LINE
        ends = (*COLUMNS[1:], 1)
        for cell, start, end in zip(cells, COLUMNS, ends, strict=True):
            wide = (end - start) * BODY - 2 * mm
            draw_text(self.canvas, cell, MARGIN + start * BODY, self.y, wide, font=font, size=9)
        self.canvas.setLineWidth(0.3)
        self.canvas.line(MARGIN, self.y - 1.8 * mm, WIDTH - MARGIN, self.y - 1.8 * mm)

    def say(self, words: str, *, font: str = FONT, size: float = 9, above: float = 0) -> None:
        self._room(LINE + above)
        self.y -= max(LINE, size * 1.3) + above
        draw_text(self.canvas, words, MARGIN, self.y, BODY, font=font, size=size)

    def _room(self, needed: float) -> None:
        if self.y - needed < MARGIN:
            self._end_page()
            self.y = HEIGHT - MARGIN

    def _end_page(self) -> None:
        if self.is_demo:
            demo_mark(self.canvas, A4)
        self.canvas.showPage()

    def close(self) -> None:
        if self.is_demo:
            demo_mark(self.canvas, A4)
        self.canvas.save()
