"""Reach follows dates at once: nobody has to end a role, and no page keeps who has left."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.access import Permission, scope_of
from members.models import Affiliation, Membership, Office, Person, Role, RoleAssignment, User
from network.documents.actions import store_upload
from network.documents.models import Document
from tests.documents.samples import pdf, upload
from tests.factories.accounts import RoleAssignmentFactory, sign_in
from tests.factories.members import ConsentFactory, MembershipFactory, OfficeFactory

TODAY = timezone.localdate()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
LAST_YEAR = TODAY - timedelta(days=365)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def her_own_leader(make_account, rio_claro):
    """A leader who belongs to Río Claro and has been its president for a year."""
    person = MembershipFactory(organisation=rio_claro, starts_on=LAST_YEAR).person
    OfficeFactory(person=person, organisation=rio_claro, starts_on=LAST_YEAR)
    return make_account(
        Role.ORGANISATION_LEADER, organisation=rio_claro, person=person, starts_on=LAST_YEAR
    )


def seen_by(user: User) -> set[Person]:
    """Asked as a new request would: the account is loaded anew."""
    return set(Person.objects.visible_to(User.objects.get(pk=user.pk)))


@pytest.mark.parametrize(
    ("ends_on", "is_seen"), [(None, True), (TOMORROW, True), (TODAY, True), (YESTERDAY, False)]
)
def test_a_leader_and_a_coordinator_see_her_until_the_last_day_of_her_membership(
    client, felicitas, leader, coordinator, national, ends_on, is_seen
):
    Membership.objects.update(ends_on=ends_on)

    assert [felicitas in seen_by(user) for user in (leader, coordinator)] == [is_seen] * 2
    assert felicitas in seen_by(national)
    page = sign_in(client, leader).get(reverse("person-detail", args=[felicitas.pk]))
    assert page.status_code == (200 if is_seen else 404)


def test_who_is_to_enter_is_seen_by_those_who_wrote_it_down(felicitas, leader):
    Membership.objects.update(starts_on=TOMORROW)

    assert felicitas in seen_by(leader)


def test_a_leader_who_ends_a_membership_is_told_where_the_woman_went(client, felicitas, leader):
    membership = felicitas.memberships.get()
    address = reverse("membership-end", args=[felicitas.pk, membership.pk])

    answer = sign_in(client, leader).post(address, {"last_day": YESTERDAY.isoformat()}, follow=True)

    assert answer.redirect_chain == [(reverse("person-list"), 302)]
    assert "Ya no está en tus listas" in answer.content.decode()


@pytest.mark.parametrize("ended", [Membership, Office, Affiliation])
@pytest.mark.parametrize(("ends_on", "reaches"), [(None, True), (TODAY, True), (YESTERDAY, False)])
def test_a_leader_reaches_her_organisation_until_the_last_day_of_what_makes_her_one(
    client, her_own_leader, felicitas, rio_claro, ended, ends_on, reaches
):
    rows = ended.objects.filter(organisation=rio_claro)
    if ended is not Affiliation:
        rows = rows.filter(person=her_own_leader.person)
    assert rows.update(ends_on=ends_on) == 1

    user = User.objects.get(pk=her_own_leader.pk)
    assert (rio_claro.pk in scope_of(user, Permission.PERSON_VIEW).organisation_ids) == reaches
    assert (felicitas in seen_by(user)) == reaches
    answer = sign_in(client, user).get(reverse("person-list"))
    assert answer.status_code == (200 if reaches else 403)


def test_a_regional_coordinator_rests_when_her_posts_in_the_network_are_over(
    make_account, madre_de_dios, rio_claro, felicitas
):
    user = make_account(
        Role.REGIONAL_COORDINATOR,
        regional_network=madre_de_dios,
        person=felicitas,
        starts_on=LAST_YEAR,
    )
    OfficeFactory(
        person=felicitas,
        organisation=None,
        regional_network=madre_de_dios,
        starts_on=LAST_YEAR,
        ends_on=YESTERDAY,
    )

    assert User.objects.get(pk=user.pk).roles_in_force == []


def test_a_post_that_ended_before_the_role_began_takes_nothing_away(her_own_leader, rio_claro):
    Office.objects.update(ends_on=LAST_YEAR + timedelta(days=10))
    RoleAssignment.objects.update(starts_on=LAST_YEAR + timedelta(days=20))

    assert her_own_leader.has_role(Role.ORGANISATION_LEADER)


def test_another_affiliation_or_post_keeps_her_reach(her_own_leader, rio_claro, puno):
    Affiliation.objects.update(ends_on=YESTERDAY)
    Affiliation.objects.create(organisation=rio_claro, regional_network=puno, starts_on=TODAY)
    Office.objects.update(ends_on=YESTERDAY)
    OfficeFactory(
        person=her_own_leader.person,
        organisation=rio_claro,
        post=Office.Post.TREASURER,
        starts_on=TODAY,
    )

    assert her_own_leader.has_role(Role.ORGANISATION_LEADER)


def test_other_roles_of_hers_stay(her_own_leader):
    RoleAssignmentFactory(user=her_own_leader, role=Role.ANALYST)
    Membership.objects.update(ends_on=YESTERDAY)

    assert [role.role for role in her_own_leader.roles_in_force] == [Role.ANALYST]


# --- Documents ----------------------------------------------------------------------------------
@pytest.fixture
def sheet(felicitas, leader):
    """A signed sheet of Felícitas, which the leader herself uploaded."""
    document = store_upload(upload=upload(pdf(), "hoja.pdf"), kind="consent", by=leader)
    ConsentFactory(person=felicitas, evidence=document)
    return document


@pytest.fixture
def minutes(rio_claro, leader):
    """Minutes of Río Claro that no post stands on (any more), uploaded by the leader."""
    return store_upload(
        upload=upload(pdf(), "acta.pdf"),
        kind="minutes",
        by=leader,
        subject="members.organisation",
        subject_id=str(rio_claro.pk),
    )


@pytest.mark.parametrize("which", ["sheet", "minutes"])
@pytest.mark.parametrize("moved", ["role ended", "to another organisation", "account suspended"])
def test_who_uploaded_a_document_sees_it_no_longer_than_her_rights(
    client, request, leader, coordinator, piedra_viva, which, moved
):
    document = request.getfixturevalue(which)
    address = reverse("document-download", args=[document.pk])
    assert sign_in(client, leader).get(address).getvalue() == pdf()

    if moved == "account suspended":
        User.objects.filter(pk=leader.pk).update(is_active=False)
    else:
        RoleAssignment.objects.filter(user=leader).update(starts_on=LAST_YEAR, ends_on=YESTERDAY)
    if moved == "to another organisation":
        RoleAssignmentFactory(user=leader, role=Role.ORGANISATION_LEADER, organisation=piedra_viva)

    assert client.get(address).status_code in {302, 403, 404}
    assert document not in Document.objects.visible_to(User.objects.get(pk=leader.pk))
    assert document in Document.objects.visible_to(coordinator)


def test_who_uploaded_the_sheet_of_a_woman_who_left_sees_it_no_more(client, leader, sheet):
    Membership.objects.update(ends_on=YESTERDAY)

    answer = sign_in(client, leader).get(reverse("document-download", args=[sheet.pk]))

    assert answer.status_code == 404
