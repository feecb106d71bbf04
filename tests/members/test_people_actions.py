"""Registering, correcting, reaching, trashing and bringing back one person."""

from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from members.actions.consents import Decided
from members.actions.duplicates import tell_apart
from members.actions.people import (
    TIME_IN_TRASH,
    Document,
    Profile,
    correct_document,
    correct_person,
    register_person,
    restore_person,
    trash_person,
    write_sensitive_facts,
)
from members.actions.phones import Reach, add_phone, make_phone_primary, retire_phone
from members.models import (
    Membership,
    NotDuplicate,
    Organisation,
    Person,
    Purpose,
    SensitiveFacts,
    User,
)
from members.rules import Name
from network.base.dates import PartialDate
from network.base.errors import Refused
from network.base.fields import open_value
from network.base.ids import new_id
from tests.factories.accounts import UserFactory
from tests.factories.members import (
    ConsentFactory,
    MembershipFactory,
    OfficeFactory,
    OrganisationFactory,
    PersonFactory,
    PhoneFactory,
)

DELFINA = Name("Delfina", "Quispe", "Arce")
NO_DOCUMENT = Document("none", reason="Se le perdió")
DNI = Document("dni", "00481037")


def register(by: User, organisation: Organisation, **given: object) -> Person:
    values = {"id": new_id(), "name": DELFINA, "document": NO_DOCUMENT, **given}
    return register_person(organisation=organisation, by=by, **values)


def test_registering_needs_no_document_phone_mail_or_account(
    leader: User, rio_claro: Organisation
) -> None:
    person = register(leader, rio_claro)

    person.refresh_from_db()
    assert (person.full_name, person.document_kind, person.no_document_reason) == (
        "Delfina Quispe Arce",
        "none",
        "Se le perdió",
    )
    assert person.registered_by == leader
    assert [m.organisation for m in person.memberships.all()] == [rio_claro]
    assert not person.phones.exists()
    assert not person.consents.exists()


def test_registering_seals_the_document_and_keeps_its_zeros(
    leader: User, rio_claro: Organisation
) -> None:
    person = register(leader, rio_claro, document=DNI)

    person.refresh_from_db()
    assert open_value(person, "document_sealed") == "00481037"
    assert person.document_tail == "037"
    assert b"00481037" not in bytes(person.document_sealed)


def test_registering_writes_profile_phone_membership_and_answer(
    leader: User, rio_claro: Organisation
) -> None:
    person = register(
        leader,
        rio_claro,
        since=PartialDate(date(2019, 1, 1), "y"),
        profile=Profile(born=PartialDate(date(1979, 3, 1), "m"), languages=("qu", "es")),
        phone=Reach("+51951000640", has_whatsapp=True, shared_with="su hija"),
        decisions=[
            Decided(purpose, True, "paper", date(2026, 2, 1))
            for purpose in (Purpose.REGISTRY, Purpose.WHATSAPP)
        ],
    )

    person.refresh_from_db()
    phone = person.phones.get()
    membership = person.memberships.get()
    assert (person.born_on, person.born_precision, person.languages) == (
        date(1979, 3, 1),
        "m",
        ["qu", "es"],
    )
    assert (phone.is_primary, phone.has_whatsapp, phone.shared_with) == (True, True, "su hija")
    assert open_value(phone, "number_sealed") == "+51951000640"
    assert (membership.starts_on, membership.starts_precision) == (date(2019, 1, 1), "y")
    assert set(person.consents.values_list("purpose", "is_granted", "channel")) == {
        ("registry", True, "paper"),
        ("whatsapp", True, "paper"),
    }


def test_the_same_form_sent_twice_registers_one(leader: User, rio_claro: Organisation) -> None:
    form_id = new_id()

    first = register(leader, rio_claro, id=form_id)
    second = register(leader, rio_claro, id=form_id)

    assert first == second
    assert Person.objects.count() == Membership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_once_registers_one() -> None:
    leader, organisation, form_id = UserFactory(), OrganisationFactory(), new_id()

    def send() -> None:
        register(leader, organisation, id=form_id, document=DNI)
        connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Person.objects.count() == Membership.objects.count() == 1


def test_an_id_of_another_person_is_refused(
    leader: User, rio_claro: Organisation, felicitas: Person
) -> None:
    with pytest.raises(Refused, match="Abre otra vez la página"):
        register(leader, rio_claro, id=felicitas.pk)


def test_a_document_on_record_is_refused_by_name_to_those_who_see_her(
    leader: User, rio_claro: Organisation
) -> None:
    MembershipFactory(person=PersonFactory(dni="00481037"), organisation=rio_claro)

    with pytest.raises(Refused) as refused:
        register(leader, rio_claro, document=DNI)

    assert refused.value.message == "Ese documento ya es de Felícitas Apaza Condori."
    assert refused.value.field == "document_number"
    assert Person.objects.count() == 1


def test_a_document_on_record_out_of_reach_is_refused_without_a_name(
    leader: User, rio_claro: Organisation, flor_de_cuarzo: Organisation
) -> None:
    MembershipFactory(person=PersonFactory(dni="00481037"), organisation=flor_de_cuarzo)

    with pytest.raises(Refused) as refused:
        register(leader, rio_claro, document=DNI)

    assert refused.value.message == (
        "Ese documento ya está en el registro. Pide ayuda a tu coordinadora."
    )


def test_the_same_digits_of_another_kind_are_another_document(
    leader: User, rio_claro: Organisation
) -> None:
    PersonFactory(dni="004810371"[:8])

    person = register(leader, rio_claro, document=Document("passport", "00481037"))

    assert person.document_kind == "passport"


def test_a_trashed_document_is_brought_back_by_those_who_may(
    coordinator: User, leader: User, rio_claro: Organisation
) -> None:
    trashed = PersonFactory(dni="00481037", trashed_at=timezone.now())
    MembershipFactory(person=trashed, organisation=rio_claro)

    with pytest.raises(Refused, match="está en la papelera"):
        register(coordinator, rio_claro, document=DNI)
    again = register(leader, rio_claro, document=DNI)

    assert again.document_tail == "037"


def test_a_rule_broken_on_the_way_leaves_nothing(leader: User, rio_claro: Organisation) -> None:
    decided = Decided(Purpose.REGISTRY, True, "witnessed", date(2026, 2, 1))

    with pytest.raises(Refused, match="Escribe quién fue testigo"):
        register(leader, rio_claro, decisions=[decided])

    assert not Person.objects.exists()


def test_who_was_told_apart_is_remembered(
    leader: User, rio_claro: Organisation, felicitas: Person
) -> None:
    person = register(leader, rio_claro, different_from=[felicitas])

    tell_apart(person=felicitas, others=[person, felicitas], by=leader)

    pair = NotDuplicate.objects.get()
    assert {pair.one_id, pair.other_id} == {person.pk, felicitas.pk}


def test_correcting_writes_name_and_profile(coordinator: User, felicitas: Person) -> None:
    correct_person(
        person=felicitas,
        name=Name("Felícitas", "", "Condori"),
        profile=Profile(born=PartialDate(date(1979, 1, 1), "y"), prefers_audio=True),
        by=coordinator,
    )

    felicitas.refresh_from_db()
    assert (felicitas.surnames, felicitas.born_precision, felicitas.prefers_audio) == (
        "Condori",
        "y",
        True,
    )


def test_correcting_to_no_surname_is_refused(coordinator: User, felicitas: Person) -> None:
    with pytest.raises(Refused, match="al menos un apellido"):
        correct_person(person=felicitas, name=Name("Felícitas"), profile=Profile(), by=coordinator)


def test_correcting_the_document_replaces_tail_and_index(
    coordinator: User, felicitas: Person
) -> None:
    correct_document(person=felicitas, document=DNI, by=coordinator)
    correct_document(person=felicitas, document=Document("dni", "00481099"), by=coordinator)

    felicitas.refresh_from_db()
    assert felicitas.document_tail == "099"
    assert open_value(felicitas, "document_sealed") == "00481099"


def test_saying_she_has_no_document_forgets_the_number(coordinator: User) -> None:
    person = PersonFactory(dni="00481037")

    correct_document(person=person, document=NO_DOCUMENT, by=coordinator)

    person.refresh_from_db()
    assert (person.document_sealed, person.document_index, person.document_tail) == (None, None, "")


# --- Phones -------------------------------------------------------------------------------------
def test_the_first_phone_is_the_main_one_and_a_second_is_not(
    leader: User, felicitas: Person
) -> None:
    first = add_phone(person=felicitas, reach=Reach("+51951000640"), by=leader)
    second = add_phone(person=felicitas, reach=Reach("+51951000641"), by=leader)

    assert (first.is_primary, second.is_primary) == (True, False)


def test_choosing_the_main_phone_leaves_one(leader: User, felicitas: Person) -> None:
    first = add_phone(person=felicitas, reach=Reach("+51951000640"), by=leader)
    second = add_phone(person=felicitas, reach=Reach("+51951000641"), by=leader)

    make_phone_primary(phone=second, by=leader)

    first.refresh_from_db()
    assert (first.is_primary, second.is_primary) == (False, True)


def test_adding_a_phone_as_main_takes_the_place_of_the_other(
    leader: User, felicitas: Person
) -> None:
    first = add_phone(person=felicitas, reach=Reach("+51951000640"), by=leader)

    add_phone(person=felicitas, reach=Reach("+51951000641"), by=leader, is_primary=True)

    first.refresh_from_db()
    assert not first.is_primary


def test_giving_up_the_main_phone_leaves_another_in_its_place(
    leader: User, felicitas: Person
) -> None:
    first = add_phone(person=felicitas, reach=Reach("+51951000640"), by=leader)
    second = add_phone(person=felicitas, reach=Reach("+51951000641"), by=leader)

    retire_phone(phone=first, by=leader)

    second.refresh_from_db()
    assert first.retired_at is not None
    assert second.is_primary


def test_a_number_given_up_comes_back_to_use(leader: User, felicitas: Person) -> None:
    phone = add_phone(person=felicitas, reach=Reach("+51951000640"), by=leader)
    retire_phone(phone=phone, by=leader)
    with pytest.raises(Refused, match="ya no se usa"):
        make_phone_primary(phone=phone, by=leader)

    again = add_phone(
        person=felicitas, reach=Reach("+51951000640", shared_with="su hermana"), by=leader
    )

    assert (again.pk, again.retired_at, again.is_primary) == (phone.pk, None, True)
    assert felicitas.phones.count() == 1


def test_two_women_share_a_phone(leader: User, felicitas: Person) -> None:
    PhoneFactory(number="+51951000640")

    add_phone(person=felicitas, reach=Reach("+51951000640"), by=leader)

    index = felicitas.phones.get().number_index
    assert Person.objects.with_phone(index).count() == 2


# --- Sensitive facts ----------------------------------------------------------------------------
def test_sensitive_facts_wait_for_her_consent(leader: User, felicitas: Person) -> None:
    facts = {"ethnicity": "quechua", "disability": "", "schooling": "primary"}

    with pytest.raises(Refused, match="no ha aceptado"):
        write_sensitive_facts(person=felicitas, by=leader, **facts)
    ConsentFactory(person=felicitas, purpose=Purpose.SENSITIVE)
    write_sensitive_facts(person=felicitas, by=leader, **facts)

    assert SensitiveFacts.objects.get(person=felicitas).ethnicity == "quechua"


def test_a_refused_consent_is_no_consent(leader: User, felicitas: Person) -> None:
    ConsentFactory(person=felicitas, purpose=Purpose.SENSITIVE, is_granted=False)

    with pytest.raises(Refused, match="no ha aceptado"):
        write_sensitive_facts(
            person=felicitas, by=leader, ethnicity="", disability="", schooling="primary"
        )


# --- Trash --------------------------------------------------------------------------------------
def test_the_trash_takes_her_off_the_lists_and_gives_her_back(
    coordinator: User, felicitas: Person
) -> None:
    trash_person(person=felicitas, by=coordinator)
    assert not Person.objects.visible_to(coordinator).exists()

    restore_person(person=felicitas, by=coordinator)

    assert list(Person.objects.visible_to(coordinator)) == [felicitas]
    assert felicitas.trashed_by is None


def test_trashing_twice_keeps_the_first_moment(
    coordinator: User, national: User, felicitas: Person
) -> None:
    trash_person(person=felicitas, by=coordinator)
    moment = felicitas.trashed_at

    trash_person(person=felicitas, by=national)

    felicitas.refresh_from_db()
    assert (felicitas.trashed_at, felicitas.trashed_by) == (moment, coordinator)


def test_a_woman_with_a_post_is_not_trashed(
    coordinator: User, felicitas: Person, rio_claro: Organisation
) -> None:
    OfficeFactory(person=felicitas, organisation=rio_claro)

    with pytest.raises(Refused, match="Todavía es presidenta de Río Claro"):
        trash_person(person=felicitas, by=coordinator)


def test_after_thirty_days_nothing_comes_back(coordinator: User, felicitas: Person) -> None:
    trash_person(person=felicitas, by=coordinator)

    with pytest.raises(Refused, match="Pasaron 30 días"):
        restore_person(
            person=felicitas,
            by=coordinator,
            moment=timezone.now() + TIME_IN_TRASH + timedelta(minutes=1),
        )


def test_restoring_a_document_registered_meanwhile_asks(
    coordinator: User, leader: User, rio_claro: Organisation
) -> None:
    person = MembershipFactory(person=PersonFactory(dni="00481037"), organisation=rio_claro).person
    trash_person(person=person, by=coordinator)
    register(leader, rio_claro, document=DNI)

    with pytest.raises(Refused) as refused:
        restore_person(person=person, by=coordinator)
    assert refused.value.field == "document"

    restore_person(person=person, by=coordinator, without_document=True)

    person.refresh_from_db()
    assert (person.trashed_at, person.document_kind) == (None, "none")


def test_restoring_twice_is_once(coordinator: User, felicitas: Person) -> None:
    trash_person(person=felicitas, by=coordinator)
    restore_person(person=felicitas, by=coordinator)

    restore_person(person=felicitas, by=coordinator)

    assert felicitas.trashed_at is None
