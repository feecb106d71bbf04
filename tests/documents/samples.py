"""Files for the tests, made in memory: good ones, and the hostile ones that must not get in."""

import struct
import zipfile
import zlib
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

LIMA_GPS = {1: "S", 2: (12.0, 2.0, 30.0), 3: "W", 4: (77.0, 1.0, 40.0)}
ORIENTATION, GPS_BLOCK, MAKER = 0x0112, 0x8825, 0x010F


def upload(data, name="archivo", declared="application/octet-stream"):
    return SimpleUploadedFile(name, data, declared)


def picture(kind="JPEG", size=(60, 40), mode="RGB", **options):
    """A picture whose left half is red and right half blue, so that turning it shows."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    file = BytesIO()
    image.convert(mode).save(file, kind, **options)
    return file.getvalue()


def exif(**tags):
    block = Image.Exif()
    block[MAKER] = "Cámara de prueba"
    block.get_ifd(GPS_BLOCK).update(LIMA_GPS)
    for tag, value in tags.items():
        block[int(tag.removeprefix("t"))] = value
    return block


def commented_png():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Hermelinda")
    notes.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>12.0,-77.0</x:xmpmeta>")
    return picture("PNG", pnginfo=notes, dpi=(72, 72))


def animated(kind):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    file = BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:])
    return file.getvalue()


def png_header(width, height):
    """A PNG of a few bytes that claims to be huge."""

    def chunk(name, body):
        crc = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + crc

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def pdf(head=b"%PDF-1.4\n", body=b"", tail=b"%%EOF\n"):
    start = head + b"1 0 obj << /Type /Catalog " + body + b" >> endobj\n"
    return start + b"trailer << /Root 1 0 R >>\nstartxref\n9\n" + tail


def zipped(name="a.txt", content=b"hola"):
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


HOSTILE = {
    "empty file": b"",
    "one byte": b"\xff",
    "SVG with script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "SVG after XML declaration": b"<?xml version='1.0'?><svg onload='alert(1)'/>",
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "XML": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "GIF": b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
    "GIF and JavaScript": b"GIF89a/*\0*/=1;alert(1)//",
    "BMP and JavaScript": b"BM/*\0*/=1;alert(1)//",
    "TIFF": b"II*\0\x08\0\0\0",
    "ICO": b"\0\0\x01\0\x01\0",
    "office document": zipped("word/document.xml"),
    "macro workbook": zipped("xl/vbaProject.bin"),
    "old office document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "ZIP": zipped(),
    "program for Windows": b"MZ\x90\0" + b"\0" * 100,
    "program for Linux": b"\x7fELF" + b"\0" * 100,
    "shell script": b"#!/bin/sh\nrm -rf /\n",
    "text like a test virus": b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$ESTA-ES-UNA-PRUEBA!$H+H*",
    "web archive": b"MIME-Version: 1.0\nContent-Type: multipart/related",
    "video": b"\0\0\0\x18ftypmp42" + b"\0" * 100,
    "HEIC photo": b"\0\0\0\x18ftypheic" + b"\0" * 100,
    "RIFF that is sound": b"RIFF\x24\0\0\0WAVEfmt ",
    "JPEG that is only its mark": b"\xff\xd8\xff\xe0",
    "JPEG mark and HTML": b"\xff\xd8\xff<script>alert(1)</script>",
    "truncated JPEG": picture("JPEG", (400, 400))[:600],
    "truncated PNG": picture("PNG", (400, 400))[:120],
    "PNG without picture": b"\x89PNG\r\n\x1a\n",
    "WebP without picture": b"RIFF\x04\0\0\0WEBP",
    "PNG of 50,000 by 50,000": png_header(50_000, 50_000),
    "PNG just over the limit": png_header(5_000, 4_801),
    "PNG of one endless line": png_header(2_000_000_000, 1),
    "animated WebP": animated("WEBP"),
    "animated PNG": animated("PNG"),
    "PDF mark only": b"%PDF-1.4\n",
    "PDF without version": pdf(head=b"%PDF-x\n"),
    "PDF without objects": b"%PDF-1.4\nstartxref\n9\n%%EOF\n",
    "PDF without table": pdf().replace(b"startxref", b"startyref"),
    "truncated PDF": pdf()[:-20],
    "PDF after HTML": b"<script>alert(1)</script>" + pdf(),
    "PDF before HTML": pdf() + b"<script>alert(1)</script>",
    "PDF before ZIP": pdf() + zipped(),
    "PDF around ZIP": pdf(body=zipped()),
    "PDF with JavaScript": pdf(body=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
    "PDF with escaped JavaScript": pdf(body=b"/S /J#61vaScript /JS (app.alert(1))"),
    "PDF that starts a program": pdf(body=b"/S /Launch /F (cmd.exe)"),
    "PDF with a file inside": pdf(body=b"/Names << /EmbeddedFiles << >> >>"),
}
