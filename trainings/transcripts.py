"""What a woman has completed: hours by theme, what is valid, what to renew next, and apart what an
old paper says and nobody has verified."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.formats import number_format

from members.models import Person
from network.base.dates import PartialDate
from trainings.codes import printed
from trainings.models import Certificate, Completion
from trainings.models.courses import Theme


def said(hours: Decimal) -> str:
    """8, or 7,5 as the language writes it."""
    return number_format(int(hours) if hours == int(hours) else hours.normalize())


@dataclass(frozen=True)
class ThemeHours:
    label: str
    hours: Decimal
    count: int

    @property
    def said(self) -> str:
        return said(self.hours)


@dataclass(frozen=True)
class Entry:
    completion: Completion
    is_valid: bool

    @property
    def theme(self) -> str:
        return str(Theme(self.completion.course.theme).label)

    @property
    def hours(self) -> Decimal:
        return self.completion.hours or Decimal(0)

    @property
    def hours_said(self) -> str:
        return "" if self.completion.hours is None else said(self.completion.hours)

    @property
    def completed(self) -> str:
        row = self.completion
        return str(PartialDate(row.completed_on, row.completed_precision))

    @property
    def code(self) -> str:
        """As printed; empty without certificate."""
        code = self.completion.code  # type: ignore[attr-defined]
        return printed(code) if code else ""


@dataclass(frozen=True)
class Transcript:
    """Hours are those she attended, as approved. Nothing unverified is in any sum."""

    person: Person
    day: date
    entries: tuple[Entry, ...]
    unverified: tuple[Entry, ...]

    @property
    def hours(self) -> Decimal:
        return sum((entry.hours for entry in self.entries), Decimal(0))

    @property
    def hours_said(self) -> str:
        return said(self.hours)

    @property
    def hours_by_theme(self) -> list[ThemeHours]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            found[entry.completion.course.theme].append(entry)
        return [
            ThemeHours(
                str(theme.label),
                sum((entry.hours for entry in found[theme]), Decimal(0)),
                len(found[theme]),
            )
            for theme in Theme
            if found[theme]
        ]

    @property
    def valid(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_valid]

    @property
    def expired(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.is_valid]

    @property
    def next_renewal(self) -> Entry | None:
        """Of the courses she holds today, the one whose last valid day comes first."""
        held: dict[Any, Entry] = {}
        for entry in self.valid:
            best = held.get(entry.completion.course_id)
            if best is None or _until(entry) > _until(best):
                held[entry.completion.course_id] = entry
        ending = [entry for entry in held.values() if entry.completion.valid_until]
        return min(ending, key=_until, default=None)


def _until(entry: Entry) -> date:
    return entry.completion.valid_until or date.max


def completed_by(rows: QuerySet[Completion]) -> QuerySet[Completion]:
    """Achieved completions with the code of the certificate that stands for each."""
    current = Certificate.objects.current().filter(completion=OuterRef("pk"))
    return rows.achieved().annotate(  # type: ignore[attr-defined]
        code=Subquery(current.values("code")[:1]), certificate_id=Subquery(current.values("pk")[:1])
    )


def transcript_of(person: Person, reached: QuerySet[Completion], day: date) -> Transcript:
    """Of what this reader reaches of her. One query."""
    rows = completed_by(reached).filter(person=person)
    rows = rows.select_related("course", "organisation").order_by("-completed_on", "pk")
    return Transcript(
        person, day, _entries(rows, day, verified=True), _entries(rows, day, verified=False)
    )


def _entries(rows: Iterable[Completion], day: date, *, verified: bool) -> tuple[Entry, ...]:
    return tuple(Entry(row, row.is_valid_on(day)) for row in rows if row.is_verified is verified)
