"""Rosters: who may be enrolled, seats and quotas, states, and a waiting list moved by people."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from members.models import Membership
from network.base.errors import Refused
from tests.factories.accounts import UserFactory
from tests.factories.members import MembershipFactory, OrganisationFactory, PersonFactory
from tests.factories.trainings import EditionFactory, EnrolmentFactory
from trainings.actions.editions import cancel_edition, close_edition
from trainings.actions.rosters import (
    NeedsFacts,
    change_state,
    change_states,
    enrol_people,
    promote,
    record_needs,
)
from trainings.models import Enrolment, Needs, Quota
from trainings.rosters import Balance, current_enrolment, next_states, waiting_groups

pytestmark = pytest.mark.django_db
State = Enrolment.State


def open_edition(**values):
    return EditionFactory(**{"opened_on": timezone.localdate(), **values})


def members_of(organisation, count):
    return [
        MembershipFactory(
            person=PersonFactory(given_names=f"Rosa {number}"), organisation=organisation
        ).person
        for number in range(count)
    ]


def enrol(edition, people, by, state=State.INVITED, **more):
    return enrol_people(edition=edition, people=people, state=state, origin="region", by=by, **more)


def states_of(edition):
    return sorted(edition.enrolments.values_list("state", flat=True))


# --- Enrolling ----------------------------------------------------------------------------------
def test_each_is_enrolled_with_the_organisation_she_comes_from_that_day(coordinator, rio_claro):
    edition, (rosa,) = open_edition(), members_of(rio_claro, 1)

    done = enrol(edition, [rosa], coordinator)
    Membership.objects.filter(person=rosa).update(ends_on=timezone.localdate() - timedelta(days=1))

    line = done.added[0]
    line.refresh_from_db()
    assert (line.person, line.organisation, line.state) == (rosa, rio_claro, State.INVITED)
    assert (line.enrolled_by, line.state_changed_by) == (coordinator, coordinator)


def test_of_two_memberships_the_one_in_the_reach_of_whoever_invites_counts(
    leader, rio_claro, flor_de_cuarzo, national
):
    rosa = MembershipFactory(organisation=flor_de_cuarzo, starts_on="2019-01-01").person
    MembershipFactory(person=rosa, organisation=rio_claro, starts_on="2024-01-01")

    hers = enrol(open_edition(), [rosa], leader, State.PROPOSED).added[0]
    everywhere = enrol(open_edition(), [rosa], national).added[0]

    assert hers.organisation == rio_claro
    assert everywhere.organisation == flor_de_cuarzo


def test_enrolling_twice_is_harmless(coordinator, rio_claro):
    edition, people = open_edition(), members_of(rio_claro, 2)
    enrol(edition, people, coordinator, State.CONFIRMED)

    again = enrol(edition, people, coordinator, State.INVITED)

    assert (again.added, set(again.already)) == ([], set(people))
    assert states_of(edition) == [State.CONFIRMED, State.CONFIRMED]


def test_whoever_left_the_registry_is_not_enrolled(coordinator, rio_claro):
    rosa, olga = members_of(rio_claro, 2)
    rosa.withdrawn_at = timezone.now()
    rosa.save()
    edition = open_edition()

    with pytest.raises(Refused, match="Ya no están en el registro: Apaza Condori, Rosa 0"):
        enrol(edition, [rosa, olga], coordinator)

    assert states_of(edition) == []


def test_nobody_is_enrolled_past_the_seats_and_the_refusal_names_who(coordinator, rio_claro):
    edition = open_edition(seats=2)
    enrol(edition, members_of(rio_claro, 1), coordinator)

    with pytest.raises(Refused) as refused:
        enrol(edition, members_of(rio_claro, 2), coordinator)

    assert refused.value.field == "people"
    assert refused.value.message == (
        "No hay cupo para Apaza Condori, Rosa 0; Apaza Condori, Rosa 1 (queda 1 cupo)."
        " Quita a alguna, o ponlas en la lista de espera."
    )
    assert states_of(edition) == [State.INVITED]


@pytest.mark.parametrize(
    ("opened", "starts", "why"),
    [
        (None, 5, "todavía no está abierta"),
        (2, 5, "todavía no está abierta"),
        (-60, -40, "terminó"),
    ],
)
def test_whoever_does_not_run_it_proposes_while_it_is_open(
    opened, starts, why, leader, coordinator, rio_claro, madre_de_dios
):
    today = timezone.localdate()
    edition = EditionFactory(
        regional_network=madre_de_dios,
        starts_on=today + timedelta(days=starts),
        opened_on=opened if opened is None else today + timedelta(days=opened),
    )
    rosa, irma = members_of(rio_claro, 2)

    with pytest.raises(Refused, match=why):
        enrol(edition, [rosa], leader, State.PROPOSED)
    enrol(edition, [irma], coordinator)

    assert [line.person for line in edition.enrolments.all()] == [irma]


def test_where_there_are_quotas_who_has_none_proposes_nobody(
    leader, coordinator, rio_claro, madre_de_dios
):
    edition = open_edition(regional_network=madre_de_dios)
    Quota.objects.create(edition=edition, organisation=OrganisationFactory(), seats=9)
    rosa, irma = members_of(rio_claro, 2)

    with pytest.raises(Refused, match="de otras organizaciones"):
        enrol(edition, [rosa], leader, State.PROPOSED)
    enrol(edition, [irma], coordinator)

    assert [line.person for line in edition.enrolments.all()] == [irma]


def test_a_man_is_not_enrolled_among_women(coordinator, rio_claro):
    (rosa,), man = members_of(rio_claro, 1), PersonFactory(sex="m", given_names="Juan")
    MembershipFactory(person=man, organisation=rio_claro)

    with pytest.raises(Refused, match="Juan") as refused:
        enrol(open_edition(), [rosa, man], coordinator)
    done = enrol(open_edition(audience="mixed"), [rosa, man], coordinator)

    assert refused.value.field == "people"
    assert not Enrolment.objects.filter(edition__audience="women").exists()
    assert len(done.added) == 2


def test_a_proposal_takes_no_seat_but_counts_against_the_quota(leader, rio_claro):
    edition = open_edition(seats=2)
    EnrolmentFactory(edition=edition, organisation=OrganisationFactory())
    Quota.objects.create(edition=edition, organisation=rio_claro, seats=2)
    enrol(edition, members_of(rio_claro, 2), leader, State.PROPOSED)

    with pytest.raises(Refused, match="Río Claro usa 2 de 2 cupos"):
        enrol(edition, members_of(rio_claro, 1), leader, State.PROPOSED)

    assert states_of(edition) == [State.CONFIRMED, State.PROPOSED, State.PROPOSED]


def test_the_quota_of_a_region_counts_all_its_organisations(
    national, madre_de_dios, rio_claro, piedra_viva, flor_de_cuarzo
):
    edition = open_edition()
    Quota.objects.create(edition=edition, regional_network=madre_de_dios, seats=2)
    enrol(edition, members_of(rio_claro, 1) + members_of(piedra_viva, 1), national)

    enrol(edition, members_of(flor_de_cuarzo, 3), national)
    with pytest.raises(Refused, match="Red de Madre de Dios usa 2 de 2 cupos"):
        enrol(edition, members_of(piedra_viva, 1), national)


def test_those_who_do_not_fit_wait_when_asked_and_a_group_is_never_split(
    national, rio_claro, piedra_viva
):
    """Lesson 26: an association that sends four is placed whole, or waits whole."""
    edition = open_edition(seats=5)
    two, four = members_of(piedra_viva, 2), members_of(rio_claro, 4)

    done = enrol(edition, two + four, national, State.CONFIRMED, rest_waits=True)

    assert {line.person for line in done.waiting} == set(four)
    assert states_of(edition) == [State.CONFIRMED] * 2 + [State.WAITING] * 4


@pytest.mark.parametrize("end", ["closed", "cancelled"])
def test_an_edition_that_is_over_takes_nobody(end, coordinator, rio_claro):
    edition = open_edition()
    if end == "closed":
        close_edition(edition=edition, by=coordinator)
    else:
        cancel_edition(edition=edition, reason="Lluvias", by=coordinator)

    with pytest.raises(Refused, match="Reábrela"):
        enrol(edition, members_of(rio_claro, 1), coordinator)


@pytest.mark.django_db(transaction=True)
def test_two_who_enrol_at_once_do_not_overbook():
    edition, organisation, by = open_edition(seats=3), OrganisationFactory(), UserFactory()
    groups = [members_of(organisation, 2), members_of(organisation, 2)]
    together, refused = Barrier(2), []

    def send(people):
        together.wait()
        try:
            enrol(edition, people, by)
        except Refused as refusal:
            refused.append(refusal.message)
        finally:
            connection.close()

    threads = [Thread(target=send, args=[people]) for people in groups]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert states_of(edition) == [State.INVITED, State.INVITED]


# --- States -------------------------------------------------------------------------------------
@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_a_state_follows_another_as_the_table_says(before, after, coordinator):
    line = EnrolmentFactory(state=before)

    if after == before or after in Enrolment.NEXT[before]:
        change_state(enrolment=line, state=after, by=coordinator)
        expected = after
    else:
        with pytest.raises(Refused, match=f"de «{before.label}» no se pasa a «{after.label}»"):
            change_state(enrolment=line, state=after, by=coordinator)
        expected = before

    line.refresh_from_db()
    assert line.state == expected


def test_the_same_change_twice_is_one(coordinator, national):
    line = EnrolmentFactory(state=State.INVITED)
    change_state(enrolment=line, state=State.DECLINED, by=coordinator, reason="Viaja")

    change_state(enrolment=line, state=State.DECLINED, by=national)

    line.refresh_from_db()
    assert (line.state_reason, line.state_changed_by) == ("Viaja", coordinator)


def test_several_change_together_or_not_at_all(coordinator):
    edition = open_edition()
    lines = [
        EnrolmentFactory(edition=edition, state=State.INVITED),
        EnrolmentFactory(edition=edition, state=State.WITHDREW),
    ]

    with pytest.raises(Refused):
        change_states(enrolments=lines, state=State.DECLINED, by=coordinator)

    assert states_of(edition) == [State.INVITED, State.WITHDREW]


def test_lines_of_two_editions_are_not_changed_together(coordinator):
    lines = [EnrolmentFactory(state=State.INVITED), EnrolmentFactory(state=State.INVITED)]

    with pytest.raises(Refused, match="una sola edición"):
        change_states(enrolments=lines, state=State.CONFIRMED, by=coordinator)


def test_an_invitation_past_the_seats_is_refused(coordinator):
    edition = open_edition(seats=1)
    EnrolmentFactory(edition=edition)
    line = EnrolmentFactory(edition=edition, state=State.PROPOSED)

    with pytest.raises(Refused, match=r"No hay cupo para .*: quedan 0 cupos"):
        change_state(enrolment=line, state=State.INVITED, by=coordinator)


def test_whoever_does_not_run_the_edition_only_answers(
    leader, coordinator, rio_claro, madre_de_dios
):
    edition = open_edition(regional_network=madre_de_dios)
    line = EnrolmentFactory(edition=edition, organisation=rio_claro, state=State.PROPOSED)

    assert next_states(line, leader) == {State.DECLINED}
    assert next_states(line, coordinator) == Enrolment.NEXT[State.PROPOSED]


# --- The waiting list ---------------------------------------------------------------------------
def waiting(edition, organisation, count, ago):
    return [
        EnrolmentFactory(
            edition=edition,
            organisation=organisation,
            state=State.WAITING,
            state_changed_at=timezone.now() - timedelta(hours=ago),
        )
        for _one in range(count)
    ]


@pytest.mark.parametrize("leaving", ["waiting", "confirmed"])
@pytest.mark.parametrize("how", ["withdrew", "trashed"])
def test_trap_waitlist_promoted_on_wrong_event(leaving, how, coordinator):
    """Nobody moves because somebody else leaves: a seat is given by a person."""
    edition = open_edition(seats=1)
    lines = {
        "confirmed": EnrolmentFactory(edition=edition),
        "waiting": waiting(edition, OrganisationFactory(), 1, ago=2)[0],
    }
    next_in_line = waiting(edition, OrganisationFactory(), 1, ago=1)[0]

    if how == "withdrew":
        change_state(enrolment=lines[leaving], state=State.WITHDREW, by=coordinator)
    else:
        lines[leaving].person.trashed_at = timezone.now()
        lines[leaving].person.save()

    next_in_line.refresh_from_db()
    assert next_in_line.state == State.WAITING


def test_groups_are_told_whose_turn_it_is_and_why(rio_claro, piedra_viva, madre_de_dios):
    edition = open_edition(seats=9)
    EnrolmentFactory.create_batch(7, edition=edition)
    Quota.objects.create(edition=edition, regional_network=madre_de_dios, seats=9)
    waiting(edition, rio_claro, 4, ago=3)
    waiting(edition, piedra_viva, 2, ago=2)
    waiting(edition, OrganisationFactory(name="Manos de Greda"), 1, ago=1)

    groups = waiting_groups(edition)

    assert [(group.name, group.words) for group in groups] == [
        ("Río Claro", "No caben juntas: son 4 y quedan 2 cupos."),
        ("Piedra Viva", "Es su turno: llegaron primero entre las que caben."),
        ("Manos de Greda", "Cabe, pero hay quien espera desde antes."),
    ]
    assert groups[1].network_words == "Red de Madre de Dios usa 0 de 9 cupos"


def test_a_group_is_not_split_without_a_reason_that_stays(coordinator, rio_claro):
    edition = open_edition(seats=2)
    lines = waiting(edition, rio_claro, 4, ago=1)

    with pytest.raises(Refused, match="4 en espera y pasarían 2: escribe por qué") as refused:
        promote(enrolments=lines[:2], by=coordinator)
    promote(enrolments=lines[:2], by=coordinator, reason="Las otras dos van a la siguiente")

    assert refused.value.field == "reason"
    kept = edition.enrolments.filter(state=State.INVITED)
    assert {(line.state_reason, line.state_changed_by) for line in kept} == {
        ("Las otras dos van a la siguiente", coordinator)
    }
    assert kept.count() == 2


def test_a_turn_is_not_passed_over_without_a_reason(coordinator, rio_claro, piedra_viva):
    edition = open_edition(seats=3)
    waiting(edition, rio_claro, 1, ago=2)
    later = waiting(edition, piedra_viva, 1, ago=1)

    with pytest.raises(Refused, match="Antes espera Río Claro"):
        promote(enrolments=later, by=coordinator)


def test_whoever_does_not_fit_is_passed_over_without_a_reason(coordinator, rio_claro, piedra_viva):
    edition = open_edition(seats=1)
    waiting(edition, rio_claro, 2, ago=2)
    later = waiting(edition, piedra_viva, 1, ago=1)

    promote(enrolments=later, by=coordinator)
    promote(enrolments=later, by=coordinator)

    assert states_of(edition) == [State.INVITED, State.WAITING, State.WAITING]


def test_a_promotion_past_the_seats_is_refused(coordinator, rio_claro):
    edition = open_edition(seats=1)
    lines = waiting(edition, rio_claro, 2, ago=1)

    with pytest.raises(Refused, match="No hay cupo"):
        promote(enrolments=lines, by=coordinator)

    assert states_of(edition) == [State.WAITING, State.WAITING]


def test_the_balance_counts_each_woman_once(rio_claro):
    edition = open_edition(seats=20)
    line = EnrolmentFactory(edition=edition, organisation=rio_claro)
    EnrolmentFactory(edition=edition, person=line.person, joined_into=line)
    waiting(edition, rio_claro, 1, ago=1)

    assert Balance.of(edition).taken_in_words == "1 de 20"


# --- Needs --------------------------------------------------------------------------------------
def test_needs_are_asked_once_and_used_in_every_edition(coordinator, felicitas):
    record_needs(person=felicitas, facts=NeedsFacts(children_count=2), by=coordinator)
    record_needs(person=felicitas, facts=NeedsFacts(children_count=1, diet="maní"), by=coordinator)

    assert list(Needs.objects.values_list("person", "children_count", "diet")) == [
        (felicitas.pk, 1, "maní")
    ]


def test_too_many_children_are_doubted(coordinator, felicitas):
    with pytest.raises(Refused, match="Revisa cuántos niños son"):
        record_needs(person=felicitas, facts=NeedsFacts(children_count=16), by=coordinator)


# --- Lines that became one ----------------------------------------------------------------------
def test_a_late_upload_for_a_line_that_was_joined_lands_in_the_line_that_counts(coordinator):
    """Lesson 6: the phone did not know that she had been recognised meanwhile."""
    last = EnrolmentFactory(state=State.INVITED)
    second = EnrolmentFactory(edition=last.edition, joined_into=last)
    first = EnrolmentFactory(edition=last.edition, joined_into=second, state=State.INVITED)

    assert current_enrolment(first) == last
    change_state(enrolment=first, state=State.CONFIRMED, by=coordinator)

    last.refresh_from_db()
    assert last.state == State.CONFIRMED
