"""A list as one SQL query whose cells are already what a file shows: labels, dates, guarded text.

CSV cells are text, so that PostgreSQL writes the file by COPY. Workbook cells keep their type.
Only sealed values are left for Python to open (`Table.reader`).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from network.base.contracts import Column, Kind
from network.base.crypto import SealBroken, unseal
from network.base.dates import PartialDate

log = logging.getLogger(__name__)

# A spreadsheet runs a cell that begins with one of these. The full-width signs count too.
FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠"
FORMULA_STARTS = frozenset(FORMULA_SIGNS)
LIMA = "America/Lima"


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


Cells = Callable[[Sequence[Any]], list[Any]]


@dataclass(frozen=True)
class Table:
    """The query, and how a row it gives becomes the cells of `columns`.

    For a workbook the key of the row comes after its cells.
    """

    sql: str
    params: tuple[Any, ...]
    reader: Cells | None  # None: the row is the cells

    @classmethod
    def of(cls, rows: QuerySet[Any], columns: Sequence[Column], format: Format) -> "Table":
        names: dict[str, str] = {}

        def ref(path: str) -> str:
            return names.setdefault(path, f"c{len(names)}")

        writers = [_written(column, ref(column.source), format, ref) for column in columns]
        beside = [(i, c, _beside(c, format)) for i, c in enumerate(columns) if _beside(c, format)]
        outputs = [sql for sql, _params in writers] + [ref(path) for _i, _c, path in beside]
        if format == Format.XLSX:
            outputs.append(ref("pk"))
        params = [value for _sql, values in writers for value in values]
        openers = {
            index: (len(columns) + place, _opener(column, format))
            for place, (index, column, _path) in enumerate(beside)
        }
        reader = _reader(len(columns), openers) if openers else None
        try:
            inner, inner_params = rows.values_list(*names).query.sql_with_params()
        except EmptyResultSet:
            return cls("SELECT 1 WHERE false", (), reader)
        sql = f"SELECT {', '.join(outputs)} FROM ({inner}) AS r ({', '.join(names.values())})"  # noqa: S608  # our own SQL
        return cls(sql, (*params, *inner_params), reader)


def _beside(column: Column, format: Format) -> str:
    """The path of what Python needs beside a value in order to write it."""
    if column.kind == Kind.SEALED:
        return column.seal_row
    return column.precision if format == Format.XLSX else ""


def _reader(width: int, openers: Mapping[int, tuple[int, Callable[[Any, Any], Any]]]) -> Cells:
    def read(row: Sequence[Any]) -> list[Any]:
        cells = [*row[:width], *row[width + len(openers) :]]
        for index, (beside, open_cell) in openers.items():
            if cells[index] is not None:
                cells[index] = open_cell(cells[index], row[beside])
        return cells

    return read


def _opener(column: Column, format: Format) -> Callable[[Any, Any], Any]:
    if column.kind == Kind.DATE:
        return lambda value, precision: (
            value if precision == "d" else str(PartialDate(value, precision))
        )
    assert column.seal is not None  # noqa: S101  # a sealed column is declared with its seal
    table, name = column.seal
    wording = column.wording or str

    def open_sealed(blob: Any, row: Any) -> str:
        try:
            text = wording(unseal(blob, table=table, column=name, row=row))
        except SealBroken:
            log.exception("%s.%s of %s cannot be opened", table, name, row)
            return _("dato dañado")
        return guarded(text) if format == Format.CSV else text

    return open_sealed


def guarded(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run; imports take it off again."""
    return f"'{text}" if text[:1] in FORMULA_STARTS else text


# --- Cells in SQL --------------------------------------------------------------------------------
Written = tuple[str, list[Any]]
_FORMULA_CODES = ", ".join(str(ord(sign)) for sign in FORMULA_SIGNS)


def _written(column: Column, ref: str, format: Format, also: Callable[[str], str]) -> Written:
    """The SQL of one cell, and its parameters."""
    if column.kind in {Kind.SEALED, Kind.NUMBER}:
        return ref, []
    if column.kind == Kind.CHOICE:
        return _label(column, ref)
    if column.kind == Kind.CHOICES:
        label, params = _label(column, "one")
        ones = f"unnest({ref}) WITH ORDINALITY AS u (one, n)"
        return f"(SELECT string_agg({label}, ', ' ORDER BY n) FROM {ones})", params  # noqa: S608
    if column.kind == Kind.YES_NO:
        return f"CASE {ref} WHEN true THEN %s WHEN false THEN %s END", [_("Sí"), _("No")]
    if column.kind == Kind.MOMENT:
        ref = f"({ref} AT TIME ZONE '{LIMA}')"
    if format == Format.XLSX:
        return (ref if column.kind in {Kind.DATE, Kind.MOMENT} else f"{ref}::text"), []
    if column.kind == Kind.MOMENT:
        return f"to_char({ref}, 'YYYY-MM-DD HH24:MI')", []
    if column.kind == Kind.DATE:
        return _date(ref, also(column.precision) if column.precision else ""), []
    return _guarded(f"{ref}::text"), []


def _label(column: Column, ref: str) -> Written:
    pairs = [(code, force_str(label)) for code, label in (column.choices or {}).items() if code]
    cases = "WHEN %s THEN %s " * len(pairs)
    texts = [text for pair in pairs for text in pair]
    return f"CASE {ref} {cases}ELSE NULLIF({ref}, '') END", texts


def _date(ref: str, precision: str) -> str:
    """ISO dates: a spreadsheet of any language opens 2026-11-28 as that day, and so do imports."""
    if not precision:
        return f"{ref}::text"
    cases = "WHEN 'd' THEN 'YYYY-MM-DD' WHEN 'm' THEN 'YYYY-MM' ELSE 'YYYY'"
    return f"to_char({ref}, CASE {precision} {cases} END)"


def _guarded(text: str) -> str:
    """The same as `guarded`; and no line ends inside a cell, so that a line is a row."""
    text = f"NULLIF({text}, '')"
    one_line = f"translate({text}, E'\\r\\n', '  ')"
    return f"CASE WHEN ascii({text}) IN ({_FORMULA_CODES}) THEN '''' ELSE '' END || {one_line}"
