"""The people of a region by name: whichever way is taken, the same as within her scope."""

from datetime import date

import pytest
from django.db import connection
from django.utils import timezone

from members import reach
from members.access import Scope
from members.models import Person
from members.reach import PeopleInReach
from tests.factories.members import MembershipFactory, OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope():
    """Two organisations; one woman in both, one who left, some no longer on record, others not
    theirs."""
    one, other = OrganisationFactory.create_batch(2)
    for surname in ("Zela", "Apaza", "Ñahui", "Mamani", "Mamani"):
        MembershipFactory(organisation=one, person__paternal_surname=surname)
    MembershipFactory(organisation=other, person=Person.objects.get(paternal_surname="Apaza"))
    MembershipFactory(
        organisation=other, person__paternal_surname="Ccopa", ends_on=date(2020, 1, 1)
    )
    now = timezone.now()
    for gone in ({"trashed_at": now}, {"withdrawn_at": now}):
        person = MembershipFactory(organisation=one, person__paternal_surname="Benítez").person
        Person.objects.filter(pk=person.pk).update(**gone)
    MembershipFactory(person__paternal_surname="Huamán")
    PersonFactory(paternal_surname="Quispe")
    return Scope(organisation_ids=frozenset([one.pk, other.pk]))


@pytest.fixture(params=["walk", "gather", "walk a little, then gather"])
def people(request, scope, monkeypatch):
    found = PeopleInReach(scope)
    if request.param != "gather":
        monkeypatch.setattr(reach, "FEW", 0)
        monkeypatch.setattr(reach, "PAGE", 0)
    if request.param == "walk a little, then gather":
        monkeypatch.setattr(reach, "WALKED", 2)
    return found


def test_the_people_of_a_scope_come_by_name_either_way(people, scope):
    rows = Person.objects.within(scope).order_by("name_key", "pk")
    expected = [(row.name_key, row.pk) for row in rows]
    keys = [pk for _name, pk in expected]
    assert len(keys) == 5

    assert people.keys(None, backwards=False, most=3) == keys[:3]
    assert people.keys(None, backwards=False, most=50) == keys
    assert people.keys(expected[2], backwards=False, most=2) == keys[3:5]
    assert people.keys(expected[4], backwards=False, most=2) == []
    assert people.keys(expected[4], backwards=True, most=3) == keys[3:0:-1]


def test_each_woman_on_record_counts_once(scope):
    assert PeopleInReach(scope).count(10) == 5
    assert PeopleInReach(scope).count(3) == 4


def test_a_count_cut_short_by_women_of_several_organisations_is_made_whole(scope, monkeypatch):
    monkeypatch.setattr(reach, "READ", 4)

    assert PeopleInReach(scope).count(10) == 5


def test_many_are_found_by_walking_the_names_in_their_order(scope):
    plan = plan_of(reach.WALK.format(beyond="", way="ASC"), scope)

    assert "members_person_order" in plan
    assert "Sort" not in plan
    assert "Join" not in plan


def test_few_are_gathered_by_their_organisations(scope):
    plan = plan_of(reach.GATHER.format(beyond="", way="ASC"), scope)

    assert "members_membership_org" in plan
    assert "Index Cond: (id = ANY" in plan


def test_the_count_reads_no_person_who_is_on_record(scope):
    plan = plan_of(reach.COUNT, scope)

    assert "members_person_off_record" in plan
    assert "members_person_pkey" not in plan


def plan_of(sql: str, scope: Scope) -> str:
    here = {"organisations": list(scope.organisation_ids), "today": date(2026, 11, 28)}
    with connection.cursor() as cursor:
        # The tables of a test are too small for an index to pay.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", here | {"walked": 20_000, "most": 51, "read": 12_500})
        return "\n".join(line for (line,) in cursor.fetchall())
