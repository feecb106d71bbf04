from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from members.models import Role
from network.base.errors import Refused
from tests.documents.samples import picture
from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in
from tests.factories.members import OrganisationFactory, PersonFactory, RegionalNetworkFactory
from tests.factories.trainings import (
    EditionFactory,
    EnrolmentFactory,
    PublicationVersionFactory,
)
from trainings.actions.manuals import (
    TopicFacts,
    acknowledge_reading,
    draft_version,
    hand_out_to_organisation,
    hand_out_to_roster,
    move_stock,
    publish_version,
    write_topic,
)
from trainings.manuals import copies_left
from trainings.models import Handout, Reading

pytestmark = pytest.mark.django_db
DUST = TopicFacts(title="Polvo", text="Moja la piedra.", do="Mojar\n\nTaparse", avoid="Soplar")


@pytest.fixture
def national():
    return RoleAssignmentFactory().user


@pytest.fixture
def version(national):
    version = PublicationVersionFactory(published_on=None)
    write_topic(version=version, facts=DUST, by=national)
    return publish_version(version=version, by=national, on=timezone.localdate())


def stocked(version, region, copies, by):
    move_stock(
        version=version,
        regional_network=region,
        kind="printed",
        copies=copies,
        on=timezone.localdate(),
        by=by,
    )


def test_a_published_version_is_not_changed_but_followed(version, national):
    with pytest.raises(Refused, match="ya está publicada"):
        write_topic(version=version, facts=DUST, by=national)

    following = draft_version(publication=version.publication, language="es", by=national)

    assert (following.number, following.published_on) == (2, None)
    assert [(t.title, t.do_lines) for t in following.topics.all()] == [
        ("Polvo", ["Mojar", "Taparse"])
    ]
    assert version.topics.count() == 1


def test_a_translation_takes_the_number_of_what_it_translates(version, national):
    quechua = draft_version(publication=version.publication, language="qu", by=national)

    assert quechua.number == version.number


def test_an_empty_version_is_not_published(national):
    version = PublicationVersionFactory(published_on=None)

    with pytest.raises(Refused, match="no tiene temas"):
        publish_version(version=version, by=national, on=timezone.localdate())


def test_publishing_again_keeps_the_first_day(version, national):
    day = version.published_on

    assert publish_version(version=version, by=national, on=date(2030, 1, 1)).published_on == day


def test_reading_is_said_once_for_each_version(version, national):
    person, now = PersonFactory(), timezone.now()
    for _each in range(2):
        acknowledge_reading(version=version, person=person, at=now, by=None)

    following = PublicationVersionFactory(publication=version.publication, number=2)
    acknowledge_reading(version=following, person=person, at=now, by=None)

    assert Reading.objects.filter(person=person).count() == 2


def test_copies_left_are_what_came_less_what_went(version, national):
    region, organisation = RegionalNetworkFactory(), OrganisationFactory()
    stocked(version, region, 50, national)
    move_stock(
        version=version, regional_network=region, kind="lost", copies=5, on=date(2026, 1, 1),
        by=national,
    )  # fmt: skip
    hand_out_to_organisation(
        version=version, regional_network=region, organisation=organisation, copies=20,
        on=date(2026, 1, 2), by=national,
    )  # fmt: skip

    assert copies_left(version, region) == 25
    assert copies_left(version, None) == 0


def test_a_count_settles_the_difference(version, national):
    stocked(version, None, 50, national)

    move_stock(
        version=version, regional_network=None, kind="counted", copies=47, on=date(2026, 1, 1),
        by=national,
    )  # fmt: skip

    assert copies_left(version, None) == 47


def test_more_copies_than_there_are_cannot_be_handed_out(version, national):
    edition = EditionFactory(regional_network=RegionalNetworkFactory())
    enrolments = [EnrolmentFactory(edition=edition) for _each in range(3)]
    stocked(version, edition.regional_network, 2, national)

    with pytest.raises(Refused, match="Quedan 2 ejemplares"):
        hand_out_to_roster(
            edition=edition, version=version, enrolments=enrolments, on=date(2026, 1, 1),
            by=national,
        )  # fmt: skip

    assert Handout.objects.count() == 0


def test_handing_out_again_gives_nobody_a_second_copy(version, national):
    edition = EditionFactory()
    enrolments = [EnrolmentFactory(edition=edition) for _each in range(3)]
    stocked(version, None, 10, national)
    for some in (enrolments[:2], enrolments):
        hand_out_to_roster(
            edition=edition, version=version, enrolments=some, on=date(2026, 1, 1), by=national
        )

    assert Handout.objects.count() == 3
    assert copies_left(version, None) == 7


def test_anybody_reads_what_is_published_and_nothing_else(client, version, national):
    """Trap: drafts in what is public."""
    draft = draft_version(publication=version.publication, language="es", by=national)
    write_topic(version=draft, facts=TopicFacts(title="Secreto todavía", text="…"), by=national)

    page = client.get(reverse("manual-read", args=[version.publication.code])).content.decode()

    assert "Moja la piedra." in page
    assert "Secreto todavía" not in page
    assert client.get(reverse("manual-file", args=[draft.pk])).status_code == 404


def test_pictures_of_published_topics_are_public_and_those_of_drafts_are_not(client, national):
    version = PublicationVersionFactory(published_on=None)
    facts = TopicFacts(
        title="Polvo",
        text="Moja",
        picture=SimpleUploadedFile("foto.jpg", picture()),
        picture_words="Una mujer moja la piedra",
    )
    topic = write_topic(version=version, facts=facts, by=national)
    address = reverse("topic-picture", args=[topic.pk])

    before = client.get(address).status_code
    publish_version(version=version, by=national, on=timezone.localdate())
    after = client.get(address)
    content = b"".join(after.streaming_content)
    after.close()

    assert (before, after.status_code, content[:2]) == (404, 200, b"\xff\xd8")


def test_a_regional_coordinator_moves_the_copies_of_her_region_alone(client, version):
    mine, other = RegionalNetworkFactory(), RegionalNetworkFactory()
    coordinator = RoleAssignmentFactory(
        user=UserFactory(), role=Role.REGIONAL_COORDINATOR, regional_network=mine
    ).user
    sign_in(client, coordinator)
    address = reverse("stock-add", args=[version.pk])
    said = {"kind": "printed", "copies": "5", "on": "01/01/2026"}

    answers = [
        client.post(address, said | {"regional_network": region.pk if region else ""}).status_code
        for region in (mine, other, None)
    ]

    assert answers == [302, 200, 404]
    assert (copies_left(version, mine), copies_left(version, other)) == (5, 0)


@pytest.mark.parametrize(("is_mine", "status"), [(True, 200), (False, 404)])
def test_a_receipt_opens_to_whoever_keeps_the_copies_of_that_region(
    client, version, national, is_mine, status
):
    region = RegionalNetworkFactory()
    stocked(version, region, 5, national)
    handout = hand_out_to_organisation(
        version=version,
        regional_network=region,
        organisation=OrganisationFactory(),
        copies=2,
        on=date(2026, 1, 2),
        by=national,
        receipt=SimpleUploadedFile("recibo.jpg", picture()),
    )
    place = region if is_mine else RegionalNetworkFactory()
    reader = RoleAssignmentFactory(
        user=UserFactory(), role=Role.REGIONAL_COORDINATOR, regional_network=place
    ).user

    answer = sign_in(client, reader).get(reverse("document-download", args=[handout.receipt_id]))
    answer.close()

    assert answer.status_code == status
