"""The registry's lists: whose rows, what leaves without personal data, what each column says."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from members.exports import BOARDS, CONSENTS, EXPORTS, MEMBERSHIPS, ORGANISATIONS, PEOPLE
from members.models import Consent, Membership, Office, Person
from network.base.contracts import Asked, Export, Kind
from tests.factories.members import (
    AffiliationFactory,
    ConsentFactory,
    MembershipFactory,
    OfficeFactory,
    PersonFactory,
    PhoneFactory,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
# What tells who somebody is, alone or put together; none of it leaves without its own permission.
TELLING = {
    "given_names",
    "paternal_surname",
    "maternal_surname",
    "document_kind",
    "document",
    "phone",
    "whatsapp",
    "email",
    "born_on",
    "age",
    "province",
    "district",
    "ubigeo",
    "office",
    "member_since",
    "person",
    "person_id",
    "contact_name",
    "contact_phone",
    "contact_email",
    "end_reason",
}


def rows(export: Export, user, permission: str = "export", purpose: str = ""):
    return export.rows(Asked(user, permission, purpose))


def only(export: Export, user, *names: str) -> dict[str, object]:
    return rows(export, user).values(*names).get()


# --- Declarations --------------------------------------------------------------------------------
def test_no_telling_column_leaves_without_personal_permission():
    leaving = {
        (export.name, column.name)
        for export in EXPORTS
        for column in export.file_columns(personal=False)
    }

    # Where an organisation works tells of no person.
    places = {("organisations", name) for name in ("province", "district", "ubigeo")}
    assert {pair for pair in leaving if pair[1] in TELLING} == places
    assert ("people", "id") not in leaving


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_every_column_of_a_file_has_a_meaning_and_its_own_name(export):
    columns = export.file_columns(personal=True)

    assert [column.name for column in columns if not column.meaning] == []
    assert len({column.name for column in columns}) == len(columns)
    headings = [str(column.heading) for column in columns]
    assert len(set(headings)) == len(headings)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_every_choice_has_a_label_for_every_code(export):
    for column in export.columns:
        if column.kind in {Kind.CHOICE, Kind.CHOICES}:
            assert all(column.choices.values()), column.name


# --- People --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("born_on", "precision", "age", "group"),
    [
        (date(TODAY.year - 40, 1, 1), "d", 40, "30-44"),
        (TODAY.replace(year=TODAY.year - 18, day=1), "d", 18, "18-29"),
        (TODAY + timedelta(days=1) - timedelta(days=365 * 17 + 4), "d", 16, "0-17"),
        (date(TODAY.year - 60, 12, 31), "y", 60, "60+"),
        (None, "d", None, "?"),
    ],
)
def test_age_is_in_whole_years_and_groups(national, born_on, precision, age, group):
    person = PersonFactory(born_on=born_on, born_precision=precision)

    assert only(PEOPLE, national, "age", "age_group") == {"age": age, "age_group": group}
    assert person.age_on(TODAY) == age


def test_person_in_two_organisations_is_one_row_that_names_both(national, rio_claro, piedra_viva):
    person = PersonFactory()
    MembershipFactory(person=person, organisation=rio_claro, starts_on=date(2021, 1, 1))
    MembershipFactory(person=person, organisation=piedra_viva, starts_on=date(2019, 1, 1))
    MembershipFactory(person=person, organisation__name="Antigua", ends_on=date(2020, 1, 1))

    assert only(PEOPLE, national, "organisations", "member_since") == {
        "organisations": "Piedra Viva; Río Claro",
        "member_since": date(2019, 1, 1),
    }


def test_posts_of_today_only(national, rio_claro):
    person = PersonFactory()
    OfficeFactory(person=person, organisation=rio_claro, post="treasurer")
    ended = {"starts_on": date(2020, 1, 1), "ends_on": date(2021, 1, 1)}
    OfficeFactory(person=person, organisation=rio_claro, post="president", **ended)

    assert only(PEOPLE, national, "posts") == {"posts": ["treasurer"]}


def test_phone_is_the_primary_one_and_never_a_retired_one(national):
    person = PersonFactory()
    PhoneFactory(person=person, number="+51951000001", retired_at=timezone.now())
    PhoneFactory(person=person, number="+51951000002")
    primary = PhoneFactory(person=person, number="+51951000003", is_primary=True)

    assert only(PEOPLE, national, "phone_id", "phone_tail") == {
        "phone_id": primary.pk,
        "phone_tail": "003",
    }


def test_consent_withdrawn_says_no(national):
    person = PersonFactory()
    ConsentFactory(person=person, superseded_at=timezone.now())
    ConsentFactory(person=person, is_granted=False)

    assert only(PEOPLE, national, "agreed_registry") == {"agreed_registry": False}


def test_analyst_reaches_only_who_agreed_to_share(analyst):
    agreed = ConsentFactory(purpose="share_solidaridad").person
    PersonFactory()

    assert set(rows(PEOPLE, analyst)) == {agreed}
    assert set(PEOPLE.left_out(Asked(analyst, "export"))) == set(
        Person.objects.exclude(pk=agreed.pk)
    )


def test_nobody_of_hers_is_left_out_for_a_coordinator(coordinator, rio_claro):
    MembershipFactory(organisation=rio_claro)
    PersonFactory()

    assert set(PEOPLE.left_out(Asked(coordinator, "export"))) == set()


def test_donor_report_leaves_out_who_lacks_either_consent(analyst_with_personal_data):
    both = ConsentFactory(purpose="share_solidaridad").person
    ConsentFactory(purpose="donor_reporting", person=both)
    shared = ConsentFactory(purpose="share_solidaridad").person
    donors = ConsentFactory(purpose="donor_reporting").person
    neither = PersonFactory()
    asked = Asked(analyst_with_personal_data, "export_personal", "donor_report")

    assert set(PEOPLE.rows(asked)) == {both}
    assert set(PEOPLE.left_out(asked)) == {shared, donors, neither}


def test_trainer_sees_the_list_and_may_not_take_it(trainer, rio_claro):
    person = MembershipFactory(organisation=rio_claro).person

    assert set(rows(PEOPLE, trainer, "person_view")) == {person}
    assert set(rows(PEOPLE, trainer, "export")) == set()


# --- Organisations -------------------------------------------------------------------------------
def test_organisation_counts_each_woman_once_and_only_those_on_record(national, rio_claro, puno):
    person = PersonFactory()
    MembershipFactory(person=person, organisation=rio_claro, ends_on=date(2020, 1, 1))
    MembershipFactory(person=person, organisation=rio_claro, starts_on=date(2021, 1, 1))
    MembershipFactory(person__trashed_at=timezone.now(), organisation=rio_claro)
    AffiliationFactory(organisation=rio_claro, regional_network=puno)
    AffiliationFactory(organisation=rio_claro)

    assert only(ORGANISATIONS, national, "member_count", "networks", "is_affiliated") == {
        "member_count": 1,
        "networks": "Red de Madre de Dios; Red de Puno",
        "is_affiliated": True,
    }


def test_contacts_leave_with_whoever_sees_them_and_in_no_donor_report(
    national, analyst_with_personal_data, rio_claro
):
    type(rio_claro).objects.update(contact_name="Elva Quispe", contact_email="elva@ejemplo.pe")
    contact = ("known_contact", "known_contact_email")

    told = rows(ORGANISATIONS, national).values_list(*contact).get()
    outside = rows(ORGANISATIONS, analyst_with_personal_data).values_list(*contact).get()
    donors = rows(ORGANISATIONS, national, purpose="donor_report").values_list(*contact).get()

    assert told == ("Elva Quispe", "elva@ejemplo.pe")
    assert outside == donors == (None, None)


# --- Memberships, boards, consents ---------------------------------------------------------------
def test_memberships_in_other_regions_stay_out_of_her_file(coordinator, rio_claro, flor_de_cuarzo):
    here = MembershipFactory(organisation=rio_claro)
    MembershipFactory(person=here.person, organisation=flor_de_cuarzo)
    MembershipFactory(organisation=rio_claro, person__withdrawn_at=timezone.now())

    assert set(rows(MEMBERSHIPS, coordinator)) == {here}
    assert set(rows(MEMBERSHIPS, None)) == set(Membership.objects.filter(person__withdrawn_at=None))


def test_boards_of_her_organisations_and_of_her_network(
    coordinator, rio_claro, flor_de_cuarzo, madre_de_dios, puno
):
    hers = {
        OfficeFactory(organisation=rio_claro),
        OfficeFactory(organisation=None, regional_network=madre_de_dios),
    }
    OfficeFactory(organisation=flor_de_cuarzo)
    OfficeFactory(organisation=None, regional_network=puno)
    OfficeFactory(organisation=rio_claro, post="safety", person__trashed_at=timezone.now())

    assert set(rows(BOARDS, coordinator)) == hers
    assert len(rows(BOARDS, None)) == Office.objects.count() - 1


def test_boards_of_a_donor_report_name_only_who_agreed_to_be_in_one(coordinator, rio_claro):
    agreed = ConsentFactory(purpose="donor_reporting").person
    office = OfficeFactory(organisation=rio_claro, person=agreed, post="secretary")
    president = MembershipFactory(organisation=rio_claro).person
    OfficeFactory(organisation=rio_claro, person=president)

    assert set(rows(BOARDS, coordinator, purpose="donor_report")) == {office}
    here = rows(ORGANISATIONS, coordinator, purpose="donor_report")
    assert here.values_list("president", flat=True).get() is None
    assert only(ORGANISATIONS, coordinator, "president")["president"] == president.full_name


def test_boards_name_only_who_agreed_to_an_analyst(analyst):
    agreed = ConsentFactory(purpose="share_solidaridad").person
    office = OfficeFactory(person=agreed)
    OfficeFactory()

    assert set(rows(BOARDS, analyst)) == {office}


def test_consents_are_the_decisions_in_force_of_people_in_reach(coordinator, rio_claro):
    person = MembershipFactory(organisation=rio_claro).person
    ConsentFactory(person=person, superseded_at=timezone.now())
    current = ConsentFactory(person=person, is_granted=False)
    ConsentFactory()

    assert set(rows(CONSENTS, coordinator)) == {current}
    assert Consent.objects.count() == 3


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_who_holds_no_permission_reaches_nothing(export, member, felicitas, rio_claro):
    OfficeFactory(organisation=rio_claro, person=felicitas)
    ConsentFactory(person=felicitas)

    assert list(rows(export, member)) == []
