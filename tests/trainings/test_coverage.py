"""How many hold what they must: counted from the facts, kept beside them, and always the same."""

from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection
from django.utils import timezone

from members.models import Affiliation, Membership, Office, Organisation, Person
from tests.factories.members import (
    AffiliationFactory,
    MembershipFactory,
    OfficeFactory,
    OrganisationFactory,
    PersonFactory,
)
from tests.factories.trainings import (
    CompletionFactory,
    CourseFactory,
    CourseVersionFactory,
    EditionFactory,
    EditionTrainerFactory,
    EnrolmentFactory,
    RequirementFactory,
)
from trainings.actions.coverage import refresh_coverage
from trainings.coverage import Count, count_coverage
from trainings.holders import holders_of
from trainings.models import Completion, Coverage, Exemption, Requirement, StaleCoverage

TODAY = timezone.localdate()
ONE_DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def amanecer() -> Organisation:
    return AffiliationFactory(organisation__name="Amanecer Minero").organisation


def paper(person: Person, course: object, **facts: object) -> Completion:
    facts = {"completed_on": TODAY - timedelta(days=400), **facts}
    return CompletionFactory(
        enrolment=None,
        origin="paper",
        person=person,
        organisation=None,
        version=None,
        course=course,
        **facts,
    )


def member(organisation: Organisation, **facts: object) -> Person:
    return MembershipFactory(organisation=organisation, **facts).person


def counted(requirement: Requirement, organisation: Organisation, day: date = TODAY) -> Count:
    return count_coverage([requirement], day).cells[organisation.pk][requirement.pk]


# --- Who holds a role ----------------------------------------------------------------------------
def pairs(role: str, day: date = TODAY) -> set[tuple[object, object]]:
    return {(row["organisation"], row["person"]) for row in holders_of(role, day)}


def test_a_member_is_whoever_belongs_that_day_to_an_affiliated_organisation(amanecer):
    here = member(amanecer)
    member(amanecer, ends_on=TODAY - ONE_DAY)
    member(amanecer, starts_on=TODAY + ONE_DAY)
    member(OrganisationFactory(name="Sin afiliar"))
    member(amanecer, person=PersonFactory(trashed_at=timezone.now()))
    member(amanecer, person=PersonFactory(withdrawn_at=timezone.now()))

    assert pairs("member") == {(amanecer.pk, here.pk)}


def test_a_pallaquera_is_a_member_with_that_work(amanecer):
    pallaquera = member(amanecer, person=PersonFactory(occupation="pallaquera"))
    member(amanecer, person=PersonFactory(occupation="cook"))

    assert pairs("pallaquera") == {(amanecer.pk, pallaquera.pk)}


@pytest.mark.parametrize(
    ("post", "roles"),
    [
        ("president", {"office_holder", "president"}),
        ("treasurer", {"office_holder", "treasurer"}),
        ("safety", {"office_holder", "safety_delegate"}),
        ("secretary", {"office_holder"}),
    ],
)
def test_a_post_of_today_is_a_role(amanecer, post, roles):
    holder = OfficeFactory(organisation=amanecer, post=post).person
    OfficeFactory(organisation=amanecer, post="vocal_1", ends_on=TODAY - ONE_DAY)

    found = {
        role
        for role in ("office_holder", "president", "treasurer", "safety_delegate")
        if (amanecer.pk, holder.pk) in pairs(role)
    }
    assert found == roles
    assert len(pairs("office_holder")) == 1


def test_two_posts_are_one_office_holder(amanecer):
    holder = OfficeFactory(organisation=amanecer, post="president").person
    OfficeFactory(organisation=amanecer, post="safety", person=holder)

    assert list(holders_of("office_holder", TODAY)) == [
        {"organisation": amanecer.pk, "person": holder.pk}
    ]


@pytest.mark.parametrize(("days", "teaches"), [(100, True), (800, False)])
def test_a_trainer_taught_within_24_months(amanecer, days, teaches):
    trainer = member(amanecer)
    edition = EditionFactory(starts_on=TODAY - timedelta(days=days))
    EditionTrainerFactory(edition=edition, person=trainer)

    assert ((amanecer.pk, trainer.pk) in pairs("trainer")) is teaches


# --- What counts ---------------------------------------------------------------------------------
def test_covered_expiring_unverified_and_missing_are_told_apart(amanecer):
    requirement = RequirementFactory()
    course = requirement.course
    paper(member(amanecer), course)
    paper(member(amanecer), course, valid_until=TODAY + timedelta(days=90))
    paper(member(amanecer), course, valid_until=TODAY + timedelta(days=91))
    paper(member(amanecer), course, valid_until=TODAY - ONE_DAY)
    paper(member(amanecer), course, is_verified=False)
    paper(member(amanecer), course, voided_at=timezone.now())
    paper(member(amanecer), course, result="not_completed", reason="No llegó")
    member(amanecer)

    count = counted(requirement, amanecer)

    assert count == Count(due=8, covered=3, expiring=1, unverified=1)
    assert count.missing == 5


def test_a_course_is_renewed_by_its_refresher(amanecer):
    requirement = RequirementFactory()
    refresher = CourseFactory(renews=requirement.course)
    woman = member(amanecer)
    paper(woman, requirement.course, valid_until=TODAY - timedelta(days=30))
    paper(woman, refresher, valid_until=TODAY + timedelta(days=300), completed_on=TODAY)

    assert counted(requirement, amanecer) == Count(due=1, covered=1)


def test_a_refresher_alone_is_not_the_course(amanecer):
    requirement = RequirementFactory()
    paper(member(amanecer), CourseFactory(renews=requirement.course))

    assert counted(requirement, amanecer) == Count(due=1)


def test_a_verified_refresher_of_an_unverified_course_stays_unverified(amanecer):
    requirement = RequirementFactory()
    woman = member(amanecer)
    paper(woman, requirement.course, is_verified=False, valid_until=TODAY - ONE_DAY)
    paper(woman, CourseFactory(renews=requirement.course))

    assert counted(requirement, amanecer) == Count(due=1, unverified=1)


def test_second_certificate_refused_after_expiry_is_covered_by_a_second_completion(amanecer):
    """Trap: where an expired course cannot be completed again, she stays uncovered for ever."""
    requirement = RequirementFactory()
    version = CourseVersionFactory(course=requirement.course)
    woman = member(amanecer)
    for days, until in ((900, TODAY - timedelta(days=170)), (10, TODAY + timedelta(days=720))):
        edition = EditionFactory(version=version, starts_on=TODAY - timedelta(days=days + 13))
        CompletionFactory(
            enrolment=EnrolmentFactory(edition=edition, person=woman),
            completed_on=TODAY - timedelta(days=days),
            valid_until=until,
        )

    assert Completion.objects.filter(person=woman).count() == 2
    assert counted(requirement, amanecer) == Count(due=1, covered=1)


def test_leaver_is_not_due_any_more_and_still_counts_when_she_was(amanecer):
    """Trap: a leaver disappears from what happened while she was a member."""
    requirement = RequirementFactory(starts_on=TODAY - timedelta(days=365))
    leaver = member(amanecer, ends_on=TODAY - timedelta(days=10))
    completion = paper(leaver, requirement.course)

    then = TODAY - timedelta(days=30)
    assert amanecer.pk not in count_coverage([requirement], TODAY).cells
    assert counted(requirement, amanecer, then) == Count(due=1, covered=1)
    assert Completion.objects.achieved().filter(pk=completion.pk).exists()


def test_as_of_an_earlier_day_counts_what_was_valid_then(amanecer):
    requirement = RequirementFactory(starts_on=TODAY - timedelta(days=500))
    woman = member(amanecer)
    paper(
        woman,
        requirement.course,
        completed_on=TODAY - timedelta(days=100),
        valid_until=TODAY - ONE_DAY,
    )

    days = (TODAY, TODAY - timedelta(days=50), TODAY - timedelta(days=101))
    assert [counted(requirement, amanecer, day).covered for day in days] == [0, 1, 0]


def test_an_exempt_organisation_owes_nothing(amanecer):
    requirement = RequirementFactory()
    member(amanecer)
    Exemption.objects.create(requirement=requirement, organisation=amanecer, reason="No pallaquea")

    assert requirement.pk not in count_coverage([requirement], TODAY).cells[amanecer.pk]


def test_the_total_counts_a_woman_of_two_organisations_once(amanecer):
    requirement = RequirementFactory()
    other = AffiliationFactory().organisation
    both = member(amanecer)
    member(other, person=both)
    member(other)
    paper(both, requirement.course)

    found = count_coverage([requirement], TODAY)
    here = count_coverage([requirement], TODAY, [amanecer.pk])

    assert found.totals[requirement.pk] == Count(due=2, covered=1)
    assert found.totals[None].due == 2
    assert found.shared_members == 1
    assert here.totals[requirement.pk] == Count(due=1, covered=1)
    assert here.shared_members == 0


def test_where_one_of_her_organisations_is_exempt_nothing_is_taken_off_the_total(amanecer):
    requirement = RequirementFactory()
    other = AffiliationFactory().organisation
    both = member(amanecer)
    member(other, person=both)
    Exemption.objects.create(requirement=requirement, organisation=other, reason="No pallaquea")

    assert count_coverage([requirement], TODAY).totals[requirement.pk].due == 1


# --- What is kept --------------------------------------------------------------------------------
def test_counting_again_when_nothing_changed_does_nothing(amanecer):
    RequirementFactory()
    member(amanecer)

    assert refresh_coverage(day=TODAY) == 1
    assert StaleCoverage.objects.count() == 0
    assert refresh_coverage(day=TODAY) == 0


def test_a_new_day_is_counted_anew(amanecer):
    refresh_coverage(day=TODAY - ONE_DAY)

    assert refresh_coverage(day=TODAY) == 1
    assert set(Coverage.objects.values_list("as_of", flat=True)) == {TODAY}


class Network:
    """Random facts and random changes of them, some of which touch what is counted."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.organisations = [AffiliationFactory().organisation for _ in range(5)]
        self.people = [
            PersonFactory(occupation=self.rng.choice(["pallaquera", "cook"])) for _ in range(14)
        ]
        course, other = CourseFactory(), CourseFactory()
        self.courses = [course, other, CourseFactory(renews=course)]
        self.requirements = [
            RequirementFactory(course=course, role="member"),
            RequirementFactory(course=other, role="pallaquera"),
            RequirementFactory(course=course, role="office_holder"),
            RequirementFactory(course=other, role="trainer"),
        ]
        for person in self.people:
            for organisation in self.rng.sample(self.organisations, self.rng.choice([1, 1, 2, 3])):
                MembershipFactory(person=person, organisation=organisation)
        for _ in range(12):
            self.complete()

    def change(self) -> None:
        self.rng.choice(
            [
                self.complete,
                self.void,
                self.join,
                self.leave,
                self.trash,
                self.take_post,
                self.work,
                self.teach,
                self.disaffiliate,
                self.affiliate,
                self.exempt,
            ]
        )()

    def complete(self) -> None:
        paper(
            self.rng.choice(self.people),
            self.rng.choice(self.courses),
            completed_on=TODAY - timedelta(days=self.rng.randrange(10, 900)),
            valid_until=self.rng.choice(
                [None, TODAY - ONE_DAY, TODAY + ONE_DAY, TODAY + timedelta(days=400)]
            )
            if self.rng.random() < 0.9
            else None,
            is_verified=self.rng.random() < 0.8,
        )

    def void(self) -> None:
        row = self.rng.choice(list(Completion.objects.order_by("pk")))
        Completion.objects.filter(pk=row.pk).update(voided_at=timezone.now())

    def join(self) -> None:
        person, organisation = self.rng.choice(self.people), self.rng.choice(self.organisations)
        if not Membership.objects.filter(person=person, organisation=organisation).exists():
            MembershipFactory(person=person, organisation=organisation)

    def leave(self) -> None:
        row = self.rng.choice(list(Membership.objects.order_by("pk")))
        Membership.objects.filter(pk=row.pk).update(ends_on=TODAY - ONE_DAY)

    def trash(self) -> None:
        gone = timezone.now() if self.rng.random() < 0.5 else None
        Person.objects.filter(pk=self.rng.choice(self.people).pk).update(trashed_at=gone)

    def take_post(self) -> None:
        post = self.rng.choice(["president", "treasurer", "safety"])
        organisation = self.rng.choice(self.organisations)
        Office.objects.filter(organisation=organisation, post=post).delete()
        OfficeFactory(organisation=organisation, post=post, person=self.rng.choice(self.people))

    def work(self) -> None:
        Person.objects.filter(pk=self.rng.choice(self.people).pk).update(occupation="pallaquera")

    def teach(self) -> None:
        EditionTrainerFactory(person=self.rng.choice(self.people))

    def disaffiliate(self) -> None:
        row = self.rng.choice(self.organisations)
        Affiliation.objects.filter(organisation=row).update(ends_on=TODAY - ONE_DAY)

    def affiliate(self) -> None:
        Affiliation.objects.filter(organisation=self.rng.choice(self.organisations)).update(
            ends_on=None
        )

    def exempt(self) -> None:
        Exemption.objects.get_or_create(
            requirement=self.rng.choice(self.requirements),
            organisation=self.rng.choice(self.organisations),
            defaults={"reason": "No pallaquea"},
        )


def until(rows: list[Completion], requirement: Requirement) -> date | None:
    """The last day by any of these, if one of them is of the course itself."""
    if not any(c.course_id == requirement.course_id for c in rows):
        return None
    return max(c.valid_until or date.max for c in rows)


def recounted(requirements: list[Requirement], within: list[object] | None) -> object:
    """From the facts alone, one woman at a time: nothing of what is tested is used."""
    courses = {r.course_id: {r.course_id} for r in requirements}
    for main, refreshers in courses.items():
        refreshers |= set(
            type(requirements[0].course).objects.filter(renews=main).values_list("pk", flat=True)
        )
    cells: dict[object, dict[object, list[int]]] = {}
    totals: dict[object, dict[object, tuple[int, int, int]]] = {}
    for requirement in [None, *requirements]:
        key = requirement.pk if requirement else None
        role = requirement.role if requirement else "member"
        exempt = (
            set(
                Exemption.objects.filter(requirement=requirement).values_list(
                    "organisation", flat=True
                )
            )
            if requirement
            else set()
        )
        for pair in holders_of(role, TODAY):
            organisation, person = pair["organisation"], pair["person"]
            if organisation in exempt or (within is not None and organisation not in within):
                continue
            state = (0, 0, 0)
            if requirement:
                hers = Completion.objects.filter(
                    person=person, course__in=courses[requirement.course_id]
                )
                hers = [c for c in hers if c.result == "completed" and not c.voided_at]

                sure, any_ = (
                    until([c for c in hers if c.is_verified], requirement),
                    until(hers, requirement),
                )
                covered = sure is not None and sure >= TODAY
                expiring = covered and sure <= TODAY + timedelta(days=90)
                unverified = not covered and any_ is not None and any_ >= TODAY
                state = (int(covered), int(expiring), int(unverified))
            line = cells.setdefault(organisation, {}).setdefault(key, [0, 0, 0, 0])
            for place, number in enumerate((1, *state)):
                line[place] += number
            totals.setdefault(key, {})[person] = state
    return (
        {o: {k: Count(*v) for k, v in line.items()} for o, line in cells.items()},
        {
            k: Count(len(people), *(sum(column) for column in zip(*people.values(), strict=True)))
            for k, people in totals.items()
        },
    )


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_equals_a_full_recount_whatever_changed(seed):
    """Kept counts, read between changes and counting again, beside a recount woman by woman."""
    network = Network(seed)
    scope = [o.pk for o in network.organisations[:3]]
    for step in range(24):
        for within in (None, scope):
            found = count_coverage(network.requirements, TODAY, within)
            cells, totals = recounted(network.requirements, within)

            kept = {o: line for o, line in found.cells.items() if line != {None: Count(0)}}
            assert kept == cells, f"step {step}"
            assert {k: c for k, c in found.totals.items() if c.due} == totals, f"step {step}"
        if step % 3 == 0:
            refresh_coverage(day=TODAY)
            assert StaleCoverage.objects.count() == 0
        network.change()


def test_the_queries_do_not_grow_with_the_rows(amanecer, django_assert_num_queries):
    requirement = RequirementFactory()
    member(amanecer)
    refresh_coverage(day=TODAY)
    with django_assert_num_queries(5):
        count_coverage([requirement], TODAY)
    for _ in range(2):
        member(AffiliationFactory().organisation)
    requirements = [requirement, RequirementFactory(), RequirementFactory(role="pallaquera")]
    refresh_coverage(day=TODAY)
    with django_assert_num_queries(5):
        count_coverage(requirements, TODAY)


def test_every_row_of_the_query_has_a_key_of_its_own(amanecer):
    requirements = [RequirementFactory(), RequirementFactory(role="pallaquera")]
    member(amanecer, person=PersonFactory(occupation="pallaquera"))

    rows = list(Coverage.objects.counted_on(TODAY).values("requirement", "due", "covered", "pk"))

    assert {row["requirement"] for row in rows} == {r.pk for r in requirements}
    assert len({row["pk"] for row in rows}) == 2
    assert connection.vendor == "postgresql"
