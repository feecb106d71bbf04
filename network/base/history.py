"""Who changed what: triggers write it, also under COPY; declared and read here."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pghistory
import pgtrigger
from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, models
from django.db.models import Model

M = TypeVar("M", bound=type[Model])


# Never copied: what the database derives, and what says nothing about a person but lets one in.
LEFT_OUT = {"password", "last_login"}


def tracked(model: M) -> M:
    """Record insert, update and delete of every row of the table."""
    return _track(model, left_out=LEFT_OUT)


def tracked_without(*secret: str) -> Callable[[M], M]:
    """As `tracked`, but of these columns history keeps that they changed and never what they held:
    no one can take a value back out of it."""
    return partial(_track, left_out={*LEFT_OUT, *secret})


def _track(model: M, *, left_out: set[str]) -> M:
    stored = [f for f in model._meta.local_fields if not isinstance(f, models.GeneratedField)]
    excluded = [f.name for f in model._meta.local_fields if f not in stored or f.name in left_out]
    watched = [f.name for f in stored if f.name not in LEFT_OUT]
    asked_by = [f for f in stored if f.name not in excluded and _leads_to_a_record(f)]
    decorate: Callable[[M], M] = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(condition=pgtrigger.AnyChange(*watched)),
        pghistory.DeleteEvent(),
        exclude=excluded or None,
        meta={"indexes": [_where_filled(model, field.name) for field in asked_by]},
        # Once for each statement: a trigger for each row took three times as long as the COPY.
        level=pgtrigger.Statement,
    )
    return decorate(model)


def _leads_to_a_record(field: models.Field) -> bool:
    """History is asked by the record that a row belongs to; never by who did it, or where: places
    go by their codes."""
    target = field.remote_field.model if field.remote_field else None
    if not isinstance(target, type) or issubclass(target, AbstractBaseUser):
        return False
    is_tracked = target is field.model or hasattr(target, "pgh_event_model")
    return is_tracked and isinstance(target._meta.pk, models.UUIDField)


def _where_filled(model: type[Model], column: str) -> models.Index:
    return models.Index(
        fields=[column],
        condition=models.Q(**{f"{column}__isnull": False}),
        name=f"{model.__name__.lower()[:13]}_{column[:13]}_ev",
    )


def was_ever(row: Model, **held: object) -> bool:
    """Did it hold this once, as its history tells? Whatever it holds now."""
    name = f"{row._meta.model_name}event"
    events = apps.get_model(row._meta.app_label, name)._default_manager
    return events.filter(pgh_obj_id=row.pk, **held).exists()


def prime_for_copy() -> None:
    """Hand the current context (who, why) to the transaction, before a COPY in it.

    pghistory adds the context to the statements it sees; COPY goes past it. A write that touches
    no row carries the context into the transaction, where the triggers of the COPY find it. They
    also ask for `pgtrigger.ignore`, and where it was never set each row costs an aborted
    subtransaction: at 12,000 rows the COPY took seven times as long, and grew with the square.
    """
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pghistory_context SET id = id WHERE false")
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
