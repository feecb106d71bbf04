"""Courses, their versions and who must hold them: verbs, refusals, and their pages."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from members.models import Role, User
from network.base.errors import Refused
from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in
from tests.factories.members import AffiliationFactory, MembershipFactory
from tests.factories.trainings import (
    CertificateFactory,
    CompletionFactory,
    CourseFactory,
    CourseVersionFactory,
    EditionFactory,
    RequirementFactory,
)
from tests.pages import text_of
from trainings.actions import courses as actions
from trainings.actions.courses import CourseFacts, VersionFacts
from trainings.courses import rule_in_words, validity_in_words
from trainings.models import Completion, Course, CourseVersion, Exemption, Requirement

TODAY = timezone.localdate()
FACTS = VersionFacts(hours=Decimal("8.0"), in_use_from=date(2026, 1, 1))

pytestmark = pytest.mark.django_db


@pytest.fixture
def national() -> User:
    user = UserFactory()
    RoleAssignmentFactory(user=user, role=Role.NATIONAL_COORDINATOR)
    return user


# --- Courses -------------------------------------------------------------------------------------
def test_a_course_gets_a_key_of_its_own(national):
    names = [
        "Cuentas claras",
        "Seguridad en el trabajo minero",
        "Seguridad en el trabajo minero II",
    ]

    codes = [
        actions.register_course(facts=CourseFacts(name, "finance"), by=national).code
        for name in names
    ]

    assert codes == ["cuentas-claras", "seguridad-en-el-trabajo", "seguridad-en-el-trabajo-2"]


def test_a_name_is_taken_once(national):
    CourseFactory(name="Liderazgo I")

    with pytest.raises(Refused, match="Ya hay un curso con ese nombre") as refusal:
        actions.register_course(facts=CourseFacts("LIDERAZGO I", "leadership"), by=national)
    assert refusal.value.field == "name"


def test_a_refresher_of_a_refresher_is_refused(national):
    refresher = CourseFactory(renews=CourseFactory())

    with pytest.raises(Refused, match="Elige el curso principal"):
        actions.register_course(
            facts=CourseFacts("Repaso del repaso", "safety", renews=refresher), by=national
        )
    with pytest.raises(Refused, match="no puede renovar a su vez"):
        actions.correct_course(
            course=refresher.renews,
            facts=CourseFacts("Seguridad", "safety", renews=CourseFactory()),
            by=national,
        )


def test_a_retired_course_is_not_taught_and_can_be_again(national):
    course = CourseFactory()

    actions.retire_course(course=course, day=TODAY, by=national)
    assert not Course.objects.taught().exists()
    actions.reopen_course(course=course, by=national)
    assert Course.objects.taught().get() == course


# --- Versions ------------------------------------------------------------------------------------
def test_versions_are_numbered_one_after_another(national):
    course = CourseFactory()

    numbers = [actions.make_version(course=course, facts=FACTS, by=national).number for _ in "ab"]

    assert numbers == [1, 2]


def test_a_version_without_results_is_corrected(national):
    version = actions.make_version(course=CourseFactory(), facts=FACTS, by=national)

    actions.correct_version(version=version, facts=replace(FACTS, minimum_share=60), by=national)

    version.refresh_from_db()
    assert version.minimum_share == 60


def test_a_version_with_results_keeps_its_rule_and_not_its_words(national):
    version = actions.make_version(course=CourseFactory(), facts=FACTS, by=national)
    _completed(version)

    with pytest.raises(Refused, match="Ya hay 1 resultado .* Haz una versión nueva"):
        actions.correct_version(
            version=version, facts=replace(FACTS, minimum_share=60), by=national
        )
    actions.correct_version(version=version, facts=replace(FACTS, syllabus="Uno"), by=national)

    version.refresh_from_db()
    assert (version.minimum_share, version.syllabus) == (80, "Uno")


@pytest.mark.parametrize(
    "change",
    [
        {"minimum_share": 60},
        {"hours": Decimal(4)},
        {"validity": "rolling", "valid_months": 12},
        {"needs_test": True, "pass_mark": 60},
        {"refresh_window_days": 30},
        {"number": 9},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_refuses_to_change_a_rule_something_was_completed_under(change):
    version = CourseVersionFactory()
    _completed(version)

    with (
        pytest.raises(IntegrityError, match="something was completed under this version"),
        transaction.atomic(),
    ):
        CourseVersion.objects.filter(pk=version.pk).update(**change)
    assert CourseVersion.objects.filter(pk=version.pk).update(syllabus="Otro temario") == 1


def _completed(version: CourseVersion, **facts: object) -> Completion:
    edition = EditionFactory(version=version)
    return CompletionFactory(enrolment__edition=edition, **facts)


def test_changing_a_rule_never_changes_what_was_issued(national):
    """Trap: validity changes for issued certificates when the template is edited."""
    rolling = replace(FACTS, validity="rolling", valid_months=24)
    version = actions.make_version(course=CourseFactory(), facts=rolling, by=national)
    completion = _completed(version, valid_until=TODAY + timedelta(days=730))
    certificate = CertificateFactory(completion=completion)
    before = _kept(completion, certificate)

    with pytest.raises(Refused):
        actions.correct_version(
            version=version, facts=replace(rolling, valid_months=6), by=national
        )
    second = actions.make_version(
        course=version.course, facts=replace(rolling, valid_months=6, minimum_share=50), by=national
    )

    assert _kept(completion, certificate) == before
    version.refresh_from_db()
    assert (version.valid_months, second.valid_months) == (24, 6)


def _kept(*rows: object) -> list[dict[str, object]]:
    return [type(row).objects.filter(pk=row.pk).values().get() for row in rows]


def test_rule_and_validity_are_told_in_words():
    version = CourseVersionFactory.build(
        minimum_share=80, needs_test=True, pass_mark=60, validity="rolling", valid_months=24
    )
    season = CourseVersionFactory.build(validity="season", season_month=3, season_day=31)

    assert rule_in_words(version) == (
        "Asistir al 80 % de las horas previstas y sacar al menos 60 % en la prueba final"
    )
    assert validity_in_words(version) == (
        "Vence a los 24 meses de completarlo. Se renueva desde 90 días antes"
    )
    assert validity_in_words(season).startswith("Vence cada año el 31 de marzo")


# --- Who must hold it ----------------------------------------------------------------------------
def test_a_course_is_asked_once_of_a_group(national):
    course = CourseFactory()
    asked = {"role": "member", "course": course, "starts_on": TODAY, "reason": "", "by": national}
    requirement = actions.add_requirement(**asked)

    with pytest.raises(Refused, match="ya se pide a ese grupo"):
        actions.add_requirement(**asked)
    actions.end_requirement(requirement=requirement, last_day=TODAY, by=national)
    actions.add_requirement(**asked)
    assert Requirement.objects.count() == 2


def test_a_refresher_is_not_asked_of_anybody(national):
    refresher = CourseFactory(renews=CourseFactory())

    with pytest.raises(Refused, match="Pide el curso principal"):
        actions.add_requirement(
            role="member", course=refresher, starts_on=TODAY, reason="", by=national
        )


def test_a_requirement_does_not_end_before_it_began(national):
    with pytest.raises(Refused, match="anterior a la de inicio") as refusal:
        actions.end_requirement(
            requirement=RequirementFactory(), last_day=TODAY - timedelta(days=1), by=national
        )
    assert refusal.value.field == "last_day"


def test_an_organisation_is_exempt_with_a_reason_and_no_longer(national):
    requirement = RequirementFactory()
    organisation = AffiliationFactory().organisation
    given = {"requirement": requirement, "organisation": organisation, "by": national}

    with pytest.raises(Refused, match="Escribe por qué"):
        actions.exempt_organisation(**given, reason="")
    exemption = actions.exempt_organisation(**given, reason="No pallaquea")
    with pytest.raises(Refused, match="ya no se le pide"):
        actions.exempt_organisation(**given, reason="No pallaquea")
    actions.end_exemption(exemption=exemption, by=national)
    assert Exemption.objects.count() == 0


# --- Pages ---------------------------------------------------------------------------------------
def test_the_page_of_a_course_tells_rule_validity_editions_and_who_must_hold_it(client, national):
    version = CourseVersionFactory(validity="rolling", valid_months=24)
    membership = MembershipFactory(organisation=AffiliationFactory().organisation)
    MembershipFactory(organisation=membership.organisation)
    RequirementFactory(course=version.course)
    CompletionFactory(
        enrolment__edition=EditionFactory(version=version), enrolment__person=membership.person
    )
    CourseFactory(name="Repaso de seguridad", renews=version.course)

    page = sign_in(client, national).get(reverse("course-detail", args=[version.course.pk]))

    said = text_of(page)
    assert "Asistir al 80 % de las horas previstas" in said
    assert "Vence a los 24 meses de completarlo" in said
    assert "1 resultado con esta versión" in said
    assert "1 dada" in said
    assert "1 de 2 lo tienen vigente; faltan 1" in said
    assert "Repaso de seguridad" in said
    assert "1 mujer lo tiene vigente" in said


def _answers(**changes: str) -> dict[str, str]:
    return {
        "hours": "8",
        "in_use_from": "01/01/2026",
        "minimum_share": "80",
        "validity": "none",
        "refresh_window_days": "90",
    } | changes


def test_a_version_is_checked_before_it_is_kept(client, national):
    course = CourseFactory()
    address = reverse("course-version-add", args=[course.pk])
    browser = sign_in(client, national)

    review = browser.post(address, _answers(paso="revisar"))
    assert "Revisa antes de guardar" in text_of(review)
    assert course.versions.count() == 0
    browser.post(address, _answers(paso="guardar"))
    assert course.versions.get().hours == 8


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"validity": "rolling"}, "Escribe a los cuántos meses vence"),
        ({"validity": "season"}, "Escribe el día en que vence"),
        ({"needs_test": "on"}, "Con prueba final se pide una nota mínima"),
    ],
)
def test_what_a_version_lacks_is_asked_for_at_its_field(client, national, changes, sentence):
    course = CourseFactory()
    address = reverse("course-version-add", args=[course.pk])

    page = sign_in(client, national).post(address, _answers(paso="guardar", **changes))

    assert sentence in text_of(page)
    assert 'value="8"' in page.content.decode()
    assert course.versions.count() == 0


def test_a_frozen_rule_is_refused_on_its_page_with_nothing_lost(client, national):
    version = CourseVersionFactory()
    _completed(version)
    address = reverse("course-version-edit", args=[version.pk])

    page = sign_in(client, national).post(address, _answers(paso="guardar", minimum_share="55"))

    assert "Haz una versión nueva" in text_of(page)
    assert 'value="55"' in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_cost_the_same_with_more_rows(client, national, count, django_assert_num_queries):
    for _ in range(count):
        version = CourseVersionFactory()
        actions.exempt_organisation(
            requirement=RequirementFactory(course=version.course),
            organisation=AffiliationFactory().organisation,
            reason="No pallaquea",
            by=national,
        )
    browser = sign_in(client, national)
    browser.get(reverse("course-list"))

    with django_assert_num_queries(5):
        courses = browser.get(reverse("course-list"))
    with django_assert_num_queries(6):
        requirements = browser.get(reverse("requirement-list"))
    assert len(courses.context["listing"].rows) == count
    assert text_of(requirements).count("No se pide en") == count
