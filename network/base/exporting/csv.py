"""CSV: UTF-8 with its mark, commas, ISO dates; formula signs guarded with an apostrophe.

A file speaks Spanish whoever takes it: it goes from hand to hand, and comes back as an import.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.encoding import force_str

from network.base.exporting.order import FileOrder
from network.base.exporting.reading import BLOCK_ROWS, copy_blocks, read_rows
from network.base.tables import Table

MARK = b"\xef\xbb\xbf"  # without it Excel does not read accents


def csv_blocks(order: FileOrder) -> Iterator[bytes]:
    """The file as it is made. Its trace says how many rows left, also when the reader goes away.

    The first trace is written before the first byte, with the count when counting is cheap; a
    second one only when more or fewer rows left than the first could say.
    """
    announced = order.known_count
    order.record(announced)
    sent = 0
    is_whole = False
    try:
        with translation.override(settings.LANGUAGE_CODE):
            first = MARK + _lines([[force_str(column.heading) for column in order.columns]])
            table = order.table
        yield first
        for block in _blocks(table):
            sent += block.count(b"\n")
            yield block
        is_whole = True
    finally:
        if sent != announced or not is_whole:
            order.record(sent, resultado="completo" if is_whole else "interrumpido")


def _blocks(table: Table) -> Iterator[bytes]:
    if table.reader is None:
        yield from copy_blocks(table)
        return
    rows = read_rows(table)
    while block := list(islice(rows, BLOCK_ROWS)):
        yield _lines(block)


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
