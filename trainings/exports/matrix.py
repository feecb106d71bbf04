"""The matrix as a list: a row for each organisation and requirement, with the page's numbers."""

from typing import Any

import django_filters
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf, Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.access import Permission, Scope, scope_of
from members.filters import OrganisationFilter, networks
from members.models import Affiliation, Organisation, RegionalNetwork
from network.base.contracts import Asked, Column, Export, Kind
from network.base.figures import UNKNOWN
from network.base.forms import DateField
from network.places.models import Department
from trainings.models import Coverage, Requirement
from trainings.models.courses import Holder


class DayFilter(django_filters.Filter):
    field_class = DateField

    def filter(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.on(value) if value else rows  # type: ignore[attr-defined]


class MatrixFilters(django_filters.FilterSet):
    rol = django_filters.ChoiceFilter(
        label=_("Requisito de"), choices=Holder.choices, field_name="requirement__role"
    )
    red = django_filters.ModelChoiceFilter(
        label=_("Red regional"), queryset=networks, method="in_network"
    )
    al = DayFilter(label=_("Contada al"))
    organizacion = OrganisationFilter(field_name="organisation")
    region = django_filters.ModelChoiceFilter(
        label=_("Región de su organización"),
        field_name="organisation__district__province__department",
        queryset=Department.objects.order_by("name_key"),
        null_value=UNKNOWN,
        null_label=_("No se sabe"),
    )
    requisito = django_filters.ModelChoiceFilter(
        label=_("Requisito"),
        field_name="requirement",
        queryset=Requirement.objects.select_related("course").order_by("course__name_key", "role"),
    )

    def in_network(self, rows: QuerySet[Any], name: str, value: RegionalNetwork) -> QuerySet[Any]:
        """Affiliated to it on the day that is counted."""
        day = self.form.cleaned_data.get("al") or timezone.localdate()
        affiliations = Affiliation.objects.on(day).filter(regional_network=value)
        return rows.filter(Exists(affiliations.filter(organisation=OuterRef("organisation_id"))))


def cells(asked: Asked) -> QuerySet[Any]:
    scope = Scope(everything=True) if asked.user is None else scope_of(asked.user, asked.permission)
    within = None if scope.everything else sorted(scope.organisation_ids)
    return (
        Coverage.objects.counted_on(timezone.localdate(), within)
        .filter(organisation__in=Organisation.objects.within(scope))
        .annotate(
            organisation_called=Coalesce(
                NullIf("organisation__short_name", Value("")), "organisation__name"
            ),
            missing=F("due") - F("covered"),
            share=Round(F("covered") * 100.0 / F("due")),
        )
    )


MATRIX = Export(
    name="matrix",
    title=_("Matriz de formación"),
    rows=cells,
    permission=Permission.TRAINING_VIEW,
    filters=MatrixFilters,
    order="organisation__name_key",
    list_url_name="matrix",
    columns=(
        Column("organisation", _("Organización"), "organisation_called", width=34),
        Column(
            "role",
            _("Quién"),
            "requirement__role",
            Kind.CHOICE,
            choices=dict(Holder.choices),
            meaning=_("A quiénes se pide el curso."),
            width=20,
        ),
        Column("course", _("Curso"), "requirement__course__name", width=34),
        Column(
            "due",
            _("Deben tenerlo"),
            "due",
            Kind.NUMBER,
            meaning=_(
                "Mujeres de la organización a quienes se pide. La que está en dos cuenta en ambas."
            ),
        ),
        Column(
            "covered",
            _("Lo tienen vigente"),
            "covered",
            Kind.NUMBER,
            meaning=_("Lo completaron, o lo renovaron, y no les venció. Solo lo verificado."),
        ),
        Column("missing", _("Faltan"), "missing", Kind.NUMBER, meaning=_("Las demás.")),
        Column(
            "share",
            _("Parte con el curso (%)"),
            "share",
            Kind.NUMBER,
            meaning=_("De cada cien que deben tenerlo, cuántas lo tienen."),
        ),
        Column(
            "expiring",
            _("Les vence en 90 días"),
            "expiring",
            Kind.NUMBER,
            meaning=_("De las que lo tienen vigente."),
        ),
        Column(
            "unverified",
            _("Histórico no verificado"),
            "unverified",
            Kind.NUMBER,
            meaning=_(
                "De las que faltan: lo tienen solo por un registro antiguo que nadie verificó."
            ),
        ),
    ),
)
