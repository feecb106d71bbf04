"""The certificate on A4, drawn as vectors from its frozen content: the same bytes each time."""

import io
from collections.abc import Sequence
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from network.base.pdf import (
    FONT,
    FONT_BOLD,
    demo_mark,
    draw_qr,
    draw_text,
    register_fonts,
    wrap_text,
)
from trainings.certificates import Content, Signature
from trainings.codes import printed

TITLE, TITLE_BOLD = "NotoSerif", "NotoSerif-Bold"
FOLDER = settings.BASE_DIR / "static/vendor/noto-serif-2.015"
PAGE = landscape(A4)
WIDTH, HEIGHT = PAGE
MARGIN = 22 * mm
BODY = WIDTH - 2 * MARGIN
TEXT, GOLD, VEIN = HexColor("#211d18"), HexColor("#ae7f24"), HexColor("#d3a546")
NIGHT, STONE_2, STONE_3 = HexColor("#0b2b36"), HexColor("#e7e0d3"), HexColor("#cfc5b4")
# Points of the strata in mm from the upper left corner, as the design draws them.
STRATA = (
    (STONE_2, ((0, 176), (60, 171), (120, 178), (190, 168), (250, 174), (297, 169))),
    (STONE_3, ((0, 187), (70, 182), (130, 188), (200, 180), (260, 185), (297, 180))),
    (NIGHT, ((0, 197), (80, 193), (150, 198), (215, 191), (270, 195), (297, 191))),
)
GOLD_VEIN = (
    (0, 192), (40, 188), (75, 187.5), (110, 191), (140, 192),
    (180, 186), (214, 185), (250, 189), (275, 188), (297, 185),
)  # fmt: skip
# Of the mark, in its box of 40 × 40.
MARK = ((14, 3), (28, 2.5), (37, 13), (35.5, 28), (24, 37), (10.5, 35.5), (3, 25), (4, 12))
MARK_VEIN = ((9.5, 27.5), (16.5, 21.5), (21, 24), (24, 16), (32, 10.5))
MOST_SIGNATURES = 3


def certificate_pdf(content: Content, *, code: str, base_url: str) -> bytes:
    """The paper in Spanish, whoever asks for it. `base_url` is where its code is checked."""
    _register()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=PAGE, invariant=1, pageCompression=1, initialFontName=FONT)
    with translation.override(settings.LANGUAGE_CODE):
        canvas.setTitle(f"{_('Constancia')} {printed(code)}")
        canvas.setAuthor(settings.SITE_NAME)
        canvas.setCreator("Portal RNM-MAPE")
        _strata(canvas)
        _head(canvas)
        _body(canvas, content)
        _foot(canvas, content, code, base_url)
        if content.is_demo:
            demo_mark(canvas, PAGE)
    canvas.save()
    return target.getvalue()


@cache
def _register() -> None:
    register_fonts()
    pdfmetrics.registerFont(TTFont(TITLE, FOLDER / "NotoSerif-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(TITLE_BOLD, FOLDER / "NotoSerif-Bold.ttf"))


def _strata(canvas: Canvas) -> None:
    for colour, points in STRATA:
        canvas.setFillColor(colour)
        path = canvas.beginPath()
        path.moveTo(0, 0)
        for x, y in points:
            path.lineTo(x * mm, HEIGHT - y * mm)
        path.lineTo(WIDTH, 0)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    _line(canvas, [(x * mm, HEIGHT - y * mm) for x, y in GOLD_VEIN], GOLD, 0.9 * mm)


def _line(
    canvas: Canvas, points: Sequence[tuple[float, float]], colour: HexColor, width: float
) -> None:
    canvas.saveState()
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(width)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.restoreState()


def _head(canvas: Canvas) -> None:
    size, top = 16 * mm, HEIGHT - 15 * mm
    scale = size / 40
    canvas.setFillColor(NIGHT)
    path = canvas.beginPath()
    corners = [(MARGIN + x * scale, top - y * scale) for x, y in MARK]
    path.moveTo(*corners[0])
    for corner in corners[1:]:
        path.lineTo(*corner)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)
    vein = [(MARGIN + x * scale, top - y * scale) for x, y in MARK_VEIN]
    _line(canvas, vein, VEIN, 2.8 * scale)
    canvas.setFillColor(TEXT)
    x = MARGIN + size + 4 * mm
    draw_text(canvas, settings.SITE_NAME, x, top - 6.5 * mm, BODY / 2, font=TITLE_BOLD, size=15)
    draw_text(canvas, "RNM-MAPE · Perú", x, top - 12.5 * mm, BODY / 2, size=10)


def _body(canvas: Canvas, content: Content) -> None:
    canvas.setFillColor(TEXT)
    y = HEIGHT - 52 * mm
    title = _("Constancia")
    if content.copy > 1:
        title = _("Constancia, duplicado n.º %(copy)s") % {"copy": content.copy}
    draw_text(canvas, title, MARGIN, y, BODY, font=TITLE, size=33)
    y -= 15.5 * mm
    said = _("La %(network)s deja constancia de que") % {"network": settings.SITE_NAME}
    draw_text(canvas, said, MARGIN, y, BODY, size=15)
    y -= 19 * mm
    y = _name(canvas, content.name, y)
    for line in _sentence(content):
        y -= 8.5 * mm
        _runs(canvas, line, y)


def _name(canvas: Canvas, name: str, y: float) -> float:
    """In one line as large as it fits, or in two; the gold line goes under it."""
    size, lines = 39.0, [name]
    while pdfmetrics.stringWidth(name, TITLE_BOLD, size) > BODY and size > 24:
        size -= 0.5
    if pdfmetrics.stringWidth(name, TITLE_BOLD, size) > BODY:
        lines = wrap_text(name, BODY, font=TITLE_BOLD, size=size)[:2]
        y += 4 * mm
    for number, line in enumerate(lines):
        y -= number * size * 1.15
        draw_text(canvas, line, MARGIN, y, BODY, font=TITLE_BOLD, size=size)
    wide = max(pdfmetrics.stringWidth(line, TITLE_BOLD, size) for line in lines)
    y -= 5.5 * mm
    _line(canvas, [(MARGIN, y), (MARGIN + min(wide, BODY), y)], GOLD, 1.5)
    return y - 4 * mm


def _sentence(content: Content) -> list[list[tuple[str, str]]]:
    """What she completed: lines of words, each with its font."""
    words = {
        "course": content.course,
        "version": content.course_version,
        "hours": content.hours_in_words,
        "place": content.place,
        "dates": content.dates_in_words,
    }
    about = _("completó el curso *%(course)s*")
    if content.course_version:
        about += _(", versión %(version)s")
    about += _(", de %(hours)s")
    if content.place:
        about += _(", en %(place)s")
    about += _(", %(dates)s.")
    parts = (about % words).split("*")
    pieces = [
        (word, FONT_BOLD if number == 1 else FONT)
        for number, part in enumerate([parts[0], "*".join(parts[1:-1]), parts[-1]])
        for word in part.replace(" ", " \0").split("\0")
        if word
    ]
    lines = _broken(pieces)
    if content.organisation:
        lines.append(
            [(_("Organización: %(organisation)s.") % {"organisation": content.organisation}, FONT)]
        )
    return lines


def _broken(pieces: list[tuple[str, str]], size: float = 15) -> list[list[tuple[str, str]]]:
    lines: list[list[tuple[str, str]]] = [[]]
    left = BODY
    for word, font in pieces:
        wide = pdfmetrics.stringWidth(word.rstrip(), font, size)
        if wide > left and lines[-1]:
            lines.append([])
            left = BODY
        lines[-1].append((word, font))
        left -= pdfmetrics.stringWidth(word, font, size)
    return lines


def _runs(canvas: Canvas, line: list[tuple[str, str]], y: float, size: float = 15) -> None:
    text = canvas.beginText(MARGIN, y)
    for word, font in line:
        text.setFont(font, size)
        text.textOut(word)
    canvas.drawText(text)


def _foot(canvas: Canvas, content: Content, code: str, base_url: str) -> None:
    qr, right, bottom = 25 * mm, 43 * mm, HEIGHT - 168 * mm
    check_at = WIDTH - MARGIN - right - qr
    _signatures(canvas, content.signatories, check_at - MARGIN - 8 * mm, bottom)
    draw_qr(canvas, f"{base_url}/c/{printed(code)}/", check_at, bottom - 1 * mm, qr)
    x, y = check_at + qr + 1 * mm, bottom + 17.5 * mm
    last = content.last_day
    until = _("No vence")
    if last:
        until = _("Vale hasta el %(day)s") % {"day": date_format(last, "d/m/Y")}
    lines = [
        (until, FONT),
        (printed(code), FONT_BOLD),
        (_("N.º %(number)s") % {"number": content.number}, FONT),
        (_("Compruébala con el QR o en"), FONT),
        (f"{base_url.partition('://')[2]}/c/", FONT),
    ]
    for words, font in lines:
        draw_text(canvas, words, x, y, right, font=font, size=9.5)
        y -= 4.4 * mm


def _signatures(
    canvas: Canvas, signatories: Sequence[Signature], width: float, bottom: float
) -> None:
    shown = list(signatories[:MOST_SIGNATURES])
    if not shown:
        return
    gap = 8 * mm
    each = min((width - gap * (len(shown) - 1)) / len(shown), 83 * mm)
    for number, signature in enumerate(shown):
        x = MARGIN + number * (each + gap)
        _line(canvas, [(x, bottom + 13 * mm), (x + each, bottom + 13 * mm)], TEXT, 0.75)
        draw_text(canvas, signature.name, x, bottom + 7.5 * mm, each, font=FONT_BOLD, size=12)
        draw_text(canvas, signature.post, x, bottom + 2 * mm, each, size=10)
