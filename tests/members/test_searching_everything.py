"""The field of the header: what it finds, for whom, and the trace it leaves."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from members.models import Organisation, Person, User
from network.base.models import AccessLogEntry
from network.home.searching import MOST_ROWS
from tests.factories.accounts import sign_in
from tests.factories.members import MembershipFactory, PersonFactory, PhoneFactory


def found(client: Client, text: str) -> dict[str, list[str]]:
    """Names under the title of each list."""
    page = client.get(reverse("search"), {"q": text})
    return {
        group.title: [str(row.cells[0][1]) for row in group.rows]
        for group in page.context["groups"]
    }


@pytest.fixture
def other_region_woman(flor_de_cuarzo: Organisation) -> Person:
    woman = PersonFactory(given_names="Rita", paternal_surname="Claro", dni="40881412")
    return MembershipFactory(person=woman, organisation=flor_de_cuarzo).person


@pytest.fixture
def own_woman(rio_claro: Organisation) -> Person:
    woman = PersonFactory(given_names="Rosa", paternal_surname="Claro", maternal_surname="")
    return MembershipFactory(person=woman, organisation=rio_claro).person


def test_one_name_finds_women_and_organisations_of_her_scope_alone(
    client: Client, coordinator: User, own_woman: Person, other_region_woman: Person
) -> None:
    assert found(sign_in(client, coordinator), "claro") == {
        "Personas": ["Claro, Rosa"],
        "Organizaciones": ["Río Claro"],
    }
    assert not AccessLogEntry.objects.exists()


def test_a_document_or_phone_is_found_whole_and_leaves_a_trace(
    client: Client, national: User, other_region_woman: Person
) -> None:
    PhoneFactory(person=other_region_woman, number="+51951000720")
    sign_in(client, national)

    assert found(client, "40881412") == {"Personas": ["Claro Condori, Rita"]}
    assert found(client, "951 000 720") == {"Personas": ["Claro Condori, Rita"]}
    assert found(client, "4088141") == {}

    traces = AccessLogEntry.objects.order_by("pk").values_list("action", "field", "row_count")
    assert list(traces) == [
        ("search", "document", 1),
        ("search", "document+phone", 1),
        ("search", "document", 0),
    ]


def test_a_document_of_another_region_is_not_found(
    client: Client, coordinator: User, other_region_woman: Person
) -> None:
    assert found(sign_in(client, coordinator), "40881412") == {}


def test_who_may_not_see_people_searches_organisations_only(
    client: Client, analyst: User, rio_claro: Organisation, own_woman: Person
) -> None:
    assert found(sign_in(client, analyst), "claro") == {"Organizaciones": ["Río Claro"]}


def test_many_are_cut_and_the_list_with_the_rest_is_one_link_away(
    client: Client, coordinator: User, rio_claro: Organisation
) -> None:
    for number in range(MOST_ROWS + 2):
        woman = PersonFactory(given_names=f"Flor {'abcdefghij'[number]}")
        MembershipFactory(person=woman, organisation=rio_claro)

    page = sign_in(client, coordinator).get(reverse("search"), {"q": "flor apaza"})

    group = page.context["groups"][0]
    assert (len(group.rows), group.count, group.has_more) == (MOST_ROWS, "10", True)
    rest = client.get(group.url)
    assert rest.context["listing"].total == MOST_ROWS + 2


def test_nothing_asked_finds_nothing(client: Client, coordinator: User, own_woman: Person) -> None:
    assert found(sign_in(client, coordinator), "  ") == {}


def test_a_member_has_no_such_page(client: Client, member: User) -> None:
    assert sign_in(client, member).get(reverse("search")).status_code == 403


def test_the_slash_leads_to_the_field_and_a_name_to_her_record(
    page: Page, live_portal: str, client: Client, coordinator: User, own_woman: Person
) -> None:
    sign_in(client, coordinator)
    page.context.add_cookies(
        [
            {"name": name, "value": cookie.value, "url": live_portal}
            for name, cookie in client.cookies.items()
        ]
    )
    page.goto(reverse("organisation-list"))

    page.keyboard.press("/")
    page.keyboard.type("rosa claro")
    page.keyboard.press("Enter")

    page.get_by_role("link", name="Claro, Rosa").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rosa")
