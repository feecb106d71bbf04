"""Organisations, regional networks and affiliations: what is kept, refused, counted and told."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from members.actions import organisations as actions
from members.actions.memberships import (
    end_membership,
    move_memberships,
    start_membership,
)
from members.actions.organisations import NetworkFacts, OrganisationFacts
from members.exports import ORGANISATIONS
from members.models import Affiliation, Membership, Organisation, Person, RegionalNetwork
from members.organisations import (
    affiliations_of,
    contact_is_visible,
    member_count,
    network_affiliations,
    networks_with_counts,
    standing_of,
    women_by_network,
)
from network.base.contracts import Asked
from network.base.dates import PartialDate
from network.base.errors import Refused
from network.base.fields import open_value
from network.places.models import District, MiningZone
from tests.factories.members import (
    AffiliationFactory,
    MembershipFactory,
    OfficeFactory,
    OrganisationFactory,
    PersonFactory,
)

TODAY = timezone.localdate
DAY = timedelta(days=1)
SINCE = PartialDate(date(2019, 1, 1), "y")


def facts(name="Asociación Manos de Greda", **more):
    return OrganisationFacts(name=name, kind="association", **more)


# --- Registering and correcting -----------------------------------------------------------------
def test_registered_organisation_enters_its_network(madre_de_dios, national):
    organisation = actions.register_organisation(
        facts=facts(
            founded=PartialDate(date(2018, 5, 1), "m"),
            activities=("gleaning", "trade"),
            contact_phone="+51951000720",
            aliases=("AMG", "Manos  de Greda"),
        ),
        regional_network=madre_de_dios,
        since=SINCE,
        by=national,
    )

    stored = Organisation.objects.get()
    assert stored == organisation
    assert (stored.founded_on, stored.founded_precision) == (date(2018, 5, 1), "m")
    assert stored.activities == ["gleaning", "trade"]
    assert open_value(stored, "contact_phone_sealed") == "+51951000720"
    assert stored.contact_phone_tail == "720"
    assert set(stored.aliases.values_list("name_key", flat=True)) == {"amg", "manos de greda"}
    assert list(stored.affiliations.values_list("regional_network", "starts_on")) == [
        (madre_de_dios.pk, date(2019, 1, 1))
    ]


@pytest.mark.parametrize(
    ("name", "aliases", "field"),
    [
        ("RIO CLARO", (), "name"),
        ("Otra", ("río claro",), "aliases"),
        ("La del río", (), "name"),
    ],
)
def test_name_of_another_organisation_is_refused(rio_claro, national, name, aliases, field):
    rio_claro.aliases.create(name="La del Río")

    with pytest.raises(Refused, match="Ya hay una organización llamada") as refusal:
        actions.register_organisation(
            facts=facts(name, aliases=aliases), regional_network=None, since=SINCE, by=national
        )
    assert refusal.value.field == field
    assert Organisation.objects.count() == 1


def test_ruc_of_another_organisation_is_refused(rio_claro, national):
    Organisation.objects.filter(pk=rio_claro.pk).update(ruc="20512333797")

    with pytest.raises(Refused, match="Ya hay una organización con ese RUC") as refusal:
        actions.register_organisation(
            facts=facts(ruc="20512333797"), regional_network=None, since=SINCE, by=national
        )
    assert refusal.value.field == "ruc"


@pytest.mark.django_db
@pytest.mark.parametrize("ruc", ["30512333797", "2051233379", "2051233379X"])
def test_database_refuses_what_is_no_ruc(ruc):
    with pytest.raises(IntegrityError, match="members_organisation_ruc_form"):
        OrganisationFactory(ruc=ruc)


@pytest.mark.django_db
def test_database_refuses_two_organisations_of_one_ruc():
    OrganisationFactory(ruc="20512333797")

    with pytest.raises(IntegrityError, match="members_organisation_ruc"):
        OrganisationFactory(ruc="20512333797")


def test_zone_of_another_district_is_refused(national):
    zone = MiningZone.objects.create(name="Sector Mazuko", district_id="170102")
    district = District.objects.get(pk="170104")

    with pytest.raises(Refused, match="está en otro distrito") as refusal:
        actions.register_organisation(
            facts=facts(zone=zone, district=district),
            regional_network=None,
            since=SINCE,
            by=national,
        )
    assert refusal.value.field == "zone"


@pytest.mark.parametrize(
    ("typed", "kept"), [(None, "+51951000720"), ("+51951000999", "+51951000999"), ("", None)]
)
def test_contact_phone_stays_changes_or_goes(rio_claro, national, typed, kept):
    def correct(phone):
        actions.correct_organisation(
            organisation=rio_claro, facts=facts(contact_phone=phone), by=national
        )

    correct("+51951000720")
    correct(typed)

    assert open_value(Organisation.objects.get(), "contact_phone_sealed") == kept


def test_corrected_aliases_replace_the_old_ones(rio_claro, national):
    for aliases in (("Uno", "Dos"), ("dos", "Tres")):
        actions.correct_organisation(
            organisation=rio_claro, facts=facts(aliases=aliases), by=national
        )

    assert set(rio_claro.aliases.values_list("name", flat=True)) == {"Dos", "Tres"}


def test_organisation_is_found_by_its_other_names(rio_claro, piedra_viva):
    rio_claro.aliases.create(name="Las del Ñahui")

    assert list(Organisation.objects.search("nahui")) == [rio_claro]


# --- Affiliations -------------------------------------------------------------------------------
def test_organisation_is_in_two_networks_and_in_each_once(rio_claro, puno, national):
    actions.affiliate(organisation=rio_claro, regional_network=puno, since=SINCE, by=national)

    assert Affiliation.objects.current().filter(organisation=rio_claro).count() == 2
    with pytest.raises(Refused, match="Ya está afiliada a esa red en esas fechas"):
        actions.affiliate(organisation=rio_claro, regional_network=puno, since=SINCE, by=national)


@pytest.mark.django_db
def test_database_refuses_two_national_affiliations_that_overlap():
    affiliation = AffiliationFactory(starts_on=date(2020, 1, 1))

    with pytest.raises(IntegrityError, match="members_affiliation_once"):
        AffiliationFactory(organisation=affiliation.organisation)


def test_ended_affiliation_can_begin_again(rio_claro, madre_de_dios, national):
    affiliation = rio_claro.affiliations.get()
    actions.end_affiliation(
        affiliation=affiliation, last_day=date(2022, 6, 30), reason="Se retiró", by=national
    )
    actions.affiliate(
        organisation=rio_claro,
        regional_network=madre_de_dios,
        since=PartialDate(date(2024, 1, 1)),
        by=national,
    )

    states = [a.is_current(TODAY()) for a in affiliations_of(rio_claro)]
    assert states == [True, False]


def test_affiliation_cannot_end_before_it_begins(rio_claro, national):
    affiliation = rio_claro.affiliations.get()
    affiliation.starts_on = date(2024, 1, 1)
    affiliation.save()

    with pytest.raises(Refused, match="anterior a la de inicio") as refusal:
        actions.end_affiliation(
            affiliation=affiliation, last_day=date(2023, 1, 1), reason="", by=national
        )
    assert refusal.value.field == "last_day"


def test_reopened_affiliation_counts_again(rio_claro, national):
    affiliation = rio_claro.affiliations.get()
    actions.end_affiliation(
        affiliation=affiliation, last_day=TODAY() - DAY, reason="Error", by=national
    )
    assert not Organisation.objects.affiliated().filter(pk=rio_claro.pk).exists()

    actions.reopen_affiliation(affiliation=affiliation, by=national)
    assert Organisation.objects.affiliated().filter(pk=rio_claro.pk).exists()


def test_old_affiliation_that_ends_leaves_the_current_one(rio_claro, puno, national):
    actions.affiliate(organisation=rio_claro, regional_network=puno, since=SINCE, by=national)
    old = rio_claro.affiliations.exclude(regional_network=puno).get()

    actions.end_affiliation(affiliation=old, last_day=TODAY() - DAY, reason="", by=national)

    assert list(Organisation.objects.in_regional_network(puno.pk)) == [rio_claro]
    assert standing_of(affiliations_of(rio_claro), TODAY()).reasons == [
        "Red de Puno: vigente desde 2019"
    ]


PERIODS = [
    (None, "d", None, "vigente"),
    (date(2019, 3, 8), "d", None, "vigente desde 08/03/2019"),
    (date(2019, 3, 1), "m", None, "vigente desde marzo de 2019"),
    (date(2019, 1, 1), "y", None, "vigente desde 2019"),
    (
        date(2019, 9, 1),
        "m",
        date(2090, 1, 31),
        "vigente desde septiembre de 2019 hasta el 31/01/2090",
    ),
    (None, "d", date(2090, 1, 31), "vigente hasta el 31/01/2090"),
    (date(2019, 1, 1), "y", date(2022, 6, 30), "terminó el 30/06/2022"),
    (date(2090, 1, 1), "d", None, "empieza el 01/01/2090"),
]


@pytest.mark.parametrize(("starts_on", "precision", "ends_on", "words"), PERIODS)
def test_standing_is_told_alike_on_page_and_in_lists(
    madre_de_dios, national, starts_on, precision, ends_on, words
):
    affiliation = AffiliationFactory(
        regional_network=madre_de_dios,
        starts_on=starts_on,
        starts_precision=precision,
        ends_on=ends_on,
    )

    standing = standing_of([affiliation], TODAY())
    row = ORGANISATIONS.rows(Asked(national, "organisation_view")).get()

    assert standing.reasons == [f"Red de Madre de Dios: {words}"]
    assert row.standing == f"Red de Madre de Dios: {words}"
    assert standing.is_current is row.is_affiliated is words.startswith("vigente")


@pytest.mark.django_db
def test_organisation_without_affiliation_says_so(national):
    OrganisationFactory()

    row = ORGANISATIONS.rows(Asked(national, "organisation_view")).get()

    assert row.standing == "Sin afiliación"
    assert standing_of([], TODAY()).label == "Sin afiliación"


def test_president_is_named_only_to_those_who_may_see_her(
    rio_claro, felicitas, coordinator, analyst
):
    OfficeFactory(organisation=rio_claro, person=felicitas)

    named = [
        ORGANISATIONS.rows(Asked(user, "organisation_view")).get().president
        for user in (coordinator, analyst)
    ]

    assert named == ["Felícitas Apaza Condori", None]


# --- Counting -----------------------------------------------------------------------------------
def test_members_are_distinct_people_of_today(rio_claro, felicitas):
    MembershipFactory(organisation=rio_claro, ends_on=TODAY() - DAY)
    MembershipFactory(organisation=rio_claro, starts_on=TODAY() + DAY)
    MembershipFactory(organisation=rio_claro, person=PersonFactory(withdrawn_at=timezone.now()))
    MembershipFactory(organisation=rio_claro, person=PersonFactory(trashed_at=timezone.now()))

    assert member_count(rio_claro) == 1


def test_woman_of_two_organisations_counts_once_in_their_network(
    rio_claro, piedra_viva, flor_de_cuarzo, felicitas, madre_de_dios, puno, national
):
    MembershipFactory(organisation=piedra_viva, person=felicitas)
    MembershipFactory(organisation=flor_de_cuarzo, person=felicitas)
    MembershipFactory(organisation=piedra_viva, ends_on=TODAY() - DAY)

    assert women_by_network(TODAY()) == {madre_de_dios.pk: 1, puno.pk: 1}
    assert women_by_network(TODAY(), puno) == {puno.pk: 1}
    assert [
        (a.organisation, a.member_count) for a in network_affiliations(madre_de_dios, TODAY())
    ] == [(piedra_viva, 1), (rio_claro, 1)]


def test_network_of_yesterday_counts_nothing(rio_claro, felicitas, madre_de_dios):
    rio_claro.affiliations.update(ends_on=TODAY() - DAY)

    assert women_by_network(TODAY()) == {}


@pytest.mark.parametrize("organisations", [1, 3])
def test_networks_cost_the_same_for_any_number(
    madre_de_dios, puno, national, organisations, django_assert_num_queries
):
    for _ in range(organisations):
        MembershipFactory(
            organisation=AffiliationFactory(regional_network=madre_de_dios).organisation
        )
    RegionalNetwork.objects.visible_to(national)

    with django_assert_num_queries(3):
        rows = networks_with_counts(national, TODAY())
    assert [(r["organisation_count"], r["member_count"]) for r in rows] == [
        (organisations, organisations),
        (0, 0),
    ]


@pytest.mark.parametrize(
    ("who", "is_visible"),
    [
        ("national", True),
        ("coordinator", True),
        ("leader", True),
        ("other_region_coordinator", False),
        ("analyst_with_personal_data", False),
        ("administrator", False),
        ("auditor", False),
    ],
)
def test_contact_is_shown_to_those_who_see_its_people(request, rio_claro, who, is_visible):
    assert contact_is_visible(request.getfixturevalue(who), rio_claro) is is_visible


# --- Networks -----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_network_gets_a_code_that_stays(national):
    network = actions.register_regional_network(
        facts=NetworkFacts(name="Red de Mujeres de la Selva Central"), by=national
    )
    actions.correct_regional_network(
        regional_network=network, facts=NetworkFacts(name="Red Selva"), by=national
    )
    network.refresh_from_db()

    assert (network.name, network.code) == ("Red Selva", "red-de-mujeres-de-la-selva")


def test_network_code_that_is_taken_gets_a_number(puno, national):
    RegionalNetwork.objects.create(name="Otra", code="red-puno")

    network = actions.register_regional_network(facts=NetworkFacts(name="Red Puno"), by=national)

    assert network.code == "red-puno-2"


def test_two_networks_of_one_name_are_refused(puno, national):
    with pytest.raises(Refused, match="Ya hay una red regional con ese nombre"):
        actions.register_regional_network(facts=NetworkFacts(name="RED DE PUNO"), by=national)


# --- Trash --------------------------------------------------------------------------------------
def test_organisation_of_a_mistake_is_trashed_and_comes_back(rio_claro, national):
    actions.trash_organisation(organisation=rio_claro, by=national)
    assert rio_claro not in Organisation.objects.visible_to(national)
    assert list(Organisation.objects.trashed_visible_to(national)) == [rio_claro]

    actions.restore_organisation(organisation=rio_claro, by=national)
    assert rio_claro in Organisation.objects.visible_to(national)


@pytest.mark.parametrize("row", [MembershipFactory, OfficeFactory])
def test_organisation_with_rows_is_not_trashed(rio_claro, national, row):
    row(organisation=rio_claro)

    with pytest.raises(Refused, match="termina su afiliación"):
        actions.trash_organisation(organisation=rio_claro, by=national)


# --- Belonging ----------------------------------------------------------------------------------
def test_membership_that_overlaps_is_refused(rio_claro, felicitas, national):
    with pytest.raises(Refused, match="Ya es socia de esa organización") as refusal:
        start_membership(person=felicitas, organisation=rio_claro, by=national, since=SINCE)
    assert refusal.value.field == "since"


def test_ended_membership_leaves_the_other(rio_claro, piedra_viva, felicitas, national):
    start_membership(person=felicitas, organisation=piedra_viva, by=national, since=SINCE)

    end_membership(
        membership=felicitas.memberships.get(organisation=rio_claro),
        last_day=TODAY() - DAY,
        by=national,
    )

    assert list(Person.objects.members_of(rio_claro.pk)) == []
    assert list(Person.objects.members_of(piedra_viva.pk)) == [felicitas]
    assert felicitas in Person.objects.current_members()


def test_future_membership_counts_from_its_day(rio_claro, national):
    person, day = PersonFactory(), TODAY() + 5 * DAY
    start_membership(person=person, organisation=rio_claro, by=national, since=PartialDate(day))

    assert person not in Person.objects.members_of(rio_claro.pk)
    assert person in Person.objects.members_of(rio_claro.pk, day)


def test_women_move_together_and_who_was_there_only_leaves(
    rio_claro, piedra_viva, felicitas, national
):
    nelida = MembershipFactory(organisation=rio_claro).person
    MembershipFactory(organisation=piedra_viva, person=nelida)
    first = TODAY()

    move_memberships(
        people=[felicitas, nelida],
        source=rio_claro,
        target=piedra_viva,
        first_day=first,
        by=national,
        reason="Se unieron",
    )

    assert not Person.objects.members_of(rio_claro.pk).exists()
    assert set(Person.objects.members_of(piedra_viva.pk)) == {felicitas, nelida}
    assert set(
        Membership.objects.filter(organisation=rio_claro).values_list("ends_on", "end_reason")
    ) == {(first - DAY, "Se unieron")}


def test_nobody_moves_when_one_does_not_belong(rio_claro, piedra_viva, felicitas, national):
    stranger = PersonFactory(paternal_surname="Ñahui", maternal_surname="")

    with pytest.raises(Refused, match="Ñahui, Felícitas no era socia") as refusal:
        move_memberships(
            people=[felicitas, stranger],
            source=rio_claro,
            target=piedra_viva,
            first_day=TODAY(),
            by=national,
        )
    assert refusal.value.field == "people"
    assert felicitas in Person.objects.members_of(rio_claro.pk)


def test_nobody_moves_to_where_she_is(rio_claro, felicitas, national):
    with pytest.raises(Refused, match="Elige otra organización"):
        move_memberships(
            people=[felicitas],
            source=rio_claro,
            target=rio_claro,
            first_day=TODAY(),
            by=national,
        )
