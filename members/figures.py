"""What the registry counts. The definitions are published as they stand here."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from members.models import Membership, Organisation, Person
from network.base.figures import Counting, Figure


def women_counted(user: Any = None) -> Any:
    """Women on record with a membership in force in an organisation that is affiliated today."""
    people = Person.objects.visible_to(user) if user else Person.objects.on_record()
    hers = Membership.objects.of_the_network().filter(person=OuterRef("pk"))
    return people.filter(Exists(hers), sex=Person.Sex.FEMALE)


def organisations_counted(user: Any = None) -> Any:
    """Organisations affiliated today."""
    organisations = Organisation.objects.visible_to(user) if user else Organisation.objects.kept()
    return organisations.affiliated()


def women_by_organisation(user: Any, organisations: Iterable[Organisation]) -> dict[UUID, int]:
    """The women of each organisation in reach; with two organisations she counts in both."""
    counted = (
        Membership.objects.of_the_network()
        .filter(organisation__in=organisations, person__in=women_counted(user).values("pk"))
        .order_by()
        .values_list("organisation")
        .annotate(Count("person", distinct=True))
    )
    return dict(counted)


def women_by_department() -> Mapping[str, int]:
    """By the department of her organisation: with two organisations she counts in both."""
    counted = (
        Membership.objects.of_the_network()
        .filter(person__in=women_counted().values("pk"), organisation__district__isnull=False)
        .order_by()
        .values_list("organisation__district__province__department")
        .annotate(Count("person", distinct=True))
    )
    return dict(counted)


FIGURES = (
    Figure(
        name="women",
        title=_("mujeres en la red"),
        definition=_(
            "Mujeres distintas con membresía vigente en una organización afiliada hoy a la red. "
            "Quien está en dos organizaciones cuenta una vez. No entran las fichas en la papelera, "
            "las juntadas con otra ni las de quien retiró su consentimiento."
        ),
        compute=Counting(lambda question: women_counted(question.user), Count("pk")),
        by_department=women_by_department,
        is_public=True,
        list_url_name="person-list",
        list_query="sexo=f&socia=si",
        list_permission=Permission.PERSON_VIEW,
    ),
    Figure(
        name="organisations",
        title=_("organizaciones"),
        definition=_(
            "Organizaciones con al menos una afiliación vigente hoy, a una red regional o a la "
            "red nacional. La que está en dos redes cuenta una vez."
        ),
        compute=Counting(lambda question: organisations_counted(question.user), Count("pk")),
        is_public=True,
        list_url_name="organisation-list",
        list_query="afiliada=si",
        list_permission=Permission.ORGANISATION_VIEW,
    ),
)
