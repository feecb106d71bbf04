"""Files to bring in: a list of any length that the registry accepts, and files that mean harm."""

import csv
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from random import Random

from xlsxwriter import Workbook

from members import synthetic

HEADINGS = (
    "Apellido paterno",
    "Apellido materno",
    "Nombres",
    "DNI",
    "Fecha de nacimiento",
    "Sexo",
    "Teléfono",
    "Organización",
)
# Numbers of their own: the populated registry and the demonstration have others.
SERIES = 1
FIRST_NUMBER = 800_000
GIGABYTE = 1024**3


def rows(count: int, organisations: int, first: int = FIRST_NUMBER) -> Iterator[tuple[str, ...]]:
    rng = Random(first)
    for number in range(first, first + count):
        given, paternal, maternal = synthetic.names(rng)
        yield (
            paternal,
            maternal,
            given,
            synthetic.dni(number, series=SERIES),
            f"{1 + number % 28:02d}/{1 + number % 12:02d}/{1955 + number % 50}",
            "Mujer",
            synthetic.phone(number, series=SERIES)[3:],
            f"Asociación sintética {number % organisations:05d}",
        )


def write_csv(path: Path, count: int, organisations: int, first: int = FIRST_NUMBER) -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([HEADINGS, *rows(count, organisations, first)])
    return path


def write_xlsx(path: Path, count: int, organisations: int) -> Path:
    with Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Personas")
        for number, cells in enumerate([HEADINGS, *rows(count, organisations)]):
            for place, cell in enumerate(cells):
                sheet.write_string(number, place, cell)
    return path


# --- Files that mean harm ------------------------------------------------------------------------
def write_bomb(path: Path, *, lies: bool) -> Path:
    """Ten sheets of a gigabyte each in a few megabytes; `lies` says that each holds a kilobyte."""
    packed, size = _packed(b" " * 1024**2, GIGABYTE)
    entries = [(name, text.encode(), 0) for name, text in _plain_entries(path.parent).items()]
    entries += [
        (f"xl/worksheets/sheet{n}.xml", packed, 1000 if lies else size) for n in range(2, 12)
    ]
    path.write_bytes(_zip(entries))
    return path


def write_empty_rows(path: Path) -> Path:
    """A million rows with a format and nothing in them, as a sheet has that was coloured whole."""
    text = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 1_000_003))
    entries = _plain_entries(path.parent)
    sheet = entries["xl/worksheets/sheet1.xml"]
    entries["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", text + "</sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def _plain_entries(folder: Path) -> dict[str, str]:
    """The parts of a workbook with one row."""
    with zipfile.ZipFile(write_xlsx(folder / "one.xlsx", 1, 1)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def _packed(piece: bytes, size: int) -> tuple[bytes, int]:
    """`piece` deflated as often as fills `size`, in no time: a full flush can be repeated."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = deflater.compress(piece) + deflater.flush(zlib.Z_FULL_FLUSH)
    times = size // len(piece)
    return once * times + b"\x03\x00", times * len(piece)


def _zip(entries: list[tuple[str, bytes, int]]) -> bytes:
    """An archive of (name, content, size): deflated content of that size, or plain when it is 0."""
    out, directory = BytesIO(), BytesIO()
    for name, content, size in entries:
        method, crc = (8, 0) if size else (0, zlib.crc32(content))
        place = out.tell()
        measures = (crc, len(content), size or len(content), len(name))
        out.write(struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, method, 0, 0, *measures, 0))
        out.write(name.encode() + content)
        directory.write(struct.pack("<4s6H3L", b"PK\1\2", 20, 20, 0, method, 0, 0, *measures[:3]))
        directory.write(struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, place) + name.encode())
    start, listed = out.tell(), directory.getvalue()
    out.write(listed)
    count = len(entries)
    out.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(listed), start, 0))
    return out.getvalue()
