"""Brings old paper records in: finds who and which course, compares, and writes the whole block.

They come in as «histórico no verificado», under no version: hours that the paper does not say and
the last day they count are those of the version in use that day.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import Scope
from members.actions.importing import shared
from members.actions.importing.incoming import Incoming, read_incoming
from members.actions.importing.matching import Doubt, Matcher, is_same_woman
from members.models import Membership
from network.base.copying import copy_rows
from network.base.dates import PartialDate, Precision, day
from network.base.errors import Refused
from network.base.ids import new_id
from network.base.imports.engine import IMPORTED, Run
from network.base.imports.rows import (
    ERASE,
    SOMEONE_ELSE,
    Candidate,
    Question,
    Row,
    question_key,
)
from network.base.text import fold
from network.places.matching import place_index
from trainings.actions.importing.naming import CourseNames
from trainings.models import Completion, Course, CourseAlias
from trainings.transcripts import said
from trainings.validity import valid_until

KIND = "training_records"
CENT = Decimal("0.01")
Result, Origin = Completion.Result, Completion.Origin
COMPARED = (
    "id",
    "person_id",
    "course_id",
    "organisation_id",
    "result",
    "reason",
    "completed_on",
    "completed_precision",
    "hours",
    "planned_hours",
    "valid_until",
    "origin",
    "is_verified",
    "source_kind",
    "source",
    "place",
    "taught_by",
    "voided_at",
    "void_reason",
)
NEW_COLUMNS = (*COMPARED, "is_exception", "approved_at", "is_demo")
ALIAS_COLUMNS = ("id", "course_id", "name", "confirmed_by_id")


@dataclass
class Registry:
    """What is kept from block to block. `seen`: which row of this file was first about a record."""

    scope: Scope
    organisations: shared.Organisations
    courses: CourseNames
    seen: dict[UUID, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run) -> "Registry":
        if KIND not in run.state:
            scope = shared.reach_of(run)
            run.state[KIND] = cls(scope, shared.Organisations(scope), CourseNames.load(KIND))
        registry: Registry = run.state[KIND]
        return registry

    def refuse_second_row(self, pk: UUID, row: Row) -> None:
        here = (row.sheet, row.number)
        first = self.seen.setdefault(pk, here)
        if first != here:
            raise Refused(_("Es el mismo registro que la fila %s. Deja una sola.") % first[1])


def prepare_records(run: Run) -> Callable[[list[Row]], None]:
    """Reads what rows say and which course they mean; asks nothing of the database."""
    registry = Registry.of(run)
    place_index()

    def prepare(rows: list[Row]) -> None:
        for row in rows:
            row.prepared = _read(row, registry)

    return prepare


def write_records(rows: list[Row], run: Run) -> None:
    """Match, compare and write; every row leaves with its outcome."""
    registry = Registry.of(run)
    read = [row.prepared or _read(row, registry) for row in rows]
    _Block([incoming for incoming in read if incoming is not None], run, registry).write()


def _read(row: Row, registry: Registry) -> Incoming | None:
    registry.courses.find(row.values.get("course", ""))
    if len(row.values.get("organisation", ())) > 1:
        row.refuse("organisation", _("Escribe una sola: con la que vino ese día."))
    return read_incoming(row, registry.organisations, key="person_id")


class _Block:
    """Rows of one block, taken through the records together."""

    def __init__(self, rows: list[Incoming], run: Run, registry: Registry) -> None:
        self.rows, self.run, self.registry = rows, run, registry
        self.now = timezone.now()
        self.by_id = self._records_by_key()
        self.matcher = Matcher(registry.scope, registry.organisations.called)
        self.matcher.load(rows)
        self.courses = {id(one): course for one in rows if (course := self._course(one.row))}
        self.who = {id(one): person for one in rows if (person := self._person(one))}
        self.people = {person["id"] for person in self.who.values()}
        self.stored = self._records()
        self.memberships = self._memberships()
        self.new: list[tuple[Any, ...]] = []
        self.changed: list[tuple[UUID, shared.Comparison]] = []

    def write(self) -> None:
        for one in self.rows:
            if one.row.outcome is None:
                self._settle(one, self.who[id(one)]["id"], self.courses[id(one)])
        copy_rows(Completion, NEW_COLUMNS, self.new)
        shared.write_updates(Completion, self.changed)
        self._remember_names()

    # --- What is on record -----------------------------------------------------------------------
    def _records_by_key(self) -> dict[UUID, dict[str, Any]]:
        """Those that rows name by their key; whose they are is then known too."""
        keys = {one.row.values["record"] for one in self.rows if "record" in one.row.values}
        found = Completion.objects.filter(pk__in=keys, origin=Origin.PAPER).values(*COMPARED)
        by_id = {record["id"]: record for record in found}
        for one in self.rows:
            record = by_id.get(one.row.values.get("record"))
            if record and not one.id and not one.document_index:
                one.id = record["person_id"]
        return by_id

    def _records(self) -> dict[tuple[UUID, UUID], list[dict[str, Any]]]:
        stored: dict[tuple[UUID, UUID], list[dict[str, Any]]] = defaultdict(list)
        found = Completion.objects.filter(person__in=self.people).order_by("completed_on", "pk")
        for record in found.values(*COMPARED):
            stored[record["person_id"], record["course_id"]].append(record)
            self.by_id.setdefault(record["id"], record)
        return stored

    def _memberships(self) -> dict[UUID, list[tuple[UUID, date | None, date | None]]]:
        found: dict[UUID, list[tuple[UUID, date | None, date | None]]] = defaultdict(list)
        rows = Membership.objects.filter(person__in=self.people)
        for row in rows.values_list("person_id", "organisation_id", "starts_on", "ends_on"):
            found[row[0]].append(row[1:])
        return found

    # --- Which course is it? ---------------------------------------------------------------------
    def _course(self, row: Row) -> Course | None:
        """None when it is refused, or when nobody has said yet which one it means."""
        courses, text = self.registry.courses, row.values["course"]
        named = courses.find(text)
        if named.question is None:
            return named.course
        answer = self.run.answer(named.question)
        if answer in courses.by_id:
            return courses.by_id[answer]
        if answer == SOMEONE_ELSE:
            row.refuse("course", _("Dijiste que no es ninguno de los cursos. Corrige el nombre."))
        elif named.question.likely:
            row.ask(named.question)
        else:
            row.questions.append(named.question)
            row.refuse(
                "course", _("No hay un curso «%s». Di cuál es, o pide que lo registren.") % text
            )
        return None

    # --- Who is it? ------------------------------------------------------------------------------
    def _person(self, incoming: Incoming) -> Mapping[str, Any] | None:
        """By her key or document; by her whole name and the organisation the row says, if nobody
        else there may be meant; otherwise it is asked."""
        try:
            person = self.matcher.hard_match(incoming)
            if person is not None:
                return self._found(incoming, person)
            return self._looked_for(incoming)
        except Refused as refusal:
            incoming.row.refuse(refusal.field or "", refusal.message)
        return None

    def _found(self, incoming: Incoming, person: Mapping[str, Any]) -> Mapping[str, Any] | None:
        column = _key_column(incoming)
        is_hidden = person["withdrawn_at"] and not self.registry.scope.everything
        if is_hidden or not self.matcher.is_in_reach(person["id"]):
            raise Refused(
                _("Ya está en el registro, fuera de tu alcance. Pide ayuda a tu coordinadora."),
                field=column,
            )
        if person["trashed_at"]:
            raise Refused(_("Su ficha está en la papelera. Recupérala primero."), field=column)
        if person["withdrawn_at"]:
            raise Refused(
                _("Pidió salir del registro. Anota primero si volvió a aceptar."), field=column
            )
        if is_same_woman(incoming, person):
            return person
        return self._asked(incoming, [Doubt(person, _("otro nombre"), is_likely=True)])

    def _looked_for(self, incoming: Incoming) -> Mapping[str, Any] | None:
        if incoming.id:
            raise Refused(
                _("Esa clave no está a tu alcance. Corrige la celda o bórrala."), field="person_id"
            )
        if not incoming.is_named and not incoming.document_index:
            raise Refused(
                _("Di quién es: su documento, o sus apellidos, nombres y organización."),
                field=_name_column(incoming),
            )
        doubts = self.matcher.doubts(incoming)
        if sure := self._sure(incoming, doubts):
            return sure
        if not doubts:
            raise Refused(
                _("No está en el registro. Regístrala primero en la lista de personas."),
                field=_key_column(incoming),
            )
        return self._asked(incoming, doubts)

    def _sure(self, incoming: Incoming, doubts: list[Doubt]) -> Mapping[str, Any] | None:
        if incoming.document_index or not incoming.row.values.get("organisation"):
            return None
        said = {organisation.pk for organisation in incoming.organisations}
        here = [d.person for d in doubts if said & self.matcher.organisations[d.person["id"]]]
        is_exact = len(here) == 1 and here[0]["sound_key"] == incoming.sound_key
        return here[0] if is_exact and self.matcher.is_in_reach(here[0]["id"]) else None

    def _asked(self, incoming: Incoming, doubts: list[Doubt]) -> Mapping[str, Any] | None:
        question = self._question(incoming, doubts)
        answer = self.run.answer(question)
        for doubt in doubts:
            if str(doubt.person["id"]) == answer and self.matcher.is_in_reach(doubt.person["id"]):
                return doubt.person
        if answer == SOMEONE_ELSE:
            raise Refused(
                _("Dijiste que no es ninguna. Regístrala primero en la lista de personas."),
                field=_key_column(incoming),
            )
        incoming.row.ask(question)
        return None

    def _question(self, incoming: Incoming, doubts: list[Doubt]) -> Question:
        names = [organisation.called for organisation in incoming.organisations]
        given = [incoming.given_names, *incoming.said_surnames]
        index = incoming.document_index.hex() if incoming.document_index else ""
        return Question(
            key=question_key(KIND, "person", *given, *names, index, str(incoming.id or "")),
            about=_("Persona"),
            text=" · ".join(filter(None, (" ".join(filter(None, given)), *names))),
            likely=tuple(self.matcher.candidates(doubts, {})),
            none_of_them=_("Ninguna: no está en el registro"),
        )

    # --- Which record is it? ---------------------------------------------------------------------
    def _settle(self, one: Incoming, person: UUID, course: Course) -> None:
        marks = self._marks()
        try:
            record = self._record(one.row, person, course)
            if record is not None:
                self._compare(one, course, record)
            elif one.row.outcome is None:
                self._register(one, person, course)
        except Refused as refusal:
            one.row.refuse(refusal.field or "", refusal.message)
            one.row.changes.clear()
            for gathered, length in zip(self._gathered(), marks, strict=True):
                del gathered[length:]

    def _record(self, row: Row, person: UUID, course: Course) -> dict[str, Any] | None:
        key = row.values.get("record")
        if key is None:
            return self._same(row, self.stored[person, course.pk])
        record = self.by_id.get(key)
        if record is None or record["person_id"] != person or record["origin"] != Origin.PAPER:
            raise Refused(
                _("Esa clave no está a tu alcance. Borra la celda si es una fila nueva."),
                field="record",
            )
        if record["voided_at"]:
            raise Refused(_annulled(record), field="record")
        return record

    def _same(self, row: Row, known: list[dict[str, Any]]) -> dict[str, Any] | None:
        """The record of that day; or, when one of both only knows the month or the year, the one
        it may be without saying otherwise."""
        when = row.values["completed_on"]
        if any(_is_of_edition(record, when) for record in known):
            raise Refused(
                _("Ya está en el portal, completado en una edición."), field="completed_on"
            )
        papers = [record for record in known if record["origin"] == Origin.PAPER]
        standing = [record for record in papers if not record["voided_at"]]
        for is_same in (_is_equal, shared.says_less, _says_more):
            found = [record for record in standing if is_same(when, _when(record))]
            if len(found) > 1:
                raise Refused(
                    _("Tiene varios registros de ese curso en ese tiempo. Escribe el día."),
                    field="completed_on",
                )
            if found:
                return found[0]
        annulled = [record for record in papers if record["voided_at"] and _when(record) == when]
        if annulled and self.run.decision(row) != SOMEONE_ELSE:
            row.park([Candidate("", _annulled(annulled[0]), _("se anuló"))])
        return None

    # --- What changes? ---------------------------------------------------------------------------
    def _compare(self, one: Incoming, course: Course, record: dict[str, Any]) -> None:
        row, values = one.row, one.row.values
        self.registry.refuse_second_row(record["id"], row)
        comparison = shared.Comparison(row, record)
        comparison.take("course", "course_id", course.pk, self._course_name)
        comparison.take_date(
            "completed_on", "completed_on", "completed_precision", values["completed_on"]
        )
        comparison.take("result", "result", values.get("result"), shared.labels(Result))
        comparison.take("hours", "hours", values.get("hours"), _hours, blank=None)
        for column in ("source", "place", "taught_by"):
            comparison.take(column, column, values.get(column), shared.plain)
        kinds = shared.labels(Completion.Source)
        comparison.take("source_kind", "source_kind", values.get("source_kind"), kinds)
        if values.get("organisation"):
            organisation = one.organisations[0].pk
            comparison.take("organisation", "organisation_id", organisation, self._called)
        if not comparison.after:
            row.settle(is_new=False)
            return
        if record["is_verified"]:
            raise Refused(_("Ya está verificado: una lista no lo cambia. Quita antes su visto."))
        after = {**record, **comparison.after}
        _refuse_unsourced(after)
        comparison.set(**self._rule(course, after, values.get("hours")))
        self.changed.append((record["id"], comparison))
        self.run.updated(row, Completion, record["id"], comparison.before, comparison.after)
        row.settle(is_new=False)

    def _called(self, pk: UUID | None) -> str:
        return self.registry.organisations.called(pk) if pk else ""

    def _course_name(self, pk: UUID) -> str:
        return self.registry.courses.by_id[str(pk)].name

    def _rule(self, course: Course, record: Mapping[str, Any], hours: Any) -> dict[str, Any]:
        """What follows from course, day and result: hours unsaid, validity, and that there is a
        reason when it was not completed."""
        version = self.registry.courses.version_on(course, record["completed_on"])
        if version is None:
            raise Refused(
                _("«%s» no tiene versión todavía: no se sabe cuánto vale.") % course.name,
                field="course",
            )
        is_completed = record["result"] == Result.COMPLETED
        is_of_that_day = version.in_use_from <= record["completed_on"]
        usual = version.hours.quantize(CENT) if is_of_that_day and is_completed else None
        return {
            "hours": record["hours"] if record["hours"] or hours is ERASE else usual,
            "planned_hours": usual,
            "valid_until": valid_until(version, record["completed_on"]) if is_completed else None,
            "reason": "" if is_completed else record["reason"] or _("Así consta en el papel."),
        }

    # --- A new one -------------------------------------------------------------------------------
    def _register(self, one: Incoming, person: UUID, course: Course) -> None:
        values = {name: value for name, value in one.row.values.items() if value is not ERASE}
        when: PartialDate = values["completed_on"]
        record: dict[str, Any] = {
            "id": new_id(),
            "person_id": person,
            "course_id": course.pk,
            "organisation_id": self._came_with(one, person, when),
            "result": values.get("result", Result.COMPLETED.value),
            "reason": "",
            "completed_on": when.date,
            "completed_precision": str(when.precision),
            "hours": values.get("hours"),
            "origin": Origin.PAPER.value,
            "is_verified": False,
            "source_kind": values.get("source_kind", ""),
            "source": values.get("source", ""),
            "place": values.get("place", ""),
            "taught_by": values.get("taught_by", ""),
            "voided_at": None,
            "void_reason": "",
        }
        _refuse_unsourced(record)
        record |= self._rule(course, record, None)
        self.registry.refuse_second_row(record["id"], one.row)
        self.stored[person, course.pk].append(record)
        self.by_id[record["id"]] = record
        written = [record[name] for name in COMPARED]
        self.new.append((*written, False, self.now, course.is_demo))
        self.run.created(one.row, Completion, record["id"])
        one.row.settle(is_new=True)

    def _came_with(self, one: Incoming, person: UUID, when: PartialDate) -> UUID | None:
        """The one the row says; else hers of that day, when there is one and no more."""
        if one.row.values.get("organisation"):
            return one.organisations[0].pk
        hers = self.memberships[person]
        that_day = {
            organisation
            for organisation, starts, ends in hers
            if (starts is None or starts <= when.date) and (ends is None or ends >= when.date)
        }
        for found in (that_day, {organisation for organisation, *_rest in hers}):
            if len(found) == 1:
                return next(iter(found))
        return None

    # --- Names that were confirmed ---------------------------------------------------------------
    def _remember_names(self) -> None:
        """How papers call a course, for the next file, once someone said it and a row is in."""
        confirmed: dict[str, Incoming] = {}
        for one in self.rows:
            text = one.row.values["course"]
            if one.row.outcome in IMPORTED and self.registry.courses.find(text).question:
                confirmed.setdefault(fold(text), one)
        known = CourseAlias.objects.filter(name_key__in=confirmed)
        for key in known.values_list("name_key", flat=True):
            del confirmed[key]
        by = getattr(self.run.by, "pk", None)
        rows = []
        for one in confirmed.values():
            course, text = self.courses[id(one)], one.row.values["course"]
            rows.append((new_id(), course.pk, text, by))
            self.run.created(one.row, CourseAlias, rows[-1][0])
        copy_rows(CourseAlias, ALIAS_COLUMNS, rows)

    def _gathered(self) -> list[list[Any]]:
        return [self.run.records, self.new, self.changed]

    def _marks(self) -> list[int]:
        return [len(gathered) for gathered in self._gathered()]


def _key_column(incoming: Incoming) -> str:
    if incoming.id:
        return "person_id" if incoming.has("person_id") else "record"
    if incoming.document_index:
        return "dni" if incoming.has("dni") else "document"
    return _name_column(incoming)


def _name_column(incoming: Incoming) -> str:
    return "full_name" if incoming.has("full_name") else "given_names"


def _when(record: Mapping[str, Any]) -> PartialDate:
    return PartialDate(record["completed_on"], record["completed_precision"])


def _is_equal(when: PartialDate, known: PartialDate) -> bool:
    return when == known


def _says_more(when: PartialDate, known: PartialDate) -> bool:
    return shared.says_less(known, when)


def _is_of_edition(record: Mapping[str, Any], when: PartialDate) -> bool:
    return (
        record["origin"] == Origin.EDITION
        and record["voided_at"] is None
        and when == PartialDate(record["completed_on"], Precision.DAY)
    )


def _annulled(record: Mapping[str, Any]) -> str:
    return _("Se anuló el %(day)s: %(reason)s") % {
        "day": day(record["voided_at"]),
        "reason": record["void_reason"],
    }


def _refuse_unsourced(record: Mapping[str, Any]) -> None:
    if not record["source_kind"] and not record["source"]:
        raise Refused(
            _("Di de dónde sale el dato: por ejemplo, «cuaderno de actas 2019, folio 12»."),
            field="source",
        )


def _hours(value: Any) -> str:
    return said(value) if value else ""
