"""How far each woman of an edition is: hours she came to, over the hours that are planned."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainings.models import Attendance, Edition, Enrolment, Session

ZERO = Decimal(0)


class Verdict(StrEnum):
    REACHED = "reached"
    CAN = "can"
    NO_LONGER = "no_longer"


@dataclass(frozen=True)
class Hours:
    """Of one woman: came to, can no longer come to, planned in all, and needed by the rule.

    Percent is over the hours planned, never over those held: half of ten sessions is 50 % after
    the fifth as after the last. Not marked is neither come nor lost.
    """

    attended: Decimal
    lost: Decimal
    planned: Decimal
    needed: Decimal
    open_sessions: tuple[Decimal, ...] = ()  # hours of each session that may still count

    @property
    def share(self) -> float:
        return float(self.attended / self.planned * 100) if self.planned else 0.0

    @property
    def missing(self) -> Decimal:
        return max(self.needed - self.attended, ZERO)

    @property
    def verdict(self) -> Verdict:
        if self.planned and self.attended >= self.needed:
            return Verdict.REACHED
        open_hours = sum(self.open_sessions, ZERO)
        return Verdict.CAN if self.attended + open_hours >= self.needed else Verdict.NO_LONGER

    @property
    def missing_sessions(self) -> int:
        """The fewest sessions still open that would reach what is needed."""
        left, count = self.missing, 0
        for hours in sorted(self.open_sessions, reverse=True):
            if left <= 0:
                break
            left, count = left - hours, count + 1
        return count

    @property
    def words(self) -> str:
        if self.verdict == Verdict.REACHED:
            return _("Ya llegó")
        if self.verdict == Verdict.NO_LONGER:
            return _("Ya no llega")
        count = self.missing_sessions
        return ngettext(
            "Aún puede: le falta %(count)s", "Aún puede: le faltan %(count)s", count
        ) % {"count": count}


@dataclass
class Line:
    """One woman of the roster: her mark in each session (by id; missing where she is not in it)."""

    enrolment: Enrolment
    marks: dict[UUID, Attendance] = field(default_factory=dict)
    hours: Hours = field(default_factory=lambda: Hours(ZERO, ZERO, ZERO, ZERO))

    @property
    def came_count(self) -> int:
        return sum(1 for mark in self.marks.values() if mark.mark in Attendance.CAME)

    def mark_in(self, session: Session) -> Attendance | None:
        return self.marks.get(session.pk)


@dataclass
class Progress:
    """An edition with its standing sessions and the lines asked for, in four queries at most."""

    edition: Edition
    sessions: list[Session]
    lines: list[Line]
    frozen: frozenset[UUID]  # sessions whose roster stands: somebody was marked

    @property
    def planned(self) -> Decimal:
        return sum((session.planned_hours for session in self.sessions), ZERO)

    @property
    def needed(self) -> Decimal:
        return self.planned * self.edition.version.minimum_share / 100


def progress_of(edition: Edition, enrolments: Iterable[Enrolment]) -> Progress:
    """`enrolments` are those the reader may see; each counts whoever else she may not."""
    sessions = list(edition.sessions.standing().in_order())
    kept = list(enrolments)
    marks = Attendance.objects.filter(session__in=[s.pk for s in sessions])
    frozen = frozenset(marks.values_list("session", flat=True).distinct())
    lines = {enrolment.pk: Line(enrolment) for enrolment in kept}
    for mark in marks.filter(enrolment__in=list(lines)):
        lines[mark.enrolment_id].marks[mark.session_id] = mark
    progress = Progress(edition, sessions, list(lines.values()), frozen)
    for line in progress.lines:
        line.hours = _hours(progress, line)
    return progress


def _hours(progress: Progress, line: Line) -> Hours:
    attended = lost = ZERO
    still_open: list[Decimal] = []
    for session in progress.sessions:
        mark: Any = line.marks.get(session.pk)
        if mark is None and session.pk in progress.frozen:
            lost += session.planned_hours  # it was held before she was on the roster
        elif mark is None or mark.mark == Attendance.Mark.UNMARKED:
            still_open.append(session.planned_hours)
        elif mark.mark in Attendance.CAME:
            attended += session.planned_hours
        else:
            lost += session.planned_hours
    return Hours(attended, lost, progress.planned, progress.needed, tuple(still_open))
