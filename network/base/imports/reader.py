"""A workbook, a text file or pasted cells as sheets of texts; rows have the numbers she sees."""

import csv
import io
import marshal
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from network.base.errors import Refused
from network.base.imports import sandbox
from network.base.imports.guard import kind_of

MOST_ROWS = 200_000
BLOCK_ROWS = sandbox.BLOCK_ROWS

Line = tuple[int, list[str]]  # number of the row in the workbook, its cells


@dataclass(frozen=True)
class Sheet:
    """One sheet; `head` are its first rows that hold anything."""

    index: int
    name: str
    row_count: int
    head: list[Line]


class Book:
    """An opened workbook: its sheets, and the rows of each as often as asked."""

    sheets: list[Sheet]

    def lines(self, sheet: int) -> Iterator[Line]:
        raise NotImplementedError


@contextmanager
def open_book(content: bytes, file_name: str) -> Iterator[Book]:
    """Refused, with the reason, when it is no list or would hurt; nothing of it is kept."""
    if kind_of(content, file_name) == "csv":
        yield TextBook(decoded(content))
        return
    book = SandboxedBook(content)
    try:
        yield book
    finally:
        book.close()


class TextBook(Book):
    """Text with one row per line: a .csv, or cells pasted from Excel."""

    def __init__(self, text: str) -> None:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        first, _line, rest = text.partition("\n")
        self._skipped = 0
        if first.lower().startswith("sep=") and len(first) == 5:  # Excel's own note to itself
            self._separator, text, self._skipped = first[4], rest, 1
        else:
            self._separator = _separator(text)
        self._text = text
        head = [
            line for line, _number in zip(self.lines(0), range(sandbox.HEAD_ROWS), strict=False)
        ]
        count = text.count("\n") + 1
        _refuse_too_many(count)
        self.sheets = [Sheet(0, _("Lista"), count, head)]

    def lines(self, sheet: int) -> Iterator[Line]:
        reader = csv.reader(io.StringIO(self._text), delimiter=self._separator)
        last = 0
        try:
            for cells in reader:
                number, last = last + 1 + self._skipped, reader.line_num
                texts = [sandbox.as_text(cell) for cell in cells]
                if any(texts):
                    yield number, texts
        except csv.Error as error:
            raise Refused(
                _("La línea %(line)s está mal escrita: revisa sus comillas.")
                % {"line": reader.line_num + self._skipped}
            ) from error


def decoded(content: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with it, or else Windows-1252, as Excel in Peru saves."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(_("No se entienden las letras del archivo. Guárdalo como «CSV UTF-8»."))


def _separator(text: str) -> str:
    """The sign that parts most lines into the same number of cells."""
    lines = [line for line in text.split("\n", 60)[:60] if line.strip()]

    def fitness(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in lines]
        most = max(counts, default=0)
        return (sum(count == most for count in counts) if most else 0, most)

    return max("\t;,", key=fitness)


def _refuse_too_many(count: int) -> None:
    if count > MOST_ROWS:
        raise Refused(
            _("Tiene %(count)s filas; lo más son %(most)s. Pártela en varias.")
            % {
                "count": number_format(count, force_grouping=True),
                "most": number_format(MOST_ROWS, force_grouping=True),
            }
        )


class SandboxedBook(Book):
    """An .xlsx or .ods, read by a process of its own: see `sandbox`."""

    def __init__(self, content: bytes) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # our own script, no shell
            [sys.executable, "-E", "-s", str(Path(sandbox.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"MALLOC_ARENA_MAX": "1", "PATH": os.environ.get("PATH", "")},
        )
        try:
            self._write(struct.pack(">Q", len(content)) + content)
            heads = self._read("sheets")
            self.sheets = [
                Sheet(index, name, count, head) for index, (name, count, head) in enumerate(heads)
            ]
            for sheet in self.sheets:
                _refuse_too_many(sheet.row_count)
        except BaseException:
            self.close()
            raise

    def lines(self, sheet: int) -> Iterator[Line]:
        self._write(f"{sheet}\n".encode())
        while (block := self._read("rows")) is not None:
            yield from block

    def close(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._process.wait()

    def _write(self, content: bytes) -> None:
        pipe = cast(IO[bytes], self._process.stdin)
        try:
            pipe.write(content)
            pipe.flush()
        except BrokenPipeError:
            raise _unreadable("large") from None

    def _read(self, expected: str) -> Any:
        """What the process answers; None at the end of a sheet."""
        pipe = cast(IO[bytes], self._process.stdout)
        size = pipe.read(8)
        packed = pipe.read(struct.unpack(">Q", size)[0]) if len(size) == 8 else b""
        if not packed:  # it ran into a limit, or the parser into the file
            raise _unreadable("large")
        kind, message = marshal.loads(packed)  # noqa: S302  # written by our own process
        if kind == "refused":
            raise _unreadable(message)
        return message if kind == expected else None


def _unreadable(reason: str) -> Refused:
    if reason == "password":
        return Refused(_("El archivo tiene contraseña. Guárdalo sin contraseña."))
    if reason == "damaged":
        return Refused(_("El archivo está dañado. Ábrelo en Excel, guárdalo otra vez y súbelo."))
    return Refused(
        _("El archivo es demasiado grande por dentro. Copia solo la lista en un archivo nuevo.")
    )
