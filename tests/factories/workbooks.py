"""Workbooks as people really have them, and as nobody should send them: made, never stored."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import xlsxwriter

ODS = "application/vnd.oasis.opendocument.spreadsheet"


def xlsx(rows: Iterable[Sequence[object]], sheet: str = "Socias", **options: object) -> bytes:
    """One sheet; text stays text, numbers numbers, days days."""
    return xlsx_book({sheet: rows}, **options)


def xlsx_book(sheets: dict[str, Iterable[Sequence[object]]], **options: object) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, **options})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date | datetime):
                    sheet.write_datetime(number, column, value, day)
                elif isinstance(value, bool):
                    sheet.write_boolean(number, column, value)
                elif isinstance(value, int | float):
                    sheet.write_number(number, column, value)
                elif isinstance(value, tuple):  # a formula and its cached value
                    sheet.write_formula(number, column, value[0], None, value[1])
                elif value is not None:
                    sheet.write_string(number, column, str(value))
    book.close()
    return target.getvalue()


def ods(rows: Iterable[Sequence[object]], sheet: str = "Socias") -> bytes:
    """As LibreOffice writes it, with its million repeated blank rows at the end."""
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{value}</text:p>'
            "</table:table-cell>"
            if value not in (None, "")
            else "<table:table-cell/>"
            for value in row
        )
        + "</table:table-row>"
        for row in rows
    )
    blank = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="{sheet}">{body}{blank}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
        "</manifest:manifest>"
    )
    return zipped({"mimetype": ODS, "content.xml": content, "META-INF/manifest.xml": manifest})


def zipped(files: dict[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_files(book: bytes, files: dict[str, str | bytes]) -> bytes:
    """The workbook with more, or other, entries."""
    kept = {}
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        for name in archive.namelist():
            kept[name] = archive.read(name)
    return zipped(kept | files)


def bomb(inflated_bytes: int) -> bytes:
    """A workbook whose shared strings are `inflated_bytes` of one letter: a thousandth, packed."""
    packer, packed, crc, left = zlib.compressobj(9, zlib.DEFLATED, -15), [], 0, inflated_bytes
    block = b"a" * 4 * 1024 * 1024
    while left > 0:
        piece = block[:left]
        packed.append(packer.compress(piece))
        crc, left = zlib.crc32(piece, crc), left - len(piece)
    packed.append(packer.flush())
    return _with_raw_entry(b"".join(packed), crc, inflated_bytes)


def lying_bomb(inflated_bytes: int) -> bytes:
    """The same, but its headers say it measures 1,000 bytes."""
    honest = bomb(inflated_bytes)
    return honest.replace(struct.pack("<L", inflated_bytes & 0xFFFFFFFF), struct.pack("<L", 1000))


def _with_raw_entry(packed: bytes, crc: int, size: int) -> bytes:
    name = b"xl/sharedStrings.xml"
    book = xlsx([["Nombres"]])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        files = {n: archive.read(n) for n in archive.namelist() if n != name.decode()}
    target = io.BytesIO(zipped(files))
    with zipfile.ZipFile(target, "a") as archive:
        start = archive.start_dir
        info = zipfile.ZipInfo(name.decode())
        info.compress_type, info.CRC = zipfile.ZIP_DEFLATED, crc
        info.compress_size, info.file_size, info.header_offset = len(packed), size, start
        target.seek(start)
        target.write(info.FileHeader(zip64=size >= 0xFFFFFFFF) + packed)
        archive.filelist.append(info)
        archive.start_dir = target.tell()
        archive._didModify = True
    return target.getvalue()
