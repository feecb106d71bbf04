"""Verbs about rosters of editions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from members.access import Permission, scope_of
from members.models import Membership, Person, User
from trainings.models import Edition, Enrolment


@dataclass
class Enrolled:
    """Who was put on a roster, and who was on it already."""

    added: list[Enrolment] = field(default_factory=list)
    already: list[Person] = field(default_factory=list)


@transaction.atomic
def enrol_people(
    *, edition: Edition, people: Iterable[Person], state: str, origin: str, by: User
) -> Enrolled:
    """Put people on a roster, each with the organisation she comes from today: of those in reach of
    whoever enrols her, the one she entered first. Whoever is on it already stays as she is."""
    Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    people = list(people)
    present = set(
        edition.enrolments.on_roster().filter(person__in=people).values_list("person_id", flat=True)
    )
    come_from = _organisations(people, by)
    now = timezone.now()
    added = [
        Enrolment(
            edition=edition,
            person=person,
            organisation_id=come_from.get(person.pk),
            state=state,
            origin=origin,
            state_changed_at=now,
            state_changed_by=by,
            enrolled_by=by,
        )
        for person in people
        if person.pk not in present
    ]
    Enrolment.objects.bulk_create(added)
    return Enrolled(added, [person for person in people if person.pk in present])


def _organisations(people: list[Person], by: User) -> dict[UUID, UUID]:
    rows = Membership.objects.of_the_network().filter(person__in=people)
    scope = scope_of(by, Permission.ENROL)
    if not scope.everything:
        rows = rows.filter(organisation__in=scope.organisation_ids)
    rows = rows.order_by(F("starts_on").desc(nulls_last=True), "-pk")
    # The last one written wins: the one that began first.
    return dict(rows.values_list("person_id", "organisation_id"))
