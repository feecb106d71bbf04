"""Pages of people: the list, registering, one record, correcting it."""

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members import people
from members.models import (
    Consent,
    Membership,
    NotDuplicate,
    Organisation,
    Person,
    Purpose,
    SensitiveFacts,
    User,
)
from network.base.contracts import RecordSection
from network.base.fields import open_value
from network.base.ids import new_id
from network.base.models import AccessLogEntry
from network.places.models import District
from tests.factories.accounts import sign_in
from tests.factories.members import (
    ConsentFactory,
    MembershipFactory,
    OfficeFactory,
    PersonFactory,
    PhoneFactory,
)
from tests.pages import text_of

REGISTER = "/personas/registrar/"


def traces() -> list[tuple]:
    rows = AccessLogEntry.objects.order_by("pk")
    return list(rows.values_list("action", "field", "purpose", "row_count"))


@pytest.fixture
def at_leader(client: Client, leader: User) -> Client:
    return sign_in(client, leader)


@pytest.fixture
def at_coordinator(client: Client, coordinator: User) -> Client:
    return sign_in(client, coordinator)


@pytest.fixture
def answers(rio_claro: Organisation) -> dict[str, object]:
    """The four answers that are asked for."""
    return {
        "id": str(new_id()),
        "given_names": "Delfina",
        "paternal_surname": "Quispe",
        "maternal_surname": "Arce",
        "document_kind": "none",
        "no_document_reason": "Se le perdió",
        "organisation": str(rio_claro.pk),
    }


AGREES = {
    "acepta-purposes": ["registry", "whatsapp"],
    "acepta-channel": "paper",
    "acepta-decided_on": "01/02/2026",
}


# --- List ---------------------------------------------------------------------------------------
def names_on(response: object) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><a[^>]*>([^<]*)</a>', response.content.decode())


def test_the_list_is_in_spanish_order(at_leader: Client, rio_claro: Organisation) -> None:
    for surname in ("Ñahui", "Nuñez", "Oré", "Álvarez", "Zegarra", "Núñez"):
        person = PersonFactory(paternal_surname=surname, maternal_surname="")
        MembershipFactory(person=person, organisation=rio_claro)

    found = [name.split(",")[0] for name in names_on(at_leader.get("/personas/"))]

    assert found[0] == "Álvarez"
    assert set(found[1:3]) == {"Nuñez", "Núñez"}
    assert found[3:] == ["Ñahui", "Oré", "Zegarra"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_rows(
    at_leader: Client, rio_claro: Organisation, count: int
) -> None:
    for number in range(count):
        person = PersonFactory(dni=f"4088141{number}")
        MembershipFactory(person=person, organisation=rio_claro)
        PhoneFactory(person=person)

    with CaptureQueriesContext(connection) as queries:
        response = at_leader.get("/personas/")

    # session, account, roles; how many are in reach, their keys, their lines; her saved views
    assert (len(names_on(response)), len(queries)) == (count, 7)


def test_the_list_shows_no_number_in_full(at_leader: Client, rio_claro: Organisation) -> None:
    person = PersonFactory(dni="40881412")
    MembershipFactory(person=person, organisation=rio_claro)
    PhoneFactory(person=person, number="+51951000640")

    page = at_leader.get("/personas/").content.decode()

    assert "412" in page
    assert "40881412" not in page
    assert "951000640" not in page


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("?acepto=whatsapp", ["Apaza Condori, Agreed"]),
        ("?sin_preguntar=whatsapp", ["Apaza Condori, Unasked"]),
        ("?distrito=laber", ["Apaza Condori, Agreed"]),
        ("?distrito=LÁBERINTO&acepto=sms", []),
        ("?documento=no&telefono=no&cargo=no&distrito=zzz", []),
    ],
)
def test_filters_by_consent_and_district(
    at_leader: Client, rio_claro: Organisation, address: str, found: list[str]
) -> None:
    laberinto = District.objects.get(name="Laberinto")
    for name, granted, district in (
        ("Agreed", True, laberinto),
        ("Refused", False, None),
        ("Unasked", None, None),
    ):
        person = PersonFactory(given_names=name, district=district)
        MembershipFactory(person=person, organisation=rio_claro)
        if granted is not None:
            ConsentFactory(person=person, purpose=Purpose.WHATSAPP, is_granted=granted)

    assert names_on(at_leader.get(f"/personas/{address}")) == found


def test_the_printed_list_is_of_those_ticked(
    at_leader: Client, rio_claro: Organisation, felicitas: Person
) -> None:
    other = PersonFactory(given_names="Rosaura")
    MembershipFactory(person=other, organisation=rio_claro)

    ticked = text_of(at_leader.get("/personas/imprimir/", {"elegidas": [felicitas.pk, "x"]}))
    everyone = text_of(at_leader.get("/personas/imprimir/"))

    assert "Felícitas" in ticked
    assert "Rosaura" not in ticked
    assert "Rosaura" in everyone
    assert [row[0] for row in traces()] == ["view", "view"]


def test_the_ticked_alone_leave_in_a_file(
    at_leader: Client, rio_claro: Organisation, felicitas: Person
) -> None:
    MembershipFactory(person=PersonFactory(given_names="Rosaura"), organisation=rio_claro)
    listing = at_leader.get("/personas/?sexo=u")
    assert 'formaction="/exportar/people/"' in listing.content.decode()

    page = at_leader.get("/exportar/people/", {"sexo": "u", "elegidas": [felicitas.pk, "x"]})

    assert "Elegidas: 1" in page.context["order"].filter_in_words
    assert list(page.context["order"].rows.values_list("pk", flat=True)) == [felicitas.pk]


def test_ticks_tell_nothing_to_who_does_not_see_the_list(
    client: Client, analyst: User, felicitas: Person
) -> None:
    ConsentFactory(person=felicitas, purpose=Purpose.SHARE_SOLIDARIDAD)
    sign_in(client, analyst)
    assert client.get("/exportar/people/").context["order"].known_count == 1

    page = client.get("/exportar/people/", {"elegidas": felicitas.pk})

    assert page.context["order"].known_count == 0


# --- Registering --------------------------------------------------------------------------------
def test_the_form_asks_for_four_answers_only(at_leader: Client, rio_claro: Organisation) -> None:
    response = at_leader.post(REGISTER, {"id": str(new_id()), "document_kind": "dni"})

    assert set(response.context["form"].errors) == {
        "given_names",
        "paternal_surname",
        "document_number",
        "organisation",
    }
    assert "<title>Error: " in response.content.decode()


def test_a_leader_finds_her_organisation_chosen(at_leader: Client, rio_claro: Organisation) -> None:
    form = at_leader.get(REGISTER).context["form"]

    assert [str(label) for _value, label in form.fields["organisation"].choices] == [
        "Elige una",
        "Río Claro",
    ]
    assert f'value="{rio_claro.pk}" selected' in str(form["organisation"])


def test_answers_are_checked_before_anything_is_kept(
    at_leader: Client, answers: dict[str, object]
) -> None:
    page = text_of(at_leader.post(REGISTER, answers | {"since": "2019", "paso": "revisar"}))

    assert "Guardar a Delfina Quispe" in page
    assert "Socia desde 2019" in page
    assert not Person.objects.exists()


def test_going_back_keeps_what_was_typed(at_leader: Client, answers: dict[str, object]) -> None:
    response = at_leader.post(REGISTER, answers | {"paso": "corregir"})

    assert response.context["form"]["given_names"].value() == "Delfina"
    assert not Person.objects.exists()


def test_saving_registers_her_with_what_she_accepts(
    at_leader: Client, leader: User, answers: dict[str, object], rio_claro: Organisation
) -> None:
    response = at_leader.post(REGISTER, answers | AGREES | {"paso": "guardar"})

    person = Person.objects.get()
    assert response.headers["Location"] == reverse("person-detail", args=[person.pk])
    assert person.pk == UUID(answers["id"])
    assert Membership.objects.get().organisation == rio_claro
    assert set(Consent.objects.values_list("purpose", "channel", "recorded_by")) == {
        ("registry", "paper", leader.pk),
        ("whatsapp", "paper", leader.pk),
    }


def test_no_tick_means_nobody_asked_her(at_leader: Client, answers: dict[str, object]) -> None:
    at_leader.post(REGISTER, answers | {"acepta-channel": "", "paso": "guardar"})

    assert Person.objects.count() == 1
    assert not Consent.objects.exists()


def test_a_tick_without_how_she_said_it_is_asked_again(
    at_leader: Client, answers: dict[str, object]
) -> None:
    response = at_leader.post(
        REGISTER, answers | AGREES | {"acepta-channel": "witnessed", "paso": "guardar"}
    )

    assert "Escribe quién fue testigo." in text_of(response)
    assert not Person.objects.exists()


def test_a_girl_under_fourteen_needs_her_guardian(
    at_leader: Client, answers: dict[str, object]
) -> None:
    girl = answers | AGREES | {"born": str(timezone.localdate().year - 9), "paso": "guardar"}

    refused = at_leader.post(REGISTER, girl)
    saved = at_leader.post(REGISTER, girl | {"acepta-guardian": "Hilaria Quispe"})

    assert "escribe quién decide por ella" in text_of(refused)
    assert saved.status_code == 302
    assert set(Consent.objects.values_list("guardian", flat=True)) == {"Hilaria Quispe"}


def test_the_same_form_twice_registers_one(at_leader: Client, answers: dict[str, object]) -> None:
    form = answers | {"document_kind": "dni", "document_number": "00481037"}
    for _time in range(2):
        response = at_leader.post(REGISTER, form | {"paso": "guardar"})

    assert response.status_code == 302
    assert Person.objects.count() == Membership.objects.count() == 1


def test_saving_and_adding_another_keeps_the_organisation(
    at_coordinator: Client, answers: dict[str, object], rio_claro: Organisation
) -> None:
    response = at_coordinator.post(REGISTER, answers | {"paso": "guardar_otra"}, follow=True)

    page = response.content.decode()
    assert f'value="{rio_claro.pk}" selected' in page
    assert "Registradas hoy: 1" in text_of(response)
    assert "sin documento, falta teléfono" in page


def test_a_look_alike_is_named_before_another_is_added(
    at_leader: Client, answers: dict[str, object], felicitas: Person
) -> None:
    typed = answers | {
        "given_names": "Felicitas",
        "paternal_surname": "Apasa",
        "maternal_surname": "Kondori",
    }

    warned = at_leader.post(REGISTER, typed | {"paso": "guardar_otra"})
    assert Person.objects.count() == 1
    saved = at_leader.post(REGISTER, typed | {"paso": "guardar_otra", "distintas": felicitas.pk})

    assert "¿Ya está registrada? Apaza Condori, Felícitas · Río Claro" in text_of(warned)
    assert saved.status_code == 302
    pair = NotDuplicate.objects.get()
    assert {pair.one_id, pair.other_id} == {felicitas.pk, UUID(answers["id"])}


def test_a_document_on_record_is_told_on_the_form(
    at_leader: Client, answers: dict[str, object], rio_claro: Organisation
) -> None:
    MembershipFactory(person=PersonFactory(dni="00481037"), organisation=rio_claro)
    typed = answers | {"document_kind": "dni", "document_number": "00481037-2"}

    response = at_leader.post(REGISTER, typed | {"document_number": "00481037"})

    assert response.context["form"].errors["document_number"] == [
        "Ese documento ya es de Felícitas Apaza Condori."
    ]
    trace = AccessLogEntry.objects.get(action="search")
    assert (trace.field, trace.row_count) == ("document", 1)


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        (
            {"document_kind": "dni", "document_number": "4810371"},
            "document_number",
            "El DNI tiene 8 números. Este tiene 7.",
        ),
        ({"no_document_reason": ""}, "no_document_reason", "Escribe por qué no tiene documento."),
        ({"document_number": "00481037"}, "document_number", "Elige qué documento es"),
        ({"born": "1910"}, "born", "más de 110 años"),
        ({"phone": "95100072"}, "phone", "El celular tiene 9 números"),
        ({"email": "nada"}, "email", "Escribe el correo completo"),
        ({"given_names": "D3lfina"}, "given_names", "Un nombre lleva solo letras"),
        ({"since": "31/02/2020"}, "since", "Ese día no existe"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(
    at_leader: Client,
    answers: dict[str, object],
    typed: dict[str, str],
    field: str,
    message: str,
) -> None:
    form = at_leader.post(REGISTER, answers | typed).context["form"]

    assert message in str(form.errors[field])
    assert form["given_names"].value() == typed.get("given_names", "Delfina")


def test_an_organisation_out_of_reach_cannot_be_chosen(
    at_leader: Client, answers: dict[str, object], flor_de_cuarzo: Organisation
) -> None:
    form = at_leader.post(
        REGISTER, answers | {"organisation": str(flor_de_cuarzo.pk), "paso": "guardar"}
    ).context["form"]

    assert "organisation" in form.errors
    assert not Person.objects.exists()


def test_while_typing_look_alikes_come_as_a_fragment(at_leader: Client, felicitas: Person) -> None:
    typed = {"given_names": "Felicitas", "paternal_surname": "Apasa", "maternal_surname": ""}

    response = at_leader.post("/personas/parecidas/", typed)

    assert "Apaza Condori, Felícitas" in text_of(response)
    assert "<html" not in response.content.decode()
    assert traces() == []


def test_looking_for_a_document_while_typing_leaves_a_trace(
    at_leader: Client, felicitas: Person
) -> None:
    typed = {
        "given_names": "Rosa",
        "document_kind": "dni",
        "document_number": "00481037",
        "phone": "951000640",
    }

    at_leader.post("/personas/parecidas/", typed)

    assert traces() == [("search", "document+phone", "Al registrar a una mujer", 0)]


# --- One record ---------------------------------------------------------------------------------
@pytest.fixture
def known(rio_claro: Organisation) -> Person:
    person = PersonFactory(
        dni="40881412",
        given_names="Maximiliana Petronila",
        languages=["qu", "es"],
        preferred_language="qu",
        prefers_audio=True,
    )
    MembershipFactory(person=person, organisation=rio_claro)
    PhoneFactory(person=person, number="+51951000640", is_primary=True, shared_with="su hija")
    return person


def page_of(person: Person) -> str:
    return reverse("person-detail", args=[person.pk])


def test_her_record_says_who_she_is_without_full_numbers(
    at_leader: Client, known: Person, rio_claro: Organisation
) -> None:
    OfficeFactory(person=known, organisation=rio_claro, post="safety")

    page = text_of(at_leader.get(page_of(known)))

    assert "Maximiliana Petronila Apaza Condori" in page
    assert "socia de Río Claro" in page
    assert "Vocal de seguridad en la junta de Río Claro" in page
    assert "compartido con su hija" in page
    assert "Quechua, Castellano · prefiere Quechua, mejor en audio" in page
    assert "40881412" not in page
    assert "951 000 640" not in page
    assert traces() == []


def test_a_woman_with_nothing_but_a_name_has_a_whole_record(
    at_leader: Client, felicitas: Person
) -> None:
    page = text_of(at_leader.get(page_of(felicitas)))

    assert "sin teléfono" in page
    assert "Registró la ficha" in page


@pytest.mark.parametrize("count", [1, 3])
def test_her_record_costs_the_same_for_any_number_of_rows(
    at_leader: Client, known: Person, count: int
) -> None:
    for number in range(count):
        PhoneFactory(person=known, number=f"+5195100011{number}")
        MembershipFactory(person=known)
        OfficeFactory(person=known)
        ConsentFactory(person=known, purpose=Purpose.values[number])

    with CaptureQueriesContext(connection) as queries:
        at_leader.get(page_of(known))

    assert len(queries) == 28


@pytest.mark.parametrize(("field", "number"), [("document", "40881412"), ("phones", "951 000 640")])
def test_a_number_in_full_is_shown_once_and_leaves_a_trace(
    at_leader: Client, known: Person, field: str, number: str
) -> None:
    shown = at_leader.post(
        page_of(known) + "ver-completo/", {"field": field, "purpose": "Llamarla por la asamblea"}
    )
    again = at_leader.get(page_of(known))

    assert number in text_of(shown)
    assert number not in text_of(again)
    assert traces() == [("reveal", field, "Llamarla por la asamblea", None)]


def test_a_number_is_not_shown_without_a_purpose(at_leader: Client, known: Person) -> None:
    response = at_leader.post(page_of(known) + "ver-completo/", {"field": "document"})

    page = text_of(response)
    assert "Escribe para qué lo necesitas." in page
    assert "40881412" not in page
    assert traces() == []


def test_opening_a_record_from_outside_the_network_leaves_a_trace(
    client: Client, analyst_with_personal_data: User, known: Person
) -> None:
    ConsentFactory(person=known, purpose=Purpose.SHARE_SOLIDARIDAD)
    sign_in(client, analyst_with_personal_data)

    response = client.get(page_of(known))

    assert response.status_code == 200
    assert [row[0] for row in traces()] == ["view"]


def test_an_absorbed_record_leads_to_the_one_that_stayed(
    at_leader: Client, felicitas: Person, known: Person
) -> None:
    Person.objects.filter(pk=known.pk).update(merged_into=felicitas)

    response = at_leader.get(page_of(known))

    assert response.headers["Location"] == page_of(felicitas)


def test_an_absorbed_record_out_of_reach_leads_nowhere(
    client: Client, other_region_coordinator: User, felicitas: Person, known: Person
) -> None:
    Person.objects.filter(pk=known.pk).update(merged_into=felicitas)
    sign_in(client, other_region_coordinator)

    assert client.get(page_of(known)).status_code == 404


def test_another_app_adds_a_section_to_her_record(
    at_leader: Client, felicitas: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    sections = {
        name: RecordSection(
            name=name,
            record="person",
            template="ui/section_head.html",
            permission=permission,
            context=lambda person, user: {"title": person.full_name},
        )
        for name, permission in (("formacion", "person_view"), ("cuentas", "account_manage"))
    }
    monkeypatch.setattr(people, "declared", lambda kind: sections)

    response = at_leader.get(page_of(felicitas))

    assert response.context["sections"] == [
        ("ui/section_head.html", {"title": "Felícitas Apaza Condori"})
    ]


def test_the_sheet_to_sign_fits_her_record(at_leader: Client, known: Person) -> None:
    page = text_of(at_leader.get(page_of(known) + "ficha/"))

    assert "Firma o huella" in page
    assert "Estar en el registro de la red: Sin preguntar" in page
    assert "40881412" not in page


# --- Correcting ---------------------------------------------------------------------------------
def correction(client: Client, person: Person) -> dict[str, object]:
    form = client.get(page_of(person) + "corregir/").context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value()}


def test_correcting_shows_the_answers_and_then_saves(at_leader: Client, known: Person) -> None:
    typed = correction(at_leader, known) | {"maternal_surname": "Ñahui", "born": "03/1979"}
    address = page_of(known) + "corregir/"

    review = at_leader.post(address, typed | {"paso": "revisar"})
    known.refresh_from_db()
    assert known.maternal_surname == "Condori"
    saved = at_leader.post(address, typed | {"paso": "guardar"})

    known.refresh_from_db()
    assert "marzo de 1979" in text_of(review)
    assert saved.status_code == 302
    assert (known.maternal_surname, known.born_precision) == ("Ñahui", "m")


def test_what_someone_else_wrote_meanwhile_is_not_overwritten(
    at_leader: Client, known: Person
) -> None:
    typed = correction(at_leader, known)
    Person.objects.filter(pk=known.pk).update(note="De otra coordinadora")

    response = at_leader.post(page_of(known) + "corregir/", typed | {"paso": "guardar"})

    assert "Alguien cambió esta ficha" in text_of(response)
    known.refresh_from_db()
    assert known.note == "De otra coordinadora"


def test_her_document_is_replaced_after_checking(at_leader: Client, known: Person) -> None:
    typed = {"document_kind": "ce", "document_number": "001234567", "paso": "revisar"}
    address = page_of(known) + "documento/"

    assert "001234567" in text_of(at_leader.post(address, typed))
    at_leader.post(address, typed | {"paso": "guardar"})

    known.refresh_from_db()
    assert open_value(known, "document_sealed") == "001234567"


def test_sensitive_facts_are_off_until_she_agrees(at_leader: Client, known: Person) -> None:
    response = at_leader.get(page_of(known) + "datos-sensibles/", follow=True)

    assert "Ella no ha aceptado que se guarden estos datos." in text_of(response)
    assert "Datos sensibles" not in text_of(response)


def test_sensitive_facts_say_why_they_are_asked_and_each_look_leaves_a_trace(
    at_leader: Client, known: Person
) -> None:
    ConsentFactory(person=known, purpose=Purpose.SENSITIVE)
    address = page_of(known) + "datos-sensibles/"

    at_leader.post(address, {"ethnicity": "quechua", "schooling": "", "disability": ""})
    page = text_of(at_leader.get(address))

    assert SensitiveFacts.objects.get().ethnicity == "quechua"
    assert page.count("Para qué preguntamos") == 3
    assert [row[:2] for row in traces()] == [("reveal", "sensitive_facts")]


# --- Phones and memberships ---------------------------------------------------------------------
def test_a_phone_is_added_retired_and_used_again(at_leader: Client, felicitas: Person) -> None:
    base = page_of(felicitas) + "telefonos/"
    at_leader.post(base + "agregar/", {"phone": "951 000 640", "has_whatsapp": "si"})
    phone = felicitas.phones.get()

    retired = at_leader.post(f"{base}{phone.pk}/dar-de-baja/", follow=True)
    assert felicitas.phones.filter(retired_at=None).count() == 0
    assert f"{base}{phone.pk}/volver-a-usar/" in retired.content.decode()
    at_leader.post(f"{base}{phone.pk}/volver-a-usar/")

    phone.refresh_from_db()
    assert (phone.retired_at, phone.is_primary, phone.has_whatsapp) == (None, True, True)


def test_the_main_phone_is_chosen(at_leader: Client, known: Person) -> None:
    second = PhoneFactory(person=known, number="+51951000111")

    at_leader.post(f"{page_of(known)}telefonos/{second.pk}/principal/")

    assert known.phones.get(is_primary=True) == second


def test_the_phone_of_another_woman_is_not_found_under_her(
    at_leader: Client, known: Person, felicitas: Person
) -> None:
    phone = known.phones.get()

    response = at_leader.post(f"{page_of(felicitas)}telefonos/{phone.pk}/dar-de-baja/")

    assert response.status_code == 404


def test_she_enters_ends_and_returns_to_an_organisation(
    at_coordinator: Client, felicitas: Person, piedra_viva: Organisation
) -> None:
    base = page_of(felicitas) + "organizaciones/"
    at_coordinator.post(
        base + "agregar/", {"organisation": piedra_viva.pk, "kind": "member", "since": "2024"}
    )
    membership = felicitas.memberships.get(organisation=piedra_viva)

    ended = at_coordinator.post(
        f"{base}{membership.pk}/terminar/", {"last_day": "30/06/2025"}, follow=True
    )
    membership.refresh_from_db()
    assert str(membership.ends_on) == "2025-06-30"
    assert f"{base}{membership.pk}/reabrir/" in ended.content.decode()
    at_coordinator.post(f"{base}{membership.pk}/reabrir/")

    membership.refresh_from_db()
    assert membership.ends_on is None


def test_a_membership_is_corrected(at_leader: Client, felicitas: Person) -> None:
    membership = felicitas.memberships.get()

    at_leader.post(
        f"{page_of(felicitas)}organizaciones/{membership.pk}/corregir/",
        {"kind": "worker", "since": "03/2020", "until": ""},
    )

    membership.refresh_from_db()
    assert (membership.kind, membership.starts_precision) == ("worker", "m")


def test_entering_where_she_is_already_is_refused(
    at_leader: Client, felicitas: Person, rio_claro: Organisation
) -> None:
    response = at_leader.post(
        page_of(felicitas) + "organizaciones/agregar/",
        {"organisation": rio_claro.pk, "kind": "member"},
    )

    assert "Ya es socia de esa organización en esas fechas." in text_of(response)


def test_a_membership_out_of_reach_is_not_hers_to_end(
    at_leader: Client, felicitas: Person, flor_de_cuarzo: Organisation
) -> None:
    elsewhere = MembershipFactory(person=felicitas, organisation=flor_de_cuarzo)

    response = at_leader.get(f"{page_of(felicitas)}organizaciones/{elsewhere.pk}/terminar/")

    assert response.status_code == 404
