"""Questions about organisations and regional networks: affiliations in words, counts, contact."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from members.access import Permission, scope_of
from members.models import (
    Affiliation,
    Membership,
    Office,
    Organisation,
    Person,
    RegionalNetwork,
)
from network.base.access import can
from network.base.historylog import Entry, Trail, history_of

RECENT_CHANGES = 8


@dataclass(frozen=True)
class Standing:
    """Whether an organisation counts today, and why, in words."""

    is_current: bool
    label: str
    reasons: list[str]


def standing_of(affiliations: list[Affiliation], today: date) -> Standing:
    """From the dates alone. Newest first: why it counts, or since when it no longer does."""
    current = [a for a in affiliations if a.is_current(today)]
    coming = [a for a in affiliations if a.starts_on and a.starts_on > today]
    told = current or coming or affiliations[:1]
    if current:
        label = _("Afiliada")
    elif coming:
        label = _("Todavía no empieza")
    else:
        label = _("Ya no está afiliada") if affiliations else _("Sin afiliación")
    return Standing(bool(current), label, [a.reason_in_words(today) for a in told])


def affiliations_of(organisation: Organisation) -> list[Affiliation]:
    """All, the one that began last first."""
    rows = organisation.affiliations.select_related("regional_network")
    return sorted(rows, key=lambda a: a.starts_on or date.min, reverse=True)


def member_count(organisation: Organisation) -> int:
    """Distinct people on record who belong to it today."""
    return Person.objects.on_record().members_of(organisation.pk).count()


def contact_is_visible(user: Any, organisation: Organisation) -> bool:
    """A contact is a person: not for those who see no people, nor for those who see only the ones
    who agreed to it."""
    is_outside = scope_of(user, Permission.PERSON_VIEW).only_shared
    return not is_outside and can(user, Permission.PERSON_VIEW, organisation)


def organisation_trails(organisation: Organisation) -> list[Trail]:
    here = {"organisation": organisation.pk}
    return [
        Trail(Organisation, {"pk": organisation.pk}, is_record=True),
        Trail(Affiliation, here),
        Trail(Office, here),
    ]


def network_trails(network: RegionalNetwork) -> list[Trail]:
    return [
        Trail(RegionalNetwork, {"pk": network.pk}, is_record=True),
        Trail(Office, {"regional_network": network.pk}),
    ]


def changes_of(user: Any, body: Organisation | RegionalNetwork) -> list[Entry]:
    """All that was recorded about a body; values only for those who may see its people, and of
    these the names of those alone whom the reader sees on the board too."""
    trails = organisation_trails(body) if isinstance(body, Organisation) else network_trails(body)
    return history_of(
        trails,
        with_values=can(user, Permission.PERSON_VIEW, body),
        named={Person: Person.objects.visible_to(user)},
    )


def recent_changes(user: Any, body: Organisation | RegionalNetwork) -> list[Entry]:
    if not can(user, Permission.HISTORY_VIEW, body):
        return []
    return changes_of(user, body)[:RECENT_CHANGES]


def networks_with_counts(user: Any, today: date) -> list[dict[str, Any]]:
    """Every regional network with its organisations and its women today, each woman once."""
    networks = RegionalNetwork.objects.visible_to(user).order_by("name_key")
    organisations = dict(
        Affiliation.objects.on(today)
        .filter(organisation__trashed_at=None, regional_network__isnull=False)
        .order_by()
        .values_list("regional_network")
        .annotate(Count("organisation", distinct=True))
    )
    people = women_by_network(today)
    return [
        {
            "network": network,
            "organisation_count": organisations.get(network.pk, 0),
            "member_count": people.get(network.pk, 0),
        }
        for network in networks.select_related("department")
    ]


def women_by_network(today: date, network: RegionalNetwork | None = None) -> dict[Any, int]:
    """Distinct people who belong today to some organisation of each regional network."""
    memberships = Membership.objects.on(today).filter(person__in=Person.objects.on_record())
    affiliations = Affiliation.objects.on(today).filter(
        regional_network__isnull=False,
        organisation__trashed_at=None,
        organisation__memberships__in=memberships,
    )
    if network:
        affiliations = affiliations.filter(regional_network=network)
    return dict(
        affiliations.order_by()
        .values_list("regional_network")
        .annotate(Count("organisation__memberships__person", distinct=True))
    )


def network_affiliations(network: RegionalNetwork, today: date) -> list[Affiliation]:
    """Its organisations, now and before, with how many women each has today, by name."""
    members = (
        Membership.objects.on(today)
        .filter(
            organisation=OuterRef("organisation"),
            person__in=Person.objects.on_record().values("pk"),
        )
        .order_by()
        .values("organisation")
        .annotate(count=Count("person", distinct=True))
        .values("count")
    )
    return list(
        network.affiliations.filter(organisation__trashed_at=None)
        .select_related("organisation__district")
        .annotate(member_count=Coalesce(Subquery(members), 0))
        .order_by("organisation__name_key", "-starts_on")
    )
