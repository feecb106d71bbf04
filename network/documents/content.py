"""What an uploaded file really is. Photos are painted anew, so nothing but the picture survives;
PDF is kept as it came; everything else is refused, whatever its name or declared type says."""

import logging
import re
from dataclasses import dataclass
from io import BytesIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from network.base.errors import Refused

logger = logging.getLogger(__name__)

PDF_TYPE = "application/pdf"
# An A4 page at 300 points per inch is 3,508 high; a finer photo is scaled down.
LONGEST_SIDE = 4096
# A JPEG is decoded small; the others whole, at four bytes a pixel.
MOST_PIXELS = {"JPEG": 64_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
JPEG_QUALITY = 88

PDF_TAIL_BYTES = 1024
ZIP_TAIL_BYTES = 65_557
PDF_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
# What runs, opens programs or carries other files when the PDF is opened.
PDF_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia)\b")


@dataclass(frozen=True)
class Content:
    """What will be stored."""

    data: bytes
    content_type: str
    ending: str


def read_content(upload: UploadedFile) -> Content:
    """The clean content of an upload, or Refused with the one reason."""
    data = _limited(upload)
    if picture := _picture_format(data):
        return _repainted(data, picture)
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    raise Refused(_("Solo se reciben fotos JPG, PNG o WebP y documentos PDF."), field="file")


def _limited(upload: UploadedFile) -> bytes:
    """Read one byte more than allowed at most, whatever size was declared."""
    data = upload.read(settings.UPLOAD_MAX_BYTES + 1)
    if len(data) > settings.UPLOAD_MAX_BYTES:
        limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
        raise Refused(_("El archivo pesa demasiado: el máximo es %s.") % limit, field="file")
    if not data:
        raise Refused(_("El archivo está vacío."), field="file")
    return data


def _picture_format(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return None


def _repainted(data: bytes, picture: str) -> Content:
    try:
        with Image.open(BytesIO(data), formats=[picture]) as image:
            _refuse_oversized_or_moving(image, picture)
            canvas = _canvas(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Refused:
        raise
    # A decoder fed with hostile bytes fails in any way; every one of them is a damaged picture.
    except Exception as error:
        logger.info("picture refused: %s", type(error).__name__)
        raise Refused(_("La foto está dañada o incompleta."), field="file") from error
    is_png = picture == "PNG"
    painted = BytesIO()
    if is_png:
        canvas.save(painted, "PNG", optimize=True)
    else:
        canvas.save(painted, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    data = painted.getvalue()
    return Content(data, "image/png", "png") if is_png else Content(data, "image/jpeg", "jpg")


def _refuse_oversized_or_moving(image: Image.Image, picture: str) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS[picture]:
        raise _too_many_pixels()
    # Some phones put a second view inside a JPEG; only the first is read.
    if picture != "JPEG" and getattr(image, "n_frames", 1) > 1:
        raise Refused(_("La imagen tiene movimiento; sube una foto fija."), field="file")


def _too_many_pixels() -> Refused:
    return Refused(_("La foto es demasiado grande. Súbela con menos resolución."), field="file")


def _canvas(image: Image.Image) -> Image.Image:
    """The picture upright, in plain colours, with no metadata of any kind."""
    # A large JPEG is decoded at a half, a quarter or an eighth, still fine enough to read.
    image.draft("RGB", (LONGEST_SIDE // 2, LONGEST_SIDE // 2))
    image.load()
    has_holes = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    canvas = image
    if image.mode not in {"L", "RGB"}:
        canvas = image.convert("RGBA" if has_holes else "RGB")
    canvas.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    canvas = _upright(canvas)
    if canvas.mode == "RGBA" and image.format != "PNG":
        paper = Image.new("RGB", canvas.size, "white")
        paper.paste(canvas, mask=canvas.getchannel("A"))
        canvas = paper
    canvas.info.clear()
    return canvas


def _upright(image: Image.Image) -> Image.Image:
    """Turned as the camera was held; a camera that wrote that badly does not spoil the photo."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception as error:  # the EXIF block is as hostile as the rest
        logger.info("orientation not read: %s", type(error).__name__)
        return image


def _pdf(data: bytes) -> Content:
    """A PDF from its first byte to its last, that is no other format too and runs nothing."""
    head, tail = data[:16], data[-PDF_TAIL_BYTES:]
    is_whole = (
        re.match(rb"%PDF-[12]\.[0-9]\s", head)
        and b"startxref" in tail
        and re.search(rb"%%EOF[\s\0]*\Z", tail)
        and re.search(rb"\d+\s+\d+\s+obj\b", data)
    )
    if not is_whole:
        raise Refused(_("El PDF está dañado o incompleto."), field="file")
    if b"PK\x05\x06" in data[-ZIP_TAIL_BYTES:]:
        raise Refused(_("El PDF esconde otro archivo adentro."), field="file")
    if PDF_ACTIVE.search(PDF_NAME_ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), data)):
        raise Refused(
            _("El PDF trae programas o archivos adjuntos. Guárdalo de nuevo imprimiéndolo a PDF."),
            field="file",
        )
    return Content(data, PDF_TYPE, "pdf")
