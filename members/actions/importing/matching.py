"""Finds who a row is: by the key of the record, by the document, and otherwise only in doubt.

A name alone never decides. Without key or document a row that looks like someone on record waits
for a person, unless it would change nothing of the only one it can be.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import Scope
from members.actions.importing.incoming import Incoming
from members.models import Membership
from network.base.copying import array_of
from network.base.dates import PartialDate
from network.base.imports.rows import Candidate
from network.base.text import fold, sound

COLUMNS = (
    "id",
    "given_names",
    "paternal_surname",
    "maternal_surname",
    "document_kind",
    "document_index",
    "document_sealed",
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
    "trashed_at",
    "withdrawn_at",
    "merged_into_id",
    "sound_key",
)
MOST_CANDIDATES = 5
# Built by hand: for thousands of values the ORM takes longer than PostgreSQL.
SELECT = f"SELECT {', '.join(COLUMNS)} FROM members_person WHERE"  # noqa: S608  # our columns
ON_RECORD = "trashed_at IS NULL AND merged_into_id IS NULL AND withdrawn_at IS NULL"
DOCUMENTS = """
    merged_into_id IS NULL
    AND document_kind = ANY(%s::text[]) AND document_index = ANY(%s::bytea[])
"""
IN_USE = """
    SELECT person_id, number_index FROM members_phone
    WHERE number_index = ANY(%s::bytea[]) AND retired_at IS NULL
"""
# Who may be the woman of a row by the sound of her name. Most who share it have another document
# and another birth: they are left where they are, as `_is_other` would leave them. OFFSET 0 keeps
# PostgreSQL to the index, name by name.
NAMESAKES = f"""
    SELECT {", ".join(COLUMNS)}, key
    FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::date[]) AS said(key, kind, document, born)
    CROSS JOIN LATERAL (
        SELECT * FROM members_person WHERE {{sounds}} AND {ON_RECORD} OFFSET 0
    ) AS person
    WHERE document IS NULL OR document_index IS NULL OR document_kind <> kind
        OR document_index = document OR born_on = born
"""  # noqa: S608  # our columns
SAME_NAME = NAMESAKES.format(sounds="sound_key = key")
# Whose name goes on after these words: the index answers a range for each.
LONGER_NAME = NAMESAKES.format(sounds="sound_key ~>=~ (key || ' ') AND sound_key ~<~ (key || '!')")


@dataclass(frozen=True)
class Doubt:
    """A record that a row may be, and why. `is_likely`: more than the name agrees."""

    person: Mapping[str, Any]
    why: str
    is_likely: bool


@dataclass
class Matcher:
    """Everyone on record that the rows of one block may be, read with a few questions."""

    scope: Scope
    called: Callable[[UUID], str]  # the name of an organisation in reach, else ""
    by_id: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    by_document: dict[tuple[str, bytes], dict[str, Any]] = field(default_factory=dict)
    by_sound: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    by_phone: dict[bytes, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    organisations: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    in_reach: set[UUID] = field(default_factory=set)

    def load(self, rows: list[Incoming]) -> None:
        self._load_keys({row.id for row in rows if row.id})
        self._load_documents(rows)
        hard = {id(row) for row in rows if self.hard_match(row)}
        self._load_doubts([row for row in rows if id(row) not in hard])
        self._load_belongings()

    def hard_match(self, row: Incoming) -> dict[str, Any] | None:
        if row.id:
            return self.by_id.get(row.id)
        if row.document_index:
            return self.by_document.get((row.document_kind, row.document_index))
        return None

    def holder_of(self, row: Incoming) -> dict[str, Any] | None:
        """Whoever has the document that the row gives."""
        if not row.document_index:
            return None
        return self.by_document.get((row.document_kind, row.document_index))

    def is_in_reach(self, pk: UUID) -> bool:
        return self.scope.everything or pk in self.in_reach

    def doubts(self, row: Incoming) -> list[Doubt]:
        """Those on record who may be the woman of the row, the likeliest first."""
        found: dict[UUID, Doubt] = {}
        for key in {row.sound_key, row.short_key} if row.is_named else ():
            for person in self.by_sound.get(key, ()):
                if doubt := self._doubt_by_name(row, person):
                    found[person["id"]] = doubt
        for pk in self.by_phone.get(row.phone_index or b"", ()):
            person = self.by_id[pk]
            if pk not in found and _same_call_name(row, person) and not _is_other(row, person):
                found[pk] = Doubt(person, _("mismo teléfono, nombre parecido"), is_likely=True)
        reached = [d for d in found.values() if d.is_likely or self.is_in_reach(d.person["id"])]
        return sorted(reached, key=lambda doubt: not doubt.is_likely)[:MOST_CANDIDATES]

    def candidates(self, doubts: Iterable[Doubt], made_here: Mapping[UUID, int]) -> list[Candidate]:
        """Told by name only to those who reach her. `made_here`: rows of this file, by person."""
        told = []
        for doubt in doubts:
            pk = doubt.person["id"]
            if pk in made_here:
                text = _("La fila %s de este archivo") % made_here[pk]
                told.append(Candidate("", text, doubt.why))
            elif self.is_in_reach(pk):
                told.append(Candidate(str(pk), self._described(doubt.person), doubt.why))
            else:
                text = _("Una persona de otra organización. Pide ayuda a tu coordinadora.")
                told.append(Candidate("", text, doubt.why))
        return told

    def _described(self, person: Mapping[str, Any]) -> str:
        surnames = f"{person['paternal_surname']} {person['maternal_surname']}".strip()
        said = [f"{surnames}, {person['given_names']}"]
        said += sorted(filter(None, map(self.called, self.organisations[person["id"]])))
        if person["document_tail"]:
            said.append(_("documento •••%s") % person["document_tail"])
        if person["born_on"]:
            said.append(_("nacida en %s") % person["born_on"].year)
        return " · ".join(said)

    def _doubt_by_name(self, row: Incoming, person: Mapping[str, Any]) -> Doubt | None:
        if _is_other(row, person) or not _same_call_name(row, person):
            return None
        agree = []
        if row.phone_index and person["id"] in self.by_phone.get(row.phone_index, ()):
            agree.append(_("mismo teléfono"))
        if _same_birth(row, person):
            agree.append(_("mismo nacimiento"))
        if {o.pk for o in row.organisations} & self.organisations[person["id"]]:
            agree.append(_("misma organización"))
        is_exact = row.sound_key == person["sound_key"]
        name = _("mismo nombre") if is_exact else _("nombre parecido")
        return Doubt(person, ", ".join([name, *agree]), is_likely=bool(agree))

    # --- Questions to the registry ---------------------------------------------------------------
    def _ask(self, where: str, *values: Iterable[Any]) -> None:
        """Keep the people that a condition finds; each value is an array of it."""
        with connection.cursor() as cursor:
            cursor.execute(f"{SELECT} {where}", list(map(array_of, values)))
            for found in cursor.fetchall():
                self._keep(dict(zip(COLUMNS, found, strict=True)))

    def _keep(self, person: dict[str, Any]) -> None:
        if person["id"] in self.by_id:
            return
        self.by_id[person["id"]] = person
        if person["document_index"] and person["merged_into_id"] is None:
            key = (person["document_kind"], bytes(person["document_index"]))
            # A record in the trash gives way to one that is in use.
            if person["trashed_at"] is None or key not in self.by_document:
                self.by_document[key] = person

    def _load_keys(self, ids: set[UUID]) -> None:
        """Records by their key; of one that was joined to another, the one that stayed."""
        wanted = ids
        while wanted:
            self._ask("id = ANY(%s::uuid[])", wanted)
            joined = {self.by_id[pk]["merged_into_id"] for pk in wanted if pk in self.by_id}
            wanted = joined - {None} - set(self.by_id)
        for pk in ids & set(self.by_id):
            person = self.by_id[pk]
            while person["merged_into_id"]:
                person = self.by_id[person["merged_into_id"]]
            self.by_id[pk] = person

    def _load_documents(self, rows: list[Incoming]) -> None:
        given = [(row.document_kind, row.document_index) for row in rows if row.document_index]
        if given:
            kinds, indexes = zip(*given, strict=True)
            # Each half has an index of its own; asked at once, PostgreSQL walks the registry.
            for where in ("trashed_at IS NULL", "trashed_at IS NOT NULL"):
                self._ask(f"{where} AND {DOCUMENTS}", set(kinds), indexes)

    def _load_doubts(self, rows: list[Incoming]) -> None:
        named = [row for row in rows if row.is_named]
        either = [(key, row) for row in named for key in (row.sound_key, row.short_key)]
        self._ask_by_name(SAME_NAME, either)
        self._ask_by_name(LONGER_NAME, [(row.short_key, row) for row in named if row.is_cut_short])
        self._load_sharing_phones({row.phone_index for row in rows if row.phone_index})

    def _ask_by_name(self, question: str, named: list[tuple[str, Incoming]]) -> None:
        """Keep those whom a sound finds, under that sound."""
        if not named:
            return
        rows = {(key, row.document_kind, row.document_index, _day(row)) for key, row in named}
        with connection.cursor() as cursor:
            cursor.execute(question, list(map(array_of, zip(*rows, strict=True))))
            for *found, key in cursor.fetchall():
                person = dict(zip(COLUMNS, found, strict=True))
                self._keep(person)
                kept = self.by_id[person["id"]]
                if kept not in self.by_sound[key]:
                    self.by_sound[key].append(kept)

    def _load_sharing_phones(self, indexes: set[bytes]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(IN_USE, [array_of(indexes)])
            pairs = [(pk, bytes(index)) for pk, index in cursor.fetchall()]
        self._ask(
            f"{ON_RECORD} AND id = ANY(%s::uuid[])", {pk for pk, _i in pairs} - set(self.by_id)
        )
        for pk, index in pairs:
            if pk in self.by_id and _is_on_record(self.by_id[pk]):
                self.by_phone[index].add(pk)

    def _load_belongings(self) -> None:
        ids = list(self.by_id)
        today = timezone.localdate()
        belongings = Membership.objects.filter(person__in=ids).values_list(
            "person_id", "organisation_id", "ends_on"
        )
        for person, organisation, ends_on in belongings:
            self.organisations[person].add(organisation)
            # As on every page: who left is no longer in the reach of those she left.
            if organisation in self.scope.organisation_ids and (not ends_on or ends_on >= today):
                self.in_reach.add(person)


def _is_on_record(person: Mapping[str, Any]) -> bool:
    return person["trashed_at"] is None and person["withdrawn_at"] is None


def _day(row: Incoming) -> date | None:
    return row.born.date if isinstance(row.born, PartialDate) else None


def is_same_woman(row: Incoming, person: Mapping[str, Any]) -> bool:
    """Does the name on the row not contradict the record found by key or document?"""
    paternal, maternal = row.said_surnames
    if not row.given_names and not paternal and not maternal:
        return True
    mine = set(sound(f"{row.given_names} {paternal} {maternal}").split())
    hers = " ".join((person["given_names"], person["paternal_surname"], person["maternal_surname"]))
    return bool(mine & set(sound(hers).split()))


def _is_other(row: Incoming, person: Mapping[str, Any]) -> bool:
    """Both have a document of one kind and they differ; or their births do."""
    has_both = bool(row.document_index and person["document_index"])
    if has_both and row.document_kind == person["document_kind"]:
        return bytes(person["document_index"]) != row.document_index and not (
            row.born
            and _same_birth(row, person)
            and row.born.precision == person["born_precision"] == "d"
        )
    born: date | None = person["born_on"]
    says_birth = born is not None and row.born is not None and hasattr(row.born, "date")
    return says_birth and not _same_birth(row, person)


def _same_birth(row: Incoming, person: Mapping[str, Any]) -> bool:
    """Equal as far as both are known."""
    born: date | None = person["born_on"]
    if born is None or row.born is None or not hasattr(row.born, "date"):
        return False
    precisions = {row.born.precision, person["born_precision"]}
    if "y" in precisions:
        return born.year == row.born.date.year
    if "m" in precisions:
        return (born.year, born.month) == (row.born.date.year, row.born.date.month)
    return bool(born == row.born.date)


def _same_call_name(row: Incoming, person: Mapping[str, Any]) -> bool:
    """The first name sounds equal, and no surname contradicts: «Choque P.» may be Choque Puma."""
    if not row.call_name or row.call_name != sound(person["given_names"]).partition(" ")[0]:
        return False
    stored = (person["paternal_surname"], person["maternal_surname"])
    return all(
        _may_be(fold(one), fold(other))
        for one, other in zip(row.said_surnames, stored, strict=True)
    )


def _may_be(one: str, other: str) -> bool:
    if not one or not other:
        return True
    if min(len(one), len(other)) == 1:
        return one[0] == other[0]
    return sound(one) == sound(other)
