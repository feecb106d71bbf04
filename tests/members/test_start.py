"""The page work begins from, with the cast of the registry."""

from django.urls import reverse

from tests.factories.accounts import sign_in
from tests.factories.members import AffiliationFactory, MembershipFactory, PersonFactory


def test_it_shows_what_is_in_reach(client, coordinator, rio_claro, flor_de_cuarzo):
    MembershipFactory(person=PersonFactory(sex="f"), organisation=rio_claro)
    sign_in(client, coordinator)

    page = client.get(reverse("home"))

    shown = [row["organisation"].name for row in page.context["organisations"]["rows"]]
    assert shown == ["Río Claro"]
    assert [figure["value"] for figure in page.context["figures"]] == [1, 1, 0]


def test_the_analyst_sees_no_list_of_people(client, analyst, rio_claro):
    sign_in(client, analyst)

    page = client.get(reverse("home"))

    assert reverse("person-list") not in page.content.decode()


def test_a_member_has_no_such_page(client, member):
    sign_in(client, member)

    assert client.get(reverse("home")).status_code == 403


def test_its_queries_do_not_grow(
    client, national, madre_de_dios, django_assert_num_queries, rio_claro
):
    sign_in(client, national)
    client.get(reverse("home"))
    MembershipFactory(person=PersonFactory(sex="f"), organisation=rio_claro)
    with django_assert_num_queries(16):
        client.get(reverse("home"))
    for _number in range(3):
        affiliation = AffiliationFactory(regional_network=madre_de_dios)
        MembershipFactory(organisation=affiliation.organisation)
    with django_assert_num_queries(16):
        client.get(reverse("home"))
