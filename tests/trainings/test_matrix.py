"""The matrix: its page, its file, the women behind a number, and calling them to an edition."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from members.models import Organisation, Person, Role, User
from network.base.errors import Refused
from network.base.exporting.order import order_file
from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in
from tests.factories.members import (
    AffiliationFactory,
    MembershipFactory,
    OfficeFactory,
    PersonFactory,
    RegionalNetworkFactory,
)
from tests.factories.trainings import (
    AttendanceFactory,
    CompletionFactory,
    CourseFactory,
    EditionFactory,
    EnrolmentFactory,
    RequirementFactory,
    SessionFactory,
)
from tests.pages import text_of
from trainings.actions.coverage import refresh_coverage
from trainings.actions.gaps import invite_gaps, undo_invitation
from trainings.exports.matrix import MATRIX
from trainings.gaps import Lack, gaps_of
from trainings.matrix import in_order, matrix_of
from trainings.models import Completion, Edition, Enrolment, Exemption, Requirement

TODAY = timezone.localdate()

pytestmark = pytest.mark.django_db


def account(role: str, **scope: object) -> User:
    user = UserFactory()
    RoleAssignmentFactory(user=user, role=role, **scope)
    return user


@pytest.fixture
def national() -> User:
    return account(Role.NATIONAL_COORDINATOR)


@pytest.fixture
def madre_de_dios() -> Any:
    return RegionalNetworkFactory(name="Red Madre de Dios", code="mdd")


@pytest.fixture
def amanecer(madre_de_dios) -> Organisation:
    return AffiliationFactory(
        organisation__name="Amanecer Minero", regional_network=madre_de_dios
    ).organisation


@pytest.fixture
def piedra_viva() -> Organisation:
    return AffiliationFactory(organisation__name="Piedra Viva").organisation


def member(organisation: Organisation, **names: str) -> Person:
    return MembershipFactory(person=PersonFactory(**names), organisation=organisation).person


def completed(person: Person, requirement: Requirement, **facts: object) -> Completion:
    facts = {"completed_on": TODAY - timedelta(days=400), **facts}
    return CompletionFactory(
        enrolment=None,
        origin="paper",
        person=person,
        organisation=None,
        version=None,
        course=requirement.course,
        **facts,
    )


@pytest.fixture
def safety() -> Requirement:
    return RequirementFactory(
        course__name="Seguridad básica", starts_on=TODAY - timedelta(days=600)
    )


@pytest.fixture
def leadership() -> Requirement:
    return RequirementFactory(course__name="Liderazgo I", role="office_holder")


# --- The page ------------------------------------------------------------------------------------
def cells(page: Any) -> list[str]:
    """The cells of the body, as they are read."""
    body = page.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    rows = [" ".join(row.replace("<", " <").split()) for row in body.split("<tr>")[1:]]
    return [_words(cell) for row in rows for cell in row.split("</td>")[:-1]]


def _words(html: str) -> str:
    out, inside = [], False
    for char in html:
        inside = char == "<" or (inside and char != ">")
        if not inside and char != ">":
            out.append(char)
    return " ".join("".join(out).split())


def test_a_cell_tells_who_holds_it_who_lacks_it_who_soon_will_and_old_records(
    client, national, amanecer, safety
):
    completed(member(amanecer), safety)
    completed(member(amanecer), safety, valid_until=TODAY + timedelta(days=10))
    completed(member(amanecer), safety, is_verified=False)
    member(amanecer)

    page = sign_in(client, national).get(reverse("matrix"))

    assert cells(page) == [
        "Amanecer Minero 4",
        "2 faltan 2 1 vence 1 histórico",
        "2",
        "Invitar : Amanecer Minero",
    ]
    assert 'data-step="3"' in page.content.decode()
    said = text_of(page)
    assert "La más atrasada: Amanecer Minero , le faltan 2 cursos entre 4 socias." in said


def test_everybody_nobody_and_not_asked_are_told_apart(
    client, national, amanecer, piedra_viva, safety, leadership
):
    completed(member(amanecer), safety)
    member(piedra_viva)
    Exemption.objects.create(requirement=safety, organisation=piedra_viva, reason="No pallaquea")

    page = sign_in(client, national).get(reverse("matrix"), {"orden": "nombre"})

    assert cells(page) == [
        *("Amanecer Minero 1", "—", "1 todas", "0", ""),
        *("Piedra Viva 1", "—", "no pide", "0", ""),
    ]


def test_the_totals_count_each_woman_once_and_say_so(
    client, national, amanecer, piedra_viva, safety
):
    both = member(amanecer)
    MembershipFactory(person=both, organisation=piedra_viva)
    completed(both, safety)
    member(piedra_viva)

    said = text_of(sign_in(client, national).get(reverse("matrix")))

    assert "Toda la red 2 1 50 % de 2 1" in said
    assert "1 mujer está en más de una organización" in said
    assert "por eso son 2 y no 3" in said


def test_rows_are_ordered_by_what_is_missing_unless_asked_otherwise(
    national, amanecer, piedra_viva, safety, leadership
):
    for _ in range(3):
        member(piedra_viva)
    OfficeFactory(person=member(amanecer), organisation=amanecer)

    found = matrix_of(national, TODAY)

    def names(order: str) -> list[str]:
        return [row.name for row in in_order(found, order)]

    assert names("") == names("falta") == ["Piedra Viva", "Amanecer Minero"]
    assert names("-falta") == names("nombre") == ["Amanecer Minero", "Piedra Viva"]
    assert names("socias") == names("-nombre") == ["Piedra Viva", "Amanecer Minero"]
    assert names(str(leadership.pk)) == ["Amanecer Minero", "Piedra Viva"]


def test_a_role_and_a_network_narrow_the_page(
    client, national, amanecer, piedra_viva, safety, leadership, madre_de_dios
):
    OfficeFactory(person=member(amanecer), organisation=amanecer)
    browser = sign_in(client, national)

    page = browser.get(reverse("matrix"), {"rol": "office_holder", "red": madre_de_dios.pk})

    assert page.context["matrix"].requirements == [leadership]
    assert [row.name for row in page.context["matrix"].rows] == ["Amanecer Minero"]
    assert "Requisito de: Dirigenta" in text_of(page)


def test_the_matrix_of_an_earlier_day(client, national, amanecer, safety):
    woman = member(amanecer)
    completed(woman, safety, valid_until=TODAY - timedelta(days=1))
    day = (TODAY - timedelta(days=30)).strftime("%d/%m/%Y")
    browser = sign_in(client, national)

    then = browser.get(reverse("matrix"), {"al": day})

    assert [cells(then)[1], cells(browser.get(reverse("matrix")))[1]] == [
        "1 todas 1 vence",
        "0 falta 1",
    ]
    assert f"Toda la red al {day}" in text_of(then)
    assert "/formacion/falta/" not in then.content.decode()


def test_a_day_that_cannot_be_read_is_told_and_today_is_shown(client, national, amanecer, safety):
    member(amanecer)

    page = sign_in(client, national).get(reverse("matrix"), {"al": "ayer"})

    assert page.context["form"].errors["al"]
    assert cells(page)[1] == "0 falta 1"


def test_a_leader_sees_her_organisation_alone(client, amanecer, piedra_viva, safety):
    member(amanecer)
    member(piedra_viva)
    leader = account(Role.ORGANISATION_LEADER, organisation=amanecer)

    page = sign_in(client, leader).get(reverse("matrix"))

    assert [row.name for row in page.context["matrix"].rows] == ["Amanecer Minero"]
    assert "Piedra Viva" not in text_of(page)


def test_an_analyst_sees_numbers_and_no_way_to_names(client, amanecer, safety):
    member(amanecer)

    page = sign_in(client, account(Role.ANALYST)).get(reverse("matrix"))

    assert cells(page)[1] == "0 falta 1"
    assert "/formacion/falta/" not in page.content.decode()


def test_many_organisations_are_told_in_sheets(client, national, safety):
    for _ in range(51):
        AffiliationFactory()
    browser = sign_in(client, national)

    first = browser.get(reverse("matrix"))
    second = browser.get(reverse("matrix"), {"hoja": "2"})

    assert len(first.context["sheet"].rows) == 50
    assert "51 a 51 de 51 organizaciones" in text_of(second)
    assert len(second.context["sheet"].rows) == 1


def test_the_page_costs_the_same_with_more_rows(
    client, national, safety, django_assert_num_queries
):
    browser = sign_in(client, national)
    member(AffiliationFactory().organisation)
    refresh_coverage(day=TODAY)
    browser.get(reverse("matrix"))
    with django_assert_num_queries(13):
        browser.get(reverse("matrix"))
    for _ in range(2):
        member(AffiliationFactory().organisation)
        RequirementFactory()
    refresh_coverage(day=TODAY)
    with django_assert_num_queries(13):
        browser.get(reverse("matrix"))


# --- The file ------------------------------------------------------------------------------------
def rows_of(by: User, form: str, **asked: str) -> list[tuple[Any, ...]]:
    """The cells of the file, by the statement that writes it."""
    query = QueryDict(mutable=True)
    query.update(asked)
    table = order_file(MATRIX, format=form, query=query, by=by).table
    with connection.cursor() as cursor:
        cursor.execute(table.sql, table.params)
        return cursor.fetchall()


@pytest.fixture
def uneven(amanecer, piedra_viva, safety, leadership) -> None:
    """Every sort of number; and some of it counted before, some changed since."""
    completed(member(amanecer), safety, valid_until=TODAY + timedelta(days=3))
    completed(member(amanecer), safety, is_verified=False)
    refresh_coverage(day=TODAY)
    both = member(piedra_viva)
    MembershipFactory(person=both, organisation=amanecer)
    OfficeFactory(person=both, organisation=piedra_viva)


@pytest.mark.parametrize(("role", "days"), [("", 0), ("member", 0), ("", 20)])
def test_the_file_equals_the_page_to_the_unit(client, national, uneven, role, days):
    day = TODAY - timedelta(days=days)
    asked = {"rol": role, "al": day.strftime("%d/%m/%Y")}
    page = sign_in(client, national).get(reverse("matrix"), asked)

    rows = rows_of(national, "csv", **asked)

    shown = {
        (row.name, cell.requirement.course.name): (
            cell.count.due,
            cell.count.covered,
            cell.count.missing,
            cell.percent,
            cell.count.expiring,
            cell.count.unverified,
        )
        for row in page.context["matrix"].rows
        for cell in row.cells
        if cell.count.due
    }
    assert {(row[0], row[2]): tuple(map(int, row[3:])) for row in rows} == shown
    assert len(rows) == len(shown) > 0


def test_the_workbook_holds_numbers_as_numbers(national, uneven):
    rows = rows_of(national, "xlsx")

    assert rows
    assert all(isinstance(cell, int | float | Decimal) for row in rows for cell in row[3:9])


def test_the_file_of_a_leader_holds_her_organisation_alone(amanecer, piedra_viva, safety):
    member(amanecer)
    member(piedra_viva)
    leader = account(Role.ORGANISATION_LEADER, organisation=amanecer)

    assert [row[0] for row in rows_of(leader, "csv")] == ["Amanecer Minero"]


# --- Behind a number -----------------------------------------------------------------------------
def test_the_list_tells_why_each_woman_is_on_it(national, amanecer, safety):
    never = member(amanecer, paternal_surname="Aaa")
    expired = member(amanecer, paternal_surname="Bbb")
    completed(expired, safety, valid_until=TODAY - timedelta(days=5))
    soon = member(amanecer, paternal_surname="Ccc")
    completed(soon, safety, valid_until=TODAY + timedelta(days=5))
    old = member(amanecer, paternal_surname="Ddd")
    completed(old, safety, is_verified=False)
    completed(member(amanecer, paternal_surname="Eee"), safety)

    found = [(gap.person, gap.lack) for gap in gaps_of(safety, amanecer, TODAY, national)]

    assert found == [
        (never, Lack.NEVER),
        (expired, Lack.EXPIRED),
        (soon, Lack.EXPIRING),
        (old, Lack.UNVERIFIED),
    ]


def test_the_list_shows_only_women_in_reach(client, amanecer, piedra_viva, safety):
    member(amanecer, paternal_surname="Huamán")
    member(piedra_viva, paternal_surname="Mamani")
    leader = sign_in(client, account(Role.ORGANISATION_LEADER, organisation=amanecer))

    own = leader.get(reverse("matrix-gap", args=[safety.pk, amanecer.pk]))
    other = leader.get(reverse("matrix-gap", args=[safety.pk, piedra_viva.pk]))

    assert "Huamán" in text_of(own)
    assert other.status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_with_more_women(
    national, amanecer, safety, count, django_assert_num_queries
):
    for _ in range(count):
        member(amanecer)
    gaps_of(safety, amanecer, TODAY, national)

    with django_assert_num_queries(3):
        assert len(gaps_of(safety, amanecer, TODAY, national)) == count


# --- Calling them --------------------------------------------------------------------------------
@pytest.fixture
def edition(safety, madre_de_dios) -> Any:
    return EditionFactory(
        version__course=safety.course,
        starts_on=TODAY + timedelta(days=10),
        regional_network=madre_de_dios,
    )


def answers(edition: Any, *people: Person, paso: str) -> dict[str, Any]:
    return {"edition": edition.pk, "persona": [p.pk for p in people], "paso": paso}


def test_ticked_women_are_checked_put_on_the_roster_and_taken_off_again(
    client, national, amanecer, safety, edition
):
    chosen, other = member(amanecer), member(amanecer)
    browser = sign_in(client, national)
    address = reverse("matrix-invite", args=[safety.pk, amanecer.pk])

    review = browser.post(address, answers(edition, chosen, paso="revisar"))
    assert "1 mujer queda invitada" in text_of(review)
    assert Enrolment.objects.count() == 0

    done = browser.post(address, answers(edition, chosen, paso="guardar"), follow=True)
    enrolment = Enrolment.objects.get()
    assert (enrolment.person, enrolment.organisation, enrolment.edition) == (
        chosen,
        amanecer,
        edition,
    )
    assert (enrolment.state, enrolment.origin, enrolment.enrolled_by) == (
        "invited",
        "gap",
        national,
    )
    undo = reverse("invitation-undo", args=[enrolment.pk])
    assert undo in done.content.decode()
    assert other not in [e.person for e in edition.enrolments.all()]

    browser.post(undo)
    assert Enrolment.objects.count() == 0


def test_a_leader_proposes(client, amanecer, safety, edition):
    woman = member(amanecer)
    edition.opened_on = timezone.localdate()
    edition.save()
    leader = sign_in(client, account(Role.ORGANISATION_LEADER, organisation=amanecer))
    address = reverse("matrix-invite", args=[safety.pk, amanecer.pk])

    review = leader.post(address, answers(edition, woman, paso="revisar"))
    leader.post(address, answers(edition, woman, paso="guardar"))

    assert "1 mujer queda propuesta" in text_of(review)
    assert Enrolment.objects.get().state == "proposed"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"persona": []}, "Marca al menos a una"),
        ({"edition": ""}, "Elige a qué edición"),
    ],
)
def test_what_lacks_is_told_and_the_ticks_stay(
    client, national, amanecer, safety, edition, wrong, sentence
):
    woman = member(amanecer)
    address = reverse("matrix-invite", args=[safety.pk, amanecer.pk])

    page = sign_in(client, national).post(address, answers(edition, woman, paso="revisar") | wrong)

    assert sentence in text_of(page)
    assert ("checked" in page.content.decode().split("<tbody>")[1].split("</tbody>")[0]) is (
        "edition" in wrong
    )


def test_a_refresher_is_refused_to_whoever_never_completed_the_course(
    client, national, amanecer, safety
):
    refresher = EditionFactory(version__course=CourseFactory(renews=safety.course), starts_on=TODAY)
    never = member(amanecer, given_names="Rosa", paternal_surname="Quispe", maternal_surname="")
    due = member(amanecer)
    completed(due, safety, valid_until=TODAY - timedelta(days=1))
    browser = sign_in(client, national)
    address = reverse("matrix-invite", args=[safety.pk, amanecer.pk])

    refused = browser.post(address, answers(refresher, never, due, paso="guardar"))
    assert "Nunca completaron el curso: Rosa Quispe" in text_of(refused)
    assert Enrolment.objects.count() == 0

    browser.post(address, answers(refresher, due, paso="guardar"))
    assert Enrolment.objects.get().person == due


def test_inviting_twice_adds_her_once(national, amanecer, safety, edition):
    member(amanecer)
    gaps = gaps_of(safety, amanecer, TODAY, national)
    asked = {"edition": edition, "course": safety.course, "gaps": gaps, "by": national}

    first, second = invite_gaps(**asked), invite_gaps(**asked)

    assert (len(first.added), len(second.added)) == (1, 0)
    assert second.already == [gaps[0].person]
    assert gaps_of(safety, amanecer, TODAY, national)[0].called_to == edition


def test_an_invitation_is_not_undone_after_a_day_an_answer_or_a_mark(
    national, amanecer, safety, edition
):
    member(amanecer)
    gaps = gaps_of(safety, amanecer, TODAY, national)
    added = invite_gaps(edition=edition, course=safety.course, gaps=gaps, by=national).added[0]
    row = Enrolment.objects.filter(pk=added.pk)
    moment = added.state_changed_at

    row.update(state="confirmed")
    with pytest.raises(Refused, match="Ya no se puede deshacer"):
        undo_invitation(first=row.get(), by=national)
    row.update(state="invited", state_changed_at=moment - timedelta(hours=25))
    with pytest.raises(Refused, match="Ya no se puede deshacer"):
        undo_invitation(first=row.get(), by=national)
    row.update(state_changed_at=moment)
    Edition.objects.filter(pk=edition.pk).update(starts_on=TODAY)
    edition.refresh_from_db()
    AttendanceFactory(session=SessionFactory(edition=edition), enrolment=row.get())
    with pytest.raises(Refused, match="Ya no se puede deshacer"):
        undo_invitation(first=row.get(), by=national)
    assert row.count() == 1


def test_nobody_undoes_another_ones_invitation(client, national, amanecer, edition):
    row = EnrolmentFactory(
        edition=edition, person=member(amanecer), origin="gap", enrolled_by=national
    )
    other = sign_in(client, account(Role.NATIONAL_COORDINATOR))

    assert other.post(reverse("invitation-undo", args=[row.pk])).status_code == 404
