"""The picture that goes with the link of a certificate in WhatsApp: 1200 × 630, few colours."""

import io
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from trainings.certificate_pdf import GOLD_VEIN, MARK, MARK_VEIN, STRATA
from trainings.certificates import Check
from trainings.models import Certificate

SIZE = (1200, 630)
EDGE = 80
LEAST, COLOURS = 28, 32
SERIF = settings.BASE_DIR / "static/vendor/noto-serif-2.015/NotoSerif-Bold.ttf"
SANS = settings.BASE_DIR / "static/vendor/noto-sans-2.015/NotoSans-Regular.ttf"
PAPER, TEXT, SOFT, GOLD, NIGHT, VEIN = (
    "#fbf9f5",
    "#211d18",
    "#4d453b",
    "#ae7f24",
    "#0b2b36",
    "#d3a546",
)
STATE_COLOURS = {Certificate.Answer.VALID: "#264f30", Certificate.Answer.ANNULLED: "#7f301a"}


def card_png(check: Check) -> bytes:
    """The answer, the course and the code; her name only when she agreed to it."""
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    with translation.override(settings.LANGUAGE_CODE):
        _strata(draw)
        _mark(draw)
        _words(draw, check)
    target = io.BytesIO()
    image.quantize(COLOURS).save(target, "PNG", optimize=True)
    return target.getvalue()


def _strata(draw: ImageDraw.ImageDraw) -> None:
    def placed(points: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
        return [(x / 297 * SIZE[0], SIZE[1] - (210 - y) * 4.2) for x, y in points]

    for colour, points in STRATA:
        draw.polygon([*placed(points), (SIZE[0], SIZE[1]), (0, SIZE[1])], f"#{colour.hexval()[2:]}")
    draw.line(placed(GOLD_VEIN), GOLD, 5, joint="curve")


def _mark(draw: ImageDraw.ImageDraw) -> None:
    scale = 88 / 40
    draw.polygon([(EDGE + x * scale, 56 + y * scale) for x, y in MARK], NIGHT)
    vein = [(EDGE + x * scale, 56 + y * scale) for x, y in MARK_VEIN]
    draw.line(vein, VEIN, 6, joint="curve")


def _words(draw: ImageDraw.ImageDraw, check: Check) -> None:
    content = check.content
    _text(draw, (EDGE + 108, 64), settings.SITE_NAME, SERIF, 34, TEXT)
    _text(draw, (EDGE + 108, 108), "RNM-MAPE · Perú", SANS, 26, SOFT)
    answer = f"{_('Constancia')}: {check.answer.label.lower()}"
    colour = STATE_COLOURS.get(check.answer, TEXT)
    _text(draw, (EDGE, 190), answer, SERIF, 50, colour)
    y = 268
    if check.is_named:
        _text(draw, (EDGE, y), content.name, SERIF, 40, TEXT)
        y += 62
    _text(draw, (EDGE, y), f"{content.course}, {content.hours_in_words}", SANS, 36, TEXT)
    said = [check.certificate.printed_code]
    if check.answer == Certificate.Answer.VALID and content.last_day:
        said.insert(0, _("Vale hasta el %(day)s") % {"day": date_format(content.last_day, "d/m/Y")})
    if content.is_demo:
        said.append(_("Datos de demostración"))
    _text(draw, (EDGE, y + 62), " · ".join(said), SANS, 30, SOFT)


def _text(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], words: str, font: object, size: int, colour: str
) -> None:
    """One line, smaller until it fits, and then cut."""
    room = SIZE[0] - EDGE - at[0]
    while size > LEAST and draw.textlength(words, _font(font, size)) > room:
        size -= 2
    while draw.textlength(words, _font(font, size)) > room:
        words = f"{words[:-2].rstrip()}…"
    draw.text(at, words, colour, _font(font, size))


@cache
def _font(path: object, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)
