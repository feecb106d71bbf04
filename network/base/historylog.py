"""History read aloud: what triggers recorded, as sentences with old and new value.

    history_of([Trail(Person, {"pk": person.pk}), Trail(Phone, {"person": person.pk})])

Reads a constant number of queries per trail. A sealed value is told by its tail, a code by its
label, a row by its name. `StoredChange` finds one change again, to revert it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import DEFAULT_DB_ALIAS, models
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pghistory.models import Context

from network.base.dates import PartialDate, day, day_and_hour, hour
from network.base.fields import SealedField
from network.base.written import WrittenQuery

# Who and when are told beside every entry; these columns say it a second time.
UNTOLD = {
    "is_demo",
    "created_at",
    "recorded_at",
    "recorded_by",
    "registered_at",
    "registered_by",
    "superseded_at",
    "trashed_by",
    "undone_by",
    "merged_by",
    "moved",
    "survivor_before",
}
# A column that holds a moment or another row, and means that something was done or undone.
DEEDS = {
    "trashed_at": (
        gettext_lazy("Mandó la ficha a la papelera"),
        gettext_lazy("Recuperó la ficha de la papelera"),
    ),
    "erased_at": (gettext_lazy("Borró los datos para siempre"), gettext_lazy("Borró los datos")),
    "merged_into": (gettext_lazy("Juntó esta ficha con otra"), gettext_lazy("Separó esta ficha")),
    "withdrawn_at": (
        gettext_lazy("Anotó que retiró su consentimiento: sale de las listas"),
        gettext_lazy("Anotó que volvió a aceptar estar en el registro"),
    ),
    "retired_at": (gettext_lazy("Dio de baja"), gettext_lazy("Volvió a usar")),
    "undone_at": (gettext_lazy("Deshizo"), gettext_lazy("Rehízo")),
}


@dataclass(frozen=True)
class Trail:
    """A table whose changes are told: its rows that are, or ever were, under `filters`.

    With `is_record` the row is the record itself, and needs no name in the sentence. `tells` names
    the only columns to speak of; `can_revert` offers to put one column back; `added` is the
    sentence for a new row, when "Agregó …" would not do ("Juntó aquí la ficha de %(row)s").
    """

    model: type[models.Model]
    filters: Mapping[str, Any]
    is_record: bool = False
    can_revert: bool = False
    tells: tuple[str, ...] = ()
    added: str = ""


@dataclass(frozen=True)
class Line:
    """One thing that was done; with `label`, a value that changed. `key` finds it to revert it."""

    text: str
    label: str = ""
    before: str = ""
    after: str = ""
    key: str = ""


@dataclass(frozen=True)
class Entry:
    """What one person did at one moment."""

    at: datetime
    who: str
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """Columns that mean one thing to people, and are told and reverted together."""

    name: str
    label: str
    columns: tuple[str, ...]
    kind: str = "plain"  # plain, sealed, partial_date or deed

    def values(self, event: models.Model) -> tuple[Any, ...]:
        """What is compared: two sealings of one text differ, their indexes do not."""
        if self.kind == "sealed":
            return tuple(getattr(event, c) for c in self.columns if not c.endswith("_sealed"))
        return tuple(getattr(event, column) for column in self.columns)


@cache
def groups_of(model: type[models.Model]) -> tuple[Group, ...]:
    """The groups of a tracked model, by the names of its columns: x_sealed goes with x_index,
    x_tail and x_kind; x_on with x_precision."""
    kept = {f.name for f in model.pgh_event_model._meta.fields}  # type: ignore[attr-defined]
    names = [f.name for f in model._meta.fields if f.name in kept and not f.primary_key]
    grouped = [g for name in names if (g := _composed(model, name, set(names))) is not None]
    taken = {column for group in grouped for column in group.columns} | UNTOLD
    single = [
        Group(
            name,
            _label(model, name),
            (_attname(model, name),),
            "deed" if name in DEEDS else "plain",
        )
        for name in names
        if name not in taken
    ]
    order = {_attname(model, name): number for number, name in enumerate(names)}
    return tuple(sorted([*grouped, *single], key=lambda group: order[group.columns[0]]))


def _attname(model: type[models.Model], name: str) -> str:
    """The column itself: reading it loads no other row."""
    return getattr(model._meta.get_field(name), "attname", name)


def _composed(model: type[models.Model], name: str, names: set[str]) -> Group | None:
    if isinstance(model._meta.get_field(name), SealedField):
        stem = name.removesuffix("_sealed")
        columns = tuple(c for c in (f"{stem}_kind", f"{stem}_tail", f"{stem}_index") if c in names)
        return Group(stem, _label(model, name), (*columns, name), "sealed")
    precision = f"{name.removesuffix('_on')}_precision"
    if name.endswith("_on") and precision in names:
        return Group(name, _label(model, name), (name, precision), "partial_date")
    return None


def _label(model: type[models.Model], name: str) -> str:
    return force_str(getattr(model._meta.get_field(name), "verbose_name", name))


# --- Reading ------------------------------------------------------------------------------------
def history_of(
    trails: Iterable[Trail],
    *,
    with_values: bool = True,
    named: Mapping[type[models.Model], models.QuerySet[Any]] | None = None,
) -> list[Entry]:
    """Everything recorded on these trails, newest first. Without values, only what was touched.

    `named`: of these tables, the only rows that may be told by name.
    """
    told: list[_Told] = []
    for trail in trails:
        told += _Teller(trail, with_values, named or {}).lines()
    names = _names({one.who for one in told if one.who})
    entries: dict[tuple[UUID | None, datetime], Entry] = {}
    for one in told:
        entry = Entry(one.at, names.get(one.who or "", _("El portal")))
        entries.setdefault((one.context_id, one.at), entry).lines.append(one.line)
    newest_first = list(entries.values())[::-1]
    newest_first.sort(key=lambda entry: entry.at, reverse=True)
    return newest_first


def newest_lines(entries: Iterable[Entry], most: int) -> list[Entry]:
    """The first entries, cut after so many lines: what a page shows before the whole history."""
    shown: list[Entry] = []
    for entry in entries:
        if most <= 0:
            break
        shown.append(replace(entry, lines=entry.lines[:most]))
        most -= len(entry.lines)
    return shown


def _names(ids: set[str]) -> dict[str, str]:
    return {str(pk): str(user) for pk, user in get_user_model().objects.in_bulk(list(ids)).items()}


@dataclass(frozen=True)
class _Told:
    context_id: UUID | None
    who: str | None
    at: datetime
    line: Line


@cache
def _written_events(
    model: type[models.Model], keys: tuple[str, ...]
) -> tuple[list[str], WrittenQuery]:
    """The events of the rows that are, or ever were, under these keys, oldest first, each with
    the metadata of its context; and the names of their columns."""
    event_model = model.pgh_event_model  # type: ignore[attr-defined]
    columns = [field.attname for field in event_model._meta.concrete_fields]

    def build(*values: UUID) -> models.QuerySet[Any]:
        if keys == ("pk",):
            rows = event_model.objects.filter(**{model._meta.pk.name: values[0]})
        else:
            ever = event_model.objects.filter(**dict(zip(keys, values, strict=True)))
            rows = event_model.objects.filter(pgh_obj_id__in=ever.values("pgh_obj_id"))
        return rows.order_by("pgh_id").values_list(*columns, "pgh_context__metadata")

    return columns, WrittenQuery(build, *(UUID(int=number) for number in range(len(keys))))


class _Teller:
    """Turns the events of one trail into lines."""

    def __init__(
        self,
        trail: Trail,
        with_values: bool,
        named: Mapping[type[models.Model], models.QuerySet[Any]],
    ) -> None:
        self.trail, self.with_values, self.named = trail, with_values, named
        self.groups = [
            g for g in groups_of(trail.model) if not trail.tells or g.name in trail.tells
        ]
        self.events = self._read()
        self.newest = {event.pgh_obj_id: event for event in self.events}
        self.titles = self._titles()

    def _read(self) -> list[Any]:
        filters = self.trail.filters
        columns, written = _written_events(self.trail.model, tuple(filters))
        event_model = self.trail.model.pgh_event_model  # type: ignore[attr-defined]
        events = []
        for *values, metadata in written(*filters.values()):
            event = event_model.from_db(DEFAULT_DB_ALIAS, columns, values)
            if event.pgh_context_id:
                event.pgh_context = Context(id=event.pgh_context_id, metadata=metadata)
            events.append(event)
        return events

    def _titles(self) -> dict[tuple[type[models.Model], Any], str]:
        """Names of the rows that foreign keys point at, one query per table."""
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        for group in self.groups:
            column = self.trail.model._meta.get_field(group.columns[0])
            if isinstance(column, models.ForeignKey) and group.name not in self._own_keys():
                ids = {getattr(event, column.attname) for event in self.events}
                wanted[column.related_model] |= ids - {None}
        return {
            (model, pk): str(row)
            for model, ids in wanted.items()
            for pk, row in self.named.get(model, model._base_manager).in_bulk(list(ids)).items()
        }

    def _own_keys(self) -> set[str]:
        return set(self.trail.filters)

    def lines(self) -> Iterator[_Told]:
        before: dict[Any, Any] = {}
        for event in self.events:
            context = event.pgh_context
            who = context.metadata.get("user") if context else None
            for line in self._told(event, before.get(event.pgh_obj_id)):
                yield _Told(event.pgh_context_id, who, event.pgh_created_at, line)
            before[event.pgh_obj_id] = event

    def _told(self, event: Any, previous: Any) -> Iterator[Line]:
        if event.pgh_label == "update" and previous is not None:
            yield from self._changes(event, previous)
        elif event.pgh_label == "delete":
            yield Line(_("Borró %(row)s") % {"row": self._called(event)})
        elif self.trail.is_record:
            yield Line(_("Registró la ficha"))
        elif self.trail.added:
            yield Line(self.trail.added % {"row": self._summary(event)})
        else:
            yield Line(_("Agregó %(row)s") % {"row": self._described(event)})

    def _changes(self, event: Any, previous: Any) -> Iterator[Line]:
        changed = [g for g in self.groups if g.values(event) != g.values(previous)]
        for group in changed:
            if group.name in self._own_keys():
                yield Line(self._moved(event, group))
            elif group.kind == "deed":
                yield Line(self._deed(event, group))
            elif self._is_here(event):
                yield self._change(event, previous, group)
        if not changed and self._keeps_no_values():
            yield Line(_("Corrigió %(row)s") % {"row": self._noun()})

    def _change(self, event: Any, previous: Any, group: Group) -> Line:
        text = _("Cambió") if self.trail.is_record else self._called(event)
        if not self.with_values:
            return Line(text, group.label)
        newest = self.newest[event.pgh_obj_id]
        can_revert = (
            self.trail.can_revert
            and newest.pgh_label != "delete"
            and group.values(newest) == group.values(event)
            and not self._changed_later(event, group)
        )
        key = f"{self.trail.model._meta.label_lower}:{event.pgh_id}:{group.name}"
        return Line(
            text,
            group.label,
            self._words(previous, group) or _("sin dato"),
            self._words(event, group) or _("sin dato"),
            key if can_revert else "",
        )

    def _changed_later(self, event: Any, group: Group) -> bool:
        later = [
            e for e in self.events if e.pgh_obj_id == event.pgh_obj_id and e.pgh_id > event.pgh_id
        ]
        return any(group.values(e) != group.values(event) for e in later)

    def _deed(self, event: Any, group: Group) -> str:
        done, undone = DEEDS[group.name]
        text = force_str(done if getattr(event, group.columns[0]) is not None else undone)
        return text if self.trail.is_record else f"{text}: {self._called(event)}"

    def _moved(self, event: Any, group: Group) -> str:
        text = _("Pasó a esta ficha") if self._is_here(event) else _("Pasó a otra ficha")
        return f"{text}: {self._called(event)}"

    def _is_here(self, event: Any) -> bool:
        """Was the row under this record at that moment?"""
        if "pk" in self.trail.filters:
            return True
        return all(
            str(getattr(event, event._meta.get_field(name).attname)) == str(value)
            for name, value in self.trail.filters.items()
        )

    def _keeps_no_values(self) -> bool:
        tracked = {f.name for f in self.trail.model._meta.fields}
        kept = {f.name for f in self.trail.model.pgh_event_model._meta.fields}  # type: ignore[attr-defined]
        return bool(tracked - kept)

    def _noun(self) -> str:
        return force_str(self.trail.model._meta.verbose_name)

    def _called(self, event: Any) -> str:
        """The row in two words: "teléfono •••640", "membresía Río Claro"."""
        if not self.with_values:
            return self._noun()
        for group in self.groups:
            if group.name not in self._own_keys() and (words := self._words(event, group)):
                return f"{self._noun()} {words}"
        return self._noun()

    def _described(self, event: Any) -> str:
        summary = self._summary(event) if self.with_values else ""
        return f"{self._noun()}: {summary}" if summary else self._noun()

    def _summary(self, event: Any) -> str:
        """What a new row says: names and choices first, then what only its label explains."""
        told = [
            (self._needs_label(group), f"{group.label} {said}", said)
            for group in self.groups
            if group.name not in self._own_keys()
            and group.kind != "deed"
            and (said := self._words(event, group))
        ]
        alone = [said for needs_label, _labelled, said in told if not needs_label]
        return " · ".join(
            alone + [labelled for needs_label, labelled, _said in told if needs_label]
        )

    def _needs_label(self, group: Group) -> bool:
        column = self.trail.model._meta.get_field(group.columns[0])
        return isinstance(column, models.DateField | models.BooleanField)

    def _words(self, event: Any, group: Group) -> str:
        return value_in_words(self.trail.model, event, group, self._name_of)

    def _name_of(self, model: type[models.Model], pk: Any) -> str:
        return self.titles.get((model, pk), "")


def _name_by_query(model: type[models.Model], pk: Any) -> str:
    return str(model._base_manager.filter(pk=pk).first() or "")


def value_in_words(
    model: type[models.Model],
    row: Any,
    group: Group,
    name_of: Callable[[type[models.Model], Any], str] = _name_by_query,
) -> str:
    """What a row of `model`, or one of its events, says in a group; nothing known is empty."""
    value = getattr(row, group.columns[0])
    if group.kind == "sealed":
        return _sealed_words(model, row, group)
    if group.kind == "partial_date":
        return str(PartialDate(value, getattr(row, group.columns[1]))) if value else ""
    column = model._meta.get_field(group.name)
    if isinstance(column, models.ForeignKey):
        return name_of(column.related_model, value) if value is not None else ""
    return _said(column, value)


def _sealed_words(model: type[models.Model], row: Any, group: Group) -> str:
    kind, tail = f"{group.name}_kind", getattr(row, f"{group.name}_tail")
    if kind not in group.columns:
        return f"•••{tail}" if tail else ""
    said = _said(model._meta.get_field(kind), getattr(row, kind))
    return f"{said} •••{tail}" if tail else said


def _said(column: Any, value: Any) -> str:
    """A value as people write it; nothing known is empty."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("sí") if value else _("no")
    if isinstance(column, ArrayField):
        return ", ".join(_said(column.base_field, one) for one in value)
    if column.choices:
        return force_str(dict(column.flatchoices).get(value, value))
    if isinstance(value, datetime):
        return day_and_hour(value)
    if isinstance(value, time):
        return hour(value)
    return day(value) if isinstance(value, date) else str(value)


# --- Finding one change again -------------------------------------------------------------------
@dataclass(frozen=True)
class StoredChange:
    """One column group of one row, before and after one recorded change."""

    model: type[models.Model]
    row_id: Any
    label: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    def still_holds(self, row: models.Model) -> bool:
        """Is the row as this change left it? Sealed bytes are judged by their index."""
        return all(
            getattr(row, name) == value
            for name, value in self.after.items()
            if not name.endswith("_sealed")
        )


def find_change(key: str, allowed: Iterable[type[models.Model]]) -> StoredChange | None:
    """The change a key of `Line` names, if its table is among the allowed."""
    try:
        label, event_id, name = key.split(":")
        model: Any = apps.get_model(label)
        group = next(g for g in groups_of(model) if g.name == name)
        event_number = int(event_id)
    except (ValueError, LookupError, StopIteration, FieldDoesNotExist, AttributeError):
        return None
    if model not in allowed or group.kind == "deed":
        return None
    events = model.pgh_event_model.objects
    event = events.filter(pk=event_number, pgh_label="update").first()
    if event is None:
        return None
    previous = (
        events.filter(pgh_obj_id=event.pgh_obj_id, pgh_id__lt=event.pgh_id)
        .order_by("pgh_id")
        .last()
    )
    if previous is None:
        return None
    return StoredChange(
        model,
        event.pgh_obj_id,
        group.label,
        {column: getattr(previous, column) for column in group.columns},
        {column: getattr(event, column) for column in group.columns},
    )
