"""Least valid rows of trainings. An edition's sessions lie on its first day unless told."""

from datetime import time, timedelta
from decimal import Decimal

import factory
from django.utils import timezone

from network.base.ids import new_id
from tests.factories.members import OrganisationFactory, PersonFactory
from trainings.certificates import content_of, digest
from trainings.models import (
    Attendance,
    Certificate,
    Completion,
    Course,
    CourseVersion,
    Edition,
    EditionTrainer,
    Enrolment,
    Publication,
    PublicationVersion,
    Requirement,
    Session,
    Signatory,
    TestScore,
)


class CourseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Course

    name = factory.Sequence(lambda n: f"Trabajo seguro en el pallaqueo {n}")
    code = factory.Sequence(lambda n: f"trabajo-seguro-{n}")
    theme = "safety"


class CourseVersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CourseVersion

    course = factory.SubFactory(CourseFactory)
    number = 1
    hours = Decimal("8")
    in_use_from = factory.LazyFunction(timezone.localdate)


class EditionFactory(factory.django.DjangoModelFactory):
    """Two weeks from today unless told."""

    class Meta:
        model = Edition

    version = factory.SubFactory(CourseVersionFactory)
    course = factory.SelfAttribute("version.course")
    number = factory.Sequence(lambda n: n + 1)
    starts_on = factory.LazyFunction(timezone.localdate)
    ends_on = factory.LazyAttribute(lambda o: o.starts_on + timedelta(days=13))


class SessionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Session

    edition = factory.SubFactory(EditionFactory)
    held_on = factory.SelfAttribute("edition.starts_on")
    starts_at = time(9)
    ends_at = time(13)
    planned_hours = Decimal("4")
    code = factory.Sequence(lambda n: "".join(chr(65 + n // 26**i % 26) for i in range(6)))


class EditionTrainerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EditionTrainer

    edition = factory.SubFactory(EditionFactory)
    person = factory.SubFactory(PersonFactory)


class EnrolmentFactory(factory.django.DjangoModelFactory):
    """`EnrolmentFactory(person=None, walk_in_name="Rosa Quispe")` is a walk-in."""

    class Meta:
        model = Enrolment

    edition = factory.SubFactory(EditionFactory)
    person = factory.SubFactory(PersonFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    state = Enrolment.State.CONFIRMED
    state_changed_at = factory.LazyFunction(timezone.now)


class AttendanceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Attendance

    session = factory.SubFactory(SessionFactory)
    enrolment = factory.SubFactory(
        EnrolmentFactory, edition=factory.SelfAttribute("..session.edition")
    )
    edition = factory.SelfAttribute("session.edition")
    mark = Attendance.Mark.PRESENT
    origin = Attendance.Origin.GRID
    marked_at = factory.LazyFunction(timezone.now)
    received_at = factory.LazyFunction(timezone.now)


class TestScoreFactory(factory.django.DjangoModelFactory):
    __test__ = False

    class Meta:
        model = TestScore

    enrolment = factory.SubFactory(EnrolmentFactory)
    moment = TestScore.Moment.AFTER
    score = Decimal("16")
    maximum = Decimal("20")
    taken_on = factory.LazyFunction(timezone.localdate)


class CompletionFactory(factory.django.DjangoModelFactory):
    """Of an edition; `CompletionFactory(enrolment=None, origin="paper", ...)` is an old record."""

    class Meta:
        model = Completion

    enrolment = factory.SubFactory(EnrolmentFactory)
    person = factory.SelfAttribute("enrolment.person")
    organisation = factory.SelfAttribute("enrolment.organisation")
    version = factory.SelfAttribute("enrolment.edition.version")
    course = factory.SelfAttribute("version.course")
    result = Completion.Result.COMPLETED
    completed_on = factory.LazyFunction(timezone.localdate)
    hours = Decimal("8")
    planned_hours = Decimal("8")
    approved_at = factory.LazyFunction(timezone.now)


class CertificateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Certificate

    id = factory.LazyFunction(new_id)
    completion = factory.SubFactory(CompletionFactory)
    year = 2026
    number = factory.Sequence(lambda n: n + 1)
    code = factory.Sequence(lambda n: f"AAAA{n:04d}")
    issued_on = factory.LazyFunction(timezone.localdate)
    valid_until = factory.SelfAttribute("completion.valid_until")
    content = factory.LazyAttribute(
        lambda o: content_of(
            o.completion,
            number=f"{o.year}-{o.number:06d}",
            issued_on=o.issued_on,
            signatories=(),
        ).as_json()
    )
    content_sha256 = factory.LazyAttribute(lambda o: digest(o.content))


class SignatoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Signatory

    name = "Rosa Mamani Quispe"
    post = "Presidenta de la red"
    starts_on = factory.LazyFunction(timezone.localdate)


class RequirementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Requirement

    role = "member"
    course = factory.SubFactory(CourseFactory)
    starts_on = factory.LazyFunction(timezone.localdate)


class PublicationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Publication

    name = factory.Sequence(lambda n: f"Manual de seguridad para pallaqueras {n}")
    code = factory.Sequence(lambda n: f"manual-{n}")


class PublicationVersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PublicationVersion

    publication = factory.SubFactory(PublicationFactory)
    number = 1
    published_on = factory.LazyFunction(timezone.localdate)
