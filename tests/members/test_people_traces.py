"""Pages of history, trash and duplicates, and who is refused on every page of people."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.actions.duplicates import merge_people
from members.actions.people import trash_person
from members.actions.phones import Reach, add_phone
from members.models import Membership, Merge, NotDuplicate, Organisation, Person, Phone, User
from network.base.models import AccessLogEntry
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.members import MembershipFactory, PersonFactory, PhoneFactory
from tests.pages import text_of


@pytest.fixture
def at_coordinator(client: Client, coordinator: User) -> Client:
    return sign_in(client, coordinator)


@pytest.fixture
def twin(rio_claro: Organisation) -> Person:
    person = PersonFactory(
        dni="00481037", given_names="Felicitas", paternal_surname="Apasa", maternal_surname="C."
    )
    MembershipFactory(person=person, organisation=rio_claro)
    return person


def address(name: str, *people: Person) -> str:
    return reverse(name, args=[person.pk for person in people])


# --- History ------------------------------------------------------------------------------------
def test_a_change_is_reverted_from_her_page(at_coordinator: Client, felicitas: Person) -> None:
    Person.objects.filter(pk=felicitas.pk).update(email="mala@ejemplo.pe")
    page = at_coordinator.get(address("person-history", felicitas))
    key = next(
        line.key
        for entry in page.context["entries"]
        for line in entry.lines
        if line.label == "correo"
    )

    response = at_coordinator.post(address("person-revert", felicitas), {"key": key}, follow=True)

    felicitas.refresh_from_db()
    assert felicitas.email == ""
    assert "«correo» volvió a su valor anterior." in text_of(response)
    assert "Coordinadora regional: Cambió" in text_of(response)


def test_a_change_of_another_woman_is_not_reverted_here(
    at_coordinator: Client, felicitas: Person, twin: Person
) -> None:
    Person.objects.filter(pk=twin.pk).update(email="suya@ejemplo.pe")
    event = Person.pgh_event_model.objects.latest("pgh_id")

    response = at_coordinator.post(
        address("person-revert", felicitas),
        {"key": f"members.person:{event.pk}:email"},
        follow=True,
    )

    twin.refresh_from_db()
    assert twin.email == "suya@ejemplo.pe"
    assert "Ese cambio no es de esta ficha." in text_of(response)


def test_what_she_has_elsewhere_is_not_reverted_from_here(
    at_coordinator: Client, felicitas: Person, flor_de_cuarzo: Organisation, twin: Person
) -> None:
    elsewhere = MembershipFactory(person=felicitas, organisation=flor_de_cuarzo)
    Membership.objects.filter(pk=elsewhere.pk).update(kind="worker")
    changed = Membership.pgh_event_model.objects.latest("pgh_id")
    phone = add_phone(person=twin, reach=Reach("+51900000001"), by=None)
    Phone.objects.filter(pk=phone.pk).update(person=felicitas)
    moved = Phone.pgh_event_model.objects.latest("pgh_id")

    for key in (f"members.membership:{changed.pk}:kind", f"members.phone:{moved.pk}:person"):
        at_coordinator.post(address("person-revert", felicitas), {"key": key})

    elsewhere.refresh_from_db()
    phone.refresh_from_db()
    assert (elsewhere.kind, phone.person_id) == ("worker", felicitas.pk)


def test_a_leader_reads_history_and_reverts_nothing(
    client: Client, leader: User, felicitas: Person
) -> None:
    Person.objects.filter(pk=felicitas.pk).update(email="mala@ejemplo.pe")
    sign_in(client, leader)

    page = text_of(client.get(address("person-history", felicitas)))

    assert "mala@ejemplo.pe" in page
    assert "Revertir correo" not in page


def test_an_auditor_reads_what_was_touched_and_no_value(
    client: Client, auditor: User, felicitas: Person
) -> None:
    Person.objects.filter(pk=felicitas.pk).update(email="mala@ejemplo.pe")
    sign_in(client, auditor)

    page = text_of(client.get(address("person-history", felicitas)))

    assert "correo" in page
    assert "mala@ejemplo.pe" not in page
    assert "Felícitas" not in page
    assert AccessLogEntry.objects.get().field == "history"


# --- Trash --------------------------------------------------------------------------------------
def test_the_trash_offers_to_undo_at_once(at_coordinator: Client, felicitas: Person) -> None:
    page = at_coordinator.post(address("person-trash", felicitas), follow=True)

    assert "Se puede recuperar durante 30 días." in text_of(page)
    assert address("person-restore", felicitas) in page.content.decode()
    assert "Apaza Condori" in text_of(at_coordinator.get("/personas/papelera/"))

    at_coordinator.post(address("person-restore", felicitas))

    felicitas.refresh_from_db()
    assert felicitas.trashed_at is None


def test_a_trashed_woman_is_on_no_page(
    at_coordinator: Client, coordinator: User, felicitas: Person, twin: Person
) -> None:
    trash_person(person=felicitas, by=coordinator)

    pages = [at_coordinator.get(reverse(name)) for name in ("person-list", "duplicate-list")]

    assert [page.status_code for page in pages] == [200, 200]
    assert not any("Felícitas" in text_of(page) for page in pages)
    assert at_coordinator.get(address("person-detail", felicitas)).status_code == 404


def test_restoring_asks_when_her_document_is_on_another_record(
    at_coordinator: Client, coordinator: User, twin: Person
) -> None:
    trash_person(person=twin, by=coordinator)
    PersonFactory(dni="00481037")

    asked = at_coordinator.post(address("person-restore", twin))
    assert "Recuperarla sin documento" in text_of(asked)
    at_coordinator.post(address("person-restore", twin), {"sin_documento": "1"})

    twin.refresh_from_db()
    assert (twin.trashed_at, twin.document_kind) == (None, "none")


def test_the_trash_of_another_region_is_not_hers(
    client: Client, coordinator: User, other_region_coordinator: User, felicitas: Person
) -> None:
    trash_person(person=felicitas, by=coordinator)
    sign_in(client, other_region_coordinator)

    assert "La papelera está vacía" in text_of(client.get("/personas/papelera/"))
    assert client.post(address("person-restore", felicitas)).status_code == 404


# --- Duplicates ---------------------------------------------------------------------------------
def test_the_queue_compares_or_tells_apart(
    at_coordinator: Client, felicitas: Person, twin: Person
) -> None:
    page = text_of(at_coordinator.get("/personas/duplicados/"))
    assert "nombre parecido, misma organización" in page

    at_coordinator.post(address("person-different", felicitas, twin))

    assert NotDuplicate.objects.count() == 1
    assert "No hay fichas repetidas a la vista" in text_of(
        at_coordinator.get("/personas/duplicados/")
    )


def test_the_comparison_shows_both_values_and_every_row(
    at_coordinator: Client, coordinator: User, felicitas: Person, twin: Person
) -> None:
    add_phone(person=twin, reach=Reach("+51951000640"), by=coordinator)

    response = at_coordinator.get(address("person-merge", felicitas, twin))

    choices = {choice.name: choice for choice in response.context["choices"]}
    assert (choices["document"].one, choices["document"].other) == (
        "Sin documento",
        "DNI •••037",
    )
    assert choices["document"].takes_other
    assert not choices["given_names"].takes_other
    assert "Teléfono 9•• ••• 640 · pasa" in text_of(response)
    assert "Membresía" in text_of(response)


def test_two_records_are_joined_and_separated_again(
    at_coordinator: Client, felicitas: Person, twin: Person
) -> None:
    at_coordinator.post(
        address("person-merge", felicitas, twin),
        {"campo_document": "other", "campo_given_names": "one"},
    )
    felicitas.refresh_from_db()
    assert (felicitas.given_names, felicitas.document_tail) == ("Felícitas", "037")
    merge = Merge.objects.get()
    assert "Separar" in text_of(at_coordinator.get(address("person-detail", felicitas)))

    response = at_coordinator.post(reverse("merge-undo", args=[merge.pk]), follow=True)

    assert "Las fichas están separadas otra vez." in text_of(response)
    assert Person.objects.on_record().count() == 2


def test_a_conflict_is_told_and_blocks(
    at_coordinator: Client, felicitas: Person, twin: Person, rio_claro: Organisation
) -> None:
    UserFactory(person=felicitas)
    UserFactory(person=twin)

    page = text_of(at_coordinator.get(address("person-merge", felicitas, twin)))
    refused = text_of(at_coordinator.post(address("person-merge", felicitas, twin)))

    assert "Las dos fichas tienen cuenta." in page
    assert "Juntar en la ficha" not in page
    assert "Las dos fichas tienen cuenta." in refused
    assert not Merge.objects.exists()


def test_a_merge_elsewhere_is_not_hers_to_undo(
    client: Client,
    coordinator: User,
    other_region_coordinator: User,
    felicitas: Person,
    twin: Person,
) -> None:
    merge = merge_people(survivor=felicitas, absorbed=twin, by=coordinator)
    sign_in(client, other_region_coordinator)

    assert client.post(reverse("merge-undo", args=[merge.pk])).status_code == 404


def test_a_record_is_not_merged_with_itself(at_coordinator: Client, felicitas: Person) -> None:
    assert at_coordinator.get(address("person-merge", felicitas, felicitas)).status_code == 404


def test_the_other_record_is_looked_for_by_name_or_phone(
    at_coordinator: Client, felicitas: Person, twin: Person
) -> None:
    PhoneFactory(person=twin, number="+51951000640")
    page = address("duplicate-choose", felicitas)

    by_name = text_of(at_coordinator.get(page, {"q": "Apasa"}))
    by_phone = text_of(at_coordinator.get(page, {"q": "951000640"}))
    nobody = text_of(at_coordinator.get(page, {"q": "Zegarra"}))

    assert "Apasa C., Felicitas" in by_name
    assert "Apasa C., Felicitas" in by_phone
    assert "No encontramos otra ficha" in nobody
    assert AccessLogEntry.objects.get().action == "search"


# --- Refusals -----------------------------------------------------------------------------------
READ = ("person-detail", "person-sheet", "person-history")
EDIT = ("person-edit", "person-document", "person-sensitive", "phone-add", "membership-add")
POST = ("person-reveal", "person-revert", "person-trash")
MERGE = ("duplicate-choose",)


@pytest.mark.parametrize("name", READ + EDIT + MERGE)
def test_out_of_reach_is_not_found(
    client: Client, other_region_coordinator: User, felicitas: Person, name: str
) -> None:
    sign_in(client, other_region_coordinator)

    assert client.get(address(name, felicitas)).status_code == 404


@pytest.mark.parametrize("name", POST)
def test_out_of_reach_nothing_is_done(
    client: Client, other_region_coordinator: User, felicitas: Person, name: str
) -> None:
    sign_in(client, other_region_coordinator)

    response = client.post(address(name, felicitas), {"field": "document", "purpose": "x"})

    assert response.status_code == 404
    assert not AccessLogEntry.objects.exists()


@pytest.mark.parametrize("name", [*EDIT, *MERGE, "person-history"])
def test_a_trainer_only_reads(client: Client, trainer: User, felicitas: Person, name: str) -> None:
    sign_in(client, trainer)

    assert client.get(address("person-detail", felicitas)).status_code == 200
    assert client.get(address(name, felicitas)).status_code == 403


@pytest.mark.parametrize("name", POST)
def test_a_trainer_does_nothing(
    client: Client, trainer: User, felicitas: Person, name: str
) -> None:
    sign_in(client, trainer)

    assert client.post(address(name, felicitas)).status_code == 403


@pytest.mark.parametrize("name", [*READ, *EDIT, *MERGE])
def test_anonymous_people_sign_in_first(client: Client, felicitas: Person, name: str) -> None:
    response = client.get(address(name, felicitas))

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/ingresar/")


@pytest.mark.parametrize("name", POST)
def test_a_deed_is_never_a_get(at_coordinator: Client, felicitas: Person, name: str) -> None:
    assert at_coordinator.get(address(name, felicitas)).status_code == 405


@pytest.mark.parametrize("role", ["analyst", "administrator", "auditor", "member"])
def test_who_sees_no_people_has_no_list(
    client: Client, request: pytest.FixtureRequest, role: str
) -> None:
    sign_in(client, request.getfixturevalue(role))

    assert client.get("/personas/").status_code == 403
    assert client.get("/personas/registrar/").status_code == 403


def test_a_withdrawn_woman_is_on_no_page(at_coordinator: Client, felicitas: Person) -> None:
    Person.objects.filter(pk=felicitas.pk).update(withdrawn_at=timezone.now())

    assert at_coordinator.get(address("person-detail", felicitas)).status_code == 404
    assert "Felícitas" not in text_of(at_coordinator.get("/personas/"))
