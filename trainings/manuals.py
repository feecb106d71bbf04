"""Questions about publications: what is published, who read it, how many copies are left where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from members.models import RegionalNetwork
from trainings.models import Handout, Publication, PublicationVersion, StockMovement


def copies_left(version: PublicationVersion, region: RegionalNetwork | None) -> int:
    """Printed copies of a version in the store of a region; without region, in the national one."""
    return stores_of([version]).get((version.pk, region.pk if region else None), 0)


def stores_of(versions: Iterable[PublicationVersion]) -> dict[tuple[UUID, UUID | None], int]:
    """Copies left by version and region: what came less what went and what was handed out."""
    ids = [version.pk for version in versions]
    left: dict[tuple[UUID, UUID | None], int] = {}
    for model, sign in ((StockMovement, 1), (Handout, -1)):
        summed = (
            model.objects.filter(version__in=ids)
            .order_by()
            .values_list("version", "regional_network")
            .annotate(n=Sum("copies"))
        )
        for version, region, copies in summed:
            left[version, region] = left.get((version, region), 0) + sign * copies
    return left


@dataclass(frozen=True)
class Store:
    """Copies of one version in one place."""

    name: str
    left: int
    handed_out: int


def stores_in_words(version: PublicationVersion, user: Any) -> list[Store]:
    """Every store that has or had copies, among the regional networks this person may see."""
    left = stores_of([version])
    handed = dict(
        version.handouts.order_by().values_list("regional_network").annotate(n=Sum("copies"))
    )
    names = {r.pk: r.name for r in RegionalNetwork.objects.visible_to(user)}
    stores = [
        Store(names.get(region, str(_("Depósito nacional"))), count, handed.get(region, 0))
        for (_version, region), count in left.items()
        if region is None or region in names
    ]
    return sorted(stores, key=lambda store: store.name)


def shelf(user: Any) -> list[tuple[Publication, list[PublicationVersion]]]:
    """Publications with the versions this person may open, the newest first."""
    versions = (
        PublicationVersion.objects.visible_to(user)
        .select_related("publication")
        .order_by("publication__name", "-number", "language")
    )
    found: dict[Publication, list[PublicationVersion]] = {}
    for version in versions:
        found.setdefault(version.publication, []).append(version)
    return list(found.items())
