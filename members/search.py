"""What search boxes ask: a person by document or phone exactly, or by name, forgiving spelling."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from members.access import Permission, scope_of
from members.models import Person, Phone
from members.rules import read_document
from network.base.accesslog import Action, record_access
from network.base.contracts import Found
from network.base.errors import Refused
from network.base.fields import index_of
from network.base.phones import parse_phone
from network.base.text import fold

# So few matches are fetched at once and the page then reads them by id. Left to itself PostgreSQL
# may walk a million names in order to meet the three that match.
FEW = 200


def find_people(rows: Any, text: str, user: Any) -> Found:
    """The people of `rows` meant by `text`. A search by document or phone leaves a trace."""
    if any(char.isdigit() for char in text):
        return _by_number(rows, text, user)
    if not fold(text):
        return Found(rows)
    sees_all = user is None or scope_of(user, Permission.PERSON_VIEW).everything
    for match, note in (
        (lambda people: people.search(text), ""),
        (
            lambda people: people.sounding_like(text),
            _("Nadie se escribe así. Estos nombres suenan parecido."),
        ),
        (
            lambda people: people.filter(search_key__trigram_word_similar=fold(text)),
            _("Nadie se llama así. Estos nombres se parecen."),
        ),
    ):
        matches = match(rows) if sees_all else _within(rows, match)
        keys = _first_keys(matches)
        if keys:
            return Found(matches if len(keys) > FEW else rows.filter(pk__in=keys), note)
    return Found(rows.none())


def _within(rows: Any, match: Callable[[Any], Any]) -> Any:
    """The matches among the people of a region. A few are read on their own first: together with
    her people PostgreSQL compares the names of all of these."""
    everywhere = _first_keys(match(Person.objects.on_record()))
    return rows.filter(pk__in=everywhere) if len(everywhere) <= FEW else match(rows)


def _first_keys(matches: Any) -> list[UUID]:
    """One more than FEW stands for any larger number."""
    return list(matches.order_by().values_list("pk", flat=True)[: FEW + 1])


def find_organisations(rows: Any, text: str, user: Any) -> Found:
    """By any part of the name, or by RUC."""
    digits = "".join(text.split())
    return Found(rows.filter(ruc=digits) if digits.isdigit() else rows.search(text))


def _by_number(rows: Any, text: str, user: Any) -> Found:
    documents, phone = _documents(text), _phone(text)
    matches = Q(pk__in=[])
    for kind, index in documents.items():
        matches |= Q(document_kind=kind, document_index=index)
    if phone:
        # Read first: as a part of an OR it would be asked of every person on record.
        matches |= Q(pk__in=list(rows.with_phone(phone).values_list("pk", flat=True)[:FEW]))
    found = rows.filter(matches)
    record_access(
        by=user,
        action=Action.SEARCH,
        subject=Person._meta.label_lower,
        field="+".join(["document"] * bool(documents) + ["phone"] * bool(phone)),
        row_count=found.count(),
    )
    return Found(found)


def _documents(text: str) -> dict[str, bytes]:
    """Every document that the text may be, with what its blind index holds."""
    found = {}
    for kind in (Person.Document.DNI, Person.Document.CE, Person.Document.PASSPORT):
        try:
            found[str(kind)] = index_of(Person, "document_index", read_document(kind, text), kind)
        except Refused:
            continue
    return found


def _phone(text: str) -> bytes | None:
    try:
        return index_of(Phone, "number_index", parse_phone(text))
    except Refused:
        return None
