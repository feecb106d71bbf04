import time
from io import BytesIO

import pytest
from PIL import Image

from network.base.errors import Refused
from network.documents import content
from network.documents.content import read_content
from tests.documents import samples
from tests.documents.samples import (
    HOSTILE,
    ORIENTATION,
    animated,
    commented_png,
    exif,
    pdf,
    picture,
    png_header,
    upload,
)


def painted(data, name="foto.jpg"):
    result = read_content(upload(data, name))
    return result, Image.open(BytesIO(result.data))


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_file_is_refused_in_one_sentence(kind):
    started = time.process_time()

    with pytest.raises(Refused) as refusal:
        read_content(upload(HOSTILE[kind], "foto.jpg", "image/jpeg"))

    assert refusal.value.field == "file"
    assert refusal.value.message.endswith(".")
    assert "\n" not in refusal.value.message
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("empty file", "El archivo está vacío."),
        ("HTML", "Solo se reciben fotos JPG, PNG o WebP y documentos PDF."),
        ("truncated JPEG", "La foto está dañada o incompleta."),
        ("PNG of 50,000 by 50,000", "La foto es demasiado grande. Súbela con menos resolución."),
        ("PNG just over the limit", "La foto es demasiado grande. Súbela con menos resolución."),
        ("animated WebP", "La imagen tiene movimiento; sube una foto fija."),
        ("animated PNG", "La imagen tiene movimiento; sube una foto fija."),
        ("truncated PDF", "El PDF está dañado o incompleto."),
        ("PDF around ZIP", "El PDF esconde otro archivo adentro."),
        (
            "PDF with JavaScript",
            "El PDF trae programas o archivos adjuntos. Guárdalo de nuevo imprimiéndolo a PDF.",
        ),
    ],
)
def test_refusal_says_what_is_wrong(kind, why):
    with pytest.raises(Refused) as refusal:
        read_content(upload(HOSTILE[kind]))

    assert refusal.value.message == why


@pytest.mark.parametrize(
    ("data", "kept_as"),
    [
        (picture("JPEG"), ("JPEG", "image/jpeg", "jpg")),
        (picture("JPEG", mode="L"), ("JPEG", "image/jpeg", "jpg")),
        (picture("JPEG", mode="CMYK"), ("JPEG", "image/jpeg", "jpg")),
        (picture("PNG"), ("PNG", "image/png", "png")),
        (picture("PNG", mode="P"), ("PNG", "image/png", "png")),
        (picture("PNG", mode="1"), ("PNG", "image/png", "png")),
        (picture("PNG", mode="LA"), ("PNG", "image/png", "png")),
        (picture("PNG", mode="I;16"), ("PNG", "image/png", "png")),
        (picture("WEBP"), ("JPEG", "image/jpeg", "jpg")),
        (picture("WEBP", mode="RGBA"), ("JPEG", "image/jpeg", "jpg")),
    ],
)
def test_photo_is_painted_anew_in_a_plain_format(data, kept_as):
    result, image = painted(data, "cualquiera.exe")

    assert (image.format, result.content_type, result.ending) == kept_as
    assert image.size == (60, 40)
    assert result.data != data


def test_photo_keeps_nothing_but_the_picture():
    with_place = picture("JPEG", exif=exif(), comment=b"Hermelinda", icc_profile=b"perfil" * 50)
    assert Image.open(BytesIO(with_place)).getexif().get_ifd(samples.GPS_BLOCK)

    for data in (with_place, commented_png(), picture("WEBP", exif=exif(), xmp=b"<x/>")):
        result, image = painted(data)

        assert dict(image.getexif()) == {}
        assert {"exif", "xmp", "icc_profile", "comment", "Author"}.isdisjoint(image.info)
        assert not any(
            mark in result.data for mark in (b"prueba", b"Hermelinda", b"perfil", b"xmp")
        )


def test_photo_is_turned_as_the_camera_was_held():
    _result, image = painted(picture("JPEG", exif=exif(**{f"t{ORIENTATION}": 6})))

    assert image.size == (40, 60)
    top, bottom = image.getpixel((20, 5)), image.getpixel((20, 55))
    assert top[0] > 200 > 50 > top[2]
    assert bottom[2] > 200 > 50 > bottom[0]


def test_unreadable_orientation_does_not_spoil_the_photo(monkeypatch):
    def broken(image):
        raise SyntaxError("not a TIFF file")

    monkeypatch.setattr(content.ImageOps, "exif_transpose", broken)

    assert painted(picture("JPEG"))[1].size == (60, 40)


def test_holes_become_white_paper_in_a_photo_and_stay_in_a_drawing():
    hole = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    webp, png = BytesIO(), BytesIO()
    hole.save(webp, "WEBP", lossless=True)
    hole.save(png, "PNG")

    assert painted(webp.getvalue())[1].getpixel((5, 5)) == (255, 255, 255)
    assert painted(png.getvalue())[1].getpixel((5, 5)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("kind", "size", "kept"),
    [
        ("JPEG", (5000, 100), (4096, 82)),
        ("PNG", (100, 5000), (82, 4096)),
        ("JPEG", (5000, 4400), (2500, 2200)),
    ],
)
def test_large_photo_is_scaled_down(kind, size, kept):
    assert painted(picture(kind, size))[1].size == kept


def test_second_view_inside_a_phone_photo_is_left_out():
    first, second = Image.new("RGB", (60, 40), "red"), Image.new("RGB", (60, 40), "blue")
    file = BytesIO()
    first.save(file, "MPO", save_all=True, append_images=[second])

    result, image = painted(file.getvalue())

    assert image.format == "JPEG"
    assert getattr(image, "n_frames", 1) == 1
    assert image.getpixel((5, 5))[0] > 200
    assert result.data.count(b"\xff\xd8\xff") == 1


def test_script_behind_a_photo_is_gone():
    result, _image = painted(picture("JPEG") + b"<script>alert(1)</script>" + samples.zipped())

    assert b"script" not in result.data
    assert b"PK" not in result.data


def test_moving_gif_disguised_as_webp_is_refused():
    with pytest.raises(Refused):
        read_content(upload(b"RIFF\0\0\0\0WEBP" + animated("WEBP")))


@pytest.mark.parametrize("head", [b"%PDF-1.4\n", b"%PDF-1.7\r\n%\xe2\xe3\xcf\xd3\n", b"%PDF-2.0\n"])
@pytest.mark.parametrize("tail", [b"%%EOF", b"%%EOF\r\n", b"%%EOF\n\0\0 \n"])
def test_pdf_is_kept_byte_by_byte(head, tail):
    data = pdf(head=head, tail=tail)

    result = read_content(upload(data, "acta.exe"))

    assert (result.data, result.content_type, result.ending) == (data, "application/pdf", "pdf")


def test_words_of_a_pdf_are_not_taken_for_programs():
    data = pdf(body=b"/Title (El curso /JavaScriptado y /Launcher)")

    assert read_content(upload(data)).data == data


@pytest.mark.parametrize("data", [picture("JPEG"), pdf()])
def test_file_over_the_limit_is_refused_whatever_it_declares(settings, data):
    settings.UPLOAD_MAX_BYTES = len(data) - 1
    file = upload(data)
    file.size = 1

    with pytest.raises(Refused, match="pesa demasiado: el máximo es"):
        read_content(file)


def test_file_of_exactly_the_limit_is_taken(settings):
    settings.UPLOAD_MAX_BYTES = len(pdf())

    assert read_content(upload(pdf())).ending == "pdf"


def test_warning_of_the_decoder_is_a_refusal():
    # Between Pillow's warning and its error.
    with pytest.raises(Refused, match="demasiado grande"):
        read_content(upload(png_header(10_000, 9_500)))
