"""The register of keys: which keys the stored data needs, and moving the data to new ones.

A key is registered with a proof, made with it, before the first cell is sealed under it; so every
start knows at once, at any size, that a key is missing or is not the one that sealed the data.

To change the data key: put the new one first in DATA_KEYS, keep the old one after it, restart
every process, run `rotate_keys`, then drop the old one. To change INDEX_KEY: stop the portal,
set the new one, run `rotate_keys --reindex`, start. Both may be cut short and repeated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from network.base.crypto import (
    INDEX_KEY_ID,
    KEY_ID_BYTES,
    SealBroken,
    SealError,
    blind_index,
    configured_key_ids,
    current_key_id,
    missing_key_ids,
    seal,
    unseal,
)
from network.base.errors import Refused
from network.base.fields import BlindIndexField, SealedField, column_of
from network.base.models import SealKey

BATCH_ROWS = 2000


class KeysRefused(Refused):
    """The configured keys do not fit the stored data; the text says in a sentence each why."""


@dataclass(frozen=True)
class Column:
    """A sealed column, or the blind index of one, in a table or in its table of history events."""

    table: str
    name: str
    key: str
    row: str
    origin: str
    source: str
    beside: tuple[str, ...] = ()
    index: BlindIndexField | None = None


@dataclass(frozen=True)
class Rotated:
    """What was done to one column; `broken` are the rows whose cell does not open."""

    column: Column
    changed: int
    broken: tuple[str, ...]


def ensure_keys() -> None:
    """Refuse keys that do not fit the data, else register the current ones. Run at every start."""
    problems = key_problems()
    if problems:
        raise KeysRefused(" ".join(problems))
    _register(current_key_id(), seal("", **_proof_cell(current_key_id())))
    _register(INDEX_KEY_ID, _index_proof())


def key_problems(*, with_index: bool = True) -> list[str]:
    """A Spanish sentence for each key that is missing or is not the one that made the data."""
    problems = [
        _("Falta en DATA_KEYS la clave «%s»: hay datos cifrados con ella.") % kid
        for kid in sorted(missing_key_ids(connection))
    ]
    for key in SealKey.objects.filter(kid__in=configured_key_ids()).order_by("kid"):
        try:
            unseal(bytes(key.proof), **_proof_cell(key.kid))
        except SealError:
            problems.append(_("La clave «%s» de DATA_KEYS no es la que cifró los datos.") % key.kid)
    if with_index and SealKey.objects.filter(kid=INDEX_KEY_ID).exclude(proof=_index_proof()):
        problems.append(_("INDEX_KEY no es la que indexó los datos."))
    return problems


def reseal() -> list[Rotated]:
    """Seal every cell under the current key, history too; run by the owner of the tables.

    History is not written: what the cells say does not change. Old keys leave the register when
    nothing needs them any more.
    """
    rotated = [_rotate(column) for column in sealed_columns()]
    if not any(done.broken for done in rotated):
        SealKey.objects.exclude(kid__in=[current_key_id(), INDEX_KEY_ID]).delete()
    return rotated


def reindex() -> list[Rotated]:
    """Compute every blind index anew from the opened cells, under the configured INDEX_KEY."""
    rotated = [_rotate(column) for column in index_columns()]
    if not any(done.broken for done in rotated):
        SealKey.objects.filter(kid=INDEX_KEY_ID).update(proof=_index_proof())
    return rotated


def sealed_columns() -> list[Column]:
    return [_column(model, field) for model, field in _fields(SealedField)]


def index_columns() -> list[Column]:
    return [_column(model, field) for model, field in _fields(BlindIndexField)]


def _fields(kind: type[Field]) -> Iterator[tuple[type[Model], Any]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, kind):
                yield model, field


def _column(model: type[Model], field: Any) -> Column:
    origin: type[Model] = getattr(model, "pgh_tracked_model", model)
    index = field if isinstance(field, BlindIndexField) else None
    return Column(
        table=model._meta.db_table,
        name=field.column,
        key=column_of(model, model._meta.pk.name),
        row=column_of(origin, origin._meta.pk.name),
        origin=origin._meta.db_table,
        source=column_of(model, index.source) if index else field.column,
        beside=tuple(column_of(model, name) for name in index.beside) if index else (),
        index=index,
    )


def _rotate(column: Column) -> Rotated:
    changed, broken = 0, []
    for rows in _batches(column):
        news: dict[Any, tuple[bytes, bytes]] = {}
        for key, row, source, old, *beside in rows:
            try:
                new = _made_anew(column, row, bytes(source), beside)
            except SealBroken:
                broken.append(str(row))
                continue
            if old is None or new != bytes(old):
                news[key] = (bytes(source), new)
        changed += _store(column, news)
    return Rotated(column, changed, tuple(broken))


def _made_anew(column: Column, row: str, source: bytes, beside: list[Any]) -> bytes:
    cell = {"table": column.origin, "column": column.source, "row": row}
    text = unseal(source, **cell)
    return column.index.digest(text, *map(str, beside)) if column.index else seal(text, **cell)


def _batches(column: Column) -> Iterator[list[tuple[Any, ...]]]:
    """Rows to make anew in the order of their key: key, row, source, old value, beside columns."""
    q = connection.ops.quote_name
    wanted = [column.key, column.row, column.source, column.name, *column.beside]
    todo = f"{q(column.source)} IS NOT NULL"
    if column.index is None:
        todo += f" AND substring({q(column.source)} from 2 for {KEY_ID_BYTES}) <> %(current)s"
    select = (
        f"SELECT {', '.join(map(q, wanted))} FROM {q(column.table)} "  # noqa: S608 - our columns
        f"WHERE {todo} AND (%(last)s IS NULL OR {q(column.key)} > %(last)s) "
        f"ORDER BY {q(column.key)} LIMIT {BATCH_ROWS}"
    )
    current = current_key_id().encode().ljust(KEY_ID_BYTES, b"\0")
    last = None
    while rows := _fetched(select, {"current": current, "last": last}):
        yield rows
        last = rows[-1][0]


def _fetched(select: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(select, params)
        return cursor.fetchall()


def _store(column: Column, news: dict[Any, tuple[bytes, bytes]]) -> int:
    """Write a batch, but not over a cell that someone changed meanwhile."""
    if not news:
        return 0
    q = connection.ops.quote_name
    update = (
        f"UPDATE {q(column.table)} AS stored SET {q(column.name)} = made.new "  # noqa: S608
        f"FROM unnest(%s, %s, %s) AS made(key, source, new) "
        f"WHERE stored.{q(column.key)} = made.key AND stored.{q(column.source)} = made.source"
    )
    sources, values = zip(*news.values(), strict=True)
    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(update, [list(news), list(sources), list(values)])
        return cursor.rowcount


def _proof_cell(kid: str) -> dict[str, str]:
    return {"table": SealKey._meta.db_table, "column": "proof", "row": kid}


def _index_proof() -> bytes:
    return blind_index("", kind=SealKey._meta.db_table)


def _register(kid: str, proof: bytes) -> None:
    SealKey.objects.bulk_create([SealKey(kid=kid, proof=proof)], ignore_conflicts=True)
