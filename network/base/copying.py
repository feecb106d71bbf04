"""COPY from Python: many rows into one table, with history and its context, in constant memory."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg2 import sql
from psycopg2.extras import execute_values

from network.base.history import prime_for_copy

BLOCK_ROWS = 2000
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
            cursor.cursor.copy_expert(statement.as_string(cursor.connection), source)
    return source.count


class _Lines(io.TextIOBase):
    """The rows in COPY's text format, made as they are read."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.count = 0
        self._blocks = self._encode(rows)
        self._rest = ""

    def _encode(self, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
        lines: list[str] = []
        for row in rows:
            lines.append("\t".join(map(_cell, row)))
            if len(lines) == BLOCK_ROWS:
                self.count += len(lines)
                yield "\n".join(lines) + "\n"
                lines = []
        self.count += len(lines)
        if lines:
            yield "\n".join(lines) + "\n"

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


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    encode = _ENCODERS.get(type(value))
    return encode(value) if encode else _other(value)


def _text(value: str) -> str:
    if value.isprintable() and "\\" not in value:
        return value
    return value.translate(_ESCAPES)


def _bytes(value: bytes) -> str:
    return rf"\\x{value.hex()}"


def _other(value: Any) -> str:
    """Subclasses of what is known, such as the codes of choices and sealed bytes."""
    if isinstance(value, bytes):
        return _bytes(value)
    return value.isoformat() if isinstance(value, date) else _text(str(value))


def _array_item(item: str) -> str:
    quoted = item.replace("\\", r"\\").replace('"', r"\"")
    return f'"{quoted}"'.translate(_ESCAPES)


_ENCODERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    bool: lambda value: "t" if value else "f",
    bytes: _bytes,
    UUID: lambda value: f"{value.int:032x}",
    int: str,
    date: date.isoformat,
    datetime: datetime.isoformat,
    list: lambda value: "{" + ",".join(map(_array_item, value)) + "}",
}


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
