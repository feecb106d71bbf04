"""Whoever works at several places looks at one of them: everything narrows, nothing widens."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from members.models import Membership, Organisation, Person, Role, RoleAssignment, User
from network.base.models import Job
from tests.factories.accounts import RoleAssignmentFactory, sign_in
from tests.factories.members import MembershipFactory, PersonFactory
from tests.pages import text_of

# A file is read through a connection of its own, which sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def leader_of_two(leader: User, flor_de_cuarzo: Organisation) -> User:
    RoleAssignmentFactory(user=leader, role=Role.ORGANISATION_LEADER, organisation=flor_de_cuarzo)
    return leader


@pytest.fixture
def women(rio_claro: Organisation, flor_de_cuarzo: Organisation) -> dict[str, Person]:
    """One in each, called as their organisations."""
    return {
        place.name: MembershipFactory(
            organisation=place,
            person=PersonFactory(sex="f", given_names=place.name, dni=dni),
        ).person
        for place, dni in ((rio_claro, "40881412"), (flor_de_cuarzo, "40881413"))
    }


@pytest.fixture
def at_two(client: Client, leader_of_two: User, women: dict[str, Person]) -> Client:
    return sign_in(client, leader_of_two)


def look_at(client: Client, place: Organisation | None) -> None:
    answer = client.post(reverse("place-choose"), {"place": place.pk if place else ""})
    assert answer.url == reverse("home")


def seen(client: Client) -> dict[str, set[str]]:
    """Whom each way of asking shows."""
    listing = client.get(reverse("person-list")).context["listing"]
    figures = {f["label"]: f["value"] for f in client.get(reverse("home")).context["figures"]}
    found = client.get(reverse("search"), {"q": "40881413"}).context["groups"]
    csv = client.post("/exportar/people/", {"format": "csv"}).getvalue().decode("utf-8-sig")
    api = client.get(reverse("api-people")).content.decode()
    hers = {m.organisation.name: str(m.person_id) for m in Membership.objects.all()}
    return {
        "list": {str(row.key) for row in listing.rows},
        "count": {str(listing.total), str(figures["mujeres en la red"])},
        "search": {str(row.key) for group in found for row in group.rows},
        "export": {pk for name, pk in hers.items() if name in csv},
        "api": {pk for name, pk in hers.items() if name in api},
    }


def test_list_count_search_export_and_api_narrow_together_and_widen_again(
    at_two: Client, women: dict[str, Person], rio_claro: Organisation
) -> None:
    both = {str(woman.pk) for woman in women.values()}
    one, other = str(women["Río Claro"].pk), str(women["Flor de Cuarzo"].pk)
    everything = {"list": both, "count": {"2"}, "search": {other}, "export": both, "api": both}
    assert seen(at_two) == everything

    look_at(at_two, rio_claro)

    only = {"list": {one}, "count": {"1"}, "search": set(), "export": {one}, "api": {one}}
    assert seen(at_two) == only
    assert at_two.get(reverse("person-detail", args=[other])).status_code == 404

    look_at(at_two, None)

    assert seen(at_two) == everything


def test_a_file_prepared_in_the_background_knows_the_place(
    at_two: Client, women: dict[str, Person], rio_claro: Organisation, monkeypatch
) -> None:
    monkeypatch.setattr("network.base.views.DIRECT_ROWS", 0)
    look_at(at_two, rio_claro)

    at_two.post("/exportar/people/", {"format": "xlsx"})

    job = Job.objects.get()
    sent = at_two.get(reverse("job-download", args=[job.pk]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(sent.streaming_content)))
    assert [row[0] for row in book.get_sheet_by_index(0).to_python()[1:]] == ["Río Claro"]


def test_a_place_that_is_not_hers_is_refused(at_two: Client, piedra_viva: Organisation) -> None:
    page = at_two.post(reverse("place-choose"), {"place": piedra_viva.pk})

    assert page.context["form"].errors.keys() == {"place"}
    assert len(at_two.get(reverse("person-list")).context["listing"].rows) == 2


def test_the_place_of_a_role_that_ended_is_forgotten(
    at_two: Client, women: dict[str, Person], rio_claro: Organisation
) -> None:
    look_at(at_two, rio_claro)
    yesterday = timezone.localdate() - timedelta(days=1)
    RoleAssignment.objects.filter(organisation=rio_claro).update(
        starts_on=yesterday, ends_on=yesterday
    )

    listing = at_two.get(reverse("person-list")).context["listing"]

    assert [row.key for row in listing.rows] == [women["Flor de Cuarzo"].pk]


def test_her_permissions_elsewhere_do_not_count_here(
    client: Client, leader: User, piedra_viva: Organisation, rio_claro: Organisation
) -> None:
    RoleAssignmentFactory(user=leader, role=Role.TRAINER, organisation=piedra_viva)
    sign_in(client, leader)
    assert client.get(reverse("person-register")).status_code == 200

    look_at(client, piedra_viva)

    assert client.get(reverse("person-register")).status_code == 403


def test_whoever_has_one_place_is_not_asked(client: Client, coordinator: User) -> None:
    page = sign_in(client, coordinator).get(reverse("home"))

    assert reverse("place-choose") not in page.content.decode()


def test_she_changes_places_from_the_bar(
    page: Page, live_portal: str, client: Client, at_two: Client
) -> None:
    page.context.add_cookies(
        [
            {"name": name, "value": cookie.value, "url": live_portal}
            for name, cookie in at_two.cookies.items()
        ]
    )
    page.goto(reverse("person-list"))
    page.get_by_role("link", name="Cambiar lo que estás viendo").click()
    page.get_by_label("Flor de Cuarzo").check()
    page.get_by_role("button", name="Ver esto").click()

    expect(page.locator(".scope-bar strong")).to_have_text("Flor de Cuarzo")
    assert "Flor de Cuarzo" in text_of(at_two.get(reverse("home")))
