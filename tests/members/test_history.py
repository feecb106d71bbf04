"""What triggers recorded about a person, told in sentences; one change put back."""

from datetime import date

import pghistory
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.actions.consents import Decided, record_consent
from members.actions.duplicates import merge_people
from members.actions.history import revert_change
from members.actions.people import (
    Document,
    Profile,
    correct_document,
    correct_person,
    restore_person,
    trash_person,
    write_sensitive_facts,
)
from members.actions.phones import Reach, add_phone, make_phone_primary, retire_phone
from members.models import Organisation, Person, Purpose, User
from members.rules import Name
from members.trails import REVERTIBLE, person_trails
from network.base.dates import PartialDate
from network.base.errors import Refused
from network.base.fields import open_value
from network.base.historylog import Entry, Line, find_change, history_of, newest_lines
from tests.factories.members import ConsentFactory, MembershipFactory, PersonFactory

NAME = Name("Felícitas", "Apaza", "Condori")


def lines(person: Person, *, with_values: bool = True) -> list[Line]:
    entries = history_of(person_trails(person), with_values=with_values)
    return [line for entry in entries for line in entry.lines]


def change(person: Person, label: str) -> Line:
    return next(line for line in lines(person) if line.label == label)


def correct(person: Person, by: User, **profile: object) -> None:
    correct_person(person=person, name=NAME, profile=Profile(**profile), by=by)


def revert(person: Person, label: str, by: User) -> None:
    stored = find_change(change(person, label).key, REVERTIBLE)
    assert stored is not None
    revert_change(change=stored, by=by)


def test_history_says_who_and_when(coordinator: User, felicitas: Person) -> None:
    with pghistory.context(user=str(coordinator.pk)):
        correct(felicitas, coordinator, prefers_audio=True)

    newest, *_older = history_of(person_trails(felicitas))

    assert newest.who == "Coordinadora regional"
    assert [(one.label, one.before, one.after) for one in newest.lines] == [
        ("prefiere audio", "no", "sí")
    ]


@pytest.mark.parametrize(
    ("profile", "label", "words"),
    [
        ({"born": PartialDate(date(1979, 3, 1), "m")}, "nacimiento", ("sin dato", "03/1979")),
        ({"occupation": "pallaquera"}, "trabajo en la cadena", ("No se sabe", "Pallaquera")),
        ({"languages": ("qu", "es")}, "lenguas que habla", ("sin dato", "Quechua, Castellano")),
        ({"email": "f@ejemplo.pe"}, "correo", ("sin dato", "f@ejemplo.pe")),
    ],
)
def test_values_are_told_as_people_write_them(
    coordinator: User, felicitas: Person, profile: dict, label: str, words: tuple[str, str]
) -> None:
    correct(felicitas, coordinator, **profile)

    told = change(felicitas, label)
    assert (told.text, told.before, told.after) == ("Cambió", *words)


def test_a_document_is_told_by_its_tail(coordinator: User, felicitas: Person) -> None:
    correct_document(person=felicitas, document=Document("dni", "00481037"), by=coordinator)
    correct_document(person=felicitas, document=Document("dni", "40881412"), by=coordinator)

    told = [(one.before, one.after) for one in lines(felicitas) if one.label == "documento"]

    assert told == [("Sin documento", "DNI •••037"), ("DNI •••037", "DNI •••412")]
    assert "00481037" not in str(lines(felicitas))


def test_phones_memberships_and_consents_are_told_on_her_record(
    coordinator: User, felicitas: Person
) -> None:
    phone = add_phone(
        person=felicitas, reach=Reach("+51951000640", shared_with="su hija"), by=coordinator
    )
    retire_phone(phone=phone, by=coordinator)
    record_consent(
        person=felicitas,
        decided=Decided(Purpose.WHATSAPP, True, "paper", date(2026, 2, 1)),
        by=coordinator,
    )

    texts = [line.text for line in lines(felicitas)]

    assert "Agregó membresía: Río Claro · Socia" in texts
    assert "Agregó teléfono: •••640 · su hija · principal sí" in texts
    assert "Dio de baja: teléfono •••640" in texts
    assert (
        "Agregó consentimiento: Recibir mensajes por WhatsApp · Hoja firmada · aceptó sí · "
        "fecha 01/02/2026"
    ) in texts


def test_the_newest_lines_are_cut_across_entries() -> None:
    def entry(*texts: str) -> Entry:
        return Entry(timezone.now(), "Nélida", [Line(text) for text in texts])

    shown = newest_lines([entry("a", "b"), entry("c", "d"), entry("e")], 3)

    assert [[line.text for line in one.lines] for one in shown] == [["a", "b"], ["c"]]


def test_trash_and_restore_are_told_as_deeds(coordinator: User, felicitas: Person) -> None:
    trash_person(person=felicitas, by=coordinator)
    restore_person(person=felicitas, by=coordinator)

    told = [line.text for line in lines(felicitas) if "papelera" in line.text]
    assert told == ["Mandó la ficha a la papelera", "Recuperó la ficha de la papelera"]


def test_a_merge_is_told_on_both_records(
    coordinator: User, felicitas: Person, rio_claro: Organisation
) -> None:
    other = PersonFactory(given_names="Felicitas", maternal_surname="C.")
    add_phone(person=other, reach=Reach("+51951000640"), by=coordinator)

    merge_people(survivor=felicitas, absorbed=other, by=coordinator)

    hers = [line.text for line in lines(felicitas)]
    assert "Juntó aquí la ficha de Felicitas Apaza C." in hers
    assert "Pasó a esta ficha: teléfono •••640" in hers
    assert {"Juntó esta ficha con otra", "Pasó a otra ficha: teléfono •••640"} <= {
        line.text for line in lines(other)
    }


def test_sensitive_facts_are_told_without_their_values(
    coordinator: User, felicitas: Person
) -> None:
    ConsentFactory(person=felicitas, purpose=Purpose.SENSITIVE)
    for schooling in ("primary", "secondary"):
        write_sensitive_facts(
            person=felicitas,
            ethnicity="quechua",
            disability="",
            schooling=schooling,
            by=coordinator,
        )

    told = str(lines(felicitas))

    assert "Agregó datos sensibles" in told
    assert "Corrigió datos sensibles" in told
    assert "Quechua" not in told


def test_history_without_values_tells_only_what_was_touched(
    coordinator: User, felicitas: Person
) -> None:
    correct(felicitas, coordinator, email="f@ejemplo.pe")
    add_phone(person=felicitas, reach=Reach("+51951000640"), by=coordinator)

    told = lines(felicitas, with_values=False)

    assert "correo" in {line.label for line in told}
    assert not any(line.before or line.after or line.key for line in told)
    assert "640" not in str(told)
    assert "Río Claro" not in str(told)


@pytest.mark.parametrize("count", [1, 3])
def test_reading_history_costs_the_same_for_any_length(
    coordinator: User, felicitas: Person, count: int
) -> None:
    for number in range(count):
        add_phone(person=felicitas, reach=Reach(f"+5195100064{number}"), by=coordinator)
        correct(felicitas, coordinator, note=f"Nota {number}")
        MembershipFactory(person=felicitas)

    with CaptureQueriesContext(connection) as queries:
        history_of(person_trails(felicitas))

    assert len(queries) == 8


# --- Reverting ----------------------------------------------------------------------------------
def test_one_change_is_put_back_and_history_grows(coordinator: User, felicitas: Person) -> None:
    correct(felicitas, coordinator, email="mala@ejemplo.pe", note="Nueva")

    revert(felicitas, "correo", coordinator)

    felicitas.refresh_from_db()
    assert (felicitas.email, felicitas.note) == ("", "Nueva")
    assert [(one.before, one.after) for one in lines(felicitas) if one.label == "correo"] == [
        ("sin dato", "mala@ejemplo.pe"),
        ("mala@ejemplo.pe", "sin dato"),
    ]


def test_a_document_is_put_back_whole(coordinator: User) -> None:
    person = PersonFactory(dni="40881412")
    correct_document(person=person, document=Document("passport", "XK99120"), by=coordinator)

    revert(person, "documento", coordinator)

    person.refresh_from_db()
    assert (person.document_kind, person.document_tail) == ("dni", "412")
    assert open_value(person, "document_sealed") == "40881412"


def test_a_document_taken_meanwhile_is_not_put_back(coordinator: User) -> None:
    person = PersonFactory(dni="40881412")
    correct_document(person=person, document=Document("passport", "XK99120"), by=coordinator)
    PersonFactory(dni="40881412")

    with pytest.raises(Refused, match="Ya hay una persona con ese documento"):
        revert(person, "documento", coordinator)


def test_only_the_newest_change_of_a_field_can_be_put_back(
    coordinator: User, felicitas: Person
) -> None:
    correct(felicitas, coordinator, email="uno@ejemplo.pe")
    old_key = change(felicitas, "correo").key
    correct(felicitas, coordinator, email="dos@ejemplo.pe")
    stored = find_change(old_key, REVERTIBLE)
    assert stored is not None

    keys = [bool(line.key) for line in lines(felicitas) if line.label == "correo"]
    with pytest.raises(Refused, match="cambió otra vez después"):
        revert_change(change=stored, by=coordinator)

    assert keys == [False, True]


def test_a_value_that_came_back_is_put_back_from_its_last_change(
    coordinator: User, felicitas: Person
) -> None:
    for email in ("uno@ejemplo.pe", "", "uno@ejemplo.pe"):
        correct(felicitas, coordinator, email=email)

    keys = [bool(line.key) for line in lines(felicitas) if line.label == "correo"]

    assert keys == [False, False, True]


def test_putting_back_twice_is_refused(coordinator: User, felicitas: Person) -> None:
    correct(felicitas, coordinator, email="mala@ejemplo.pe")
    stored = find_change(change(felicitas, "correo").key, REVERTIBLE)
    assert stored is not None
    revert_change(change=stored, by=coordinator)

    with pytest.raises(Refused, match="cambió otra vez después"):
        revert_change(change=stored, by=coordinator)


def test_a_change_of_a_phone_is_put_back(coordinator: User, felicitas: Person) -> None:
    add_phone(person=felicitas, reach=Reach("+51951000640"), by=coordinator)
    second = add_phone(person=felicitas, reach=Reach("+51951000641"), by=coordinator)
    add_phone(person=felicitas, reach=Reach("+51951000641", shared_with="su hija"), by=coordinator)
    make_phone_primary(phone=second, by=coordinator)

    revert(felicitas, "compartido con", coordinator)

    second.refresh_from_db()
    assert second.shared_with == ""


@pytest.mark.parametrize(
    "key",
    [
        "",
        "members.person",
        "members.person:x:email",
        "members.person:99999999:email",
        "members.consent:1:purpose",
        "members.user:1:email",
        "nada.nada:1:x",
        "members.person:1:password",
        "sessions.session:1:x",
    ],
)
def test_a_key_that_names_no_change_finds_none(db: None, key: str) -> None:
    assert find_change(key, REVERTIBLE) is None


def test_a_deed_cannot_be_put_back_as_a_value(coordinator: User, felicitas: Person) -> None:
    trash_person(person=felicitas, by=coordinator)
    event = Person.pgh_event_model.objects.latest("pgh_id")

    assert find_change(f"members.person:{event.pk}:trashed_at", REVERTIBLE) is None
