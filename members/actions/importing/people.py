"""Brings women in: matches each row with those on record, compares, and writes the whole block."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import Scope
from members.actions.importing import shared
from members.actions.importing.belonging import Belongings
from members.actions.importing.decisions import Decisions
from members.actions.importing.incoming import Incoming, read_incoming
from members.actions.importing.matching import Doubt, Matcher, is_same_woman
from members.actions.importing.phones import Phones
from members.models import Language, Person
from network.base.copying import copy_rows
from network.base.dates import PartialDate, Precision
from network.base.imports.engine import Run
from network.base.imports.rows import ERASE, SOMEONE_ELSE, Row
from network.places.matching import place_index

# Rows of one block that may be one woman; more of them is no list of people.
MOST_ALIKE = 40
# «No se sabe» says as little as a blank cell.
UNSAID = {"sex": Person.Sex.UNKNOWN.value, "occupation": Person.Occupation.UNKNOWN.value}
NEW_COLUMNS = (
    "id",
    "given_names",
    "paternal_surname",
    "maternal_surname",
    "document_kind",
    "document_sealed",
    "document_index",
    "document_tail",
    "no_document_reason",
    "born_on",
    "born_precision",
    "sex",
    "occupation",
    "district_id",
    "languages",
    "preferred_language",
    "prefers_audio",
    "email",
    "contact_preference",
    "note",
    "is_demo",
    "registered_by_id",
    "registered_at",
)


@dataclass
class Registry:
    """What is kept from block to block. `seen`: whose row in this file was the first about her;
    `made`: those registered by this file."""

    scope: Scope
    organisations: shared.Organisations
    seen: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    made: dict[UUID, int] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run) -> "Registry":
        if "people" not in run.state:
            scope = shared.reach_of(run)
            run.state["people"] = cls(scope, shared.Organisations(scope))
        registry: Registry = run.state["people"]
        return registry

    def earlier_row(self, pk: UUID, row: Row) -> int | None:
        """The number of another row of this file about the same person."""
        here = (row.sheet, row.number)
        first = self.seen.setdefault(pk, here)
        return None if first == here else first[1]

    def forget(self, pk: UUID, row: Row) -> None:
        if self.seen.get(pk) == (row.sheet, row.number):
            del self.seen[pk]


def prepare_people(run: Run) -> Callable[[list[Row]], None]:
    """Reads what rows say, finds by what they are matched, and seals what is kept sealed."""
    organisations = Registry.of(run).organisations
    place_index()

    def prepare(rows: list[Row]) -> None:
        for row in rows:
            row.prepared = incoming = read_incoming(row, organisations)
            if incoming is not None:
                incoming.look_ahead()

    return prepare


def write_people(rows: list[Row], run: Run) -> None:
    """Match, compare and write; every row leaves with its outcome.

    A second row about the same woman waits until the first is written, so that it is matched with
    her: it may add an organisation, and nothing else.
    """
    registry = Registry.of(run)
    read = [row.prepared or read_incoming(row, registry.organisations) for row in rows]
    waiting = [incoming for incoming in read if incoming is not None]
    for _round in range(MOST_ALIKE):
        if not waiting:
            return
        now, waiting = _one_per_woman(waiting)
        _Block(now, run, registry).write()
    for incoming in waiting:
        incoming.row.refuse("", _("Se repite más de %s veces en el archivo.") % MOST_ALIKE)


def _one_per_woman(rows: list[Incoming]) -> tuple[list[Incoming], list[Incoming]]:
    """Rows about women who cannot be mistaken for each other, and the rest."""
    first: list[Incoming] = []
    again: list[Incoming] = []
    keys: set[Any] = set()  # what one woman alone can have
    likes: set[Any] = set()  # what two can share, of rows without document
    all_likes: set[Any] = set()
    for row in rows:
        mine = {row.id, row.document_index} - {None}
        alike = row.likeness
        others = likes if row.document_index else all_likes
        is_again = not (mine.isdisjoint(keys) and alike.isdisjoint(others))
        (again if is_again else first).append(row)
        keys |= mine
        all_likes |= alike
        if not row.document_index:
            likes |= alike
    return first, again


class _Block:
    """Rows about different women, taken through the registry together."""

    def __init__(self, rows: list[Incoming], run: Run, registry: Registry) -> None:
        self.rows, self.run, self.registry = rows, run, registry
        self.now = timezone.now()
        self.matcher = Matcher(registry.scope, registry.organisations.called)
        self.matcher.load(rows)
        self.doubts: dict[int, list[Doubt]] = {}
        self.meant = {id(row): self._meant(row) for row in rows}
        people = {person["id"] for person in self.meant.values() if person}
        self.phones = Phones(people, run)
        self.belongings = Belongings(people, run)
        self.decisions = Decisions(people, run)
        self.new: list[tuple[Any, ...]] = []
        self.changed: list[tuple[UUID, shared.Comparison]] = []

    def write(self) -> None:
        for incoming in self.rows:
            self._settle(incoming)
        copy_rows(Person, NEW_COLUMNS, self.new)
        shared.write_updates(Person, self.changed)
        self.phones.write()
        self.belongings.write()
        self.decisions.write()

    # --- Who is it? ------------------------------------------------------------------------------
    def _meant(self, row: Incoming) -> Mapping[str, Any] | None:
        """The record by key, document or someone's decision; else the only likely one."""
        if person := self.matcher.hard_match(row):
            return person
        doubts = self._doubts(row)
        decided = self.run.decision(row.row)
        for doubt in doubts:
            if str(doubt.person["id"]) == decided:
                return doubt.person
        return doubts[0].person if len(doubts) == 1 and doubts[0].is_likely else None

    def _doubts(self, row: Incoming) -> list[Doubt]:
        if row.id:
            return []
        if id(row) not in self.doubts:
            self.doubts[id(row)] = self.matcher.doubts(row)
        return self.doubts[id(row)]

    def _settle(self, incoming: Incoming) -> None:
        person = self.matcher.hard_match(incoming)
        if person is not None:
            self._settle_found(incoming, person)
        elif incoming.id:
            incoming.row.refuse(
                "id", _("Esa clave no está a tu alcance. Borra la celda si es una persona nueva.")
            )
        else:
            self._settle_unknown(incoming)

    def _settle_found(self, incoming: Incoming, person: Mapping[str, Any]) -> None:
        """By her key or her document: it is her, unless name or reach say otherwise.

        That she asked to leave the registry is told to those alone who may put her back.
        """
        row = incoming.row
        column = "id" if incoming.id else ("dni" if incoming.has("dni") else "document")
        is_hidden = person["withdrawn_at"] and not self.registry.scope.everything
        if is_hidden or not self.matcher.is_in_reach(person["id"]):
            row.refuse(
                column,
                _("Ya está en el registro, fuera de tu alcance. Pide ayuda a tu coordinadora."),
            )
        elif person["trashed_at"]:
            row.refuse(column, _("Su ficha está en la papelera. Recupérala primero."))
        elif person["withdrawn_at"]:
            row.refuse(column, _("Pidió salir del registro. Anota primero si volvió a aceptar."))
        elif not is_same_woman(incoming, person) and not self._is_decided(incoming, person):
            why = (
                _("misma clave, otro nombre") if incoming.id else _("mismo documento, otro nombre")
            )
            self._park(incoming, [Doubt(person, why, is_likely=True)])
        elif self._holds_another(incoming, person):
            row.refuse(column, _("Ese documento es de otra ficha. Revisa el número."))
        else:
            self._compare(incoming, person)

    def _settle_unknown(self, incoming: Incoming) -> None:
        """No key and no known document: new, unless she looks like someone on record."""
        doubts = self._doubts(incoming)
        decided = self.run.decision(incoming.row)
        chosen = [d.person for d in doubts if str(d.person["id"]) == decided]
        if chosen and self.matcher.is_in_reach(chosen[0]["id"]):
            self._compare(incoming, chosen[0])
        elif not doubts or decided == SOMEONE_ELSE:
            self._register(incoming)
        elif not self._changes_nothing(incoming, doubts):
            self._park(incoming, doubts)

    def _park(self, incoming: Incoming, doubts: list[Doubt]) -> None:
        incoming.row.park(self.matcher.candidates(doubts, self.registry.made))

    def _is_decided(self, incoming: Incoming, person: Mapping[str, Any]) -> bool:
        return self.run.decision(incoming.row) == str(person["id"])

    def _holds_another(self, incoming: Incoming, person: Mapping[str, Any]) -> bool:
        holder = self.matcher.holder_of(incoming)
        return holder is not None and holder["id"] != person["id"]

    def _changes_nothing(self, incoming: Incoming, doubts: list[Doubt]) -> bool:
        """The only one it can be, and the row says nothing that is not on record already."""
        person, row = doubts[0].person, incoming.row
        is_exact = doubts[0].is_likely and incoming.sound_key == person["sound_key"]
        if len(doubts) > 1 or not is_exact:
            return False
        if not self.matcher.is_in_reach(person["id"]) or person["id"] in self.registry.seen:
            return False
        marks = self._marks()
        self._take(incoming, person)
        if row.changes or row.problems or self._marks() != marks:
            self._back_to(marks)
            row.forget()
            return False
        self.registry.earlier_row(person["id"], row)
        row.settle(is_new=False)
        return True

    # --- What changes? ---------------------------------------------------------------------------
    def _compare(self, incoming: Incoming, person: Mapping[str, Any]) -> None:
        row, pk = incoming.row, person["id"]
        earlier = self.registry.earlier_row(pk, row)
        marks = self._marks()
        if earlier is None:
            self._take(incoming, person)
        else:
            self.belongings.take(incoming, pk)
            if not row.changes and not row.problems:
                row.refuse("", _("Es la misma persona que la fila %s. Deja una sola.") % earlier)
        if row.problems:
            self._back_to(marks)
            self.registry.forget(pk, row)
            row.changes.clear()
        else:
            row.settle(is_new=False)

    def _take(self, incoming: Incoming, person: Mapping[str, Any]) -> None:
        comparison = shared.Comparison(incoming.row, person)
        self._take_name(incoming, comparison)
        self._take_document(incoming, comparison)
        comparison.take_date("born_on", "born_on", "born_precision", incoming.born)
        _take_profile(incoming, comparison)
        if comparison.after:
            self.changed.append((person["id"], comparison))
            self.run.updated(
                incoming.row, Person, person["id"], comparison.before, comparison.after
            )
        self.phones.take(incoming, person["id"])
        self.belongings.take(incoming, person["id"])
        self.decisions.take(incoming, person["id"])

    def _take_name(self, incoming: Incoming, comparison: shared.Comparison) -> None:
        for part in ("given_names", "paternal_surname", "maternal_surname"):
            value = getattr(incoming, part) or None
            known = comparison.stored[part]
            # An initial says less than the surname it begins.
            if isinstance(value, str) and value.rstrip(".") == known[:1] != "":
                continue
            comparison.take(part, part, shared.name_to_take(known, value), shared.plain)
        kept = [
            comparison.after.get(part, comparison.stored[part])
            for part in ("paternal_surname", "maternal_surname")
        ]
        if not any(kept):
            incoming.row.refuse("paternal_surname", _("Tiene que quedar al menos un apellido."))

    def _take_document(self, incoming: Incoming, comparison: shared.Comparison) -> None:
        stored = comparison.stored
        reason = incoming.row.values.get("no_document_reason")
        if stored["document_kind"] == Person.Document.NONE and not incoming.document:
            comparison.take("no_document_reason", "no_document_reason", reason, shared.plain)
        index = stored["document_index"]
        is_same = index is not None and bytes(index) == incoming.document_index
        if not incoming.document or (is_same and stored["document_kind"] == incoming.document_kind):
            return
        before = f"•••••{stored['document_tail']}" if stored["document_tail"] else ""
        comparison.set(
            document_kind=incoming.document_kind,
            document_sealed=incoming.sealed_document(stored["id"]),
            document_index=incoming.document_index,
            document_tail=incoming.document[-3:],
            no_document_reason="",
        )
        comparison.tell("document", before, incoming.document)

    # --- A new woman -----------------------------------------------------------------------------
    def _register(self, incoming: Incoming) -> None:
        row, marks = incoming.row, self._marks()
        if not incoming.given_names:
            row.refuse("given_names", _("Faltan los nombres."))
        if not any(incoming.said_surnames):
            row.refuse("paternal_surname", _("Falta al menos un apellido."))
        if not incoming.organisations and not self.registry.scope.everything:
            row.refuse("organisation", _("Escribe su organización, una de las tuyas."))
        if row.problems:
            return
        pk = incoming.new_id
        self.new.append(self._new_person(incoming))
        self.run.created(row, Person, pk)
        incoming.tells_changes = False
        self.phones.take(incoming, pk)
        self.belongings.take(incoming, pk)
        self.decisions.take(incoming, pk)
        if row.problems:
            self._back_to(marks)
        else:
            self.registry.earlier_row(pk, row)
            self.registry.made[pk] = row.number
            row.settle(is_new=True)

    def _new_person(self, incoming: Incoming) -> tuple[Any, ...]:
        values = incoming.row.values
        if ERASE in values.values():
            values = {name: value for name, value in values.items() if value is not ERASE}
        born = incoming.born if isinstance(incoming.born, PartialDate) else None
        paternal, maternal = incoming.said_surnames
        document = incoming.document
        has_district = incoming.district is not None and incoming.district is not ERASE
        return (
            incoming.new_id,
            incoming.given_names,
            paternal,
            maternal,
            incoming.document_kind or Person.Document.NONE.value,
            incoming.new_document,
            incoming.document_index,
            document[-3:],
            "" if document else values.get("no_document_reason", ""),
            born.date if born else None,
            born.precision if born else Precision.DAY.value,
            values.get("sex", Person.Sex.UNKNOWN.value),
            values.get("occupation", Person.Occupation.UNKNOWN.value),
            incoming.district.code if has_district else None,
            values.get("languages", []),
            values.get("preferred_language", ""),
            values.get("prefers_audio", False),
            values.get("email", ""),
            values.get("contact_preference", ""),
            values.get("note", ""),
            any(organisation.is_demo for organisation in incoming.organisations),
            self.run.by.pk if self.run.by else None,
            self.now,
        )

    # --- Taking a row back whole -----------------------------------------------------------------
    def _gathered(self) -> list[list[Any]]:
        return [
            self.run.records,
            self.new,
            self.changed,
            *self.phones.gathered,
            *self.belongings.gathered,
            *self.decisions.gathered,
        ]

    def _marks(self) -> list[int]:
        return [len(gathered) for gathered in self._gathered()]

    def _back_to(self, marks: list[int]) -> None:
        for gathered, length in zip(self._gathered(), marks, strict=True):
            del gathered[length:]


def _take_profile(incoming: Incoming, comparison: shared.Comparison) -> None:
    values = incoming.row.values
    says = {
        "sex": (shared.labels(Person.Sex), Person.Sex.UNKNOWN.value),
        "occupation": (shared.labels(Person.Occupation), Person.Occupation.UNKNOWN.value),
        "languages": (shared.labels(Language), []),
        "preferred_language": (shared.labels(Language), ""),
        "prefers_audio": (shared.yes_no, False),
        "email": (shared.plain, ""),
        "contact_preference": (shared.labels(Person.ContactPreference), ""),
        "note": (shared.plain, ""),
    }
    for name, (words, blank) in says.items():
        if values.get(name) != UNSAID.get(name):
            comparison.take(name, name, values.get(name), words, blank)
    district = incoming.district
    code = district if district is None or district is ERASE else district.code
    comparison.take("district", "district_id", code, shared.district_path, blank=None)
