"""Pages of rosters: who sees whom, ticking and changing, proposing, naming walk-ins, logistics."""

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Person
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.members import ConsentFactory, MembershipFactory, PersonFactory
from tests.factories.trainings import EditionFactory, EditionTrainerFactory, EnrolmentFactory
from tests.pages import text_of
from tests.trainings.clients import file_rows, sign_in
from trainings.actions.rosters import NeedsFacts, record_needs
from trainings.models import Enrolment, Needs, Quota, WalkInJoin

pytestmark = pytest.mark.django_db
State = Enrolment.State


@pytest.fixture
def edition(madre_de_dios):
    today = timezone.localdate()
    return EditionFactory(regional_network=madre_de_dios, seats=20, opened_on=today)


def woman(organisation, name, surname="Apaza"):
    person = PersonFactory(given_names=name, paternal_surname=surname, maternal_surname="")
    return MembershipFactory(person=person, organisation=organisation).person


def line(edition, organisation, name, **more):
    return EnrolmentFactory(
        edition=edition, person=woman(organisation, name), organisation=organisation, **more
    )


def roster_of(client, user, edition, query=""):
    return sign_in(client, user).get(f"{reverse('edition-roster', args=[edition.pk])}{query}")


def names_on(answer):
    return [shown.enrolment.listed_name for shown in answer.context["lines"]]


# --- Who sees whom ------------------------------------------------------------------------------
def test_a_list_of_others_is_not_told_as_empty(client, edition, flor_de_cuarzo, leader):
    empty = text_of(roster_of(client, leader, edition))
    line(edition, flor_de_cuarzo, "Olga")

    others = text_of(roster_of(client, leader, edition))

    assert "Nadie en la lista todavía" in empty
    assert "No hay nadie a tu alcance en la lista" in others


def test_a_roster_is_seen_as_far_as_each_reaches(
    client, edition, rio_claro, flor_de_cuarzo, coordinator, leader, other_region_coordinator,
    trainer, national, make_account,
):  # fmt: skip
    line(edition, rio_claro, "Rosa")
    line(edition, flor_de_cuarzo, "Olga")
    teacher = make_account("trainer", organisation=flor_de_cuarzo, person=PersonFactory())
    EditionTrainerFactory(edition=edition, person=teacher.person)

    seen = {
        user.name + str(number): [name.split(", ")[1] for name in names_on(answer)]
        for number, user in enumerate(
            [national, coordinator, trainer, leader, other_region_coordinator, teacher]
        )
        if (answer := roster_of(client, user, edition))
    }

    assert list(seen.values()) == [
        ["Olga", "Rosa"],
        ["Olga", "Rosa"],
        ["Olga", "Rosa"],
        ["Rosa"],
        ["Olga"],
        ["Olga", "Rosa"],
    ]


def test_a_name_links_only_to_a_record_she_may_open(client, edition, coordinator, rio_claro,
                                                    flor_de_cuarzo):  # fmt: skip
    near, far = line(edition, rio_claro, "Rosa"), line(edition, flor_de_cuarzo, "Olga")

    links = {
        shown.key: shown.url for shown in roster_of(client, coordinator, edition).context["lines"]
    }

    assert links == {near.pk: reverse("person-detail", args=[near.person_id]), far.pk: ""}


@pytest.mark.parametrize("how", ["trashed_at", "withdrawn_at"])
def test_whoever_left_the_registry_is_counted_and_not_named(how, client, edition, coordinator,
                                                            rio_claro):  # fmt: skip
    gone = line(edition, rio_claro, "Rosa").person
    line(edition, rio_claro, "Olga")
    setattr(gone, how, timezone.now())
    gone.save()

    answer = roster_of(client, coordinator, edition)

    assert names_on(answer) == ["Apaza, Olga"]
    assert "Rosa" not in answer.content.decode()
    assert answer.context["unnamed_count"] == 1
    assert '<span class="count">2 de 20</span>' in answer.content.decode()
    assert [row[0] for row in file_rows(coordinator, "roster", is_personal=True)[1:]] == [
        "Apaza, Olga"
    ]


def test_a_walk_in_joined_into_another_line_is_listed_once(client, edition, coordinator, rio_claro):
    hers = line(edition, rio_claro, "Rosa")
    EnrolmentFactory(edition=edition, person=hers.person, walk_in_name="Rosa A.", joined_into=hers)

    assert names_on(roster_of(client, coordinator, edition)) == ["Apaza, Rosa"]


def test_a_roster_is_filtered_by_state(client, edition, coordinator, rio_claro):
    line(edition, rio_claro, "Rosa", state=State.INVITED)
    line(edition, rio_claro, "Olga")

    assert names_on(roster_of(client, coordinator, edition, "?estado=invited")) == ["Apaza, Rosa"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_roster_costs_the_same_for_one_woman_or_three(
    count, client, edition, coordinator, rio_claro, django_assert_num_queries
):
    for number in range(count):
        invited = line(edition, rio_claro, f"Rosa {number}")
        record_needs(person=invited.person, facts=NeedsFacts(diet="maní"), by=coordinator)
        line(edition, rio_claro, f"Olga {number}", state=State.WAITING)
        EnrolmentFactory(edition=edition, person=None, walk_in_name=f"Ana {number}")
    Quota.objects.create(edition=edition, organisation=rio_claro, seats=9)
    roster_of(client, coordinator, edition)

    with django_assert_num_queries(21):
        client.get(reverse("edition-roster", args=[edition.pk]))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_enrolments_costs_the_same_for_one_or_three(
    count, client, edition, coordinator, rio_claro, django_assert_num_queries
):
    for number in range(count):
        line(edition, rio_claro, f"Rosa {number}")
    signed_in = sign_in(client, coordinator)
    signed_in.get(reverse("roster-list"))

    with django_assert_num_queries(6):
        answer = signed_in.get(reverse("roster-list"))

    assert answer.context["listing"].total == count


# --- Changing -----------------------------------------------------------------------------------
def change(client, user, edition, lines, state, **more):
    data = {"elegidas": [one.pk for one in lines], "state": state, **more}
    return sign_in(client, user).post(reverse("roster-change", args=[edition.pk]), data)


def test_ticked_women_change_together(client, edition, coordinator, rio_claro):
    lines = [line(edition, rio_claro, name, state=State.INVITED) for name in ("Rosa", "Olga")]

    answer = change(client, coordinator, edition, lines, State.CONFIRMED)

    assert answer.status_code == 302
    assert set(edition.enrolments.values_list("state", flat=True)) == {State.CONFIRMED}


def test_a_refused_change_keeps_the_ticks_and_says_why(client, edition, coordinator, rio_claro):
    left = line(edition, rio_claro, "Rosa", state=State.WITHDREW)

    answer = change(client, coordinator, edition, [left], State.DECLINED, reason="Viaja")

    page = answer.content.decode()
    assert "Apaza, Rosa: de «Se retiró» no se pasa a «No puede ir»." in page
    assert f'value="{left.pk}" checked' in page
    assert 'value="Viaja"' in page


def test_a_change_without_anybody_ticked_is_told(client, edition, coordinator):
    answer = change(client, coordinator, edition, [], State.CONFIRMED)

    assert "Marca a una mujer al menos." in answer.content.decode()


def test_a_man_who_walked_in_among_women_is_flagged(client, edition, coordinator, rio_claro):
    line(edition, rio_claro, "Rosa")
    man = line(edition, rio_claro, "Juan", origin="walk_in")
    man.person.sex = "m"
    man.person.save()

    page = roster_of(client, coordinator, edition)

    assert [shown.enrolment for shown in page.context["lines"] if shown.is_out_of_audience] == [man]
    assert "La edición es de mujeres" in page.content.decode()


def test_a_leader_answers_for_her_women_and_invites_nobody(client, edition, leader, rio_claro):
    invited = line(edition, rio_claro, "Rosa", state=State.INVITED)
    proposed = line(edition, rio_claro, "Olga", state=State.PROPOSED)

    change(client, leader, edition, [invited], State.CONFIRMED)
    refused = change(client, leader, edition, [proposed], State.CONFIRMED)

    assert "eso lo cambia quien organiza" in refused.content.decode()
    assert dict(edition.enrolments.values_list("pk", "state")) == {
        invited.pk: State.CONFIRMED,
        proposed.pk: State.PROPOSED,
    }


def test_women_out_of_reach_are_not_changed(client, edition, leader, flor_de_cuarzo):
    far = line(edition, flor_de_cuarzo, "Rosa", state=State.INVITED)

    answer = change(client, leader, edition, [far], State.DECLINED)

    far.refresh_from_db()
    assert "Marca a una mujer al menos." in answer.content.decode()
    assert far.state == State.INVITED


def test_promotion_is_refused_on_the_page_and_then_done_with_its_reason(
    client, edition, coordinator, rio_claro
):
    lines = [line(edition, rio_claro, name, state=State.WAITING) for name in ("Rosa", "Olga")]
    address = reverse("edition-promote", args=[edition.pk])
    signed_in = sign_in(client, coordinator)

    refused = signed_in.post(address, {"pasan": [lines[0].pk]})
    signed_in.post(address, {"pasan": [lines[0].pk], "reason": "La otra viaja"})

    assert "escribe por qué se separan" in refused.content.decode()
    assert f'name="pasan" value="{lines[0].pk}" checked' in refused.content.decode()
    lines[0].refresh_from_db()
    assert (lines[0].state, lines[0].state_reason) == (State.INVITED, "La otra viaja")


# --- Proposing and inviting ---------------------------------------------------------------------
def enrol(client, user, edition, people, **more):
    data = {"elegidas": [person.pk for person in people], **more}
    return sign_in(client, user).post(reverse("edition-enrol", args=[edition.pk]), data)


def test_a_leader_proposes_from_her_own_members_only(
    client, edition, leader, rio_claro, flor_de_cuarzo
):
    hers, other = woman(rio_claro, "Rosa"), woman(flor_de_cuarzo, "Olga")
    address = reverse("edition-enrol", args=[edition.pk])

    offered = [p for p, _names in sign_in(client, leader).get(address).context["people"]]
    enrol(client, leader, edition, [hers, other], state="confirmed")
    enrol(client, leader, edition, [hers, other], state="proposed")

    assert offered == [hers]
    assert list(edition.enrolments.values_list("person", "state", "origin")) == [
        (hers.pk, State.PROPOSED, "organisation")
    ]


def test_who_is_on_the_roster_is_not_offered_again(client, edition, coordinator, rio_claro):
    line(edition, rio_claro, "Rosa")
    left = woman(rio_claro, "Olga")

    answer = sign_in(client, coordinator).get(reverse("edition-enrol", args=[edition.pk]))

    assert [person for person, _names in answer.context["people"]] == [left]


def test_a_refused_invitation_keeps_who_was_ticked(client, coordinator, madre_de_dios, rio_claro):
    edition = EditionFactory(regional_network=madre_de_dios, seats=1)
    people = [woman(rio_claro, "Rosa"), woman(rio_claro, "Olga")]

    answer = enrol(client, coordinator, edition, people, state="invited")

    page = answer.content.decode()
    assert "No hay cupo para Apaza, Olga; Apaza, Rosa" in page
    assert page.count(" checked") == 2
    assert edition.enrolments.count() == 0


def test_a_page_of_candidates_costs_the_same_for_one_or_three(
    client, edition, coordinator, rio_claro, django_assert_num_queries
):
    signed_in, address = sign_in(client, coordinator), reverse("edition-enrol", args=[edition.pk])
    woman(rio_claro, "Rosa")
    signed_in.get(address)
    with django_assert_num_queries(10):
        signed_in.get(address)
    for number in range(2):
        woman(rio_claro, f"Olga {number}")
    with django_assert_num_queries(10):
        signed_in.get(address)


# --- Needs and logistics ------------------------------------------------------------------------
def test_needs_are_noted_from_the_roster(client, edition, coordinator, rio_claro):
    hers = line(edition, rio_claro, "Rosa")
    address = reverse("enrolment-needs", args=[hers.pk])

    refused = sign_in(client, coordinator).post(address, {"children_count": "40"})
    client.post(address, {"children_count": "2", "transport_from": "Huepetuhe"})

    assert "Revisa cuántos niños son." in refused.content.decode()
    needs = Needs.objects.get(person=hers.person)
    assert (needs.children_count, needs.needs_transport, needs.asked_by) == (2, True, coordinator)
    assert (
        "2 niños · movilidad desde Huepetuhe"
        in roster_of(client, coordinator, edition).content.decode()
    )


def test_logistics_count_those_with_a_seat_and_say_from_where(
    client, edition, coordinator, rio_claro
):
    for name, place, children in (("Rosa", "Huepetuhe", 2), ("Olga", "Huepetuhe", 0)):
        facts = NeedsFacts(children_count=children, needs_transport=True, transport_from=place)
        record_needs(person=line(edition, rio_claro, name).person, facts=facts, by=coordinator)
    line(edition, rio_claro, "Ana")
    waits = line(edition, rio_claro, "Eva", state=State.WAITING)
    record_needs(person=waits.person, facts=NeedsFacts(children_count=9), by=coordinator)

    answer = sign_in(client, coordinator).get(reverse("edition-logistics", args=[edition.pk]))

    totals = answer.context["totals"]
    assert (totals["women"], totals["children"], totals["transport"]) == (3, 2, 2)
    assert answer.context["unasked"] == 1
    assert answer.context["places"] == [("Huepetuhe", 2)]


def test_the_file_of_logistics_has_the_rows_of_the_page_and_names_only_with_right(
    client, edition, coordinator, rio_claro
):
    record_needs(
        person=line(edition, rio_claro, "=Rosa").person,
        facts=NeedsFacts(children_count=2, diet="maní"),
        by=coordinator,
    )
    line(EditionFactory(), rio_claro, "De otra edición")
    query = f"edicion={edition.pk}"

    plain = file_rows(coordinator, "logistics", query)
    named = file_rows(coordinator, "logistics", query, is_personal=True)

    assert plain[0] == ["Curso", "Edición", "Vino por", "Niños", "Movilidad", "Preguntado el"]
    assert [row[2:4] for row in plain[1:]] == [["Río Claro", "2"]]
    assert [row[0] for row in named] == ["Apellidos y nombres", "Apaza, =Rosa"]
    assert "maní" in named[1]


def test_a_file_of_a_roster_is_what_its_reader_reaches(
    client, edition, leader, coordinator, rio_claro, piedra_viva
):
    line(edition, rio_claro, "Rosa")
    line(edition, piedra_viva, "Olga")
    walk_in = EnrolmentFactory(
        edition=edition,
        person=None,
        organisation=None,
        walk_in_name="=Ana",
        walk_in_organisation="x",
    )

    hers = file_rows(leader, "roster", is_personal=True)
    all_of_it = file_rows(coordinator, "roster", f"edicion={edition.pk}", is_personal=True)

    assert [row[0] for row in hers[1:]] == ["Apaza, Rosa"]
    assert [row[0] for row in all_of_it[1:]] == ["'=Ana", "Apaza, Olga", "Apaza, Rosa"]
    assert walk_in.listed_name == "=Ana"


def test_outside_the_network_only_those_who_agreed_are_in_the_file(
    client, edition, analyst_with_personal_data, rio_claro
):
    """Trap: private rows in an export that leaves the network."""
    agreed = line(edition, rio_claro, "Rosa").person
    line(edition, rio_claro, "Olga")
    ConsentFactory(person=agreed, purpose="share_solidaridad")

    rows = file_rows(analyst_with_personal_data, "roster", is_personal=True)

    assert [row[0] for row in rows[1:]] == ["Apaza, Rosa"]


# --- Walk-ins -----------------------------------------------------------------------------------
def walk_in(edition, name):
    return EnrolmentFactory(
        edition=edition,
        person=None,
        organisation=None,
        walk_in_name=name,
        walk_in_organisation="Rio Claro",
        origin="walk_in",
    )


def test_a_walk_in_is_found_by_the_sound_of_her_name_joined_and_separated(
    client, edition, trainer, rio_claro
):
    rosa = woman(rio_claro, "Rosa", "Huamán")
    arrived = walk_in(edition, "Rosa Waman")
    address = reverse("walk-in-join", args=[arrived.pk])
    signed_in = sign_in(client, trainer)

    page = signed_in.get(address)
    assert [person for person, _names, _here in page.context["people"]] == [rosa]
    signed_in.post(address, {"persona": rosa.pk})
    arrived.refresh_from_db()
    assert (arrived.person, arrived.organisation) == (rosa, rio_claro)
    signed_in.post(reverse("walk-in-separate", args=[arrived.pk]))

    arrived.refresh_from_db()
    assert arrived.person is None
    assert WalkInJoin.objects.get().undone_by == trainer


def test_a_walk_in_is_not_joined_to_somebody_out_of_reach(
    client, edition, coordinator, flor_de_cuarzo
):
    far = woman(flor_de_cuarzo, "Rosa")
    arrived = walk_in(edition, "Rosa Apaza")
    address = reverse("walk-in-join", args=[arrived.pk])

    assert sign_in(client, coordinator).get(address).context["people"] == []
    answer = client.post(address, {"persona": far.pk})

    arrived.refresh_from_db()
    assert "Elige quién es." in answer.content.decode()
    assert arrived.person is None


def test_a_trainer_of_another_place_names_the_walk_ins_of_what_she_teaches(
    client, edition, flor_de_cuarzo, make_account
):
    teacher = make_account("trainer", organisation=flor_de_cuarzo, person=PersonFactory())
    arrived = walk_in(edition, "Rosa Apaza")
    address = reverse("walk-in-join", args=[arrived.pk])

    before = sign_in(client, teacher).get(address).status_code
    EditionTrainerFactory(edition=edition, person=teacher.person)

    assert (before, client.get(address).status_code) == (404, 200)


def test_whoever_may_register_her_is_led_to_it_with_what_she_said(
    client, edition, coordinator, trainer
):
    address = reverse("walk-in-join", args=[walk_in(edition, "Rosa Apaza").pk])

    parts = sign_in(client, coordinator).get(address).context["name_parts"]
    form = client.post(reverse("person-register"), {**dict(parts), "paso": "empezar"})
    assert not form.context["form"].errors
    assert 'value="Rosa"' in form.content.decode()
    assert 'value="Apaza"' in form.content.decode()

    page = sign_in(client, trainer).get(address).content.decode()
    assert reverse("person-register") not in page


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("Rosa", ["Rosa", "", ""]),
        ("Rosa Quispe", ["Rosa", "Quispe", ""]),
        ("Rosa Quispe Mamani", ["Rosa", "Quispe", "Mamani"]),
        ("Rosa María Quispe Mamani", ["Rosa María", "Quispe", "Mamani"]),
        ("Quispe Mamani, Rosa María", ["Rosa María", "Quispe", "Mamani"]),
    ],
)
def test_a_name_as_said_is_taken_apart(said, parts, client, edition, coordinator):
    address = reverse("walk-in-join", args=[walk_in(edition, said).pk])

    guessed = sign_in(client, coordinator).get(address).context["name_parts"]

    assert [value for _name, value in guessed] == parts


# --- On her page --------------------------------------------------------------------------------
def test_her_page_shows_the_editions_whose_rosters_the_reader_reaches(
    client, edition, leader, rio_claro, flor_de_cuarzo
):
    hers = line(edition, rio_claro, "Rosa")
    EnrolmentFactory(edition=EditionFactory(), person=hers.person, organisation=flor_de_cuarzo)

    answer = sign_in(client, leader).get(reverse("person-detail", args=[hers.person_id]))

    ((_template, section),) = [
        pair for pair in answer.context["sections"] if "trainings" in pair[0]
    ]
    assert section["lines"] == [hers]
    assert str(edition) in answer.content.decode()


def test_a_woman_without_trainings_has_no_such_section(client, leader, felicitas):
    answer = sign_in(client, leader).get(reverse("person-detail", args=[felicitas.pk]))

    assert [pair for pair in answer.context["sections"] if "trainings" in pair[0]] == []


def test_an_expired_role_reaches_no_roster(client, edition, rio_claro):
    line(edition, rio_claro, "Rosa")
    user = UserFactory()
    RoleAssignmentFactory(
        user=user, role="organisation_leader", organisation=rio_claro,
        starts_on="2024-01-01", ends_on="2024-12-31",
    )  # fmt: skip

    assert roster_of(client, user, edition).status_code == 403
    assert Person.objects.count() == 1
