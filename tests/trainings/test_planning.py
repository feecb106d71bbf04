"""Sessions planned, several at once, corrected, moved and cancelled."""

import re
from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from network.base.errors import Refused
from network.base.ids import new_id
from tests.factories.members import PersonFactory
from tests.factories.trainings import (
    AttendanceFactory,
    EditionFactory,
    EditionTrainerFactory,
    SessionFactory,
)
from trainings.actions.editions import cancel_edition
from trainings.actions.planning import (
    KEEP,
    WITHDRAW,
    SessionFacts,
    add_session,
    add_sessions,
    cancel_session,
    correct_session,
    move_session,
    new_code,
    repeated,
)
from trainings.models import Attendance, Edition, Session

pytestmark = pytest.mark.django_db


def morning(edition, **more):
    first = SessionFacts(edition.starts_on, time(9), time(13), Decimal(4))
    return replace(first, **more)


def add(edition, by, **more):
    return add_session(id=new_id(), edition=edition, facts=morning(edition, **more), by=by)


def test_a_session_has_a_code_of_six_letters_that_are_not_taken_for_others(coordinator):
    session = add(EditionFactory(), coordinator)

    assert re.fullmatch("[A-HJKMNP-Z]{6}", session.code)
    assert len({new_code() for _one in range(50)}) == 50


def test_the_same_form_sent_twice_is_one_session(coordinator):
    edition, form_id = EditionFactory(), new_id()

    for _twice in range(2):
        add_session(id=form_id, edition=edition, facts=morning(edition), by=coordinator)

    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"ends_at": time(8)}, "ends_at", "no puede terminar antes de empezar"),
        ({"planned_hours": Decimal(5)}, "planned_hours", "no pasan de lo que dura"),
        ({"held_on": timezone.localdate() + timedelta(days=99)}, "held_on", "queda fuera"),
        ({"held_on": timezone.localdate() - timedelta(days=1)}, "held_on", "queda fuera"),
    ],
)
def test_a_session_that_cannot_be_is_refused_where_it_is_mended(more, field, words, coordinator):
    with pytest.raises(Refused, match=words) as refused:
        add(EditionFactory(), coordinator, **more)

    assert refused.value.field == field
    assert Session.objects.count() == 0


def test_two_sessions_of_an_edition_do_not_overlap(coordinator):
    edition = EditionFactory()
    add(edition, coordinator)

    with pytest.raises(Refused, match="ya tiene una sesión a esa hora") as refused:
        add(edition, coordinator, starts_at=time(12), ends_at=time(15), planned_hours=Decimal(3))
    add(edition, coordinator, starts_at=time(13), ends_at=time(15), planned_hours=Decimal(2))

    assert refused.value.field == "starts_at"
    assert Session.objects.count() == 2


def test_a_trainer_does_not_give_two_sessions_at_one_time(coordinator):
    zenobia = PersonFactory()
    SessionFactory(trainer=zenobia)

    with pytest.raises(Refused, match="ya tiene otra sesión a esa hora") as refused:
        add(EditionFactory(), coordinator, trainer=zenobia)

    assert refused.value.field == "trainer"


def test_sessions_repeat_each_week_and_twice_a_day(coordinator):
    edition = EditionFactory()
    first = morning(edition)
    second = replace(first, starts_at=time(14), ends_at=time(18))
    facts = repeated(first, count=2, every_days=7) + repeated(second, count=2, every_days=7)
    form_id = new_id()

    add_sessions(id=form_id, edition=edition, facts=facts, by=coordinator)
    add_sessions(id=form_id, edition=edition, facts=facts, by=coordinator)

    week = edition.starts_on + timedelta(days=7)
    assert list(edition.sessions.in_order().values_list("held_on", "starts_at")) == [
        (edition.starts_on, time(9)),
        (edition.starts_on, time(14)),
        (week, time(9)),
        (week, time(14)),
    ]
    assert len(set(edition.sessions.values_list("code", flat=True))) == 4


def test_several_sessions_are_added_all_or_none_and_the_day_is_named(coordinator):
    edition = EditionFactory()
    facts = repeated(morning(edition), count=3, every_days=7)

    with pytest.raises(Refused) as refused:
        add_sessions(id=new_id(), edition=edition, facts=facts, by=coordinator)

    outside = edition.starts_on + timedelta(days=14)
    assert refused.value.message == (
        f"Sesión del {outside:%d/%m/%Y}: La edición va del {edition.starts_on:%d/%m/%Y} al"
        f" {edition.ends_on:%d/%m/%Y}: ese día queda fuera."
    )
    assert Session.objects.count() == 0


def test_the_one_who_leads_gives_the_session_unless_told_and_not_two_at_one_time(coordinator):
    lead, helper = PersonFactory(), PersonFactory()
    first, second = EditionFactory(), EditionFactory()
    for edition in (first, second):
        EditionTrainerFactory(edition=edition, person=lead)
        EditionTrainerFactory(edition=edition, person=helper, part="assistant")

    session = add(first, coordinator)
    with pytest.raises(Refused, match="otra sesión a esa hora") as refused:
        add(second, coordinator)

    assert session.trainer == lead
    assert refused.value.field == "trainer"
    assert add(second, coordinator, trainer=helper).trainer == helper


def test_correcting_changes_topic_hours_and_trainer(coordinator):
    session, zenobia = SessionFactory(), PersonFactory()

    correct_session(
        session=session, topic="Mercurio", planned_hours=Decimal(3), trainer=zenobia, by=coordinator
    )

    session.refresh_from_db()
    assert (session.topic, session.planned_hours, session.trainer) == ("Mercurio", 3, zenobia)


def move(session, by, **more):
    times = {
        "held_on": session.held_on + timedelta(days=2),
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "planned_hours": session.planned_hours,
    }
    return move_session(session=session, by=by, **{**times, **more})


def test_moving_asks_what_becomes_of_marks_already_made(coordinator):
    last_week = timezone.localdate() - timedelta(days=7)
    mark = AttendanceFactory(session__edition__starts_on=last_week)
    AttendanceFactory(session=mark.session, mark="", marked_at=None, received_at=None)
    before = mark.session.held_on

    with pytest.raises(Refused, match="Ya tiene 1 marca. Di") as refused:
        move(mark.session, coordinator)
    move(mark.session, coordinator, with_marks=KEEP)

    mark.refresh_from_db()
    assert refused.value.field == "with_marks"
    assert (mark.mark, mark.session.held_on) == ("p", before + timedelta(days=2))


def test_a_session_without_marks_moves_unasked_and_where_it_is_nothing_changes(coordinator):
    session = SessionFactory()

    move(session, coordinator)
    session.refresh_from_db()
    session.closed_at = timezone.now()
    session.save()

    assert move(session, coordinator, held_on=session.held_on).held_on == session.held_on


def test_marks_do_not_go_to_a_day_still_to_come_and_may_be_withdrawn(coordinator):
    mark = AttendanceFactory()
    later = timezone.localdate() + timedelta(days=3)

    with pytest.raises(Refused, match="todavía no llega") as refused:
        move(mark.session, coordinator, held_on=later, with_marks=KEEP)
    moved = move(mark.session, coordinator, held_on=later, with_marks=WITHDRAW)

    assert refused.value.field == "held_on"
    assert moved.held_on == later
    assert not Attendance.objects.exists()
    events = Attendance.pgh_event_model.objects.filter(pgh_obj_id=mark.pk, mark="p")
    assert "delete" in set(events.values_list("pgh_label", flat=True))


def test_a_closed_session_is_neither_moved_nor_cancelled(coordinator):
    session = SessionFactory(closed_at=timezone.now())

    with pytest.raises(Refused, match="no se mueve"):
        move(session, coordinator, with_marks=KEEP)
    with pytest.raises(Refused, match="no se cancela"):
        cancel_session(session=session, reason="Lluvias", by=coordinator)


def test_a_session_moved_outside_its_edition_is_refused(coordinator):
    session = SessionFactory()

    with pytest.raises(Refused, match="queda fuera") as refused:
        move(session, coordinator, held_on=session.held_on + timedelta(days=90))

    assert refused.value.field == "held_on"


def test_cancelling_a_session_lets_planned_hours_fall_and_keeps_its_marks(coordinator):
    mark = AttendanceFactory()
    SessionFactory(edition=mark.edition, held_on=mark.edition.ends_on, planned_hours=3)

    cancel_session(session=mark.session, reason="Lluvias", by=coordinator)
    cancel_session(session=mark.session, reason="Otra cosa", by=coordinator)

    assert Edition.objects.with_planned_hours().get().planned_hours == 3
    assert Attendance.objects.get().mark == "p"
    assert Session.objects.exclude(cancelled_at=None).get().cancel_reason == "Lluvias"


def test_a_session_is_not_cancelled_without_a_reason(coordinator):
    with pytest.raises(Refused, match="Escribe por qué"):
        cancel_session(session=SessionFactory(), reason=" ", by=coordinator)


def test_a_cancelled_session_is_not_changed(coordinator):
    session = SessionFactory(cancelled_at=timezone.now(), cancel_reason="Lluvia")

    with pytest.raises(Refused, match="está cancelada"):
        move(session, coordinator)


def test_sessions_of_an_edition_that_is_over_stay_as_they_are(coordinator):
    session = SessionFactory()
    cancel_edition(edition=session.edition, reason="Lluvias", by=coordinator)

    for change in (
        lambda: add(session.edition, coordinator),
        lambda: move(session, coordinator),
        lambda: cancel_session(session=session, reason="Lluvias", by=coordinator),
    ):
        with pytest.raises(Refused, match="Reábrela"):
            change()
