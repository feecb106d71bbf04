from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.factories.trainings import (
    AttendanceFactory,
    EditionFactory,
    EnrolmentFactory,
    SessionFactory,
)
from trainings.models import Enrolment
from trainings.progress import Verdict, progress_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    edition = EditionFactory(starts_on=timezone.localdate() - timedelta(days=12))
    for day in range(10):
        SessionFactory(edition=edition, held_on=edition.starts_on + timedelta(days=day))
    return edition


def mark(enrolment, marks):
    for session, one in zip(enrolment.edition.sessions.in_order(), marks, strict=False):
        AttendanceFactory(session=session, enrolment=enrolment, mark=one)


def hours_of(enrolment):
    return progress_of(enrolment.edition, [enrolment]).lines[0].hours


def test_percent_is_over_planned_sessions_not_over_those_taken(edition):
    enrolment = EnrolmentFactory(edition=edition)
    mark(enrolment, "ppppp")

    hours = hours_of(enrolment)

    assert (hours.share, hours.verdict, hours.missing_sessions) == (50.0, Verdict.CAN, 3)


@pytest.mark.parametrize(
    ("marks", "verdict"),
    [
        ("pppppppp", Verdict.REACHED),
        ("llllllll", Verdict.REACHED),
        ("aa", Verdict.CAN),
        ("ae", Verdict.CAN),
        ("aaa", Verdict.NO_LONGER),
        ("", Verdict.CAN),
    ],
)
def test_whether_she_can_still_reach_the_minimum(edition, marks, verdict):
    enrolment = EnrolmentFactory(edition=edition)
    mark(enrolment, marks)

    assert hours_of(enrolment).verdict == verdict


def test_not_marked_is_neither_present_nor_absent(edition):
    enrolment = EnrolmentFactory(edition=edition)
    for session in edition.sessions.in_order()[:5]:
        AttendanceFactory(
            session=session, enrolment=enrolment, mark="", marked_at=None, received_at=None
        )

    hours = hours_of(enrolment)

    assert (hours.attended, hours.lost, hours.verdict) == (0, 0, Verdict.CAN)


def test_sessions_held_before_she_came_are_lost_to_her(edition):
    mark(EnrolmentFactory(edition=edition), "ppp")
    late_comer = EnrolmentFactory(edition=edition)

    hours = hours_of(late_comer)

    assert (hours.lost, hours.verdict) == (Decimal(12), Verdict.NO_LONGER)


def test_a_cancelled_session_is_not_planned(edition):
    first = edition.sessions.in_order()[0]
    edition.sessions.filter(pk=first.pk).update(cancelled_at=timezone.now(), cancel_reason="Lluvia")

    assert progress_of(edition, Enrolment.objects.none()).planned == Decimal(36)


@pytest.mark.parametrize("count", [1, 3])
def test_progress_takes_the_same_queries_for_any_roster(edition, count, django_assert_num_queries):
    for _each in range(count):
        mark(EnrolmentFactory(edition=edition), "ppp")
    rows = Enrolment.objects.filter(edition=edition).select_related("person")

    with django_assert_num_queries(4):
        progress_of(edition, rows)
