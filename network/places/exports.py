"""The list of mining zones: page and files."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from network.base.contracts import Asked, Column, Export, Kind
from network.places.models import Department, MiningZone


class MiningZoneFilters(django_filters.FilterSet):
    region = django_filters.ModelChoiceFilter(
        label=_("Región"),
        queryset=Department.objects.order_by("name_key"),
        field_name="district__province__department",
    )
    tipo = django_filters.MultipleChoiceFilter(
        label=_("Tipo"), choices=MiningZone.Kind.choices, field_name="kind"
    )


def mining_zones(asked: Asked) -> QuerySet[Any]:
    rows = MiningZone.objects.all()
    return rows if asked.user is None else rows.visible_to(asked.user)


MINING_ZONES = Export(
    name="mining_zones",
    title=_("Zonas mineras"),
    rows=mining_zones,
    permission="place_edit",
    filters=MiningZoneFilters,
    order="name_key",
    url_name="zone-edit",
    list_url_name="zone-list",
    columns=(
        Column("name", _("Zona"), "name", sort="name_key", width=36),
        Column("kind", _("Tipo"), "kind", Kind.CHOICE, choices=dict(MiningZone.Kind.choices)),
        Column("district", _("Distrito"), "district__name", width=24),
        Column("province", _("Provincia"), "district__province__name", width=24),
        Column("department", _("Región"), "district__province__department__name", width=18),
        Column("ubigeo", _("Ubigeo INEI"), "district", meaning=_("6 cifras, como texto.")),
        Column("note", _("Nota"), "note", on_page=False, width=30),
    ),
)

EXPORTS = (MINING_ZONES,)
