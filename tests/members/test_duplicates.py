"""Finding two records of one woman, merging them, and separating them again."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.actions.duplicates import (
    TIME_TO_SEPARATE,
    merge_people,
    tell_apart,
    undo_merge,
)
from members.actions.phones import Reach, add_phone
from members.duplicates import Typed, look_alikes, possible_pairs
from members.merging import plan_merge, references
from members.models import (
    Consent,
    Organisation,
    Person,
    Purpose,
    RegionalNetwork,
    Role,
    SensitiveFacts,
    User,
)
from members.rules import Name
from network.base.dates import PartialDate
from network.base.errors import Refused
from network.base.fields import open_value
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.members import (
    ConsentFactory,
    MembershipFactory,
    OfficeFactory,
    PersonFactory,
    PhoneFactory,
)


@pytest.fixture
def twin(rio_claro: Organisation) -> Person:
    """The same woman, as an old list wrote her."""
    person = PersonFactory(given_names="Felicitas", paternal_surname="Apasa", maternal_surname="C.")
    MembershipFactory(person=person, organisation=rio_claro)
    return person


def names(found: list) -> list[str]:
    return [likeness.person.full_name for likeness in found]


# --- While typing -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed",
    [
        Name("Felicitas", "Apasa", "Kondori"),
        Name("FELÍCITAS", "APAZA", ""),
        Name("Felícitas", "Apaza", "C."),
    ],
)
def test_a_look_alike_is_found_by_how_her_name_sounds(
    leader: User, felicitas: Person, typed: Name
) -> None:
    found = look_alikes(Typed(typed), by=leader)

    assert names(found) == ["Felícitas Apaza Condori"]


def test_a_quechua_surname_is_found_in_another_spelling(
    leader: User, rio_claro: Organisation
) -> None:
    person = PersonFactory(
        given_names="Hilaria", paternal_surname="Huamán", maternal_surname="Quispe"
    )
    MembershipFactory(person=person, organisation=rio_claro)

    found = look_alikes(Typed(Name("Ilaria", "Waman", "Kispe")), by=leader)

    assert names(found) == ["Hilaria Huamán Quispe"]


def test_an_old_record_with_an_initial_is_found(leader: User, twin: Person) -> None:
    found = look_alikes(Typed(Name("Felícitas", "Apaza", "Condori")), by=leader)

    assert names(found) == ["Felicitas Apasa C."]


def test_another_name_is_no_look_alike(leader: User, felicitas: Person) -> None:
    assert look_alikes(Typed(Name("Delfina", "Quispe", "Arce")), by=leader) == []


def test_birth_years_far_apart_speak_against_it(leader: User, felicitas: Person) -> None:
    Person.objects.filter(pk=felicitas.pk).update(born_on=date(1960, 1, 1), born_precision="y")
    name = Name("Felícitas", "Apaza", "Condori")

    assert look_alikes(Typed(name, born=PartialDate(date(1998, 1, 1), "y")), by=leader) == []
    assert names(look_alikes(Typed(name, born=PartialDate(date(1960, 5, 3))), by=leader)) == [
        "Felícitas Apaza Condori"
    ]


def test_reasons_say_what_agrees(leader: User, felicitas: Person, rio_claro: Organisation) -> None:
    PhoneFactory(person=felicitas, number="+51951000640")

    typed = Typed(
        Name("Felicitas", "Apaza", "Condori"),
        organisation_id=rio_claro.pk,
        phone="+51951000640",
    )

    assert look_alikes(typed, by=leader)[0].reasons == (
        "nombre que suena igual",
        "mismo teléfono",
        "misma organización",
    )


def test_a_shared_phone_with_another_name_is_no_look_alike(leader: User, felicitas: Person) -> None:
    PhoneFactory(person=felicitas, number="+51951000640")

    typed = Typed(Name("Delfina", "Quispe", "Arce"), phone="+51951000640")

    assert look_alikes(typed, by=leader) == []


def test_a_document_already_on_record_is_a_look_alike(
    leader: User, rio_claro: Organisation
) -> None:
    person = PersonFactory(dni="40881412", given_names="Rosaura")
    MembershipFactory(person=person, organisation=rio_claro)

    typed = Typed(Name("Delfina", "Quispe", "Arce"), document_kind="dni", document="40881412")

    assert names(look_alikes(typed, by=leader)) == ["Rosaura Apaza Condori"]


def test_two_documents_of_one_kind_speak_against_it(leader: User, rio_claro: Organisation) -> None:
    MembershipFactory(person=PersonFactory(dni="40881412"), organisation=rio_claro)
    name = Name("Felícitas", "Apaza", "Condori")

    same_kind = Typed(name, document_kind="dni", document="00481037")
    other_kind = Typed(name, document_kind="ce", document="001234567")

    assert look_alikes(same_kind, by=leader) == []
    assert names(look_alikes(other_kind, by=leader)) == ["Felícitas Apaza Condori"]


def test_look_alikes_out_of_reach_stay_unknown(
    other_region_coordinator: User, felicitas: Person
) -> None:
    typed = Typed(Name("Felícitas", "Apaza", "Condori"))

    assert look_alikes(typed, by=other_region_coordinator) == []


@pytest.mark.parametrize("count", [1, 3])
def test_looking_costs_the_same_for_any_number_found(
    leader: User, rio_claro: Organisation, count: int
) -> None:
    for _number in range(count):
        MembershipFactory(person=PersonFactory(), organisation=rio_claro)
    leader.roles_in_force  # noqa: B018  # read once per request
    typed = Typed(Name("Felícitas", "Apaza", "Condori"), phone="+51951000640")

    with CaptureQueriesContext(connection) as queries:
        found = look_alikes(typed, by=leader)

    assert (len(found), len(queries)) == (count, 5)


# --- The queue of pairs -------------------------------------------------------------------------
def pairs(user: User) -> list[set[Person]]:
    return [{pair.one, pair.other} for pair in possible_pairs(by=user)]


def test_pairs_are_found_by_sound_initial_and_phone(
    coordinator: User, felicitas: Person, twin: Person, piedra_viva: Organisation
) -> None:
    same_sound = PersonFactory(maternal_surname="Kondori")
    same_phone = PersonFactory(given_names="Felicitas María", maternal_surname="Condori")
    for person in (same_sound, same_phone):
        MembershipFactory(person=person, organisation=piedra_viva)
    PhoneFactory(person=felicitas, number="+51951000640")
    PhoneFactory(person=same_phone, number="+51951000640")

    assert pairs(coordinator) == [
        {felicitas, same_phone},
        {felicitas, twin},
        {felicitas, same_sound},
    ]


def test_two_documents_keep_a_pair_apart_unless_born_on_one_day(
    coordinator: User, rio_claro: Organisation
) -> None:
    one, other = (
        MembershipFactory(person=PersonFactory(dni=dni), organisation=rio_claro).person
        for dni in ("00481037", "00481073")
    )
    assert pairs(coordinator) == []

    Person.objects.filter(pk__in=[one.pk, other.pk]).update(born_on=date(1979, 3, 14))

    assert pairs(coordinator) == [{one, other}]


def test_a_settled_pair_is_not_asked_again(
    coordinator: User, felicitas: Person, twin: Person
) -> None:
    assert pairs(coordinator) == [{felicitas, twin}]

    tell_apart(person=felicitas, others=[twin], by=coordinator)

    assert pairs(coordinator) == []


def test_pairs_are_those_in_her_reach(
    coordinator: User, felicitas: Person, flor_de_cuarzo: Organisation
) -> None:
    MembershipFactory(person=PersonFactory(), organisation=flor_de_cuarzo)

    assert pairs(coordinator) == []


def test_a_withdrawn_or_trashed_woman_is_in_no_pair(
    coordinator: User, felicitas: Person, twin: Person
) -> None:
    Person.objects.filter(pk=twin.pk).update(withdrawn_at=timezone.now())

    assert pairs(coordinator) == []


# --- Merge --------------------------------------------------------------------------------------
def test_every_reference_to_a_person_is_known() -> None:
    mine = {
        (r.model._meta.label, r.column) for r in references() if "members." in r.model._meta.label
    }
    assert mine == {
        ("members.Consent", "person_id"),
        ("members.Membership", "person_id"),
        ("members.Office", "person_id"),
        ("members.Phone", "person_id"),
        ("members.SensitiveFacts", "person_id"),
        ("members.User", "person_id"),
    }


def test_merging_moves_everything_and_leaves_one_on_record(
    coordinator: User, felicitas: Person, twin: Person, piedra_viva: Organisation
) -> None:
    add_phone(person=twin, reach=Reach("+51951000640"), by=coordinator)
    MembershipFactory(person=twin, organisation=piedra_viva)
    OfficeFactory(person=twin, organisation=piedra_viva)
    ConsentFactory(person=twin)
    SensitiveFacts.objects.create(person=twin, schooling="primary")
    account = UserFactory(person=twin)
    RoleAssignmentFactory(user=account, role=Role.MEMBER)

    merge_people(survivor=felicitas, absorbed=twin, by=coordinator)

    account.refresh_from_db()
    assert list(Person.objects.visible_to(coordinator)) == [felicitas]
    assert felicitas.phones.get().is_primary
    assert {m.organisation.name for m in felicitas.memberships.all()} == {
        "Río Claro",
        "Piedra Viva",
    }
    assert felicitas.offices.get().body == piedra_viva
    assert felicitas.consents.get().purpose == Purpose.REGISTRY
    assert SensitiveFacts.objects.get(person=felicitas).schooling == "primary"
    assert account.person == felicitas


def test_the_plan_lists_every_row_and_what_becomes_of_it(
    coordinator: User, felicitas: Person, twin: Person
) -> None:
    add_phone(person=twin, reach=Reach("+51951000640"), by=coordinator)

    plan = plan_merge(survivor=felicitas, absorbed=twin)

    assert [(step.noun, step.becomes) for step in plan.steps] == [
        ("membresía", "se une con la que ya tiene"),
        ("teléfono", "pasa"),
    ]


def test_overlapping_memberships_are_joined(
    coordinator: User, felicitas: Person, twin: Person
) -> None:
    felicitas.memberships.update(starts_on=date(2022, 8, 14), ends_on=date(2024, 1, 31))
    twin.memberships.update(starts_on=date(2019, 1, 1), starts_precision="y", ends_on=None)

    merge_people(survivor=felicitas, absorbed=twin, by=coordinator)

    membership = felicitas.memberships.get()
    assert (membership.starts_on, membership.starts_precision, membership.ends_on) == (
        date(2019, 1, 1),
        "y",
        None,
    )


def test_memberships_apart_in_time_both_stay(
    coordinator: User, felicitas: Person, twin: Person
) -> None:
    felicitas.memberships.update(starts_on=date(2024, 1, 1))
    twin.memberships.update(starts_on=date(2019, 1, 1), ends_on=date(2022, 6, 30))

    merge_people(survivor=felicitas, absorbed=twin, by=coordinator)

    assert felicitas.memberships.count() == 2


def test_a_membership_that_bridges_two_blocks_the_merge(
    coordinator: User, felicitas: Person, twin: Person, rio_claro: Organisation
) -> None:
    felicitas.memberships.update(starts_on=date(2018, 1, 1), ends_on=date(2019, 1, 1))
    MembershipFactory(person=felicitas, organisation=rio_claro, starts_on=date(2020, 1, 1))
    twin.memberships.update(starts_on=date(2018, 6, 1))

    with pytest.raises(Refused, match="Sus fechas en Río Claro se cruzan"):
        merge_people(survivor=felicitas, absorbed=twin, by=coordinator)


def test_one_main_phone_is_left_after_a_merge(
    coordinator: User, felicitas: Person, twin: Person
) -> None:
    add_phone(person=felicitas, reach=Reach("+51951000111"), by=coordinator)
    add_phone(person=twin, reach=Reach("+51951000222"), by=coordinator)

    merge_people(survivor=felicitas, absorbed=twin, by=coordinator)

    assert set(felicitas.phones.values_list("number_tail", "is_primary")) == {
        ("111", True),
        ("222", False),
    }


def test_a_phone_both_had_is_kept_once_with_what_each_knew(
    coordinator: User, felicitas: Person, twin: Person
) -> None:
    add_phone(person=felicitas, reach=Reach("+51951000111"), by=coordinator)
    add_phone(
        person=twin,
        reach=Reach("+51951000111", has_whatsapp=True, shared_with="su hija"),
        by=coordinator,
    )

    merge_people(survivor=felicitas, absorbed=twin, by=coordinator)

    phone = felicitas.phones.get()
    assert (phone.has_whatsapp, phone.shared_with) == (True, "su hija")


@pytest.mark.parametrize(
    ("hers", "other", "counts"),
    [
        ((True, date(2026, 1, 1)), (False, date(2026, 3, 1)), False),
        ((True, date(2026, 3, 1)), (False, date(2026, 1, 1)), True),
        ((True, date(2026, 1, 1)), (False, date(2026, 1, 1)), False),
        ((False, date(2026, 1, 1)), (True, date(2026, 1, 1)), False),
    ],
)
def test_the_newest_decision_counts_and_on_one_day_the_no(
    coordinator: User,
    felicitas: Person,
    twin: Person,
    hers: tuple[bool, date],
    other: tuple[bool, date],
    counts: bool,
) -> None:
    for person, (is_granted, day) in ((felicitas, hers), (twin, other)):
        ConsentFactory(
            person=person, purpose=Purpose.WHATSAPP, is_granted=is_granted, decided_on=day
        )

    merge_people(survivor=felicitas, absorbed=twin, by=coordinator)

    current = Consent.objects.current().get(person=felicitas)
    assert current.is_granted is counts
    assert felicitas.consents.count() == 2


def test_two_presidents_of_two_organisations_block_the_merge(
    coordinator: User,
    felicitas: Person,
    twin: Person,
    rio_claro: Organisation,
    piedra_viva: Organisation,
) -> None:
    OfficeFactory(person=felicitas, organisation=rio_claro)
    OfficeFactory(person=twin, organisation=piedra_viva)

    with pytest.raises(Refused) as refused:
        merge_people(survivor=felicitas, absorbed=twin, by=coordinator)

    assert refused.value.message == (
        "Una ficha es presidenta de Río Claro y la otra, presidenta de Piedra Viva. "
        "Termina un cargo antes de juntar."
    )
    assert Person.objects.on_record().count() == 2


def test_two_posts_on_one_board_block_the_merge(
    coordinator: User, felicitas: Person, twin: Person, rio_claro: Organisation
) -> None:
    OfficeFactory(person=felicitas, organisation=rio_claro, post="treasurer")
    OfficeFactory(person=twin, organisation=rio_claro, post="secretary")

    with pytest.raises(Refused, match="Una ficha es tesorera de Río Claro y la otra, secretaria"):
        merge_people(survivor=felicitas, absorbed=twin, by=coordinator)


def test_a_post_of_an_organisation_and_one_of_the_network_go_together(
    coordinator: User,
    felicitas: Person,
    twin: Person,
    rio_claro: Organisation,
    madre_de_dios: RegionalNetwork,
) -> None:
    OfficeFactory(person=felicitas, organisation=rio_claro)
    OfficeFactory(person=twin, organisation=None, regional_network=madre_de_dios)

    merge_people(survivor=felicitas, absorbed=twin, by=coordinator)

    assert felicitas.offices.count() == 2


def test_two_accounts_block_the_merge(coordinator: User, felicitas: Person, twin: Person) -> None:
    UserFactory(person=felicitas)
    UserFactory(person=twin)

    with pytest.raises(Refused, match="Las dos fichas tienen cuenta"):
        merge_people(survivor=felicitas, absorbed=twin, by=coordinator)


def test_the_chosen_fields_are_taken_from_the_other_record(
    coordinator: User, felicitas: Person, rio_claro: Organisation
) -> None:
    other = PersonFactory(
        dni="00481037", given_names="Felicitas", born_on=date(1979, 3, 1), born_precision="m"
    )

    merge_people(survivor=felicitas, absorbed=other, chosen=["document", "born_on"], by=coordinator)

    felicitas.refresh_from_db()
    assert open_value(felicitas, "document_sealed") == "00481037"
    assert (felicitas.given_names, felicitas.born_precision) == ("Felícitas", "m")


def test_why_she_had_no_document_goes_with_the_document(
    coordinator: User, felicitas: Person
) -> None:
    Person.objects.filter(pk=felicitas.pk).update(no_document_reason="Lista antigua")
    other = PersonFactory(dni="00481037")

    merge = merge_people(survivor=felicitas, absorbed=other, chosen=["document"], by=coordinator)
    felicitas.refresh_from_db()
    assert felicitas.no_document_reason == ""
    undo_merge(merge=merge, by=coordinator)

    felicitas.refresh_from_db()
    assert felicitas.no_document_reason == "Lista antigua"


def test_a_merge_twice_is_refused(coordinator: User, felicitas: Person, twin: Person) -> None:
    merge_people(survivor=felicitas, absorbed=twin, by=coordinator)

    with pytest.raises(Refused, match="ya no está en el registro"):
        merge_people(survivor=felicitas, absorbed=twin, by=coordinator)


# --- Separate again -----------------------------------------------------------------------------
def state_of(*people: Person) -> dict[str, list]:
    """Every row about these people, to compare before and after."""
    return {
        reference.model._meta.label: [
            {name: value for name, value in row.items() if name != "superseded_at"}
            for person in people
            for row in reference.model._base_manager.filter(**{reference.column: person.pk})
            .order_by("pk")
            .values()
        ]
        for reference in references()
    }


def test_separating_gives_each_record_back_what_was_its_own(
    coordinator: User, felicitas: Person, piedra_viva: Organisation, rio_claro: Organisation
) -> None:
    other = PersonFactory(dni="00481037", given_names="Felicitas")
    for organisation in (piedra_viva, rio_claro):
        MembershipFactory(person=other, organisation=organisation, starts_on=date(2018, 1, 1))
    OfficeFactory(person=other, organisation=piedra_viva)
    for person, number in ((felicitas, "+51951000111"), (other, "+51951000222")):
        add_phone(person=person, reach=Reach(number), by=coordinator)
        ConsentFactory(person=person, purpose=Purpose.WHATSAPP)
    SensitiveFacts.objects.create(person=other, schooling="primary")
    UserFactory(person=other)
    before = state_of(felicitas, other)
    merge = merge_people(survivor=felicitas, absorbed=other, chosen=["document"], by=coordinator)
    assert state_of(felicitas, other) != before

    kept = undo_merge(merge=merge, by=coordinator)

    felicitas.refresh_from_db()
    other.refresh_from_db()
    assert kept == []
    assert state_of(felicitas, other) == before
    assert (felicitas.document_kind, felicitas.document_tail) == ("none", "")
    assert open_value(other, "document_sealed") == "00481037"
    assert Person.objects.on_record().count() == 2
    assert Consent.objects.current().count() == 2


def test_separating_keeps_and_names_what_was_changed_since(
    coordinator: User, felicitas: Person, twin: Person
) -> None:
    phone = add_phone(person=twin, reach=Reach("+51951000222"), by=coordinator)
    Person.objects.filter(pk=twin.pk).update(email="felicitas@ejemplo.pe")
    merge = merge_people(survivor=felicitas, absorbed=twin, chosen=["email"], by=coordinator)
    felicitas.phones.filter(pk=phone.pk).update(is_primary=False)
    Person.objects.filter(pk=felicitas.pk).update(email="otra@ejemplo.pe")

    kept = undo_merge(merge=merge, by=coordinator)

    felicitas.refresh_from_db()
    assert kept == ["correo", "teléfono 9•• ••• 222"]
    assert felicitas.phones.get().pk == phone.pk
    assert felicitas.email == "otra@ejemplo.pe"


def test_both_have_a_main_phone_after_separating(
    coordinator: User, felicitas: Person, twin: Person
) -> None:
    main = add_phone(person=twin, reach=Reach("+51951000111"), by=coordinator)
    second = add_phone(person=twin, reach=Reach("+51951000222"), by=coordinator)
    merge = merge_people(survivor=felicitas, absorbed=twin, by=coordinator)
    felicitas.phones.filter(pk=main.pk).update(is_primary=False)

    undo_merge(merge=merge, by=coordinator)

    assert list(twin.phones.values_list("pk", "is_primary")) == [(second.pk, True)]
    assert list(felicitas.phones.values_list("pk", "is_primary")) == [(main.pk, True)]


def test_separating_twice_is_once(coordinator: User, felicitas: Person, twin: Person) -> None:
    merge = merge_people(survivor=felicitas, absorbed=twin, by=coordinator)
    undo_merge(merge=merge, by=coordinator)

    assert undo_merge(merge=merge, by=coordinator) == []
    assert Person.objects.on_record().count() == 2


def test_after_thirty_days_they_stay_one(
    coordinator: User, felicitas: Person, twin: Person
) -> None:
    merge = merge_people(survivor=felicitas, absorbed=twin, by=coordinator)

    with pytest.raises(Refused, match="ya no se pueden separar"):
        undo_merge(
            merge=merge,
            by=coordinator,
            moment=merge.merged_at + TIME_TO_SEPARATE + timedelta(minutes=1),
        )


def test_a_chain_of_merges_is_separated_from_its_end(
    coordinator: User, felicitas: Person, twin: Person, rio_claro: Organisation
) -> None:
    third = MembershipFactory(person=PersonFactory(), organisation=rio_claro).person
    first_merge = merge_people(survivor=twin, absorbed=third, by=coordinator)
    second_merge = merge_people(survivor=felicitas, absorbed=twin, by=coordinator)

    with pytest.raises(Refused, match="ya no está en el registro"):
        undo_merge(merge=first_merge, by=coordinator)
    undo_merge(merge=second_merge, by=coordinator)
    undo_merge(merge=first_merge, by=coordinator)

    assert Person.objects.on_record().count() == 3


def test_a_merged_document_may_be_separated_only_while_it_is_free(
    coordinator: User, felicitas: Person
) -> None:
    other = PersonFactory(dni="00481037")
    merge = merge_people(survivor=felicitas, absorbed=other, by=coordinator)
    PersonFactory(dni="00481037")

    with pytest.raises(Refused, match="Ya hay una persona con ese documento"):
        undo_merge(merge=merge, by=coordinator)
