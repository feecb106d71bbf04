import html
from datetime import date

import pytest

from network.partners.actions import (
    InstitutionFacts,
    ProgrammeFacts,
    create_institution,
    create_programme,
)
from network.partners.models import Institution, Programme
from tests.factories.accounts import RoleAssignmentFactory, sign_in
from tests.factories.members import OrganisationFactory, RegionalNetworkFactory

pytestmark = pytest.mark.django_db

ADDRESSES = ("/aliados/", "/programas/", "/aliados/registrar/", "/programas/registrar/")


@pytest.fixture
def as_role(client):
    def sign_in_as(role):
        scope = {}
        if role == "regional_coordinator":
            scope = {"regional_network": RegionalNetworkFactory()}
        elif role == "organisation_leader":
            scope = {"organisation": OrganisationFactory()}
        return sign_in(client, RoleAssignmentFactory(role=role, **scope).user)

    return sign_in_as


@pytest.fixture
def coordinator(as_role):
    return as_role("national_coordinator")


def institution(name="Fundación Río Claro", **facts):
    facts = InstitutionFacts(name=name, **{"kind": "ngo"} | facts)
    return create_institution(facts=facts, by=None)


def programme(name="Oro Responsable", code="OR-1", **facts):
    return create_programme(facts=ProgrammeFacts(name=name, code=code, **facts), by=None)


def text(response):
    return html.unescape(response.content.decode())


def test_institution_is_registered_and_shown(coordinator):
    response = coordinator.post(
        "/aliados/registrar/",
        {
            "name": "Ministerio  de Energía y Minas",
            "short_name": "MINEM",
            "kind": "ministry",
            "ruc": "20131368829",
            "website": "www.gob.pe/minem",
            "district": "Lima, Lima, Lima",
        },
        follow=True,
    )

    made = Institution.objects.get()
    assert response.redirect_chain == [(f"/aliados/{made.pk}/", 302)]
    assert made.name == "Ministerio de Energía y Minas"
    assert (made.ruc, made.website) == ("20131368829", "https://www.gob.pe/minem")
    page = text(response)
    for shown in ("MINEM", "20131368829", "Lima, Lima, Lima", "Ministerio o entidad nacional"):
        assert shown in page


def test_what_is_wrong_is_said_and_nothing_is_written(coordinator):
    institution("Una", ruc="20512333797")

    response = coordinator.post(
        "/aliados/registrar/",
        {"name": "", "kind": "ngo", "ruc": "20131368828", "website": "ftp://ejemplo.pe"},
    )

    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"name", "ruc", "website"}
    assert Institution.objects.count() == 1


def test_web_address_that_would_run_something_is_refused(coordinator):
    response = coordinator.post(
        "/aliados/registrar/", {"name": "Una", "kind": "ngo", "website": "javascript:alert(1)"}
    )

    assert "website" in response.context["form"].errors


def test_name_of_another_is_refused_at_its_field(coordinator):
    institution()

    response = coordinator.post(
        "/aliados/registrar/", {"name": "FUNDACION RIO CLARO", "kind": "ngo"}
    )

    assert response.context["form"].errors == {"name": ["Ya hay una institución con ese nombre."]}


def test_institution_is_corrected_from_what_is_stored(coordinator):
    made = institution(short_name="FRC", note="de Puno")
    form = coordinator.get(f"/aliados/{made.pk}/corregir/").context["form"]

    coordinator.post(
        f"/aliados/{made.pk}/corregir/",
        {"name": form["name"].value(), "kind": "funder", "short_name": form["short_name"].value()},
    )

    made.refresh_from_db()
    assert (made.name, made.kind, made.short_name) == ("Fundación Río Claro", "funder", "FRC")


def test_correction_refused_stays_on_the_form(coordinator):
    institution("Otra")
    made = institution()

    response = coordinator.post(f"/aliados/{made.pk}/corregir/", {"name": "otra", "kind": "ngo"})

    assert response.context["form"].errors["name"]
    made.refresh_from_db()
    assert made.name == "Fundación Río Claro"


def test_programme_is_registered_and_shown(coordinator):
    donor = institution(kind="funder")
    response = coordinator.post(
        "/programas/registrar/",
        {
            "name": "Oro Responsable",
            "code": "OR-1",
            "donor": str(donor.pk),
            "starts_on": "01/01/2026",
            "ends_on": "31/12/2035",
            "budget_line_code": "B.2.1",
        },
        follow=True,
    )

    made = Programme.objects.get()
    assert response.redirect_chain == [(f"/programas/{made.pk}/", 302)]
    page = text(response)
    for shown in ("OR-1", "Fundación Río Claro", "01/01/2026", "31/12/2035", "B.2.1", "En curso"):
        assert shown in page
    assert "Oro Responsable" in text(coordinator.get(f"/aliados/{donor.pk}/"))


def test_programme_that_ends_before_it_begins_is_refused_at_its_field(coordinator):
    facts = {"name": "Oro", "code": "O", "starts_on": "02/01/2026", "ends_on": "01/01/2026"}

    response = coordinator.post("/programas/registrar/", facts)

    assert response.context["form"].errors == {
        "ends_on": ["Un programa no termina antes de empezar."]
    }


def test_programme_form_shows_what_is_stored(coordinator):
    made = programme(starts_on=date(2026, 1, 31))

    page = text(coordinator.get(f"/programas/{made.pk}/corregir/"))

    assert 'value="31/01/2026"' in page
    assert 'value="OR-1"' in page


def test_programme_is_corrected(coordinator):
    made = programme()
    other = programme("Otro", "OT-1")

    coordinator.post(f"/programas/{made.pk}/corregir/", {"name": "Oro", "code": "OR-2"})
    refused = coordinator.post(f"/programas/{other.pk}/corregir/", {"name": "Otro", "code": "or-2"})

    made.refresh_from_db()
    assert (made.name, made.code) == ("Oro", "OR-2")
    assert refused.context["form"].errors == {"code": ["Ya hay un programa con ese código."]}


def test_lists_show_filter_and_search_their_rows(coordinator):
    institution(kind="funder")
    institution("CINCIA", kind="university")
    programme()
    programme("Antiguo", "A-1", ends_on=date(2020, 1, 1))

    assert "CINCIA" in text(coordinator.get("/aliados/"))
    assert "CINCIA" not in text(coordinator.get("/aliados/?tipo=funder"))
    assert "Río Claro" not in text(coordinator.get("/aliados/?q=cincia"))
    assert "Oro Responsable" in text(coordinator.get("/programas/?estado=running"))
    ended = text(coordinator.get("/programas/?estado=ended"))
    assert "Antiguo" in ended
    assert "Oro Responsable" not in ended


@pytest.mark.parametrize("address", ["/aliados/registrar/", "/programas/registrar/"])
def test_empty_form_asks_for_everything(coordinator, address):
    response = coordinator.get(address)

    assert response.status_code == 200
    assert not response.context["form"].errors


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("address", ["/aliados/", "/programas/"])
def test_list_costs_the_same_at_any_length(
    coordinator, django_assert_max_num_queries, address, count
):
    for number in range(count):
        programme(f"Programa {number}", f"P-{number}", donor=institution(f"Donante {number}"))
    coordinator.get(address)

    with django_assert_max_num_queries(9):
        coordinator.get(address)


def test_changes_are_told_to_those_who_may_read_history(coordinator):
    made = institution()
    coordinator.post(f"/aliados/{made.pk}/corregir/", {"name": "Fundación Nueva", "kind": "ngo"})

    page = text(coordinator.get(f"/aliados/{made.pk}/"))

    assert "Fundación Río Claro → Fundación Nueva" in page


@pytest.mark.parametrize("role", ["organisation_leader", "trainer", "member"])
def test_role_without_the_permission_is_refused(client, as_role, role):
    made, running = institution(), programme()
    browser = as_role(role)

    for address in (*ADDRESSES, f"/aliados/{made.pk}/", f"/programas/{running.pk}/"):
        assert browser.get(address).status_code == 403, address


def test_reader_sees_and_does_not_change(as_role):
    made, running = institution(), programme()
    browser = as_role("regional_coordinator")

    page = text(browser.get(f"/aliados/{made.pk}/"))
    for address in (f"/aliados/{made.pk}/corregir/", f"/programas/{running.pk}/corregir/"):
        assert browser.get(address).status_code == 403
        assert browser.post(address, {"name": "X"}).status_code == 403

    assert "Corregir" not in page
    assert browser.get(f"/programas/{running.pk}/").status_code == 200


def test_person_not_signed_in_is_sent_to_sign_in(client):
    for address in ADDRESSES:
        assert client.get(address).headers["Location"].startswith("/ingresar/")


def test_markup_in_what_was_typed_stays_text(coordinator):
    made = institution("<script>alert(1)</script>", note="<b>nota</b>")

    page = coordinator.get(f"/aliados/{made.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "<b>nota" not in page
