"""Takes an import back within 30 days, but for what someone changed since: that is kept and named.

What the import made is deleted if nothing of it was touched; what it changed gets back, value by
value, what stood there before, if it still holds what the import wrote.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pghistory
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from network.base.errors import Refused
from network.base.imports.records import model_of, pack, unpack
from network.base.models import ImportBatch, ImportedRow

UNDO_DAYS = 30
BLOCK_ROWS = 2000


@dataclass(frozen=True)
class Kept:
    """A row that stays as it is, and the columns that someone changed since."""

    table: str
    row_id: str
    columns: tuple[str, ...] = ()


def can_be_undone_until(batch: ImportBatch) -> datetime:
    return batch.committed_at + timedelta(days=UNDO_DAYS)


@transaction.atomic
def undo_import(*, batch: ImportBatch, by: Any) -> list[Kept]:
    """Take back all that nobody changed since; say what stays. A second time is refused."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.undone_at:
        raise Refused(_("Esta importación ya se deshizo."))
    if timezone.now() > can_be_undone_until(batch):
        raise Refused(_("Pasaron más de %s días: ya no se puede deshacer.") % UNDO_DAYS)
    with pghistory.context(user=str(by.pk), action="undo", file=batch.file_name):
        # In this order: what it made may stand where something it changed goes back to.
        kept = [*_delete_made(batch), *_put_back_values(batch)]
    batch.undone_at, batch.undone_by = timezone.now(), by
    batch.kept = [{"table": k.table, "row": k.row_id, "columns": list(k.columns)} for k in kept]
    batch.save(update_fields=["undone_at", "undone_by", "kept"])
    return kept


def forget_old_values(now: datetime) -> int:
    """What can no longer be undone need not be kept: the values of before are personal data."""
    old = ImportedRow.objects.filter(batch__committed_at__lt=now - timedelta(days=UNDO_DAYS))
    return old.delete()[0]


# --- What it changed -----------------------------------------------------------------------------
def _put_back_values(batch: ImportBatch) -> Iterator[Kept]:
    changed = batch.rows.filter(created=False).order_by("-pk")
    for table in _tables(changed):
        model = model_of(table)
        for block in _in_blocks(changed.filter(table=table)):
            rows = model._default_manager.in_bulk([record.row_id for record in block])
            for record in block:
                row = rows.get(record.row_id)
                later = tuple(record.after) if row is None else _put_back(row, record)
                if later:
                    yield Kept(table, str(record.row_id), later)


def _put_back(row: models.Model, record: ImportedRow) -> tuple[str, ...]:
    """Restore the columns that still hold what the import wrote; the names of the others.

    Sealed bytes change when keys do; their index tells whether the value is the same.
    """
    later = {
        name
        for name, value in record.after.items()
        if not name.endswith("_sealed") and pack(getattr(row, name)) != value
    }
    if any(name.endswith("_index") for name in later):
        later |= {name for name in record.after if name.endswith(("_sealed", "_index", "_tail"))}
    mine = [name for name in record.before if name not in later]
    for name in mine:
        setattr(row, name, unpack(type(row), name, record.before[name]))
    names = [f.name for f in row._meta.local_concrete_fields if f.attname in mine]
    try:
        with transaction.atomic():
            row.save(update_fields=names)
    except IntegrityError:  # its place is taken by what someone did since
        return tuple(sorted(record.after))
    return tuple(sorted(later))


# --- What it made --------------------------------------------------------------------------------
def _delete_made(batch: ImportBatch) -> Iterator[Kept]:
    made = batch.rows.filter(created=True)
    context = batch.mapping.get("context")
    for model in _dependents_first(map(model_of, _tables(made))):
        for block in _in_blocks(made.filter(table=model._meta.db_table)):
            ids = [record.row_id for record in block]
            touched = _touched(model, ids, context)
            model._default_manager.filter(pk__in=set(ids) - touched).delete()
            for pk in touched & set(
                model._default_manager.filter(pk__in=touched).values_list("pk", flat=True)
            ):
                yield Kept(model._meta.db_table, str(pk))


def _touched(model: type[models.Model], ids: list[UUID], context: Any) -> set[UUID]:
    """Those of `ids` that anyone changed, or hung something on, outside this import."""
    touched = _changed_elsewhere(model, "pgh_obj_id", ids, context)
    for relation in model._meta.related_objects:
        related: type[models.Model] = relation.related_model
        if hasattr(related, "pgh_tracked_model"):
            continue
        key = relation.field.attname
        if hasattr(related, "pgh_event_model"):
            touched |= _changed_elsewhere(related, key, ids, context)
        else:
            rows = related._default_manager.filter(**{f"{key}__in": ids})
            touched |= set(rows.values_list(key, flat=True))
    return touched


def _changed_elsewhere(
    model: type[models.Model], key: str, ids: Iterable[UUID], context: Any
) -> set[UUID]:
    events = model.pgh_event_model.objects  # type: ignore[attr-defined]
    elsewhere = events.filter(**{f"{key}__in": list(ids)}).exclude(pgh_context_id=context)
    return set(elsewhere.values_list(key, flat=True))


def _dependents_first(tables: Iterable[type[models.Model]]) -> list[type[models.Model]]:
    """A table goes before those it points at."""
    waiting, ordered = list(tables), []
    while waiting:
        pointed_at = {
            f.related_model for m in waiting for f in m._meta.local_fields if f.is_relation
        }
        free = [m for m in waiting if m not in pointed_at] or waiting
        ordered += free
        waiting = [m for m in waiting if m not in free]
    return ordered


def _tables(rows: models.QuerySet[ImportedRow]) -> list[str]:
    return list(rows.order_by().values_list("table", flat=True).distinct())


def _in_blocks(rows: models.QuerySet[ImportedRow]) -> Iterator[list[ImportedRow]]:
    block: list[ImportedRow] = []
    for record in rows.iterator(chunk_size=BLOCK_ROWS):
        block.append(record)
        if len(block) == BLOCK_ROWS:
            yield block
            block = []
    if block:
        yield block


def kept_names(batch: ImportBatch) -> list[str]:
    """What stayed, by the names the rows have now; gone ones are left out."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for kept in batch.kept:
        wanted[kept["table"]].add(kept["row"])
    names = []
    for table, ids in wanted.items():
        model = model_of(table)
        noun = model._meta.verbose_name
        names += [f"{noun}: {row}" for row in model._default_manager.filter(pk__in=ids)]
    return sorted(names)
