"""Filters that lists of trainings share with the figures that count their rows.

They are named as the splits of trainings.figures, so that a number opens to exactly its rows.
"""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.filters import OrganisationFilter, networks
from members.models import Person
from network.base.figures import UNKNOWN, Question
from network.partners.models import Programme
from network.places.models import Department
from trainings.ages import AGE_LABELS, age_band
from trainings.models import Course
from trainings.models.courses import Theme

TRAINED = ("leadership", "safety")


def programmes(request: Any) -> Any:
    return Programme.objects.order_by("name_key")


def narrowing(
    person: str, organisation: str, course: str, edition: str, day: str
) -> type[django_filters.FilterSet]:
    """A filter set over rows that reach these four by these paths; `day` is theirs."""

    class Narrowing(django_filters.FilterSet):
        desde = django_filters.DateFilter(label=_("Desde"), field_name=day, lookup_expr="gte")
        hasta = django_filters.DateFilter(label=_("Hasta"), field_name=day, lookup_expr="lte")
        organizacion = OrganisationFilter(
            field_name=organisation, null_value=UNKNOWN, null_label=_("Sin organización")
        )
        region = django_filters.ModelChoiceFilter(
            label=_("Región de su organización"),
            field_name=f"{organisation}__district__province__department",
            queryset=Department.objects.order_by("name_key"),
            null_value=UNKNOWN,
            null_label=_("No se sabe"),
        )
        curso = django_filters.ModelChoiceFilter(
            label=_("Curso"), field_name=course, queryset=Course.objects.order_by("name_key")
        )
        tema = django_filters.ChoiceFilter(
            label=_("Tema"), field_name=f"{course}__theme", choices=Theme.choices
        )
        programa = django_filters.ModelChoiceFilter(
            label=_("Programa que paga"),
            field_name=f"{edition}__funding__programme",
            queryset=programmes,
            null_value=UNKNOWN,
            null_label=_("Sin programa"),
        )
        red = django_filters.ModelChoiceFilter(
            label=_("Red regional que organiza"),
            field_name=f"{edition}__regional_network",
            queryset=networks,
            null_value=UNKNOWN,
            null_label=_("Red nacional"),
        )
        sexo = django_filters.ChoiceFilter(
            label=_("Sexo"),
            field_name=f"{person}__sex",
            choices=Person.Sex.choices,
            null_value=UNKNOWN,
            null_label=_("Sin ficha"),
        )
        edad = django_filters.ChoiceFilter(
            label=_("Edad al final del periodo"),
            choices=tuple(AGE_LABELS.items()),
            method="of_age",
        )

        def of_age(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
            last: date | None = self.form.cleaned_data.get("hasta")
            band = age_band(f"{person}__born_on", f"{person}__born_precision")
            banded = rows.alias(age_band=band(Question(last=last)))
            if value == UNKNOWN:
                return banded.filter(age_band__isnull=True)
            return banded.filter(age_band=value)

    return Narrowing


# What each of them asks about, by the column that shows it: whoever may not see that may not ask.
FILTERS_ON = {
    "desde": "held_on",
    "hasta": "held_on",
    "organizacion": "organisation",
    "region": "organisation",
    "curso": "course",
    "tema": "course",
    "programa": "edition",
    "red": "edition",
    "edicion": "edition",
}
