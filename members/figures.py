"""What the registry counts. The definitions are published as they stand here."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from members.models import Membership, Organisation, Person
from network.base.figures import Figure


def women_counted(user: Any = None) -> Any:
    """Women on record with a membership in force in an organisation that is affiliated today."""
    people = Person.objects.visible_to(user) if user else Person.objects.on_record()
    organisations = Organisation.objects.affiliated().values("pk")
    return people.filter(sex=Person.Sex.FEMALE).members_of_any(organisations)


def organisations_counted(user: Any = None) -> Any:
    organisations = Organisation.objects.visible_to(user) if user else Organisation.objects
    return organisations.filter(trashed_at=None).affiliated()


def women_by_department() -> Mapping[str, int]:
    """By the department of her organisation: with two organisations she counts in both."""
    memberships = Membership.objects.current().filter(
        person__in=women_counted().values("pk"),
        organisation__in=organisations_counted().values("pk"),
        organisation__district__isnull=False,
    )
    counted = memberships.values("organisation__district__province__department").annotate(
        women=Count("person", distinct=True)
    )
    return {
        row["organisation__district__province__department"]: row["women"]
        for row in counted.order_by()
    }


FIGURES = (
    Figure(
        name="women",
        title=_("mujeres en la red"),
        definition=_(
            "Mujeres distintas con membresía vigente en una organización afiliada hoy a la red. "
            "Quien está en dos organizaciones cuenta una vez. No entran las fichas en la papelera, "
            "las juntadas con otra ni las de quien retiró su consentimiento."
        ),
        count=lambda user=None: women_counted(user).count(),
        by_department=women_by_department,
        is_public=True,
    ),
    Figure(
        name="organisations",
        title=_("organizaciones"),
        definition=_(
            "Organizaciones con al menos una afiliación vigente hoy, a una red regional o a la "
            "red nacional. La que está en dos redes cuenta una vez."
        ),
        count=lambda user=None: organisations_counted(user).count(),
        is_public=True,
    ),
)
