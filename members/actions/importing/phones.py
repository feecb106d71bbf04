"""Phones of a block of rows. A new number becomes the main one; the others stay."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone

from members.actions.importing import shared
from members.actions.importing.incoming import Incoming
from members.models import Phone
from network.base.copying import copy_rows
from network.base.imports.engine import Run
from network.base.imports.rows import ERASE
from network.base.phones import phone_in_groups

COLUMNS = ("id", "person_id", "number_index", "number_tail", "has_whatsapp", "is_primary")
READ = (*COLUMNS, "retired_at")
NEW_COLUMNS = (*COLUMNS, "number_sealed", "shared_with")


class Phones:
    """Reads the numbers of the people of a block, gathers what changes, writes it."""

    def __init__(self, people: Iterable[UUID], run: Run) -> None:
        self.run = run
        self.stored: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
        for phone in Phone.objects.filter(person__in=list(people)).order_by("pk").values(*READ):
            self.stored[phone["person_id"]].append(phone)
        self.new: list[tuple[Any, ...]] = []
        self.given_up: list[tuple[UUID, shared.Comparison]] = []
        self.changed: list[tuple[UUID, shared.Comparison]] = []

    def take(self, incoming: Incoming, person: UUID) -> None:
        stored = self.stored.get(person, [])
        main = next((p for p in stored if p["is_primary"] and p["retired_at"] is None), None)
        has_whatsapp = incoming.row.values.get("whatsapp")
        has_whatsapp = None if has_whatsapp is ERASE else has_whatsapp
        if incoming.phone is ERASE:
            if main:
                self._give_up(incoming, main, retired_at=timezone.now())
                incoming.tell("phone", _tail(main["number_tail"]), "")
        elif incoming.phone is None:
            if main and has_whatsapp is not None:
                self._compare(incoming, main, has_whatsapp)
        else:
            self._take_number(incoming, person, stored, main, has_whatsapp)

    @property
    def gathered(self) -> list[list[Any]]:
        return [self.new, self.given_up, self.changed]

    def write(self) -> None:
        """Main numbers step back before others take their place."""
        shared.write_updates(Phone, self.given_up)
        shared.write_updates(Phone, self.changed)
        copy_rows(Phone, NEW_COLUMNS, self.new)

    def _take_number(
        self,
        incoming: Incoming,
        person: UUID,
        stored: list[dict[str, Any]],
        main: dict[str, Any] | None,
        has_whatsapp: bool | None,
    ) -> None:
        index = incoming.phone_index or b""
        same = next((p for p in stored if bytes(p["number_index"]) == index), None)
        if same and same["retired_at"] is None:
            self._compare(incoming, same, has_whatsapp)
            return
        if main:
            self._give_up(incoming, main)
        if same:
            self._compare(incoming, same, has_whatsapp, is_primary=True, retired_at=None)
        else:
            self._add(incoming, person, has_whatsapp)
        if incoming.tells_changes:
            before = _tail(main["number_tail"]) if main else ""
            incoming.tell("phone", before, phone_in_groups(incoming.phone))

    def _add(self, incoming: Incoming, person: UUID, has_whatsapp: bool | None) -> None:
        (pk, sealed), tail = incoming.new_phone, incoming.phone[-3:]
        self.new.append((pk, person, incoming.phone_index, tail, has_whatsapp, True, sealed, ""))
        if incoming.tells_changes:
            self.run.created(incoming.row, Phone, pk)

    def _give_up(self, incoming: Incoming, phone: dict[str, Any], **also: Any) -> None:
        self._set(incoming, phone, self.given_up, is_primary=False, **also)

    def _compare(
        self, incoming: Incoming, phone: dict[str, Any], has_whatsapp: bool | None, **also: Any
    ) -> None:
        if has_whatsapp is not None and has_whatsapp != phone["has_whatsapp"]:
            also["has_whatsapp"] = has_whatsapp
            incoming.tell(
                "whatsapp", shared.yes_no(phone["has_whatsapp"]), shared.yes_no(has_whatsapp)
            )
        if also:
            self._set(incoming, phone, self.changed, **also)

    def _set(
        self,
        incoming: Incoming,
        phone: dict[str, Any],
        gathered: list[tuple[UUID, shared.Comparison]],
        **values: Any,
    ) -> None:
        comparison = shared.Comparison(incoming.row, phone)
        comparison.set(**values)
        gathered.append((phone["id"], comparison))
        self.run.updated(incoming.row, Phone, phone["id"], comparison.before, comparison.after)


def _tail(tail: str) -> str:
    return f"••• ••• {tail}"
