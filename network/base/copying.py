"""COPY from Python: many rows into one table, with history and its context, in constant memory."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg2 import sql
from psycopg2.extras import execute_values

from network.base.history import prime_for_copy

BLOCK_ROWS = 2000
# Asked for in smaller pieces, the rows wait for a turn of the interpreter thousands of times.
PIECE_SIZE = 1024**2
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Append `rows` to the table of `model`; `columns` are database columns. Returns how many.

    Must run inside a transaction: constraints, triggers and history apply as to any insert. The
    time limit of a statement, made for pages, is lifted for what is left of the transaction.
    """
    prime_for_copy()
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    source = _Lines(rows)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        with connection.wrap_database_errors:
            cursor.cursor.copy_expert(statement.as_string(cursor.connection), source, PIECE_SIZE)
    return source.count


class _Lines(io.TextIOBase):
    """The rows in COPY's text format, made as they are read."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.count = 0
        self._blocks = self._encode(rows)
        self._rest = ""

    def _encode(self, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
        rows = iter(rows)
        while block := list(islice(rows, BLOCK_ROWS)):
            self.count += len(block)
            columns = map(_cells, zip(*block, strict=True))
            yield "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        while size is None or size < 0 or len(self._rest) < size:
            block = next(self._blocks, "")
            if not block:
                break
            self._rest += block
        if size is None or size < 0:
            text, self._rest = self._rest, ""
        else:
            text, self._rest = self._rest[:size], self._rest[size:]
        return text


def _cells(values: Sequence[Any]) -> Sequence[str]:
    """One column of a block: its values are mostly of one type, and often all the same."""
    kinds = set(map(type, values))
    if len(kinds) > 1:
        encoders = {kind: _encoder(kind) for kind in kinds}
        return [encoders[type(value)](value) for value in values]
    encode = _encoder(kinds.pop())
    if values.count(values[0]) == len(values):
        return [encode(values[0])] * len(values)
    if encode is _text and _is_plain("".join(values)):
        return values
    return list(map(encode, values))


def _is_plain(text: str) -> bool:
    return text.isprintable() and "\\" not in text


def _text(value: str) -> str:
    return value if _is_plain(value) else value.translate(_ESCAPES)


def _bytes(value: bytes) -> str:
    return rf"\\x{value.hex()}"


def _array_item(item: str) -> str:
    quoted = item.replace("\\", r"\\").replace('"', r"\"")
    return f'"{quoted}"'.translate(_ESCAPES)


# A type before those it is a kind of: bool is an int, and a moment is a date.
_ENCODERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _value: r"\N",
    str: _text,
    bytes: _bytes,
    UUID: lambda value: f"{value.int:032x}",
    bool: lambda value: "t" if value else "f",
    int: str,
    date: lambda value: value.isoformat(),
    list: lambda value: "{" + ",".join(map(_array_item, value)) + "}",
}


@cache
def _encoder(kind: type) -> Callable[[Any], str]:
    """For the codes of choices and for sealed bytes, that of the type they are a kind of."""
    for known, encode in _ENCODERS.items():
        if issubclass(kind, known):
            return encode
    return lambda value: _text(str(value))


def array_of(values: Iterable[Any]) -> str:
    """Thousands of values as one parameter, `ANY(%s::uuid[])`: PostgreSQL reads a constant for
    each of them three times as long."""
    return "{" + ",".join(map(_parameter_item, values)) + "}"


def _parameter_item(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return rf'"\\x{value.hex()}"'
    return '"' + str(value).replace("\\", r"\\").replace('"', r"\"") + '"'


def update_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Set `columns` (database columns) of many rows; each item is the id and the new values.

    Must run inside a transaction. Triggers and history apply as to any update.
    """
    values = list(rows)
    if not values:
        return
    prime_for_copy()
    by_column = {field.column: field for field in model._meta.local_concrete_fields}
    types = [by_column[name].db_type(connection) for name in columns]
    casts = [model._meta.pk.rel_db_type(connection), *types]
    statement = sql.SQL("UPDATE {table} AS t SET {sets} FROM (VALUES %s) AS v ({names}) {where}")
    with connection.cursor() as cursor, connection.wrap_database_errors:
        execute_values(
            cursor.cursor,
            statement.format(
                table=sql.Identifier(model._meta.db_table),
                sets=sql.SQL(", ").join(
                    sql.SQL("{0} = v.{0}").format(sql.Identifier(name)) for name in columns
                ),
                names=sql.SQL(", ").join(map(sql.Identifier, ["pk", *columns])),
                where=sql.SQL("WHERE t.{} = v.pk").format(sql.Identifier(model._meta.pk.column)),
            ).as_string(cursor.connection),
            values,
            template=f"({', '.join(f'%s::{cast}' for cast in casts)})",
            page_size=BLOCK_ROWS,
        )
