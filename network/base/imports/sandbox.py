"""Reads one workbook in a process of its own, under limits of memory and time.

Run as a script by `reader`; it knows nothing of Django. The file comes in through stdin, so that no
clear copy of it touches the disk. First the heads of all sheets go out, then the rows of each sheet
that is asked for. Whatever the file does to the parser, it does to this process only.
"""

import contextlib
import io
import marshal
import resource
import struct
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

MEMORY = 192 * 1024 * 1024
CPU_SECONDS = 20
HEAD_ROWS = 40
BLOCK_ROWS = 1000
# Cells in the rectangle a sheet spans; a lone value in a far corner makes it huge.
MOST_CELLS = 6_000_000

_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD], None)
_BLANK = str.maketrans({"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\t": " ", "\r": None})


def as_text(value: Any) -> str:
    """A cell as she would have typed it: what a number, a day or a yes looks like in Peru."""
    if isinstance(value, str):
        return _tidy(value)
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}" if value.time() == time() else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def _tidy(text: str) -> str:
    if not text.isascii():
        text = text.translate(_INVISIBLE).translate(_BLANK)
    elif "\t" in text or "\r" in text:
        text = text.translate(_BLANK)
    text = text.strip()
    # Excel's mark of "this is text", left over by programs that write it as a letter.
    return text[1:].lstrip() if text.startswith("'") else text


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    given, out = sys.stdin.buffer, sys.stdout.buffer
    try:
        _serve(given, out)
    except MemoryError:
        _send(out, ("refused", "large"))
    except _Refused as refusal:
        _send(out, ("refused", str(refusal)))


class _Refused(Exception):  # noqa: N818  # told to the parent, which has the words
    pass


def _serve(given: BinaryIO, out: BinaryIO) -> None:
    # Imported under the limits, and only here: whoever imports `as_text` does not need it.
    import python_calamine as calamine  # noqa: PLC0415

    (size,) = struct.unpack(">Q", given.read(8))
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(given.read(size)))
        sheets = [_Sheet(book, index) for index in range(len(book.sheet_names))]
        _send(out, ("sheets", [sheet.head() for sheet in sheets]))
        while wanted := given.readline():
            sheet = sheets[int(wanted)]
            for block in sheet.blocks():
                _send(out, ("rows", block))
            _send(out, ("end", None))
    except calamine.PasswordError:
        raise _Refused("password") from None
    except calamine.CalamineError:
        raise _Refused("damaged") from None


class _Sheet:
    def __init__(self, book: Any, index: int) -> None:
        self.sheet = book.get_sheet_by_index(index)
        self.name = book.sheet_names[index]
        first = self.sheet.start or (0, 0)
        self.first_row, self.first_column = first[0] + 1, first[1]
        if self.sheet.height * self.sheet.width > MOST_CELLS:
            raise _Refused("large")
        self.below = self._merged_downwards()

    def head(self) -> tuple[str, int, list[tuple[int, list[str]]]]:
        rows = []
        for block in self.blocks(HEAD_ROWS):
            rows = block
            break
        return self.name, self.sheet.height, rows

    def blocks(self, size: int = BLOCK_ROWS) -> Iterator[list[tuple[int, list[str]]]]:
        """Rows that hold anything, with their number in the workbook."""
        above: dict[int, str] = {}
        block = []
        for offset, cells in enumerate(self.sheet.iter_rows()):
            texts = [as_text(cell) for cell in cells]
            if self.below:
                self._fill(offset, texts, above)
            if any(texts):
                block.append((self.first_row + offset, texts))
            if len(block) == size:
                yield block
                block = []
        yield block

    def _merged_downwards(self) -> dict[int, list[tuple[int, int]]]:
        """By column: the rows in which a merged cell begins and ends. Its value is in the first."""
        found: dict[int, list[tuple[int, int]]] = {}
        with contextlib.suppress(AttributeError, TypeError):
            for (top, left), (bottom, _right) in self.sheet.merged_cell_ranges or []:
                if bottom > top:
                    row, column = top - self.first_row + 1, left - self.first_column
                    found.setdefault(column, []).append((row, row + bottom - top))
        return found

    def _fill(self, offset: int, texts: list[str], above: dict[int, str]) -> None:
        for column, ranges in self.below.items():
            if not 0 <= column < len(texts):
                continue
            for top, bottom in ranges:
                if offset == top:
                    above[column] = texts[column]
                elif top < offset <= bottom:
                    texts[column] = above.get(column, "")


def _send(out: BinaryIO, message: Any) -> None:
    packed = marshal.dumps(message)
    out.write(struct.pack(">Q", len(packed)) + packed)
    out.flush()


if __name__ == "__main__":
    main()
