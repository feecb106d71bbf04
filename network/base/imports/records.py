"""What an import wrote, kept so that it can be taken back: values as JSON, sealed ones sealed."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import models

from network.base.copying import copy_rows
from network.base.models import ImportBatch, ImportedRow

COLUMNS = ("batch_id", "line", "table", "row_id", "created", "before", "after")


class Record(NamedTuple):
    """One row of a table that the import created, or changed from `before` to `after`."""

    line: int
    model: type[models.Model]
    row_id: UUID
    is_new: bool
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def keep_records(batch: ImportBatch, records: Iterable[Record]) -> None:
    copy_rows(
        ImportedRow,
        COLUMNS,
        (
            (
                batch.pk,
                record.line,
                record.model._meta.db_table,
                record.row_id,
                record.is_new,
                packed(record.before),
                packed(record.after),
            )
            for record in records
        ),
    )


def packed(values: Mapping[str, Any]) -> str:
    """JSON of columns; most rows are new and have none."""
    return "{}" if not values else json.dumps({k: pack(v) for k, v in values.items()})


def pack(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def unpack(model: type[models.Model], attname: str, kept: Any) -> Any:
    """The value of a column as Django holds it."""
    column = _column(model, attname)
    if kept is None:
        return None
    if isinstance(column, models.BinaryField):
        return bytes.fromhex(kept)
    target = column.target_field if isinstance(column, models.ForeignKey) else column
    return target.to_python(kept)


@cache
def _column(model: type[models.Model], attname: str) -> Any:
    return next(f for f in model._meta.local_concrete_fields if f.attname == attname)


@cache
def model_of(table: str) -> type[models.Model]:
    return next(m for m in apps.get_models() if m._meta.db_table == table)
