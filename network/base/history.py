"""Who changed what: triggers write it, also under COPY; declared and read here."""

from collections.abc import Callable
from typing import TypeVar

import pghistory
from django.db import connection, models
from django.db.models import Model

M = TypeVar("M", bound=type[Model])


# Never copied: what the database derives, and what says nothing about a person but lets one in.
LEFT_OUT = {"password", "last_login"}


def tracked(model: M) -> M:
    """Record insert, update and delete of every row of the table."""
    generated = [
        f.name
        for f in model._meta.local_fields
        if isinstance(f, models.GeneratedField) or f.name in LEFT_OUT
    ]
    decorate: Callable[[M], M] = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=generated or None,
    )
    return decorate(model)


def prime_for_copy() -> None:
    """Hand the current context (who, why) to the transaction, before a COPY in it.

    pghistory adds the context to the statements it sees; COPY goes past it. A write that touches
    no row carries the context into the transaction, where the triggers of the COPY find it.
    """
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pghistory_context SET id = id WHERE false")
