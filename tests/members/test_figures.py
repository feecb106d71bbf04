from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.figures import (
    FIGURES,
    organisations_counted,
    women_by_department,
    women_by_organisation,
    women_counted,
)
from members.models import Affiliation
from tests.factories.accounts import sign_in
from tests.factories.members import MembershipFactory, OrganisationFactory, PersonFactory

YESTERDAY = timezone.localdate() - timedelta(days=1)


def woman(**facts):
    return PersonFactory(sex="f", **facts)


def test_a_woman_in_two_organisations_counts_once(rio_claro, piedra_viva):
    her = woman()
    MembershipFactory(person=her, organisation=rio_claro)
    MembershipFactory(person=her, organisation=piedra_viva)

    assert women_counted().count() == 1
    assert women_by_organisation(None, [rio_claro, piedra_viva]) == {
        rio_claro.pk: 1,
        piedra_viva.pk: 1,
    }


@pytest.mark.parametrize(
    "facts",
    [
        {"trashed_at": timezone.now()},
        {"withdrawn_at": timezone.now()},
        {"sex": "m"},
        {"sex": "u"},
    ],
    ids=["trashed", "withdrawn", "man", "sex unknown"],
)
def test_who_is_not_counted(rio_claro, facts):
    MembershipFactory(person=PersonFactory(**{"sex": "f"} | facts), organisation=rio_claro)

    assert women_counted().count() == 0


def test_an_ended_membership_or_affiliation_does_not_count(rio_claro, piedra_viva):
    MembershipFactory(person=woman(), organisation=rio_claro, ends_on=YESTERDAY)
    MembershipFactory(person=woman(), organisation=piedra_viva)
    Affiliation.objects.filter(organisation=piedra_viva).update(ends_on=YESTERDAY)

    assert women_counted().count() == 0
    assert set(organisations_counted()) == {rio_claro}


def test_each_department_counts_its_women_once(rio_claro, piedra_viva):
    for organisation in (rio_claro, piedra_viva):
        organisation.district_id = "170104"
        organisation.save()
    her = woman()
    MembershipFactory(person=her, organisation=rio_claro)
    MembershipFactory(person=her, organisation=piedra_viva)
    MembershipFactory(person=woman(), organisation=OrganisationFactory(district_id="211002"))

    assert women_by_department() == {"17": 1}


@pytest.mark.parametrize("figure", FIGURES, ids=lambda f: f.name)
def test_a_figure_opens_to_exactly_its_rows(client, national, rio_claro, piedra_viva, figure):
    MembershipFactory(person=woman(), organisation=rio_claro)
    MembershipFactory(person=PersonFactory(sex="m"), organisation=rio_claro)
    MembershipFactory(person=woman(), organisation=piedra_viva, ends_on=YESTERDAY)
    OrganisationFactory()
    sign_in(client, national)

    page = client.get(f"{reverse(figure.list_url_name)}?{figure.list_query}")

    assert len(page.context["listing"].rows) == figure.count(national)
    assert figure.count(national) > 0


def test_a_coordinator_counts_within_her_reach(coordinator, rio_claro, flor_de_cuarzo):
    MembershipFactory(person=woman(), organisation=rio_claro)
    MembershipFactory(person=woman(), organisation=flor_de_cuarzo)

    assert women_counted(coordinator).count() == 1
    assert set(organisations_counted(coordinator)) == {rio_claro}
