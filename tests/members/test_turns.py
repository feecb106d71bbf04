from datetime import timedelta

from django.utils import timezone

from members.models import Office
from members.turns import posts_to_fill, presidents_to_let_in, terms_to_renew
from network.base.turns import turns_of
from tests.factories.members import MembershipFactory, OfficeFactory

TODAY = timezone.localdate()


def office(organisation, post, *, ends_in):
    person = MembershipFactory(organisation=organisation).person
    return OfficeFactory(
        person=person, organisation=organisation, post=post, ends_on=TODAY + timedelta(days=ends_in)
    )


def test_terms_of_one_board_that_end_together_are_one_thing_to_do(coordinator, rio_claro):
    office(rio_claro, Office.Post.PRESIDENT, ends_in=10)
    office(rio_claro, Office.Post.SECRETARY, ends_in=10)
    office(rio_claro, Office.Post.TREASURER, ends_in=61)

    (turn,) = terms_to_renew(coordinator, TODAY)

    assert turn.act == "Renovar 2 cargos de la junta de Río Claro"
    assert turn.due_on == TODAY + timedelta(days=10)


def test_a_board_out_of_reach_is_nobody_elses_turn(other_region_coordinator, rio_claro):
    office(rio_claro, Office.Post.PRESIDENT, ends_in=10)

    assert list(terms_to_renew(other_region_coordinator, TODAY)) == []


def test_vacant_posts_are_named(coordinator, rio_claro):
    for post in (Office.Post.PRESIDENT, Office.Post.SECRETARY, Office.Post.TREASURER):
        office(rio_claro, post, ends_in=400)

    (turn,) = posts_to_fill(coordinator, TODAY)

    assert turn.why == "Falta: fiscal."


def test_presidents_who_cannot_enter_are_one_line(coordinator, rio_claro, piedra_viva):
    office(rio_claro, Office.Post.PRESIDENT, ends_in=400)
    office(piedra_viva, Office.Post.PRESIDENT, ends_in=400)

    (turn,) = presidents_to_let_in(coordinator, TODAY)

    assert turn.why == "Presiden Piedra Viva, Río Claro."


def test_whoever_may_not_change_boards_has_no_such_turn(trainer, rio_claro):
    office(rio_claro, Office.Post.PRESIDENT, ends_in=10)

    assert turns_of(trainer, TODAY) == []


def test_what_has_a_day_comes_first(coordinator, rio_claro):
    office(rio_claro, Office.Post.PRESIDENT, ends_in=10)

    days = [turn.due_on for turn in turns_of(coordinator, TODAY)]

    assert days[0] is not None
    assert days[1:] == [None] * len(days[1:])
