"""The ground of every PDF: the embedded font, QR codes, text that fits, the demonstration mark."""

from functools import cache

import segno
from django.conf import settings
from django.utils.translation import gettext as _
from reportlab.lib.colors import Color
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT = "NotoSans"
FONT_BOLD = "NotoSans-Bold"
FOLDER = settings.BASE_DIR / "static/vendor/noto-sans-2.015"
DEMO_GREY = Color(0.5, 0.5, 0.5, alpha=0.28)


@cache
def register_fonts() -> None:
    """Once for each process. A file carries only the letters it uses."""
    pdfmetrics.registerFont(TTFont(FONT, FOLDER / "NotoSans-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(FONT_BOLD, FOLDER / "NotoSans-Bold.ttf"))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=FONT_BOLD, italic=FONT)


def draw_qr(canvas: Canvas, text: str, x: float, y: float, size: float) -> None:
    """A square of `size` points whose lower left corner is at x, y, its quiet zone included."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    module = size / (len(rows) + 8)
    canvas.saveState()
    canvas.setFillGray(0)
    path = canvas.beginPath()
    for from_top, row in enumerate(rows):
        for start, width in _runs(row):
            top = y + size - (from_top + 5) * module
            path.rect(x + (start + 4) * module, top, width * module, module)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Start and length of each stretch of dark modules: fewer rectangles, a smaller file."""
    runs: list[tuple[int, int]] = []
    for at, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == at:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((at, 1))
    return runs


def demo_mark(canvas: Canvas, page_size: tuple[float, float]) -> None:
    """Across the page, so that no demonstration paper is taken for a real one."""
    width, height = page_size
    canvas.saveState()
    canvas.setFillColor(DEMO_GREY)
    canvas.setFont(FONT_BOLD, min(width, height) / 13)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(35)
    canvas.drawCentredString(0, 0, _("DATOS DE DEMOSTRACIÓN"))
    canvas.restoreState()


def draw_text(
    canvas: Canvas, text: str, x: float, y: float, width: float, *, font: str = FONT, size: float
) -> None:
    """One line that never leaves its box: smaller down to 7/10, and then cut with an ellipsis."""
    least = size * 0.7
    while size > least and pdfmetrics.stringWidth(text, font, size) > width:
        size -= 0.25
    canvas.setFont(font, size)
    canvas.drawString(x, y, _cut(text, font, size, width))


def _cut(text: str, font: str, size: float, width: float) -> str:
    if pdfmetrics.stringWidth(text, font, size) <= width:
        return text
    while text and pdfmetrics.stringWidth(f"{text}…", font, size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrap_text(text: str, width: float, *, font: str = FONT, size: float) -> list[str]:
    """The lines a text takes in a width; a word longer than it is cut."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if pdfmetrics.stringWidth(longer, font, size) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return [_cut(line, font, size, width) for line in lines]
