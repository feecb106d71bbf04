"""Calendars, read by a parser that is not ours (icalendar)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from tests.factories.members import MembershipFactory
from tests.factories.trainings import (
    CourseFactory,
    CourseVersionFactory,
    EditionFactory,
    EditionTrainerFactory,
    EnrolmentFactory,
    SessionFactory,
)
from tests.trainings.clients import sign_in
from trainings.actions.editions import cancel_edition
from trainings.actions.planning import cancel_session, move_session

pytestmark = pytest.mark.django_db
LIMA = ZoneInfo("America/Lima")
LONG = "Curso de seguridad, salud y ambiente para pallaqueras; con ñandú, tildes y «comillas»"


@pytest.fixture
def edition(madre_de_dios):
    course = CourseFactory(name=LONG)
    return EditionFactory(
        version=CourseVersionFactory(course=course),
        regional_network=madre_de_dios,
        starts_on=date(2026, 10, 21),
        venue="Local comunal, Jr. Los Álamos 120",
    )


def events(client, user, name, pk):
    answer = sign_in(client, user).get(reverse(name, args=[pk]))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    for line in answer.content.split(b"\r\n"):
        assert len(line) <= 75
    calendar = Calendar.from_ical(answer.content)
    assert not calendar.errors
    return calendar, calendar.walk("VEVENT")


def test_a_session_is_an_event_in_lima_time_with_an_alarm_a_day_before(client, trainer, edition):
    session = SessionFactory(edition=edition, starts_at=time(9), ends_at=time(13), topic="Mercurio")

    calendar, (event,) = events(client, trainer, "edition-calendar", edition.pk)

    start = event.decoded("DTSTART")
    assert start.astimezone(LIMA) == datetime(2026, 10, 21, 9, tzinfo=LIMA)
    assert event.decoded("DTEND") - start == timedelta(hours=4)
    assert str(event["SUMMARY"]) == f"{LONG}: Mercurio"
    assert str(event["LOCATION"]) == "Local comunal, Jr. Los Álamos 120"
    assert str(event["UID"]) == f"session-{session.pk}@rnm-mape"
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 0)
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("TRIGGER") == timedelta(days=-1)
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone.to_tz().utcoffset(datetime(2026, 1, 1)) == timedelta(hours=-5)  # noqa: DTZ001


def test_each_change_raises_the_sequence_and_the_uid_stays(client, trainer, edition):
    session = SessionFactory(edition=edition)
    _calendar, (before,) = events(client, trainer, "edition-calendar", edition.pk)

    move_session(
        session=session,
        held_on=session.held_on + timedelta(days=1),
        starts_at=time(9),
        ends_at=time(13),
        planned_hours=session.planned_hours,
        by=trainer,
    )
    _calendar, (moved,) = events(client, trainer, "edition-calendar", edition.pk)
    edition.venue = "Escuela"
    edition.save()
    _calendar, (elsewhere,) = events(client, trainer, "edition-calendar", edition.pk)

    assert before["UID"] == moved["UID"] == elsewhere["UID"]
    assert [event["SEQUENCE"] for event in (before, moved, elsewhere)] == [0, 1, 2]
    assert moved.decoded("DTSTART").date() == session.held_on + timedelta(days=1)


@pytest.mark.parametrize("what", ["session", "edition"])
def test_what_is_cancelled_says_so_and_rings_no_alarm(what, client, trainer, edition):
    session = SessionFactory(edition=edition)
    if what == "session":
        cancel_session(session=session, reason="Lluvias", by=trainer)
    else:
        cancel_edition(edition=edition, reason="Lluvias", by=trainer)

    _calendar, (event,) = events(client, trainer, "edition-calendar", edition.pk)

    assert (event["STATUS"], event["SEQUENCE"], event.walk("VALARM")) == ("CANCELLED", 1, [])


def test_her_calendar_has_what_she_is_in_or_gives(client, coordinator, edition, rio_claro):
    her = MembershipFactory(organisation=rio_claro).person
    taught = EditionFactory(starts_on=timezone.localdate())
    EditionTrainerFactory(edition=taught, person=her)
    left = EditionFactory()
    EnrolmentFactory(edition=edition, person=her, organisation=rio_claro)
    EnrolmentFactory(edition=left, person=her, organisation=rio_claro, state="withdrew")
    wanted = {
        SessionFactory(edition=edition).pk,
        SessionFactory(edition=taught).pk,
        SessionFactory(trainer=her, starts_at=time(15), ends_at=time(19)).pk,
    }
    SessionFactory(edition=left)
    SessionFactory(edition=taught, trainer=MembershipFactory().person, starts_at=time(20),
                   ends_at=time(23), planned_hours=3)  # fmt: skip

    _calendar, found = events(client, coordinator, "person-calendar", her.pk)

    assert {str(event["UID"]) for event in found} == {f"session-{pk}@rnm-mape" for pk in wanted}


def test_no_name_is_in_a_calendar(client, coordinator, edition, rio_claro):
    her = MembershipFactory(organisation=rio_claro).person
    EnrolmentFactory(edition=edition, person=her)
    EditionTrainerFactory(edition=edition, person=her)
    SessionFactory(edition=edition, trainer=her)

    answer = sign_in(client, coordinator).get(reverse("person-calendar", args=[her.pk]))

    assert her.paternal_surname not in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_a_calendar_costs_the_same_for_one_session_or_three(
    count, client, trainer, edition, django_assert_num_queries
):
    for number in range(count):
        SessionFactory(edition=edition, starts_at=time(8 + number), ends_at=time(9 + number),
                       planned_hours=1)  # fmt: skip
    signed_in = sign_in(client, trainer)
    address = reverse("edition-calendar", args=[edition.pk])
    signed_in.get(address)

    with django_assert_num_queries(7):
        signed_in.get(address)
