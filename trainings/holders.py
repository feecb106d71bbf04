"""Who must hold what: the women who have a role on a day, told from dates alone.

Every queryset gives `organisation` and `person`: a woman of two organisations has the role in each.
Only people on record count, and only in organisations that belong to the network on that day.
"""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from members.models import Membership, Office, Organisation, Person
from trainings.models import EditionTrainer
from trainings.models.courses import Holder
from trainings.validity import add_months

TEACHING_MONTHS = 24
POSTS = {
    Holder.PRESIDENT: Office.Post.PRESIDENT,
    Holder.TREASURER: Office.Post.TREASURER,
    Holder.SAFETY_DELEGATE: Office.Post.SAFETY,
}


def holders_of(
    role: str, day: date, organisations: Collection[UUID] | None = None
) -> QuerySet[Any, Any]:
    """Distinct pairs of a role on a day; of all organisations unless some are given."""
    if role in {Holder.OFFICE_HOLDER, *POSTS}:
        rows: Any = Office.objects.on(day).filter(organisation__isnull=False)
        if role in POSTS:
            rows = rows.filter(post=POSTS[Holder(role)])
    else:
        rows = Membership.objects.on(day)
        if role == Holder.PALLAQUERA:
            rows = rows.filter(person__occupation=Person.Occupation.PALLAQUERA)
        elif role == Holder.TRAINER:
            rows = rows.filter(person__in=_teaching(day))
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    rows = rows.filter(
        organisation__in=affiliated(day),
        person__trashed_at=None,
        person__merged_into=None,
        person__withdrawn_at=None,
    ).order_by()
    pairs = rows.values("organisation", "person")
    # Only posts repeat a pair: memberships of one pair never overlap.
    return pairs.distinct() if rows.model is Office else pairs


def affiliated(day: date) -> QuerySet[Any, Any]:
    return Organisation.objects.kept().affiliated(day).values("pk")


def _teaching(day: date) -> QuerySet[Any, Any]:
    """Whoever teaches in an edition that went on within the last 24 months."""
    rows = EditionTrainer.objects.filter(
        edition__cancelled_on=None,
        edition__starts_on__lte=day,
        edition__ends_on__gte=add_months(day, -TEACHING_MONTHS),
    )
    return rows.values("person")
