from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Person, Role
from network.base.contracts import declared
from network.base.figures import UNKNOWN, Question, Ratio
from network.partners.models import Programme
from network.places.models import District
from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in
from tests.factories.members import (
    AffiliationFactory,
    MembershipFactory,
    OrganisationFactory,
    PersonFactory,
    RegionalNetworkFactory,
)
from tests.factories.trainings import (
    AttendanceFactory,
    CertificateFactory,
    CompletionFactory,
    CourseFactory,
    CourseVersionFactory,
    EditionFactory,
    EnrolmentFactory,
    RequirementFactory,
    SessionFactory,
    TestScoreFactory,
)
from tests.trainings.clients import file_rows
from trainings.actions.certificates import reissue_certificate
from trainings.models import EditionFunding

pytestmark = pytest.mark.django_db


def figure(name):
    return declared("figures")[name]


def number(name, **question):
    return figure(name).compute(Question(**question))


def parts(name, split, **question):
    return {p.key: p.value for p in figure(name).counting.by(Question(**question), split)}


def completed(person, course=None, **values):
    version = CourseVersionFactory(course=course or CourseFactory())
    edition = EditionFactory(version=version, starts_on=date(2026, 3, 1))
    values = {"completed_on": date(2026, 3, 14)} | values
    return CompletionFactory(enrolment=EnrolmentFactory(edition=edition, person=person), **values)


def test_marks_participants_completed_and_certified_are_four_numbers():
    edition = EditionFactory(starts_on=timezone.localdate() - timedelta(days=7))
    her = EnrolmentFactory(edition=edition)
    for day in range(4):
        session = SessionFactory(edition=edition, held_on=edition.starts_on + timedelta(days=day))
        AttendanceFactory(session=session, enrolment=her, mark="l" if day else "p")
        AttendanceFactory(session=session, enrolment__edition=edition, mark="a")
    CompletionFactory(enrolment=her)

    found = [number(n) for n in ("participations", "participants", "completions", "certificates")]

    assert found == [4, 1, 1, 0]
    assert number("attended_hours") == Decimal(16)


def test_not_marked_absent_and_excused_did_not_come():
    session = SessionFactory()
    for mark in ("", "a", "e", "p", "l"):
        AttendanceFactory(session=session, enrolment__edition=session.edition, mark=mark)

    assert number("participations") == 2


def test_a_woman_in_two_organisations_is_one_participant_under_every_split():
    her = PersonFactory(sex="f", born_on=date(2000, 1, 1))
    for _each in range(2):
        edition = EditionFactory()
        line = EnrolmentFactory(edition=edition, person=her)
        AttendanceFactory(session=SessionFactory(edition=edition), enrolment=line)

    assert number("participants") == 1
    assert list(parts("participants", "organizacion").values()) == [1, 1]
    assert parts("participants", "sexo") == {"f": 1}


def test_an_unrecognised_walk_in_counts_once_for_the_edition():
    edition = EditionFactory(starts_on=timezone.localdate() - timedelta(days=7))
    walk_in = EnrolmentFactory(edition=edition, person=None, walk_in_name="Rosa Quispe")
    for day in range(2):
        session = SessionFactory(edition=edition, held_on=edition.starts_on + timedelta(days=day))
        AttendanceFactory(session=session, enrolment=walk_in)

    assert number("participants") == 1
    assert parts("participants", "sexo") == {UNKNOWN: 1}


def test_whoever_was_recognised_in_another_line_is_counted_there():
    session = SessionFactory()
    line = EnrolmentFactory(edition=session.edition)
    other = EnrolmentFactory(
        edition=session.edition, person=None, walk_in_name="Rosa", joined_into=line
    )
    AttendanceFactory(session=session, enrolment=line)
    AttendanceFactory(session=session, enrolment=other)

    assert (number("participations"), number("participants")) == (1, 1)


def test_renewing_a_course_does_not_add_to_courses_completed():
    her, course = PersonFactory(sex="f"), CourseFactory()
    version = CourseVersionFactory(course=course)
    for year in (2025, 2026):
        edition = EditionFactory(version=version, starts_on=date(year, 3, 1))
        CompletionFactory(
            enrolment=EnrolmentFactory(edition=edition, person=her), completed_on=edition.ends_on
        )

    assert (number("completions"), number("people_completed")) == (1, 1)


def test_a_cumulative_number_is_distinct_and_not_the_sum_of_the_years():
    her = PersonFactory(sex="f")
    completed(her, completed_on=date(2025, 5, 1))
    completed(her, completed_on=date(2026, 5, 1))

    years = [
        number("people_completed", first=date(year, 1, 1), last=date(year, 12, 31))
        for year in (2025, 2026)
    ]

    assert (years, number("people_completed")) == ([1, 1], 1)


def test_old_records_nobody_verified_are_apart_from_everything_else():
    her = PersonFactory(sex="f")
    completed(her, is_verified=False)

    assert number("completions_unverified") == 1
    assert [number(n) for n in ("completions", "people_completed", "women_trained")] == [0, 0, 0]


def test_women_trained_are_women_of_leadership_or_safety():
    completed(PersonFactory(sex="f"), CourseFactory(theme="leadership"))
    completed(PersonFactory(sex="f"), CourseFactory(theme="finance"))
    completed(PersonFactory(sex="m"), CourseFactory(theme="safety"))
    completed(PersonFactory(sex="u"), CourseFactory(theme="safety"))

    assert number("women_trained") == 1


@pytest.mark.parametrize(
    ("born_on", "precision", "band"),
    [
        (date(2011, 12, 31), "d", "15-17"),
        (date(2008, 12, 31), "d", "18-24"),
        (date(2009, 1, 1), "d", "15-17"),
        (date(2001, 6, 1), "y", "25-29"),
        (None, "d", UNKNOWN),
    ],
)
def test_age_is_taken_at_the_end_of_the_period(born_on, precision, band):
    completed(PersonFactory(born_on=born_on, born_precision=precision))

    assert parts("completions", "edad", last=date(2026, 12, 31)) == {band: 1}


def test_what_two_programmes_pay_is_in_both_parts_and_once_in_the_whole():
    done = completed(PersonFactory())
    for code in ("a", "b"):
        programme = Programme.objects.create(name=code, code=code)
        EditionFunding.objects.create(
            edition=done.enrolment.edition, programme=programme, share=Decimal(50)
        )

    assert number("completions") == 1
    assert sorted(parts("completions", "programa").values()) == [1, 1]


def test_a_replaced_and_a_revoked_certificate_do_not_count():
    first = CertificateFactory()
    CertificateFactory(revoked_on=timezone.localdate(), revocation="error")
    first.replaced_by = CertificateFactory(completion=CompletionFactory())
    first.save()

    assert number("certificates") == 1


def test_a_duplicate_leaves_the_certificate_in_the_year_it_was_issued(national):
    certificate = CertificateFactory(year=2024, issued_on=date(2024, 5, 10))
    person = certificate.completion.person
    Person.objects.filter(pk=person.pk).update(given_names="Otra")
    reissue_certificate(certificate=certificate, by=national, reason="nombre")

    year = {"first": date(2024, 1, 1), "last": date(2024, 12, 31)}

    assert number("certificates", **year) == 1
    assert number("certificates", first=timezone.localdate(), last=timezone.localdate()) == 0
    listed = file_rows(national, "certificates", "anulada=no&desde=2024-01-01&hasta=2024-12-31")
    assert len(listed) == 2


@pytest.mark.parametrize("left", ["trashed_at", "withdrawn_at"])
def test_who_leaves_the_record_stays_in_what_was_counted_and_goes_unnamed(left, national):
    her = PersonFactory(sex="f", given_names="Zenobia")
    done = completed(her)
    CertificateFactory(completion=done)
    counted = ("completions", "people_completed", "women_trained", "certificates")

    Person.objects.filter(pk=her.pk).update(**{left: timezone.now()})

    assert [number(name) for name in counted] == [1, 1, 1, 1]
    for name in ("completions", "certificates"):
        rows = file_rows(national, name, is_personal=True)
        assert len(rows) == 2
        assert "Zenobia" not in str(rows)
        assert str(her.pk) not in str(rows)


def test_the_gain_is_of_matched_pairs_only():
    both, only_after = EnrolmentFactory(), EnrolmentFactory()
    TestScoreFactory(enrolment=both, moment="before", score=8)
    TestScoreFactory(enrolment=both, moment="after", score=16)
    TestScoreFactory(enrolment=only_after, moment="after", score=20)

    assert float(number("paired_gain")) == 40.0


def test_the_gain_of_a_region_is_of_the_pairs_of_women_who_came_from_it():
    district = District.objects.all()[0]
    here = OrganisationFactory(district=district)
    for score, organisation in ((16, here), (12, here), (20, None)):
        line = EnrolmentFactory(organisation=organisation)
        TestScoreFactory(enrolment=line, moment="before", score=8)
        TestScoreFactory(enrolment=line, moment="after", score=score)
    TestScoreFactory(enrolment__organisation=here, moment="after", score=20)

    found = parts("paired_gain", "region")

    region = district.province.department_id
    assert {key: float(gain) for key, gain in found.items()} == {str(region): 30, UNKNOWN: 60}


def test_the_coverage_counts_a_woman_for_each_requirement_and_organisation():
    requirement = RequirementFactory(role="member")
    RequirementFactory(course=requirement.course, role="office_holder")
    one, other = AffiliationFactory().organisation, AffiliationFactory().organisation
    both, alone = PersonFactory(), PersonFactory()
    for person, organisation in ((both, one), (both, other), (alone, one)):
        MembershipFactory(person=person, organisation=organisation)
    completed(both, requirement.course, valid_until=date(2099, 1, 1))

    assert number("requirement_coverage") == Ratio(2, 3)
    assert parts("requirement_coverage", "organizacion") == {
        str(one.pk): Ratio(1, 2),
        str(other.pk): Ratio(1, 1),
    }
    assert parts("requirement_coverage", "requisito") == {str(requirement.pk): Ratio(2, 3)}


def test_the_coverage_is_without_those_of_whom_it_is_not_asked():
    assert number("requirement_coverage") == Ratio(0, 0)
    assert number("requirement_coverage").percent is None


def test_a_regional_coordinator_counts_those_who_came_from_her_region():
    mine, hers = RegionalNetworkFactory(), OrganisationFactory()
    AffiliationFactory(organisation=hers, regional_network=mine)
    coordinator = RoleAssignmentFactory(
        user=UserFactory(), role=Role.REGIONAL_COORDINATOR, regional_network=mine
    ).user
    session = SessionFactory()
    for organisation in (hers, OrganisationFactory()):
        line = EnrolmentFactory(edition=session.edition, organisation=organisation)
        AttendanceFactory(session=session, enrolment=line)

    assert number("participants", user=coordinator) == 1
    assert number("participants") == 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_number_and_its_parts_take_one_query_each(count, django_assert_num_queries):
    for _each in range(count):
        completed(PersonFactory())

    with django_assert_num_queries(1):
        number("completions")
    with django_assert_num_queries(1):
        parts("completions", "region")


@pytest.mark.parametrize(
    ("name", "is_asked", "said"),
    [
        ("requirement_coverage", False, "Contado hoy"),
        ("participants", True, "Contado desde el comienzo"),
    ],
)
def test_a_figure_of_today_is_asked_for_no_period(client, national, name, is_asked, said):
    text = sign_in(client, national).get(reverse("figure-detail", args=[name])).content.decode()

    assert ('name="desde"' in text, said in text) == (is_asked, True)
