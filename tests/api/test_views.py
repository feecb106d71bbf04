"""The API gives what the lists and files give: same reach, same columns, same numbers."""

import base64

import pytest
from django.core.management import call_command

from members.models import Person
from network.base.models import AccessLogEntry
from tests.factories.accounts import sign_in
from tests.factories.members import (
    ConsentFactory,
    MembershipFactory,
    OfficeFactory,
    OrganisationFactory,
    PersonFactory,
)

PURPOSE = {"personal": "1", "purpose": "training", "purpose_words": "Taller de Laberinto"}
FELICITAS = ("Felícitas", "00481037")
PERSONAL = {"paternal_surname", "maternal_surname", "given_names", "email", "born_on", "id"}


@pytest.fixture(autouse=True)
def _plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False


def get(client, user, name, **query):
    return sign_in(client, user).get(f"/api/v1/{name}/", query)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["people", "organisations", "regional-networks", "offices"])
def test_api_is_closed_to_strangers_and_only_reads(client, name):
    assert client.get(f"/api/v1/{name}/").status_code == 403
    assert client.post(f"/api/v1/{name}/").status_code == 405


@pytest.mark.parametrize("who", ["trainer", "auditor", "administrator", "member"])
def test_who_may_not_export_gets_nothing(client, request, who):
    user = request.getfixturevalue(who)

    assert get(client, user, "organisations").status_code == 403


def test_people_stay_inside_her_region(client, felicitas, flor_de_cuarzo, coordinator):
    MembershipFactory(organisation=flor_de_cuarzo, person=PersonFactory(occupation="cook"))
    Person.objects.filter(pk=felicitas.pk).update(occupation="pallaquera")

    rows = get(client, coordinator, "people").json()["results"]

    assert [(r["occupation"], r["organisations"]) for r in rows] == [("pallaquera", "Río Claro")]


def test_who_may_not_see_people_finds_nobody_by_name_or_document(client, analyst):
    ConsentFactory(purpose="share_solidaridad", person=PersonFactory(dni="00481037"))

    everyone = get(client, analyst, "people").json()["results"]
    found = [client.get("/api/v1/people/", {"q": q}) for q in FELICITAS]

    assert len(everyone) == 1
    assert [answer.status_code for answer in found] == [400, 400]
    assert all("No puedes buscar" in answer.json()["detail"][0] for answer in found)


def test_personal_columns_are_absent_without_a_purpose(client, felicitas, coordinator):
    row = get(client, coordinator, "people").json()["results"][0]

    assert PERSONAL.isdisjoint(row)
    assert "occupation" in row


def test_personal_columns_come_with_a_purpose_and_leave_a_trace(client, felicitas, coordinator):
    Person.objects.filter(pk=felicitas.pk).update(born_on="1979-03-01", born_precision="m")

    row = get(client, coordinator, "people", **PURPOSE).json()["results"][0]

    assert row.keys() > PERSONAL
    assert (row["paternal_surname"], row["born_on"]) == ("Apaza", "1979-03")
    assert {"document", "phone"}.isdisjoint(row)
    trace = AccessLogEntry.objects.get(action="export")
    assert (trace.user, trace.channel, trace.field, trace.row_count) == (
        coordinator,
        "api",
        "personal",
        1,
    )
    assert trace.purpose.endswith("Taller de Laberinto")


def test_personal_columns_need_their_own_permission(client, felicitas, analyst):
    ConsentFactory(person=felicitas, purpose="share_solidaridad")

    answer = get(client, analyst, "people", **PURPOSE)

    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": "No puedes exportar datos personales."},
    )


def test_personal_columns_need_a_purpose_in_words(client, felicitas, coordinator):
    answer = get(client, coordinator, "people", **(PURPOSE | {"purpose_words": "sí"}))

    assert (answer.status_code, list(answer.json())) == (400, ["purpose_words"])


def test_analyst_sees_only_those_who_agreed(client, felicitas, rio_claro, analyst):
    MembershipFactory(organisation=rio_claro, person=PersonFactory(given_names="Otra"))
    ConsentFactory(person=felicitas, purpose="share_solidaridad")

    assert len(get(client, analyst, "people").json()["results"]) == 1


def test_withdrawn_woman_is_gone_from_the_api(client, felicitas, coordinator):
    Person.objects.filter(pk=felicitas.pk).update(withdrawn_at="2026-11-20T00:00Z")

    assert get(client, coordinator, "people").json()["results"] == []


def test_networks_count_each_woman_once(
    client, rio_claro, piedra_viva, felicitas, madre_de_dios, puno, national
):
    MembershipFactory(person=felicitas, organisation=piedra_viva)

    rows = get(client, national, "regional-networks").json()["results"]

    told = {r["code"]: (r["organisation_count"], r["member_count"]) for r in rows}
    assert told == {"madre-de-dios": (2, 1), "puno": (0, 0)}


def test_offices_name_no_holder_without_a_purpose(client, rio_claro, felicitas, coordinator):
    OfficeFactory(organisation=rio_claro, person=felicitas)

    rows = get(client, coordinator, "offices").json()["results"]

    assert [(r["body"], r["post"], r["starts_on"]) for r in rows] == [
        ("Río Claro", "president", "2025-03-01")
    ]
    assert "person" not in rows[0]


def test_pages_follow_each_other_and_repeat_nothing(client, national):
    names = {OrganisationFactory().name for _ in range(5)}
    answer = get(client, national, "organisations", size=2).json()
    found = [r["name"] for r in answer["results"]]

    while answer["next"]:
        assert "offset" not in answer["next"]
        answer = client.get(answer["next"]).json()
        found += [r["name"] for r in answer["results"]]

    assert (set(found), len(found)) == (names, 5)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", ["people", "organisations", "offices"])
def test_api_costs_the_same_for_any_number_of_rows(
    client, national, rio_claro, name, rows, django_assert_num_queries
):
    posts = ["president", "secretary", "treasurer"]
    for post in posts[:rows]:
        person = MembershipFactory(organisation=rio_claro).person
        OfficeFactory(organisation=OrganisationFactory(), post=post, person=person)
    get(client, national, name)

    with django_assert_num_queries(5):
        client.get(f"/api/v1/{name}/")


@pytest.mark.django_db
def test_schema_describes_every_list_without_complaint(tmp_path):
    path = tmp_path / "schema.yml"

    call_command("spectacular", file=str(path), fail_on_warn=True, validate=True)

    text = path.read_text(encoding="utf-8")
    for name in ("people", "organisations", "regional-networks", "offices"):
        assert f"/api/v1/{name}/" in text


def test_schema_is_for_those_who_may_export(client, national, trainer):
    assert sign_in(client, national).get("/api/schema/").status_code == 200
    assert sign_in(client, trainer).get("/api/schema/").status_code == 403


@pytest.mark.parametrize("place", ["p=xyz", "p=%00", "p=1", "r=1&p=01a20774"])
@pytest.mark.parametrize("name", ["people", "organisations", "regional-networks", "offices"])
def test_a_place_that_was_made_up_is_not_found(client, coordinator, name, place):
    cursor = base64.b64encode(place.encode()).decode()

    assert get(client, coordinator, name, cursor=cursor).status_code == 404


def test_a_place_beyond_her_reach_shows_nothing_beyond_it(
    client, felicitas, flor_de_cuarzo, coordinator
):
    """A cursor is a key to begin after; whoever makes one up still gets her own rows alone."""
    MembershipFactory(organisation=flor_de_cuarzo, person=PersonFactory())
    cursor = base64.b64encode(b"p=00000000-0000-0000-0000-000000000000").decode()

    assert len(get(client, coordinator, "people", cursor=cursor).json()["results"]) == 1
