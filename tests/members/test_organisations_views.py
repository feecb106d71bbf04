"""Pages of organisations, networks, boards and consents, walked as a coordinator walks them."""

import io
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from members.models import (
    Affiliation,
    Consent,
    HandOver,
    Office,
    Organisation,
    Person,
    RegionalNetwork,
)
from network.base.accesslog import Action
from network.base.fields import seal_value
from network.base.models import AccessLogEntry
from tests.factories.accounts import sign_in
from tests.factories.members import (
    ConsentFactory,
    MembershipFactory,
    OfficeFactory,
    PersonFactory,
    PrivacyNoticeFactory,
)

TODAY = timezone.localdate
NEW = {
    "name": "Asociación Ñaupa Warmi",
    "kind": "association",
    "formalisation": "unknown",
    "since": "2019",
    "district": "Laberinto, Tambopata, Madre de Dios",
}


def photo(name="acta.png"):
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    return SimpleUploadedFile(name, picture.getvalue(), "image/png")


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def text(response):
    return response.content.decode()


# --- Organisations ------------------------------------------------------------------------------
def test_nothing_is_registered_until_it_was_checked(client, coordinator, madre_de_dios):
    sign_in(client, coordinator)
    address = reverse("organisation-register")
    answers = NEW | {"regional_network": madre_de_dios.pk}

    checked = client.post(address, answers | {"paso": "revisar"})
    assert not Organisation.objects.exists()
    assert "Laberinto, Tambopata, Madre de Dios" in text(checked)
    assert "Guardar Asociación Ñaupa Warmi" in text(checked)

    saved = client.post(address, answers | {"paso": "guardar"})
    organisation = Organisation.objects.get()
    assert saved.url == reverse("organisation-detail", args=[organisation.pk])
    assert Affiliation.objects.get().regional_network == madre_de_dios


def test_answers_come_back_to_be_corrected(client, national):
    sign_in(client, national)

    page = client.post(reverse("organisation-register"), NEW | {"paso": "corregir"})

    assert 'value="Asociación Ñaupa Warmi"' in text(page)
    assert not Organisation.objects.exists()


def test_refusal_is_told_before_the_check(client, national, rio_claro):
    sign_in(client, national)

    page = client.post(
        reverse("organisation-register"), NEW | {"name": "RÍO CLARO", "paso": "revisar"}
    )

    assert "Ya hay una organización llamada «RÍO CLARO»." in text(page)


@pytest.mark.parametrize(
    ("ruc", "problem"),
    [
        ("20512333798", "el último número no corresponde"),
        ("30512333797", "empieza con 10, 15, 16, 17 o 20"),
        ("2051233379", "Este tiene 10"),
    ],
)
def test_wrong_ruc_is_told_at_its_field(client, national, ruc, problem):
    sign_in(client, national)

    page = client.post(reverse("organisation-register"), NEW | {"ruc": ruc, "paso": "revisar"})

    assert problem in text(page)
    assert 'href="#id_ruc"' in text(page)


def test_regional_coordinator_registers_only_into_her_network(client, coordinator, puno):
    sign_in(client, coordinator)

    page = client.post(
        reverse("organisation-register"), NEW | {"regional_network": puno.pk, "paso": "guardar"}
    )

    assert page.context["form"].errors.keys() == {"regional_network"}
    assert not Organisation.objects.exists()


@pytest.fixture
def with_contact(rio_claro):
    rio_claro.contact_name = "Nélida Ccopa"
    rio_claro.contact_phone_sealed = seal_value(rio_claro, "contact_phone_sealed", "+51951000720")
    rio_claro.contact_phone_tail = "720"
    rio_claro.save()
    return rio_claro


def test_contact_is_masked_until_someone_asks_and_is_written_down(
    client, coordinator, with_contact
):
    sign_in(client, coordinator)
    page = client.get(reverse("organisation-detail", args=[with_contact.pk]))
    assert "951 000 720" not in text(page)

    page = client.post(reverse("organisation-contact", args=[with_contact.pk]))

    assert "951 000 720" in text(page)
    trace = AccessLogEntry.objects.get(action=Action.REVEAL)
    assert (trace.user, trace.field, trace.subject_id) == (
        coordinator,
        "contact_phone",
        str(with_contact.pk),
    )


def test_analyst_sees_the_organisation_and_no_person(client, analyst, with_contact, felicitas):
    OfficeFactory(organisation=with_contact, person=felicitas)
    sign_in(client, analyst)

    page = text(client.get(reverse("organisation-detail", args=[with_contact.pk])))

    assert "Río Claro" in page
    assert "Nélida" not in page
    assert "Felícitas" not in page
    assert "Ocupado. No puedes ver su nombre." in page


def test_ended_affiliation_is_undone_from_the_message(client, national, rio_claro):
    sign_in(client, national)
    affiliation = rio_claro.affiliations.get()
    keys = [rio_claro.pk, affiliation.pk]

    answer = client.post(
        reverse("affiliation-end", args=keys), {"last_day": "30/06/2022", "reason": "Se retiró"}
    )
    message = next(iter(get_messages(answer.wsgi_request)))
    assert str(message) == "Red de Madre de Dios: terminó el 30/06/2022."
    client.post(message.extra_tags)

    affiliation.refresh_from_db()
    assert (affiliation.ends_on, affiliation.end_reason) == (None, "")


def test_trashed_organisation_is_undone_from_the_message(client, national, rio_claro):
    sign_in(client, national)

    answer = client.post(reverse("organisation-trash", args=[rio_claro.pk]))
    assert Organisation.objects.get().trashed_at
    client.post(next(iter(get_messages(answer.wsgi_request))).extra_tags)

    assert Organisation.objects.get().trashed_at is None


def test_women_pass_to_another_organisation_after_a_check(
    client, coordinator, rio_claro, piedra_viva, flor_de_cuarzo, felicitas
):
    stays = MembershipFactory(organisation=rio_claro).person
    sign_in(client, coordinator)
    address = reverse("organisation-move", args=[rio_claro.pk])
    answers = {"first_day": f"{TODAY():%d/%m/%Y}", "people": [str(felicitas.pk)]}

    page = client.post(address, answers | {"target": flor_de_cuarzo.pk, "paso": "guardar"})
    assert page.context["form"].errors.keys() == {"target"}
    answers["target"] = piedra_viva.pk
    assert "Pasar a 1 mujer" in text(client.post(address, answers | {"paso": "revisar"}))
    assert set(Person.objects.members_of(rio_claro.pk)) == {felicitas, stays}

    client.post(address, answers | {"paso": "guardar"})
    assert list(Person.objects.members_of(rio_claro.pk)) == [stays]
    assert list(Person.objects.members_of(piedra_viva.pk)) == [felicitas]


@pytest.mark.parametrize("members", [1, 3])
def test_organisation_page_costs_the_same_for_any_number(
    client, coordinator, rio_claro, members, django_assert_num_queries
):
    for number in range(members):
        person = MembershipFactory(organisation=rio_claro).person
        OfficeFactory(organisation=rio_claro, person=person, post=Office.Post.values[number])
    sign_in(client, coordinator)
    address = reverse("organisation-detail", args=[rio_claro.pk])
    client.get(address)

    with django_assert_num_queries(15):
        client.get(address)


def test_network_is_registered_and_shown(client, national):
    sign_in(client, national)

    answer = client.post(reverse("network-register"), {"name": "Red Sur Medio"})

    network = RegionalNetwork.objects.get()
    assert answer.url == reverse("network-detail", args=["red-sur-medio"])
    assert network.name in text(client.get(answer.url))


# --- Boards -------------------------------------------------------------------------------------
@pytest.fixture
def delfina(rio_claro):
    person = PersonFactory(
        given_names="Delfina", paternal_surname="Quispe", maternal_surname="Arce"
    )
    return MembershipFactory(person=person, organisation=rio_claro).person


def test_hand_over_says_what_changes_then_does_it_then_undoes_it(
    client, coordinator, rio_claro, felicitas, delfina
):
    OfficeFactory(organisation=rio_claro, person=felicitas)
    sign_in(client, coordinator)
    address = reverse("board-hand-over", kwargs={"organisation": rio_claro.pk})
    day = TODAY() + timedelta(days=3)
    answers = {"first_day": f"{day:%d/%m/%Y}", "president": "quispe delfina"}

    checked = text(client.post(address, answers | {"paso": "revisar"}))
    assert "Presidenta: sale Felícitas Apaza Condori" in checked
    assert "Delfina Quispe Arce no tiene cuenta" in checked
    assert Office.objects.count() == 1

    answer = client.post(address, answers | {"paso": "guardar", "evidence": photo()})
    change = HandOver.objects.get()
    assert change.done_by == coordinator
    incoming = Office.objects.get(person=delfina)
    assert incoming.evidence.kind == "minutes"
    assert reverse("hand-over-undo", args=[change.pk]) in text(client.get(answer.url))

    client.post(reverse("hand-over-undo", args=[change.pk]))
    assert list(Office.objects.values_list("person", "ends_on")) == [(felicitas.pk, None)]


def test_name_of_two_women_is_asked_back(client, coordinator, rio_claro, delfina):
    MembershipFactory(
        person=PersonFactory(given_names="Delfina", paternal_surname="Quispe"),
        organisation=rio_claro,
    )
    sign_in(client, coordinator)

    page = client.post(
        reverse("board-hand-over", kwargs={"organisation": rio_claro.pk}),
        {"first_day": "01/12/2026", "president": "Quispe", "paso": "revisar"},
    )

    assert page.context["form"].errors["president"] == [
        "¿Cuál es? Quispe Arce, Delfina; Quispe Condori, Delfina."
    ]


def test_woman_of_another_region_cannot_be_chosen(client, coordinator, rio_claro, flor_de_cuarzo):
    MembershipFactory(organisation=flor_de_cuarzo)
    sign_in(client, coordinator)

    page = client.post(
        reverse("board-assign", kwargs={"organisation": rio_claro.pk}),
        {"post": "president", "person": "Apaza", "first_day": "01/12/2026", "paso": "revisar"},
    )

    assert "No hay ninguna socia con ese nombre" in text(page)


def test_held_post_is_told_before_the_check(client, coordinator, rio_claro, felicitas, delfina):
    OfficeFactory(organisation=rio_claro, person=felicitas)
    sign_in(client, coordinator)

    page = client.post(
        reverse("board-assign", kwargs={"organisation": rio_claro.pk}),
        {"post": "president", "person": "Quispe", "first_day": "01/12/2026", "paso": "revisar"},
    )

    assert "Felícitas Apaza Condori tiene el cargo de Presidenta: desde el 01/03/2025" in text(page)
    assert Office.objects.count() == 1


def test_board_of_a_past_day_is_shown(client, coordinator, rio_claro, felicitas):
    OfficeFactory(organisation=rio_claro, person=felicitas, ends_on=TODAY() - timedelta(days=30))
    sign_in(client, coordinator)

    page = client.get(reverse("board", kwargs={"organisation": rio_claro.pk}), {"al": "01/06/2025"})

    seat, _note = page.context["seats"][0]
    assert (seat.holder, page.context["heading"]) == (felicitas, "Junta al 01/06/2025")


def test_ended_term_is_undone_from_the_board(client, coordinator, rio_claro, felicitas):
    office = OfficeFactory(organisation=rio_claro, person=felicitas)
    sign_in(client, coordinator)

    client.post(reverse("office-end", args=[office.pk]), {"last_day": f"{TODAY():%d/%m/%Y}"})
    office.refresh_from_db()
    assert office.ends_on == TODAY()
    client.post(reverse("hand-over-undo", args=[HandOver.objects.get().pk]))

    office.refresh_from_db()
    assert office.ends_on is None


def test_terms_of_one_board_are_one_thing_to_do(client, coordinator, rio_claro, felicitas, delfina):
    last = TODAY() + timedelta(days=22)
    OfficeFactory(organisation=rio_claro, person=delfina, post="treasurer", ends_on=last)
    OfficeFactory(organisation=rio_claro, person=felicitas, ends_on=last)
    sign_in(client, coordinator)

    page = client.get(reverse("board-list"), {"plazo": "30"})

    (turn,) = page.context["ending"]
    assert turn["title"] == "Renovar 2 cargos de Río Claro"
    assert turn["posts"] == "Presidenta Felícitas Apaza Condori · Tesorera Delfina Quispe Arce"
    assert turn["due"] == "Termina en 22 días"


# --- Consents -----------------------------------------------------------------------------------
DECIDED = {"is_granted": "no", "channel": "paper", "decided_on": "20/11/2026"}


def test_withdrawal_says_what_it_does_and_does_it(client, coordinator, felicitas):
    sign_in(client, coordinator)
    address = reverse("consent-change", args=[felicitas.pk, "registry"])

    checked = client.post(address, DECIDED | {"paso": "revisar"})
    assert "Sale ahora mismo de todas las listas" in text(checked)
    assert not Consent.objects.exists()

    answer = client.post(address, DECIDED | {"paso": "guardar", "evidence": photo("hoja.png")})
    assert said(answer)[-1].endswith("Ya no sale en las listas.")
    assert Consent.objects.get().evidence.kind == "consent"
    assert client.get(reverse("consent-list", args=[felicitas.pk])).status_code == 404


def test_file_that_is_no_picture_is_refused_and_nothing_is_kept(client, coordinator, felicitas):
    sign_in(client, coordinator)
    upload = SimpleUploadedFile("hoja.png", b"<svg onload=alert(1)>", "image/png")

    page = client.post(
        reverse("consent-change", args=[felicitas.pk, "sms"]),
        DECIDED | {"paso": "guardar", "evidence": upload},
    )

    assert page.status_code == 200
    assert page.context["form"].errors
    assert not Consent.objects.exists()


def test_national_coordinator_puts_a_withdrawn_woman_back(client, national, felicitas):
    Person.objects.filter(pk=felicitas.pk).update(withdrawn_at=timezone.now())
    sign_in(client, national)
    assert "Apaza Condori, Felícitas" in text(client.get(reverse("withdrawn-list")))

    client.post(
        reverse("withdrawn-restore", args=[felicitas.pk]),
        DECIDED | {"is_granted": "si", "paso": "guardar"},
    )

    assert felicitas in Person.objects.visible_to(national)


def test_sensitive_consent_by_phone_is_told_before_the_check(client, coordinator, felicitas):
    sign_in(client, coordinator)

    page = client.post(
        reverse("consent-change", args=[felicitas.pk, "sensitive"]),
        DECIDED | {"is_granted": "si", "channel": "phone", "paso": "revisar"},
    )

    assert page.context["form"].errors["channel"] == [
        "Para guardar datos sensibles la ley pide su firma o su huella. "
        "De palabra o por teléfono no vale."
    ]


def test_guardian_is_asked_for_a_girl_of_that_day(client, coordinator, felicitas):
    Person.objects.filter(pk=felicitas.pk).update(born_on="2011-06-01")
    sign_in(client, coordinator)
    address = reverse("consent-change", args=[felicitas.pk, "sms"])
    assert "guardian" not in client.get(address).context["form"].fields

    old = DECIDED | {"is_granted": "si", "decided_on": "01/05/2025", "paso": "revisar"}
    page = client.post(address, old)

    assert page.context["form"].errors.keys() == {"guardian"}
    assert "Revisa antes de guardar" in text(client.post(address, old | {"guardian": "Irma"}))


def test_sheet_of_signatures_is_previewed_by_number_and_kept(client, leader, rio_claro, felicitas):
    others = [MembershipFactory(organisation=rio_claro).person for _ in range(2)]
    girl = MembershipFactory(
        organisation=rio_claro, person=PersonFactory(born_on=TODAY() - timedelta(days=4000))
    ).person
    sign_in(client, leader)
    address = reverse("consent-sheet", args=[rio_claro.pk])
    answers = DECIDED | {
        "is_granted": "si",
        "purpose": "whatsapp",
        "people": [str(p.pk) for p in (felicitas, *others, girl)],
    }

    checked = text(client.post(address, answers | {"paso": "revisar"}))
    assert "Anotar para 3 mujeres" in checked
    assert "Tienen menos de 14 años y no se anotan aquí" in checked
    assert not Consent.objects.exists()

    client.post(address, answers | {"paso": "guardar", "evidence": photo()})
    assert set(Person.objects.agreed_to("whatsapp")) == {felicitas, *others}
    assert Consent.objects.values("evidence").distinct().count() == 1


def test_woman_of_another_organisation_cannot_be_put_on_the_sheet(
    client, leader, rio_claro, felicitas, piedra_viva
):
    stranger = MembershipFactory(organisation=piedra_viva).person
    sign_in(client, leader)

    client.post(
        reverse("consent-sheet", args=[rio_claro.pk]),
        DECIDED | {"purpose": "sms", "people": [str(stranger.pk)], "paso": "guardar"},
    )

    assert not Consent.objects.exists()


def test_signed_sheet_opens_only_for_those_who_see_her(
    client, coordinator, other_region_coordinator, felicitas
):
    sign_in(client, coordinator)
    client.post(
        reverse("consent-change", args=[felicitas.pk, "sms"]),
        DECIDED | {"paso": "guardar", "evidence": photo()},
    )
    address = reverse("document-download", args=[Consent.objects.get().evidence_id])

    assert client.get(address).getvalue()[:4] == b"\x89PNG"
    client.logout()
    assert sign_in(client, other_region_coordinator).get(address).status_code == 404


def test_coverage_names_whom_to_ask(client, coordinator, felicitas, flor_de_cuarzo):
    MembershipFactory(organisation=flor_de_cuarzo, person=PersonFactory(given_names="Lejana"))
    ConsentFactory(person=felicitas, purpose="email")
    sign_in(client, coordinator)

    page = client.get(reverse("consent-coverage"), {"para": "sms"})

    assert list(page.context["unasked"]) == [felicitas]
    assert client.get(reverse("consent-coverage"), {"para": "nada"}).status_code == 404


@pytest.mark.django_db
def test_notice_is_read_by_anybody_in_any_version(client):
    old = PrivacyNoticeFactory(version="2026-1", text="## Quién\nLa red de antes.")
    PrivacyNoticeFactory(version="2026-2", effective_on=TODAY(), text="## Quién\nLa red de hoy.")

    assert "La red de hoy." in text(client.get(reverse("privacy-notice")))
    address = reverse("privacy-notice-version", args=[old.version, "es"])
    assert "La red de antes." in text(client.get(address))
    missing = reverse("privacy-notice-version", args=["1999", "es"])
    assert client.get(missing).status_code == 404


def test_history_of_a_board_names_nobody_who_left_the_registry(client, coordinator, rio_claro):
    stays = MembershipFactory(organisation=rio_claro, person__given_names="Benedicta").person
    left = MembershipFactory(organisation=rio_claro, person__given_names="Eufemia").person
    OfficeFactory(organisation=rio_claro, person=stays)
    OfficeFactory(organisation=rio_claro, person=left, post="secretary")
    Person.objects.filter(pk=left.pk).update(withdrawn_at=timezone.now())
    sign_in(client, coordinator)

    page = client.get(reverse("organisation-history", args=[rio_claro.pk])).content.decode()

    assert "Benedicta" in page
    assert "Secretaria" in page
    assert "Eufemia" not in page
