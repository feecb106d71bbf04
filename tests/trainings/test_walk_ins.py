"""Walk-ins named and un-named again, and two records of one woman in one roster."""

from datetime import time
from decimal import Decimal

import pytest
from django.utils import timezone

from members.actions.duplicates import merge_people, undo_merge
from members.merging import plan_merge
from network.base.errors import Refused
from tests.factories.members import MembershipFactory, PersonFactory
from tests.factories.trainings import (
    AttendanceFactory,
    CompletionFactory,
    EditionFactory,
    EditionTrainerFactory,
    EnrolmentFactory,
    PublicationVersionFactory,
    SessionFactory,
    TestScoreFactory,
)
from trainings.actions.rosters import NeedsFacts, record_needs
from trainings.actions.walk_ins import join_walk_in, separate_walk_in
from trainings.models import (
    Attendance,
    Completion,
    EditionTrainer,
    Enrolment,
    Handout,
    Needs,
    Reading,
    Session,
    TestScore,
    WalkInJoin,
)
from trainings.progress import progress_of

pytestmark = pytest.mark.django_db


def walk_in(edition, name="Rosa Quispe"):
    return EnrolmentFactory(
        edition=edition,
        person=None,
        organisation=None,
        walk_in_name=name,
        walk_in_organisation="rio claro",
        origin="walk_in",
    )


def mark(session, enrolment, value):
    marked = {} if value else {"marked_at": None, "received_at": None}
    return AttendanceFactory(session=session, enrolment=enrolment, mark=value, **marked)


def snapshot():
    """Every column of every row that a join or a merge may touch."""
    models = (Enrolment, Attendance, TestScore, Completion, EditionTrainer, Needs, Reading, Handout)
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def sessions_of(edition, count):
    return [
        SessionFactory(edition=edition, starts_at=time(8 + n), ends_at=time(9 + n), planned_hours=1)
        for n in range(count)
    ]


def two_lines():
    """She and a walk-in: hers missing, hers unmarked, the walk-in's unmarked, both alike."""
    edition = EditionFactory()
    missing, unmarked, hers_only, alike = sessions_of(edition, 4)
    line, hers = walk_in(edition), EnrolmentFactory(edition=edition)
    mark(missing, line, "p")
    mark(unmarked, line, "l")
    mark(unmarked, hers, "")
    mark(hers_only, line, "")
    mark(hers_only, hers, "p")
    mark(alike, line, "a")
    mark(alike, hers, "a")
    TestScoreFactory(enrolment=line)
    return edition, line, hers


def marks_of(edition, enrolment):
    (line,) = progress_of(edition, [enrolment]).lines
    found = {session: mark.mark for session, mark in line.marks.items()}
    return [found[session.pk] for session in edition.sessions.in_order()]


def test_a_walk_in_who_is_not_in_the_roster_takes_her_name_and_organisation(
    coordinator, felicitas, rio_claro
):
    line = walk_in(EditionFactory())

    join_walk_in(enrolment=line, person=felicitas, by=coordinator)

    line.refresh_from_db()
    assert (line.person, line.organisation, line.joined_into) == (felicitas, rio_claro, None)
    assert line.walk_in_name == "Rosa Quispe"


def test_what_was_marked_of_a_walk_in_counts_for_her_who_was_in_the_roster(coordinator):
    edition, line, hers = two_lines()

    join = join_walk_in(enrolment=line, person=hers.person, by=coordinator)

    assert join.into == hers
    assert marks_of(edition, hers) == ["p", "l", "p", "a"]
    assert list(edition.enrolments.on_roster()) == [hers]
    assert Attendance.objects.on_roster().filter(edition=edition).count() == 4
    assert TestScore.objects.get().enrolment == hers


def test_trap_merge_irreversible_of_a_walk_in(coordinator):
    """Joined and separated, every row is what it was."""
    _edition, line, hers = two_lines()
    before = snapshot()

    join = join_walk_in(enrolment=line, person=hers.person, by=coordinator)
    assert snapshot() != before
    separate_walk_in(join=join, by=coordinator)
    separate_walk_in(join=join, by=coordinator)

    assert snapshot() == before


def test_a_name_given_to_a_walk_in_is_taken_back_whole(coordinator, felicitas):
    line = walk_in(EditionFactory())
    before = snapshot()

    join = join_walk_in(enrolment=line, person=felicitas, by=coordinator)
    separate_walk_in(join=join, by=coordinator)

    assert snapshot() == before


def test_a_mark_corrected_after_the_join_stays_corrected(coordinator):
    edition, line, hers = two_lines()
    join = join_walk_in(enrolment=line, person=hers.person, by=coordinator)
    corrected = Attendance.objects.get(enrolment=hers, mark="l")
    corrected.mark = "e"
    corrected.save()

    separate_walk_in(join=join, by=coordinator)

    corrected.refresh_from_db()
    assert (corrected.enrolment, corrected.mark) == (hers, "e")


def test_joining_twice_is_joining_once(coordinator, felicitas):
    line = walk_in(EditionFactory())

    first = join_walk_in(enrolment=line, person=felicitas, by=coordinator)

    assert join_walk_in(enrolment=line, person=felicitas, by=coordinator) == first
    assert WalkInJoin.objects.count() == 1


def test_a_walk_in_joined_again_after_a_mistake_keeps_both_in_the_record(coordinator, felicitas):
    line, olga = walk_in(EditionFactory()), PersonFactory(given_names="Olga")
    separate_walk_in(
        join=join_walk_in(enrolment=line, person=felicitas, by=coordinator), by=coordinator
    )

    join_walk_in(enrolment=line, person=olga, by=coordinator)

    line.refresh_from_db()
    assert line.person == olga
    assert [join.person for join in line.joins.order_by("done_at")] == [felicitas, olga]


def test_two_marks_that_differ_are_refused_naming_the_session(coordinator):
    edition = EditionFactory()
    (session,) = sessions_of(edition, 1)
    line, hers = walk_in(edition), EnrolmentFactory(edition=edition)
    mark(session, line, "p")
    mark(session, hers, "a")
    before = snapshot()

    with pytest.raises(Refused) as refused:
        join_walk_in(enrolment=line, person=hers.person, by=coordinator)

    assert refused.value.message == (
        f"En la sesión del {session.held_on:%d/%m/%Y} una línea dice «Faltó» y la otra, «Presente»."
        " Corrige una antes."
    )
    assert snapshot() == before


def test_two_scores_that_differ_are_refused(coordinator):
    line, hers = walk_in(EditionFactory()), None
    hers = EnrolmentFactory(edition=line.edition)
    TestScoreFactory(enrolment=line)
    TestScoreFactory(enrolment=hers, score=Decimal(11))

    with pytest.raises(Refused, match="Prueba de salida: una línea dice"):
        join_walk_in(enrolment=line, person=hers.person, by=coordinator)


def test_a_line_of_a_person_is_no_walk_in(coordinator, felicitas):
    with pytest.raises(Refused, match="ya es de una persona"):
        join_walk_in(enrolment=EnrolmentFactory(), person=felicitas, by=coordinator)


def test_a_walk_in_is_not_two_people(coordinator, felicitas):
    line = walk_in(EditionFactory())
    join_walk_in(enrolment=line, person=felicitas, by=coordinator)

    with pytest.raises(Refused, match="otra persona"):
        join_walk_in(enrolment=line, person=PersonFactory(), by=coordinator)


def test_whoever_left_the_registry_is_no_walk_in(coordinator, felicitas):
    felicitas.trashed_at = timezone.now()
    felicitas.save()

    with pytest.raises(Refused, match="ya no está en el registro"):
        join_walk_in(enrolment=walk_in(EditionFactory()), person=felicitas, by=coordinator)


def test_what_was_approved_over_both_lines_keeps_them_together(coordinator):
    _edition, line, hers = two_lines()
    join = join_walk_in(enrolment=line, person=hers.person, by=coordinator)
    CompletionFactory(enrolment=hers)

    with pytest.raises(Refused, match="Ya se aprobó su resultado"):
        separate_walk_in(join=join, by=coordinator)


# --- Two records of one woman -------------------------------------------------------------------
def two_records():
    edition = EditionFactory()
    missing, unmarked, alike = sessions_of(edition, 3)
    gone, hers = EnrolmentFactory(edition=edition), EnrolmentFactory(edition=edition)
    Enrolment.objects.filter(pk=hers.pk).update(state="invited", organisation=None)
    hers.refresh_from_db()
    mark(missing, gone, "p")
    mark(unmarked, gone, "l")
    mark(unmarked, hers, "")
    mark(alike, gone, "e")
    mark(alike, hers, "e")
    return edition, gone, hers


def test_trap_merge_irreversible_merge_and_undo_restore_attendance(national):
    edition, gone, hers = two_records()
    TestScoreFactory(enrolment=gone)
    CompletionFactory(enrolment=gone)
    version = PublicationVersionFactory()
    for person in (gone.person, hers.person):
        Reading.objects.create(person=person, version=version, acknowledged_at=timezone.now())
        Handout.objects.create(
            person=person, version=version, edition=edition, handed_on=timezone.localdate()
        )
        EditionTrainerFactory(edition=edition, person=person)
    record_needs(person=gone.person, facts=NeedsFacts(children_count=3), by=national)
    before = snapshot()

    merge = merge_people(survivor=hers.person, absorbed=gone.person, by=national)

    assert marks_of(edition, hers) == ["p", "l", "e"]
    assert list(edition.enrolments.on_roster()) == [hers]
    hers.refresh_from_db()
    assert (hers.state, hers.organisation) == ("confirmed", gone.organisation)
    assert Completion.objects.get().enrolment == hers
    assert Needs.objects.get().person == hers.person
    assert Reading.objects.filter(person=hers.person).count() == 1

    assert undo_merge(merge=merge, by=national) == []
    assert snapshot() == before


def test_a_merge_of_differing_marks_is_previewed_as_a_conflict(national):
    edition = EditionFactory()
    (session,) = sessions_of(edition, 1)
    gone, hers = EnrolmentFactory(edition=edition), EnrolmentFactory(edition=edition)
    mark(session, gone, "p")
    mark(session, hers, "a")

    plan = plan_merge(survivor=hers.person, absorbed=gone.person)

    assert plan.conflicts == [
        f"{edition}: En la sesión del {session.held_on:%d/%m/%Y} una línea dice «Faltó» y la otra,"
        " «Presente». Corrige una antes."
    ]
    with pytest.raises(Refused):
        merge_people(survivor=hers.person, absorbed=gone.person, by=national)


def test_a_merge_of_records_in_different_editions_moves_the_line(national):
    gone, hers = EnrolmentFactory(), EnrolmentFactory()

    merge_people(survivor=hers.person, absorbed=gone.person, by=national)

    gone.refresh_from_db()
    assert (gone.person, gone.joined_into) == (hers.person, None)


def test_two_results_of_one_edition_stay_one_with_each_record(national):
    edition, gone, hers = two_records()
    CompletionFactory(enrolment=gone)
    CompletionFactory(enrolment=hers)

    merge_people(survivor=hers.person, absorbed=gone.person, by=national)

    assert set(Completion.objects.values_list("person", "enrolment")) == {
        (gone.person_id, gone.pk),
        (hers.person_id, hers.pk),
    }
    assert Completion.objects.visible_to(national).count() == 1


def test_the_same_old_paper_noted_twice_stays_once(national):
    gone, hers = PersonFactory(), PersonFactory()
    first = CompletionFactory(enrolment=None, origin="paper", person=gone, organisation=None,
                              version=None, course=EditionFactory().course)  # fmt: skip
    CompletionFactory(enrolment=None, origin="paper", person=hers, organisation=None,
                      version=None, course=first.course)  # fmt: skip

    merge_people(survivor=hers, absorbed=gone, by=national)

    assert Completion.objects.filter(person=hers).count() == 1


def test_she_does_not_give_two_sessions_at_one_time(national):
    gone, hers = PersonFactory(), PersonFactory()
    session = SessionFactory(trainer=gone)
    SessionFactory(trainer=hers)

    plan = plan_merge(survivor=hers, absorbed=gone)

    assert plan.conflicts == [
        f"Las dos fichas dan una sesión el {session.held_on:%d/%m/%Y} a la misma hora."
        " Corrige una antes."
    ]


def test_her_sessions_move_with_her_and_back(national):
    gone, hers = PersonFactory(), PersonFactory()
    session = SessionFactory(trainer=gone)

    merge = merge_people(survivor=hers, absorbed=gone, by=national)
    assert Session.objects.get().trainer == hers
    undo_merge(merge=merge, by=national)

    session.refresh_from_db()
    assert session.trainer == gone


def test_the_needs_she_told_last_stay(national):
    gone, hers = PersonFactory(), PersonFactory()
    record_needs(person=hers, facts=NeedsFacts(diet="maní"), by=national, asked_on="2025-01-01")
    record_needs(person=gone, facts=NeedsFacts(children_count=2), by=national)
    before = snapshot()

    merge = merge_people(survivor=hers, absorbed=gone, by=national)

    needs = Needs.objects.get(person=hers)
    assert (needs.children_count, needs.diet) == (2, "")
    undo_merge(merge=merge, by=national)
    assert snapshot() == before


def test_a_walk_in_joined_to_a_merged_record_is_separated_after_it(national):
    edition, gone, hers = two_records()
    line = walk_in(edition)
    join = join_walk_in(enrolment=line, person=gone.person, by=national)
    merge = merge_people(survivor=hers.person, absorbed=gone.person, by=national)
    join.refresh_from_db()

    with pytest.raises(Refused, match="Separa antes las dos fichas"):
        separate_walk_in(join=join, by=national)
    undo_merge(merge=merge, by=national)
    join.refresh_from_db()
    separate_walk_in(join=join, by=national)

    line.refresh_from_db()
    assert (line.person, line.joined_into) == (None, None)


def test_leaver_does_not_disappear_from_an_old_session(national, rio_claro):
    """Trap: leaver disappears from old session. The totals do not change."""
    edition = EditionFactory()
    (session,) = sessions_of(edition, 1)
    membership = MembershipFactory(organisation=rio_claro)
    line = EnrolmentFactory(edition=edition, person=membership.person, organisation=rio_claro)
    mark(session, line, "p")

    membership.ends_on = timezone.localdate()
    membership.save()
    membership.person.withdrawn_at = timezone.now()
    membership.person.save()

    counted = Attendance.objects.on_roster().came().filter(session=session)
    assert [row.enrolment.organisation for row in counted] == [rio_claro]
    assert list(Enrolment.objects.visible_to(national).named()) == []
