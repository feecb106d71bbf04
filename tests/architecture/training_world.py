"""Rows of trainings for the access matrix: one of every sort, in a region."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from members.models import Organisation, Person, RegionalNetwork
from tests.factories.members import OrganisationFactory
from tests.factories.trainings import (
    AttendanceFactory,
    CertificateFactory,
    CompletionFactory,
    EditionFactory,
    EnrolmentFactory,
    PublicationVersionFactory,
    RequirementFactory,
    SessionFactory,
    SignatoryFactory,
)
from trainings.models import Exemption, Topic
from trainings.results import opinion_token


def training_keys(
    side: str, network: RegionalNetwork, organisation: Organisation, person: Person
) -> dict[str, dict[str, Any]]:
    """An edition run by the region with a closed session, a member, a walk-in and a certificate."""
    edition = EditionFactory(regional_network=network, starts_on=timezone.localdate())
    session = SessionFactory(edition=edition)
    enrolment = EnrolmentFactory(edition=edition, person=person, organisation=organisation)
    walk_in = EnrolmentFactory(
        edition=edition, person=None, organisation=None, walk_in_name=f"Rosa Quispe {side}"
    )
    AttendanceFactory(session=session, enrolment=enrolment)
    earlier = EditionFactory(
        version=edition.version,
        regional_network=network,
        starts_on=timezone.localdate() - timedelta(days=60),
    )
    completion = CompletionFactory(
        enrolment=EnrolmentFactory(edition=earlier, person=person, organisation=organisation),
        completed_on=earlier.ends_on,
    )
    paper = CompletionFactory(
        enrolment=None,
        person=person,
        organisation=organisation,
        version=None,
        course=edition.course,
        origin="paper",
        is_verified=False,
        source="Cuaderno de actas",
    )
    certificate = CertificateFactory(completion=completion)
    publication = PublicationVersionFactory(published_on=None)
    topic = Topic.objects.create(version=publication, order=1, title="Polvo", text="Moja")
    publication.published_on = timezone.localdate()
    publication.save()
    signatory = SignatoryFactory(regional_network=network)
    requirement = RequirementFactory(course=edition.course)
    exemption = Exemption.objects.create(
        requirement=requirement, organisation=OrganisationFactory(), reason="No pallaquea"
    )
    return {
        "course": {"pk": edition.course.pk},
        "version": {"pk": edition.version.pk},
        "requirement": {"pk": requirement.pk},
        "exemption": {"pk": exemption.pk},
        "gap": {"requirement": requirement.pk, "organisation": organisation.pk},
        "invited": {"pk": enrolment.pk},
        "edition": {"pk": edition.pk},
        "propose_edition": {"pk": edition.pk},
        "session": {"pk": session.pk},
        "session_documents": {"pk": session.pk},
        "register": {"pk": organisation.pk},
        "opinion": {"token": opinion_token(edition)},
        "run_edition": {"pk": edition.pk},
        "run_session": {"pk": session.pk},
        "enrolment": {"pk": enrolment.pk},
        "walk_in": {"pk": walk_in.pk},
        "completion": {"pk": completion.pk},
        "paper": {"pk": paper.pk},
        "certificate": {"pk": certificate.pk},
        "certificate_code": {"code": certificate.code},
        "signatory": {"pk": signatory.pk},
        "certificate_list": {"year": certificate.year, "copy": certificate.copy},
        "publication": {"pk": publication.pk},
        "publication_code": {"code": publication.publication.code},
        "topic": {"pk": topic.pk},
        "topic_of": {"pk": publication.pk, "topic": topic.pk},
    }
