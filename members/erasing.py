"""What is erased of a woman whose record was 30 days in the trash, table by table.

Her row stays, without a name, so that what official figures stand on (posts, memberships,
trainings) still counts her; everything that tells who she was goes, out of history too. An app
whose rows point at a person declares an `Erasure` in `<app>/erasures.py`: docs/adr/0008.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

from members.models import Person
from network.base.contracts import declared

NAMELESS = ("Persona", "borrada")
# All that a person's own row says of her, but for what figures count: her sex.
PERSON_BLANKS: Mapping[str, Any] = {
    "given_names": NAMELESS[0],
    "paternal_surname": NAMELESS[1],
    "maternal_surname": "",
    "document_kind": Person.Document.NONE,
    "document_sealed": None,
    "document_index": None,
    "document_tail": "",
    "no_document_reason": "",
    "born_on": None,
    "born_precision": "d",
    "occupation": Person.Occupation.UNKNOWN,
    "district": None,
    "languages": [],
    "preferred_language": "",
    "prefers_audio": False,
    "email": "",
    "contact_preference": "",
    "note": "",
}


@dataclass(frozen=True)
class Erasure:
    """Rows of `model` whose `column` is her id.

    With `blanks` they stay and these columns are overwritten, in history too; empty, nothing in
    them tells who she was. With None the rows go, and their history.
    """

    name: str
    model: type[Model]
    blanks: Mapping[str, Any] | None
    column: str = "person_id"


def erase_declared_rows(ids: Collection[Any]) -> None:
    for erasure in declared("erasures").values():
        rows = erasure.model._base_manager.filter(**{f"{erasure.column}__in": ids})
        if erasure.blanks is None:
            rows.delete()
        elif erasure.blanks:
            rows.update(**erasure.blanks)
        erase_history(erasure.model, erasure.column, ids, erasure.blanks)


def erase_history(
    model: type[Model], column: str, ids: Collection[Any], blanks: Mapping[str, Any] | None
) -> None:
    """What history holds of these people in one table, the traces of erasing the rows too.

    The application may not rewrite history: it asks a function of the database, which refuses for
    whoever's time in the trash is not over.
    """
    event_model = getattr(model, "pgh_event_model", None)
    if event_model is None:
        return
    held = {field.name: field.column for field in event_model._meta.fields}
    told = {held[name]: value for name, value in (blanks or {}).items() if name in held}
    if blanks is not None and not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT members_erase_history(%s, %s, %s::uuid[], %s::text[], %s::text[])",
            [
                event_model._meta.db_table,
                column,
                [str(pk) for pk in ids],
                None if blanks is None else list(told),
                [_literal(value) for value in told.values()],
            ],
        )


def _literal(value: Any) -> str | None:
    """A blank as PostgreSQL reads it, whatever the type of its column."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return "[]" if isinstance(value, list) else "{}"
    return None if value is None else str(value)
