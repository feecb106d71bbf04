"""The lists of institutions and programmes: page and files."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network.base.contracts import Asked, Column, Export, Found, Kind
from network.partners.models import Institution, Programme
from network.places.models import Department


class InstitutionFilters(django_filters.FilterSet):
    tipo = django_filters.MultipleChoiceFilter(
        label=_("Tipo"), choices=Institution.Kind.choices, field_name="kind"
    )
    region = django_filters.ModelChoiceFilter(
        label=_("Región"),
        queryset=Department.objects.order_by("name_key"),
        field_name="district__province__department",
    )


class ProgrammeFilters(django_filters.FilterSet):
    estado = django_filters.ChoiceFilter(
        label=_("Estado"), choices=Programme.State.choices, field_name="state"
    )
    financia = django_filters.ModelChoiceFilter(
        label=_("Quién lo financia"),
        queryset=Institution.objects.filter(programmes__isnull=False)
        .order_by("name_key")
        .distinct(),
        field_name="donor",
    )


def institutions(asked: Asked) -> QuerySet[Any]:
    rows = Institution.objects.all()
    return rows if asked.user is None else rows.visible_to(asked.user)


def programmes(asked: Asked) -> QuerySet[Any]:
    rows = Programme.objects.with_state(timezone.localdate())
    return rows if asked.user is None else rows.visible_to(asked.user)


def find(rows: QuerySet[Any], text: str, user: Any) -> Found:
    return Found(rows.search(text))  # type: ignore[attr-defined]


INSTITUTIONS = Export(
    name="institutions",
    title=_("Aliados e instituciones"),
    rows=institutions,
    permission="partner_view",
    filters=InstitutionFilters,
    search=find,
    order="name_key",
    url_name="institution-detail",
    list_url_name="institution-list",
    columns=(
        Column("name", _("Institución"), "name", sort="name_key", width=40),
        Column("short_name", _("Sigla"), "short_name"),
        Column(
            "kind", _("Tipo"), "kind", Kind.CHOICE, choices=dict(Institution.Kind.choices), width=24
        ),
        Column("ruc", "RUC", "ruc", meaning=_("11 cifras, como texto."), width=14),
        Column("district", _("Distrito"), "district__name", width=20),
        Column(
            "department",
            _("Región"),
            "district__province__department__name",
            on_page=False,
            width=18,
        ),
        Column("website", _("Página web"), "website", on_page=False, width=32),
    ),
)

PROGRAMMES = Export(
    name="programmes",
    title=_("Programas"),
    rows=programmes,
    permission="partner_view",
    filters=ProgrammeFilters,
    search=find,
    order="name_key",
    url_name="programme-detail",
    list_url_name="programme-list",
    views=(
        (_("En curso"), "estado=running"),
        (_("Por empezar"), "estado=upcoming"),
        (_("Terminados"), "estado=ended"),
    ),
    columns=(
        Column("name", _("Programa"), "name", sort="name_key", width=40),
        Column("code", _("Código"), "code"),
        Column("donor", _("Quién lo financia"), "donor__name", width=30),
        Column("starts_on", _("Empieza"), "starts_on", Kind.DATE, sort="starts_on"),
        Column("ends_on", _("Termina"), "ends_on", Kind.DATE, sort="ends_on"),
        Column(
            "state",
            _("Estado"),
            "state",
            Kind.CHOICE,
            choices=dict(Programme.State.choices),
            meaning=_("Según las fechas, el día en que se hizo la lista."),
        ),
        Column("budget_line", _("Línea de presupuesto"), "budget_line_code", on_page=False),
    ),
)

EXPORTS = (INSTITUTIONS, PROGRAMMES)
