"""The women of an organisation who lack a course, or soon will, and the editions that mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from members.access import Permission, scope_of
from members.models import Organisation, Person, User
from network.base.dates import day as in_words
from network.base.errors import Refused
from trainings.coverage import EXPIRING_DAYS, held_sql
from trainings.holders import holders_of
from trainings.models import Course, Edition, Enrolment, Requirement


class Lack(StrEnum):
    NEVER = "never"
    EXPIRED = "expired"
    UNVERIFIED = "unverified"
    EXPIRING = "expiring"


@dataclass(frozen=True)
class Gap:
    """A woman who must hold a course, why it is asked of her now, and where she is called already.

    `once` is whether she ever completed it: only then is a refresher enough.
    """

    person: Person
    lack: Lack
    until: date | None = None
    once: bool = False
    called_to: Edition | None = None

    @property
    def words(self) -> str:
        if self.lack == Lack.EXPIRED and self.until:
            return _("Le venció el %(day)s") % {"day": in_words(self.until)}
        if self.lack == Lack.EXPIRING and self.until:
            return _("Le vence el %(day)s") % {"day": in_words(self.until)}
        if self.lack == Lack.UNVERIFIED:
            return _("Solo tiene un registro histórico no verificado")
        return _("Nunca lo completó")


def gaps_of(
    requirement: Requirement, organisation: Organisation, day: date, user: User
) -> list[Gap]:
    """Of the women this person sees there: those who lack it, and those whom it will soon expire.

    Four queries, however many they are.
    """
    seen = Person.objects.within(scope_of(user, Permission.ROSTER_VIEW))
    due = holders_of(requirement.role, day, [organisation.pk]).values("person")
    people = list(seen.filter(pk__in=due).order_by("name_key", "pk"))
    held = _held(requirement.course_id, people, day)
    called = _called(requirement.course, people, day)
    found = (_gap(person, held.get(person.pk), day) for person in people)
    return [
        Gap(gap.person, gap.lack, gap.until, gap.once, called.get(gap.person.pk))
        for gap in found
        if gap
    ]


def _held(course_id: UUID, people: list[Person], day: date) -> dict[UUID, tuple[Any, Any]]:
    text, params = held_sql(day, [course_id], "SELECT unnest(%s::uuid[])")
    # A day without end has no date in Python.
    ends = "nullif({0}, 'infinity'), {0} = 'infinity'"
    columns = f"person_id, {ends.format('until')}, {ends.format('unverified_until')}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM ({text}) held",  # noqa: S608  # our own SQL
            [*params, [person.pk for person in people]],
        )
        return {
            row[0]: (date.max if row[2] else row[1], date.max if row[4] else row[3])
            for row in cursor.fetchall()
        }


def _gap(person: Person, held: tuple[date | None, date | None] | None, day: date) -> Gap | None:
    until, by_any_record = held or (None, None)
    if until and until >= day:
        is_soon = until <= day + timedelta(days=EXPIRING_DAYS)
        return Gap(person, Lack.EXPIRING, until, once=True) if is_soon else None
    if by_any_record and by_any_record >= day:
        return Gap(person, Lack.UNVERIFIED, once=True)
    if until or by_any_record:
        return Gap(person, Lack.EXPIRED, until or by_any_record, once=True)
    return Gap(person, Lack.NEVER)


def _called(course: Course, people: list[Person], day: date) -> dict[UUID, Edition]:
    """Whoever is on the roster of an edition still to end that would mend it."""
    rows = (
        Enrolment.objects.on_roster()
        .filter(person__in=people, edition__in=open_editions(course, day))
        .exclude(state__in=[Enrolment.State.DECLINED, Enrolment.State.WITHDREW])
        .select_related("edition__version__course")
    )
    return {row.person_id: row.edition for row in rows if row.person_id}


def open_editions(course: Course, day: date) -> Any:
    """Editions of the course and of its refreshers that still take people, the soonest first."""
    return (
        Edition.objects.filter(Q(course=course) | Q(course__renews=course))
        .filter(cancelled_on=None, closed_on=None, ends_on__gte=day)
        .order_by("starts_on", "pk")
    )


def refuse_wrong_edition(edition: Edition, course: Course, chosen: Iterable[Gap]) -> None:
    """A refresher is only for whoever once completed the course."""
    if edition.course_id == course.pk:
        return
    names = ", ".join(gap.person.full_name for gap in chosen if not gap.once)
    if names:
        raise Refused(
            _("%(edition)s es para renovar. Nunca completaron el curso: %(names)s.")
            % {"edition": edition, "names": names},
            field="edition",
        )


def state_given_by(edition: Edition, user: User) -> Enrolment.State:
    """Whoever runs the edition invites; anyone else proposes."""
    runs_it = edition.is_within(scope_of(user, Permission.EDITION_EDIT))
    return Enrolment.State.INVITED if runs_it else Enrolment.State.PROPOSED
