"""Boards: who holds a post on a day, hand-overs with their logins, what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from members.access import Permission, scope_of
from members.actions.accounts import end_role, grant_role
from members.actions.boards import Term, assign_post, end_term, hand_over, undo_hand_over
from members.boards import (
    board_on,
    ending_terms,
    presidents_without_access,
    vacancies_of,
    with_vacancies,
)
from members.models import HandOver, Office, Organisation, Person, Role, RoleAssignment, User
from network.base.errors import Refused
from network.base.models import AccessLogEntry
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.members import (
    AffiliationFactory,
    ConsentFactory,
    MembershipFactory,
    OfficeFactory,
    OrganisationFactory,
    PersonFactory,
)

TODAY = timezone.localdate
DAY = timedelta(days=1)


@pytest.fixture
def delfina(rio_claro):
    person = PersonFactory(
        given_names="Delfina", paternal_surname="Quispe", maternal_surname="Arce"
    )
    return MembershipFactory(person=person, organisation=rio_claro).person


@pytest.fixture
def president(rio_claro, felicitas):
    """Felícitas presides Río Claro since 2025, and works in the portal for it."""
    office = OfficeFactory(organisation=rio_claro, person=felicitas, starts_on=date(2025, 3, 1))
    account = UserFactory(name="Felícitas Apaza", person=felicitas)
    RoleAssignmentFactory(
        user=account,
        role=Role.ORGANISATION_LEADER,
        organisation=rio_claro,
        starts_on=date(2025, 3, 1),
    )
    return office


def holder_on(organisation, day, user, post=Office.Post.PRESIDENT):
    seat = next(s for s in board_on(organisation, day, user) if s.post == post)
    return seat.holder


def works_for(person, organisation, day):
    return (
        RoleAssignment.objects.in_force(day)
        .filter(role=Role.ORGANISATION_LEADER, organisation=organisation, user__person=person)
        .exists()
    )


# --- The board as of a date ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("starts_on", "ends_on", "day", "is_held"),
    [
        (date(2025, 3, 1), None, date(2025, 2, 28), False),
        (date(2025, 3, 1), None, date(2025, 3, 1), True),
        (date(2025, 3, 1), None, date(2040, 1, 1), True),
        (date(2025, 3, 1), date(2025, 12, 31), date(2025, 12, 31), True),
        (date(2025, 3, 1), date(2025, 12, 31), date(2026, 1, 1), False),
        (date(2025, 3, 1), date(2025, 3, 1), date(2025, 3, 1), True),
        (date(2030, 1, 1), None, date(2029, 12, 31), False),
        (date(2030, 1, 1), None, date(2030, 1, 1), True),
    ],
)
def test_post_is_held_from_first_to_last_day(
    rio_claro, felicitas, national, starts_on, ends_on, day, is_held
):
    OfficeFactory(organisation=rio_claro, person=felicitas, starts_on=starts_on, ends_on=ends_on)

    assert holder_on(rio_claro, day, national) == (felicitas if is_held else None)


def test_board_with_a_gap_is_vacant_in_between(rio_claro, felicitas, delfina, national):
    OfficeFactory(organisation=rio_claro, person=felicitas, ends_on=date(2025, 6, 30))
    OfficeFactory(organisation=rio_claro, person=delfina, starts_on=date(2025, 8, 1))

    on = [
        holder_on(rio_claro, day, national)
        for day in (date(2025, 6, 30), date(2025, 7, 15), date(2025, 8, 1))
    ]

    assert on == [felicitas, None, delfina]


def test_future_term_starts_on_its_day_with_no_job(rio_claro, felicitas, national):
    starts_on = TODAY() + 10 * DAY
    assign_post(
        body=rio_claro, post="president", person=felicitas, term=Term(starts_on), by=national
    )

    assert holder_on(rio_claro, starts_on - DAY, national) is None
    assert holder_on(rio_claro, starts_on, national) == felicitas
    assert felicitas in Person.objects.holding_office(starts_on)
    assert felicitas not in Person.objects.holding_office(starts_on - DAY)


def test_board_lists_expected_posts_even_when_vacant(rio_claro, felicitas, national):
    OfficeFactory(organisation=rio_claro, person=felicitas, post=Office.Post.SAFETY)

    seats = board_on(rio_claro, TODAY(), national)

    assert [(s.post.value, s.is_vacant) for s in seats] == [
        ("president", True),
        ("secretary", True),
        ("treasurer", True),
        ("comptroller", True),
        ("safety", False),
    ]


def test_name_of_a_holder_who_withdrew_is_not_shown(rio_claro, president, felicitas, national):
    Person.objects.filter(pk=felicitas.pk).update(withdrawn_at=timezone.now())

    seat = board_on(rio_claro, TODAY(), national)[0]

    assert (seat.is_vacant, seat.holder) == (False, None)


def test_analyst_sees_posts_and_no_names(rio_claro, president, felicitas, analyst):
    ConsentFactory(person=felicitas, purpose="share_solidaridad")

    seat = board_on(rio_claro, TODAY(), analyst)[0]

    assert (seat.office, seat.holder) == (president, None)


@pytest.mark.parametrize("posts", [1, 6])
def test_board_costs_the_same_for_any_number_of_posts(
    rio_claro, national, posts, django_assert_num_queries
):
    for post in Office.Post.values[:posts]:
        person = PersonFactory()
        OfficeFactory(organisation=rio_claro, post=post, person=person)
    scope_of(national, Permission.PERSON_VIEW)

    with django_assert_num_queries(2):
        board_on(rio_claro, TODAY(), national)


# --- What the database refuses ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2025, 6, 1), None),
        (date(2024, 1, 1), date(2025, 3, 1)),
        (date(2025, 12, 31), date(2026, 1, 31)),
        (date(2025, 3, 1), date(2025, 12, 31)),
    ],
)
def test_two_holders_of_one_post_are_refused(rio_claro, felicitas, delfina, starts_on, ends_on):
    OfficeFactory(organisation=rio_claro, person=felicitas, ends_on=date(2025, 12, 31))

    with pytest.raises(IntegrityError, match="members_office_organisation_holder"):
        OfficeFactory(organisation=rio_claro, person=delfina, starts_on=starts_on, ends_on=ends_on)


def test_terms_that_touch_are_two_terms(rio_claro, felicitas, delfina):
    OfficeFactory(organisation=rio_claro, person=felicitas, ends_on=date(2025, 12, 31))
    OfficeFactory(organisation=rio_claro, person=delfina, starts_on=date(2026, 1, 1))

    assert Office.objects.count() == 2


def test_two_holders_in_a_regional_network_are_refused(madre_de_dios, felicitas, delfina):
    OfficeFactory(organisation=None, regional_network=madre_de_dios, person=felicitas)

    with pytest.raises(IntegrityError, match="members_office_network_holder"):
        OfficeFactory(organisation=None, regional_network=madre_de_dios, person=delfina)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"ends_on": date(2025, 2, 28)}, "members_office_dates"),
        ({"organisation": None}, "members_office_body"),
        ({"starts_on": None}, "members_office_started"),
    ],
)
def test_office_without_sense_is_refused(rio_claro, felicitas, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        OfficeFactory(**{"organisation": rio_claro, "person": felicitas, **fields})


def test_hand_over_of_no_body_is_refused(national):
    with pytest.raises(IntegrityError, match="members_handover_body"):
        HandOver.objects.create(first_day=TODAY(), done_by=national)


# --- Giving a post ------------------------------------------------------------------------------
def test_post_that_is_held_is_refused_naming_who_and_until_when(
    rio_claro, felicitas, delfina, national
):
    OfficeFactory(
        organisation=rio_claro,
        person=felicitas,
        starts_on=date(2025, 3, 1),
        ends_on=date(2026, 12, 15),
    )

    with pytest.raises(Refused) as refusal:
        assign_post(
            body=rio_claro,
            post="president",
            person=delfina,
            term=Term(date(2026, 6, 1)),
            by=national,
        )

    assert refusal.value.message == (
        "Felícitas Apaza Condori tiene el cargo de Presidenta: del 01/03/2025 al 15/12/2026."
    )
    assert refusal.value.field == "president"


def test_post_goes_only_to_a_member_of_that_day(rio_claro, national):
    stranger = PersonFactory(given_names="Rosaura", paternal_surname="Mamani")
    MembershipFactory(person=stranger, organisation=rio_claro, ends_on=date(2025, 12, 31))

    with pytest.raises(Refused, match="Rosaura Mamani Condori no es socia de Río Claro"):
        assign_post(
            body=rio_claro,
            post="secretary",
            person=stranger,
            term=Term(date(2026, 1, 1)),
            by=national,
        )
    assert not Office.objects.exists()


def test_network_post_goes_to_a_member_of_its_organisations(
    madre_de_dios, puno, felicitas, national
):
    term = Term(TODAY())

    assign_post(body=madre_de_dios, post="president", person=felicitas, term=term, by=national)
    with pytest.raises(Refused, match="no es socia de Red de Puno"):
        assign_post(body=puno, post="president", person=felicitas, term=term, by=national)

    assert list(Office.objects.values_list("regional_network__code", "post")) == [
        ("madre-de-dios", "president")
    ]


# --- Hand-over ----------------------------------------------------------------------------------
def test_hand_over_ends_one_term_the_day_before_the_next_begins(
    rio_claro, president, felicitas, delfina, national
):
    first = TODAY() + 5 * DAY

    hand_over(
        body=rio_claro,
        incoming={"president": delfina},
        term=Term(first, elected_on=TODAY()),
        by=national,
    )

    assert list(
        Office.objects.order_by("starts_on").values_list("person", "starts_on", "ends_on")
    ) == [
        (felicitas.pk, date(2025, 3, 1), first - DAY),
        (delfina.pk, first, None),
    ]


def test_hand_over_moves_the_login_on_its_day(rio_claro, president, felicitas, delfina, national):
    UserFactory(name="Delfina Quispe", person=delfina)
    first = TODAY() + 5 * DAY

    hand_over(body=rio_claro, incoming={"president": delfina}, term=Term(first), by=national)

    days = [TODAY(), first - DAY, first, first + 400 * DAY]
    assert [works_for(felicitas, rio_claro, d) for d in days] == [True, True, False, False]
    assert [works_for(delfina, rio_claro, d) for d in days] == [False, False, True, True]
    traces = AccessLogEntry.objects.filter(action="account").values_list("user", flat=True)
    assert list(traces) == [national.pk, national.pk]


def test_hand_over_to_someone_without_account_leaves_a_task(
    rio_claro, president, delfina, national
):
    hand_over(body=rio_claro, incoming={"president": delfina}, term=Term(TODAY()), by=national)

    lacking = presidents_without_access(national, TODAY())
    assert list(lacking.values_list("person", "organisation")) == [(delfina.pk, rio_claro.pk)]


def test_login_given_today_and_handed_over_today_stops_at_once(
    rio_claro, president, felicitas, delfina, national
):
    RoleAssignment.objects.filter(user__person=felicitas).update(starts_on=TODAY())

    change = hand_over(
        body=rio_claro, incoming={"president": delfina}, term=Term(TODAY()), by=national
    )
    assert not works_for(felicitas, rio_claro, TODAY())

    undo_hand_over(hand_over=change, by=national)
    assert works_for(felicitas, rio_claro, TODAY())


def test_president_who_becomes_treasurer_keeps_her_login(
    rio_claro, president, felicitas, delfina, national
):
    UserFactory(person=delfina)

    hand_over(
        body=rio_claro,
        incoming={"president": delfina, "treasurer": felicitas},
        term=Term(TODAY()),
        by=national,
    )

    assert works_for(felicitas, rio_claro, TODAY())
    assert works_for(delfina, rio_claro, TODAY())


def test_login_of_another_organisation_is_not_touched(
    rio_claro, piedra_viva, president, felicitas, delfina, national
):
    RoleAssignmentFactory(
        user=User.objects.get(person=felicitas),
        role=Role.ORGANISATION_LEADER,
        organisation=piedra_viva,
    )

    hand_over(body=rio_claro, incoming={"president": delfina}, term=Term(TODAY()), by=national)

    assert works_for(felicitas, piedra_viva, TODAY())
    assert not works_for(felicitas, rio_claro, TODAY())


def test_hand_over_of_a_network_passes_a_regional_role_and_never_makes_one(
    madre_de_dios, felicitas, delfina, national
):
    OfficeFactory(organisation=None, regional_network=madre_de_dios, person=felicitas)
    UserFactory(person=delfina)
    term = Term(TODAY())

    hand_over(body=madre_de_dios, incoming={"president": delfina}, term=term, by=national)

    assert not RoleAssignment.objects.filter(user__person=delfina).exists()


def test_whole_board_is_handed_over_or_nothing_is(
    rio_claro, president, felicitas, delfina, national
):
    stranger = PersonFactory(given_names="Otra")

    with pytest.raises(Refused, match="no es socia"):
        hand_over(
            body=rio_claro,
            incoming={"president": delfina, "secretary": stranger},
            term=Term(TODAY()),
            by=national,
        )

    assert list(Office.objects.values_list("person", "ends_on")) == [(felicitas.pk, None)]
    assert works_for(felicitas, rio_claro, TODAY())


def test_hand_over_on_the_first_day_of_the_outgoing_is_refused(
    rio_claro, president, delfina, national
):
    with pytest.raises(Refused, match="tiene el cargo de Presidenta: desde el 01/03/2025"):
        hand_over(
            body=rio_claro,
            incoming={"president": delfina},
            term=Term(date(2025, 3, 1)),
            by=national,
        )


def test_hand_over_to_nobody_is_refused(rio_claro, national):
    with pytest.raises(Refused, match="quién entra"):
        hand_over(body=rio_claro, incoming={}, term=Term(TODAY()), by=national)


def test_re_election_is_a_new_term_of_the_same_woman(rio_claro, president, felicitas, national):
    first = TODAY() + DAY
    hand_over(body=rio_claro, incoming={"president": felicitas}, term=Term(first), by=national)

    assert Office.objects.filter(person=felicitas).count() == 2
    assert works_for(felicitas, rio_claro, first)


# --- Undo ---------------------------------------------------------------------------------------
def test_hand_over_is_undone_posts_and_logins(rio_claro, president, felicitas, delfina, national):
    UserFactory(person=delfina)
    change = hand_over(
        body=rio_claro,
        incoming={"president": delfina, "secretary": delfina},
        term=Term(TODAY()),
        by=national,
    )

    undo_hand_over(hand_over=change, by=national)

    assert list(Office.objects.values_list("person", "ends_on", "end_reason")) == [
        (felicitas.pk, None, "")
    ]
    assert list(RoleAssignment.objects.filter(organisation=rio_claro).values_list("ends_on")) == [
        (None,)
    ]
    change.refresh_from_db()
    assert change.undone_by == national


def test_hand_over_is_undone_once(rio_claro, president, delfina, national):
    change = hand_over(
        body=rio_claro, incoming={"president": delfina}, term=Term(TODAY()), by=national
    )
    undo_hand_over(hand_over=change, by=national)

    with pytest.raises(Refused, match="ya se deshizo"):
        undo_hand_over(hand_over=change, by=national)


def test_hand_over_older_than_a_day_is_not_undone(rio_claro, president, delfina, national):
    change = hand_over(
        body=rio_claro, incoming={"president": delfina}, term=Term(TODAY()), by=national
    )
    HandOver.objects.update(done_at=timezone.now() - timedelta(hours=24, minutes=1))

    with pytest.raises(Refused, match="24 horas"):
        undo_hand_over(hand_over=change, by=national)


def test_hand_over_changed_since_is_not_undone(rio_claro, president, delfina, national):
    change = hand_over(
        body=rio_claro, incoming={"president": delfina}, term=Term(TODAY()), by=national
    )
    office = Office.objects.get(person=delfina)
    end_term(office=office, last_day=TODAY() + 9 * DAY, reason="Se mudó", by=national)

    with pytest.raises(Refused, match="Alguien cambió esta junta después"):
        undo_hand_over(hand_over=change, by=national)
    assert Office.objects.filter(person=delfina).exists()


@pytest.mark.parametrize("begun", [timedelta(days=300), timedelta(0)])
def test_undoing_gives_back_no_login_that_an_administrator_ended_since(
    rio_claro, president, felicitas, delfina, national, administrator, begun
):
    """Begun long ago the hand-over ended it; begun today it took it away. Both stay ended."""
    RoleAssignment.objects.filter(user__person=felicitas).update(starts_on=TODAY() - begun)
    role = RoleAssignment.objects.get(user__person=felicitas)
    change = hand_over(
        body=rio_claro, incoming={"president": delfina}, term=Term(TODAY()), by=national
    )
    if begun:
        end_role(assignment=role, by=administrator)
    else:
        grant_role(user=role.user, role=role.role, organisation=rio_claro, by=administrator)
        again = RoleAssignment.objects.get(user__person=felicitas)
        end_role(assignment=again, by=administrator)

    undo_hand_over(hand_over=change, by=national)

    assert not works_for(felicitas, rio_claro, TODAY())
    assert Office.objects.get(post="president").person == felicitas


def test_undoing_gives_the_login_back_when_another_role_or_scope_was_ended(
    rio_claro, piedra_viva, president, felicitas, delfina, national, administrator
):
    role = RoleAssignment.objects.get(user__person=felicitas)
    change = hand_over(
        body=rio_claro, incoming={"president": delfina}, term=Term(TODAY()), by=national
    )
    other = grant_role(user=role.user, role=role.role, organisation=piedra_viva, by=administrator)
    end_role(assignment=other, by=administrator)

    undo_hand_over(hand_over=change, by=national)

    assert works_for(felicitas, rio_claro, TODAY())


def test_undoing_gives_no_second_login_to_who_was_given_one_since(
    rio_claro, president, felicitas, delfina, national, administrator
):
    RoleAssignment.objects.filter(user__person=felicitas).update(starts_on=TODAY())
    role = RoleAssignment.objects.get(user__person=felicitas)
    change = hand_over(
        body=rio_claro, incoming={"president": delfina}, term=Term(TODAY()), by=national
    )
    grant_role(user=role.user, role=role.role, organisation=rio_claro, by=administrator)

    undo_hand_over(hand_over=change, by=national)

    assert RoleAssignment.objects.filter(user__person=felicitas).count() == 1


def test_ending_a_role_that_is_over_does_not_lengthen_it(
    rio_claro, president, felicitas, delfina, national, administrator
):
    first = TODAY() - 10 * DAY
    hand_over(body=rio_claro, incoming={"president": delfina}, term=Term(first), by=national)

    end_role(assignment=RoleAssignment.objects.get(user__person=felicitas), by=administrator)

    assert RoleAssignment.objects.get(user__person=felicitas).ends_on == first - DAY


# --- Ending a term ------------------------------------------------------------------------------
def test_ended_term_leaves_a_vacancy_and_no_login(rio_claro, president, felicitas, national):
    last = TODAY() + 3 * DAY

    end_term(office=president, last_day=last, reason="Renunció", by=national)

    assert holder_on(rio_claro, last, national) == felicitas
    assert holder_on(rio_claro, last + DAY, national) is None
    assert works_for(felicitas, rio_claro, last)
    assert not works_for(felicitas, rio_claro, last + DAY)


def test_login_stays_while_she_holds_another_post(rio_claro, president, felicitas, national):
    OfficeFactory(organisation=rio_claro, person=felicitas, post=Office.Post.SAFETY)

    end_term(office=president, last_day=TODAY(), reason="", by=national)

    assert works_for(felicitas, rio_claro, TODAY() + DAY)


def test_term_cannot_end_before_it_begins(president, national):
    with pytest.raises(Refused, match="El término no puede ser antes del inicio"):
        end_term(office=president, last_day=date(2025, 2, 28), reason="", by=national)


# --- What boards need ---------------------------------------------------------------------------
def test_vacancies_count_only_affiliated_organisations(
    rio_claro, flor_de_cuarzo, felicitas, national
):
    gone = OrganisationFactory(name="Ya se fue")
    AffiliationFactory(organisation=gone, ends_on=date(2024, 12, 31))
    for post in ("president", "secretary", "treasurer"):
        OfficeFactory(organisation=rio_claro, person=felicitas, post=post)
    OfficeFactory(
        organisation=rio_claro, person=felicitas, post="comptroller", ends_on=TODAY() - DAY
    )
    for post in ("president", "secretary", "treasurer", "comptroller"):
        OfficeFactory(organisation=flor_de_cuarzo, person=felicitas, post=post)

    found = with_vacancies(national, TODAY())

    assert list(found) == [rio_claro]
    assert vacancies_of(found, TODAY()) == {rio_claro.pk: [Office.Post.COMPTROLLER]}


def test_vacancies_of_another_region_are_not_seen(rio_claro, flor_de_cuarzo, coordinator):
    assert list(with_vacancies(coordinator, TODAY())) == [rio_claro]


def test_ending_terms_come_by_date_within_their_span(
    rio_claro, flor_de_cuarzo, felicitas, coordinator
):
    def office(organisation, post, days):
        return OfficeFactory(
            organisation=organisation,
            person=felicitas,
            post=post,
            ends_on=TODAY() + days * DAY,
        )

    late, soon = office(rio_claro, "secretary", 30), office(rio_claro, "treasurer", 0)
    office(rio_claro, "president", 31)
    office(rio_claro, "vocal_1", -1)
    office(flor_de_cuarzo, "president", 5)
    passed = office(rio_claro, "comptroller", 10)
    OfficeFactory(
        organisation=rio_claro,
        person=felicitas,
        post="comptroller",
        starts_on=passed.ends_on + DAY,
    )

    assert list(ending_terms(coordinator, TODAY(), TODAY() + 30 * DAY)) == [soon, late]


# --- Two at once --------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["assign", "hand_over"])
def test_of_two_at_once_only_one_wins(verb, rio_claro, national):
    if verb == "hand_over":
        OfficeFactory(organisation=rio_claro, starts_on=date(2025, 3, 1))
    women = [
        MembershipFactory(organisation=rio_claro, person=PersonFactory(given_names=name)).person
        for name in ("Nélida", "Yolanda")
    ]
    barrier = Barrier(2)

    def take(woman):
        try:
            barrier.wait(timeout=20)
            term = Term(TODAY())
            if verb == "assign":
                assign_post(body=rio_claro, post="president", person=woman, term=term, by=national)
            else:
                hand_over(body=rio_claro, incoming={"president": woman}, term=term, by=national)
        except Refused as refusal:
            return refusal.message
        finally:
            connection.close()
        return "hecho"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(take, women))

    assert answers[1] == "hecho"
    assert "tiene el cargo de Presidenta" in answers[0]
    assert Office.objects.on(TODAY()).filter(post="president").count() == 1


def test_exclusion_holds_without_the_action(rio_claro, felicitas, delfina):
    OfficeFactory(organisation=rio_claro, person=felicitas)

    with pytest.raises(IntegrityError), transaction.atomic():
        Office.objects.bulk_create(
            [
                Office(
                    organisation=Organisation.objects.get(pk=rio_claro.pk),
                    post="president",
                    person=delfina,
                    starts_on=TODAY(),
                )
            ]
        )
