"""One row of a list of people, as the parts that are matched and written."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext as _

from members.actions.importing.shared import Organisations, read_district
from members.models import Organisation, Person, Phone
from members.rules import Name, read_document
from network.base.crypto import seal
from network.base.dates import PartialDate
from network.base.errors import Refused
from network.base.fields import BlindIndexField
from network.base.ids import new_id
from network.base.imports.rows import ERASE, Change, Row
from network.base.text import sound

_document_digest = cast(BlindIndexField, Person._meta.get_field("document_index")).digest
_phone_digest = cast(BlindIndexField, Phone._meta.get_field("number_index")).digest


@dataclass(eq=False)
class Incoming:
    """What a row says of a woman. A part that it leaves blank is None or empty.

    `tells_changes` is off for a new woman: all of hers is new, goes with her when the import is
    undone, and is not told apart.
    """

    row: Row
    tells_changes: bool = True
    id: UUID | None = None
    given_names: str = ""
    paternal_surname: str | Any = ""
    maternal_surname: str | Any = ""
    document_kind: str = ""
    document: str = ""
    document_index: bytes | None = None
    born: PartialDate | Any = None
    phone: str | Any = None
    phone_index: bytes | None = None
    district: Any = None
    organisations: list[Organisation] = field(default_factory=list)

    @cached_property
    def said_surnames(self) -> tuple[str, str]:
        """Surnames as text, when the row neither leaves them blank nor erases them."""
        both = (self.paternal_surname, self.maternal_surname)
        return tuple(one if isinstance(one, str) else "" for one in both)  # type: ignore[return-value]

    @cached_property
    def is_named(self) -> bool:
        return bool(self.given_names and any(self.said_surnames))

    @cached_property
    def sound_key(self) -> str:
        """How her whole name sounds."""
        return sound(" ".join((self.given_names, *self.said_surnames)))

    @cached_property
    def short_key(self) -> str:
        """How it sounds without the second surname, which may be missing on either side."""
        return sound(f"{self.given_names} {self.said_surnames[0]}")

    @property
    def is_cut_short(self) -> bool:
        """Without second surname, or with its initial: «Choque P.» may be Choque Puma."""
        return len(self.said_surnames[1].strip(". ")) < 2

    @cached_property
    def call_name(self) -> str:
        return sound(self.given_names).partition(" ")[0]

    @cached_property
    def likeness(self) -> frozenset[Any]:
        """What two women can share, but for which two rows may be about one."""
        alike: set[Any] = {self.short_key} if self.is_named else set()
        if self.phone_index:
            alike.add((self.phone_index, self.call_name))
        return frozenset(alike)

    # --- If she is new ---------------------------------------------------------------------------
    @cached_property
    def new_id(self) -> UUID:
        return new_id()

    @cached_property
    def new_document(self) -> bytes | None:
        """Sealed for the record she gets."""
        return self.sealed_document(self.new_id) if self.document else None

    @cached_property
    def new_phone(self) -> tuple[UUID, bytes]:
        """The id of her number and the number, sealed for it."""
        pk = new_id()
        return pk, seal(self.phone, table="members_phone", column="number_sealed", row=pk)

    def look_ahead(self) -> None:
        """Find out now what is otherwise found out when it is asked for."""
        _ = self.sound_key, self.likeness, self.new_document
        if self.phone_index:
            _ = self.new_phone

    def sealed_document(self, pk: UUID) -> bytes:
        return seal(self.document, table="members_person", column="document_sealed", row=pk)

    def tell(self, column: str, before: str, after: str) -> None:
        self.row.changes.append(Change(column, before, after))

    def has(self, column: str) -> bool:
        return column in self.row.values


def read_incoming(row: Row, organisations: Organisations, key: str = "id") -> Incoming | None:
    """The parts of a row; None when they do not fit each other, and then the row is refused.

    `key` is the column that holds the id of her record."""
    incoming = Incoming(row, id=row.values.get(key), born=row.values.get("born_on"))
    _read_name(incoming)
    _read_document(incoming)
    _read_phone(incoming)
    incoming.district = read_district(row)
    _read_organisations(incoming, organisations)
    return None if row.problems else incoming


def _read_name(incoming: Incoming) -> None:
    values = incoming.row.values
    name = values.get("full_name") or Name("")
    paternal, maternal = values.get("surnames") or (name.paternal_surname, name.maternal_surname)
    incoming.given_names = values.get("given_names") or name.given_names
    incoming.paternal_surname = values.get("paternal_surname") or paternal
    incoming.maternal_surname = values.get("maternal_surname") or maternal
    if incoming.paternal_surname is ERASE and incoming.maternal_surname is ERASE:
        incoming.row.refuse("paternal_surname", _("Tiene que quedar al menos un apellido."))


def _read_document(incoming: Incoming) -> None:
    row, values = incoming.row, incoming.row.values
    column = "dni" if values.get("dni") else "document"
    text, kind = values.get(column), values.get("document_kind", "")
    if text is None:
        _read_missing_document(incoming, kind)
        return
    if kind == Person.Document.NONE:
        row.refuse("document_kind", _("Dice «sin documento», pero hay un número. Deja uno."))
        return
    if not kind and (column == "dni" or _looks_like_dni(text)):
        kind = Person.Document.DNI
    try:
        incoming.document = read_document(kind, text)
    except Refused as refusal:
        row.refuse(column, refusal.message)
        return
    incoming.document_kind = kind
    incoming.document_index = _document_digest(incoming.document, str(kind))


def _read_missing_document(incoming: Incoming, kind: str) -> None:
    """A kind alone says nothing, but «sin documento» does."""
    if kind == Person.Document.NONE:
        incoming.document_kind = kind


def _looks_like_dni(text: str) -> bool:
    digits = "".join(char for char in text if char.isalnum())
    return digits[:8].isdigit() and len(digits) in {8, 9}


def _read_phone(incoming: Incoming) -> None:
    incoming.phone = incoming.row.values.get("phone")
    if isinstance(incoming.phone, str):
        incoming.phone_index = _phone_digest(incoming.phone)


def _read_organisations(incoming: Incoming, organisations: Organisations) -> None:
    row = incoming.row
    for text in row.values.get("organisation", ()):
        try:
            found = organisations.find(text)
        except Refused as refusal:
            row.refuse("organisation", refusal.message)
            return
        if found not in incoming.organisations:
            incoming.organisations.append(found)
    if not incoming.organisations and (own := organisations.own()):
        incoming.organisations = [own]
