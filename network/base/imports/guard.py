"""What a file really is, and what it would become when opened: asked before any parser sees it."""

import io
import re
import zipfile
import zlib
from pathlib import PurePath

from django.conf import settings
from django.utils.translation import gettext as _

from network.base.errors import Refused

MOST_ENTRIES = 2000
MOST_INFLATED = 160 * 1024 * 1024
BLOCK = 256 * 1024
ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
NESTED = (".zip", ".xlsx", ".xlsm", ".xls", ".ods", ".docx", ".7z", ".rar", ".gz", ".jar")
MACROS = re.compile(r"vbaproject|(^|/)macrosheets/|^basic/|^scripts/", re.IGNORECASE)
LINKS = re.compile(r"(^|/)externallinks/|(^|/)connections\.xml$|(^|/)querytables/", re.IGNORECASE)
# A document type is where entities are declared; no spreadsheet program writes one.
DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
UTF16 = (b"\xfe\xff", b"\xff\xfe", b"\x00<", b"<\x00")
NOT_TEXT = (b"%PDF", b"<!doctype", b"<html", b"<?xml", b"<svg", b"{\\rtf", b"\x89PNG", b"\xff\xd8")


def kind_of(content: bytes, file_name: str) -> str:
    """ "xlsx", "ods" or "csv", by content. Refused when it is anything else, or would hurt."""
    if not content.strip(b"\x00 \r\n\t"):
        raise Refused(_("El archivo está vacío. Revisa cuál subiste."))
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise Refused(
            _("El archivo pesa más de %(size)s MB. Pártelo en dos.")
            % {"size": settings.UPLOAD_MAX_BYTES // 1024**2}
        )
    suffix = PurePath(file_name).suffix.lower()
    if suffix in {".xlsm", ".xltm", ".xlsb", ".xlam"}:
        raise Refused(_("Los archivos con macros no se abren. Guárdalo como .xlsx."))
    if content.startswith(OLD_OFFICE):
        raise Refused(
            _("Es un Excel antiguo (.xls) o con contraseña. Guárdalo sin contraseña como .xlsx.")
        )
    if content.startswith(ZIP):
        if suffix not in {".xlsx", ".ods"}:
            raise Refused(_("No es lo que dice su nombre. Sube un .xlsx, .ods o .csv."))
        return _kind_of_zip(content)
    if suffix in {".xlsx", ".ods"}:
        raise Refused(_("Este archivo no es un Excel. Ábrelo y guárdalo otra vez como .xlsx."))
    if suffix not in {".csv", ".txt", ".tsv", ""}:
        raise Refused(_("Ese tipo de archivo no se lee. Sube un .xlsx, .ods o .csv."))
    _refuse_binary(content)
    return "csv"


def _refuse_binary(content: bytes) -> None:
    start = content[:512].lstrip().lower()
    is_wide_text = content.startswith(UTF16[:2])
    if start.startswith(tuple(magic.lower() for magic in NOT_TEXT)) or (
        b"\x00" in content and not is_wide_text
    ):
        raise Refused(_("No es un archivo de texto. Sube un .xlsx, .ods o .csv."))


def _kind_of_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse_hostile_names(entries)
            inflated = sum(entry.file_size for entry in entries)
            if inflated > MOST_INFLATED or len(entries) > MOST_ENTRIES:
                raise _too_large()
            kind = _spreadsheet(archive)
        _inflate_all(content, entries)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise _damaged() from error
    return kind


def _spreadsheet(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "mimetype" in names and "content.xml" in names:
        with archive.open("mimetype") as declared:
            if declared.read(100).strip() == ODS_TYPE:
                return "ods"
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        with archive.open("[Content_Types].xml") as types:
            if b"macroEnabled" in types.read(1024**2):
                raise Refused(_("Los archivos con macros no se abren. Guárdalo como .xlsx."))
        return "xlsx"
    raise Refused(_("No es una hoja de cálculo. Sube un .xlsx, .ods o .csv."))


def _refuse_hostile_names(entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        name = entry.filename
        if MACROS.search(name):
            raise Refused(_("Los archivos con macros no se abren. Guárdalo como .xlsx."))
        if LINKS.search(name):
            raise Refused(
                _("El archivo trae datos de otro archivo. Cópialo y pégalo «como valores».")
            )
        if name.lower().endswith(NESTED) or "/embeddings/" in name.lower():
            raise Refused(_("El archivo trae otros archivos adentro. Sácalos y súbelo otra vez."))
        if entry.flag_bits & 0x1:
            raise Refused(_("El archivo tiene contraseña. Guárdalo sin contraseña."))
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise _damaged()


def _inflate_all(content: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """Open every entry without trusting what its header says it measures; keep nothing of it."""
    view, total = memoryview(content), 0
    for entry in entries:
        start = _first_byte(content, entry)
        packed = view[start : start + entry.compress_size]
        size = _inflate(packed, entry, most=MOST_INFLATED - total)
        if size != entry.file_size:
            raise _damaged()
        total += size


def _first_byte(content: bytes, entry: zipfile.ZipInfo) -> int:
    header = content[entry.header_offset : entry.header_offset + 30]
    if len(header) < 30 or not header.startswith(ZIP):
        raise _damaged()
    name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    return entry.header_offset + 30 + name + extra


def _inflate(packed: memoryview, entry: zipfile.ZipInfo, *, most: int) -> int:
    is_stored = entry.compress_type == zipfile.ZIP_STORED
    if is_stored:
        _look_into(bytes(packed), entry, is_first=True)
        return len(packed)
    inflater, size, rest, tail = zlib.decompressobj(-15), 0, bytes(packed), b""
    while True:
        block = inflater.decompress(rest, BLOCK)
        rest = inflater.unconsumed_tail
        _look_into(tail + block, entry, is_first=size == 0)
        size, tail = size + len(block), block[-16:]
        if size > most:
            raise _too_large()
        if inflater.eof:
            return size
        if not block and not rest:
            raise _damaged()


def _look_into(block: bytes, entry: zipfile.ZipInfo, *, is_first: bool) -> None:
    if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
        return
    if DECLARATION.search(block) or (is_first and block.startswith(UTF16)):
        raise Refused(_("El archivo trae instrucciones ocultas y no se abre."))
    if b"<table:table-source" in block or b"encryption-data" in block:
        raise Refused(
            _("El archivo tiene contraseña o trae datos de otro. Guárdalo «como valores».")
        )


def _too_large() -> Refused:
    return Refused(_("El archivo es demasiado grande por dentro. Deja solo la lista y súbelo."))


def _damaged() -> Refused:
    return Refused(_("El archivo está dañado. Ábrelo en Excel, guárdalo otra vez y súbelo."))
