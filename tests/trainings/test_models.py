"""What PostgreSQL refuses of trainings, whoever writes."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from network.partners.models import Programme
from tests.factories.members import OrganisationFactory, PersonFactory
from tests.factories.trainings import (
    AttendanceFactory,
    CertificateFactory,
    CompletionFactory,
    CourseFactory,
    EditionFactory,
    EditionTrainerFactory,
    EnrolmentFactory,
    PublicationVersionFactory,
    SessionFactory,
    TestScoreFactory,
)
from trainings.models import Certificate, Completion, EditionFunding, Quota, Topic

pytestmark = pytest.mark.django_db


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def constraint_of(error):
    return error.value.__cause__.diag.constraint_name


def test_a_session_outside_its_edition_is_refused():
    edition = EditionFactory()

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        SessionFactory(edition=edition, held_on=edition.ends_on + timedelta(days=1))

    assert constraint_of(error) == "trainings_session_inside"


def test_an_edition_cannot_leave_its_sessions_outside():
    session = SessionFactory()
    session.edition.starts_on += timedelta(days=1)

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        session.edition.save()

    assert constraint_of(error) == "trainings_session_inside"


def test_a_trainer_is_in_one_session_at_a_time():
    trainer = PersonFactory()
    SessionFactory(trainer=trainer)

    with refused_by("trainings_session_trainer"), transaction.atomic():
        SessionFactory(trainer=trainer, starts_at=time(12), ends_at=time(16))

    SessionFactory(trainer=trainer, starts_at=time(13), ends_at=time(17))


def test_two_sessions_of_an_edition_do_not_overlap():
    first = SessionFactory()

    with refused_by("trainings_session_overlap"), transaction.atomic():
        SessionFactory(edition=first.edition, starts_at=time(8), ends_at=time(12))

    SessionFactory(edition=first.edition, starts_at=time(14), ends_at=time(18))


def test_planned_hours_fit_between_start_and_end():
    with refused_by("trainings_session_hours"), transaction.atomic():
        SessionFactory(planned_hours=Decimal("4.25"))


def test_a_mark_for_somebody_not_enrolled_in_the_edition_is_refused():
    session, elsewhere = SessionFactory(), EnrolmentFactory()

    with refused_by("trainings_attendance_enrolment_edition"), transaction.atomic():
        AttendanceFactory(session=session, enrolment=elsewhere)


def test_a_score_above_the_maximum_is_refused():
    with refused_by("trainings_testscore_range"), transaction.atomic():
        TestScoreFactory(score=Decimal("20.5"), maximum=Decimal(20))


def test_shares_of_programmes_never_pass_the_whole():
    edition = EditionFactory()
    programmes = [Programme.objects.create(name=f"P{n}", code=f"p{n}") for n in range(2)]
    EditionFunding.objects.create(edition=edition, programme=programmes[0], share=Decimal(60))

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        EditionFunding.objects.create(edition=edition, programme=programmes[1], share=Decimal(41))

    assert constraint_of(error) == "trainings_editionfunding_whole"


def test_what_a_certificate_says_cannot_be_changed():
    certificate = CertificateFactory()

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(content={"name": "Otra"})

    assert constraint_of(error) == "trainings_certificate_frozen"


def test_a_certificate_is_never_deleted():
    certificate = CertificateFactory()

    with pytest.raises(InternalError), transaction.atomic():
        certificate.delete()


def of_another_person():
    CompletionFactory(enrolment=EnrolmentFactory(), person=PersonFactory())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def of_another_course():
    CompletionFactory(course=CourseFactory())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def marked(**session):
    AttendanceFactory(session=SessionFactory(**session))


def tomorrow():
    return EditionFactory(starts_on=timezone.localdate() + timedelta(days=1))


def changed_after_its_certificate(**values):
    completion = CertificateFactory().completion
    Completion.objects.filter(pk=completion.pk).update(**values)


@pytest.mark.parametrize(
    ("rule", "write"),
    [
        ("trainings_completion_person", of_another_person),
        ("trainings_completion_course", of_another_course),
        ("trainings_edition_course", lambda: EditionFactory(course=CourseFactory())),
        (
            "trainings_attendance_held",
            lambda: marked(cancelled_at=timezone.now(), cancel_reason="Lluvia"),
        ),
        ("trainings_attendance_held", lambda: marked(edition=tomorrow())),
        ("trainings_attendance_coming", lambda: AttendanceFactory(enrolment__state="withdrew")),
        (
            "trainings_quota_seats",
            lambda: Quota.objects.create(
                edition=EditionFactory(seats=5), organisation=OrganisationFactory(), seats=6
            ),
        ),
        ("trainings_session_cancelled", lambda: SessionFactory(cancelled_at=timezone.now())),
        (
            "trainings_topic_draft",
            lambda: Topic.objects.create(
                version=PublicationVersionFactory(), order=1, title="Polvo", text="Moja"
            ),
        ),
        ("trainings_enrolment_state", lambda: EnrolmentFactory(state="zzz")),
        ("trainings_completion_result", lambda: CompletionFactory(result="zzz", reason="x")),
        ("trainings_testscore_moment", lambda: TestScoreFactory(moment="zzz")),
        (
            "trainings_completion_certified",
            lambda: changed_after_its_certificate(valid_until=date(2040, 1, 1)),
        ),
        ("trainings_completion_certified", lambda: changed_after_its_certificate(hours=99)),
        (
            "trainings_certificate_annulled",
            lambda: [
                CertificateFactory(revoked_on=timezone.localdate(), revocation="error"),
                Certificate.objects.update(revoked_on=None, revocation=""),
            ],
        ),
    ],
)
def test_what_no_form_would_send_is_refused_too(rule, write):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()

    assert constraint_of(error) == rule


def test_a_person_is_once_in_an_edition():
    enrolment = EnrolmentFactory()

    with refused_by("trainings_enrolment_once"), transaction.atomic():
        EnrolmentFactory(edition=enrolment.edition, person=enrolment.person)


def test_a_trainer_is_once_in_an_edition():
    trainer = EditionTrainerFactory()

    with refused_by("trainings_editiontrainer_once"), transaction.atomic():
        EditionTrainerFactory(edition=trainer.edition, person=trainer.person)
