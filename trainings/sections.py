"""What trainings add to the pages of other records."""

from collections.abc import Mapping
from typing import Any

from members.access import Permission
from members.models import Person
from network.base.contracts import RecordSection
from trainings.models import EditionTrainer, Enrolment

MOST = 12


def trainings_of(person: Person, user: Any) -> Mapping[str, Any] | None:
    """The editions she is in, as far as this reader reaches their rosters; and what she teaches."""
    lines = Enrolment.objects.visible_to(user).on_roster().filter(person=person)
    lines = lines.select_related("edition__version__course", "edition__zone", "edition__district")
    shown = list(
        lines.select_related("organisation").order_by("-edition__starts_on", "pk")[: MOST + 1]
    )
    taught = EditionTrainer.objects.filter(person=person).select_related(
        "edition__version__course", "edition__zone", "edition__district"
    )
    teaching = list(taught.order_by("-edition__starts_on", "pk")[:MOST])
    if not shown and not teaching:
        return None
    return {
        "lines": shown[:MOST],
        "has_more": len(shown) > MOST,
        "teaching": teaching,
        "person": person,
    }


SECTIONS = (
    RecordSection(
        "trainings",
        "person",
        "trainings/_person_trainings.html",
        Permission.ROSTER_VIEW,
        trainings_of,
        order=50,
    ),
)
