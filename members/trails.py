"""Which tables tell the history of a record, and which of their changes can be put back."""

from django.utils.translation import gettext as _

from members.models import Consent, Membership, Merge, Office, Person, Phone, SensitiveFacts
from network.base.historylog import Trail

# Offices pass by hand-over and consents are a ledger: both have verbs of their own.
REVERTIBLE = (Person, Phone, Membership)


def person_trails(person: Person) -> list[Trail]:
    """All that was ever recorded about one person; rows that a merge took away keep their part."""
    return [
        Trail(Person, {"pk": person.pk}, is_record=True, can_revert=True),
        Trail(Phone, {"person": person.pk}, can_revert=True),
        Trail(Membership, {"person": person.pk}, can_revert=True),
        Trail(Office, {"person": person.pk}),
        Trail(Consent, {"person": person.pk}),
        Trail(SensitiveFacts, {"person": person.pk}),
        Trail(
            Merge,
            {"survivor": person.pk},
            tells=("absorbed", "undone_at"),
            added=_("Juntó aquí la ficha de %(row)s"),
        ),
    ]
