"""Filters of the registry's lists. Their names and values are what people see in the address."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import CheckboxSelectMultiple
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from members.access import scope_of
from members.models import (
    Affiliation,
    Consent,
    Language,
    Membership,
    Office,
    Organisation,
    Person,
    Phone,
    Purpose,
    RegionalNetwork,
)
from network.base.text import fold
from network.places.models import Department, District

YES_NO = (("si", _("sí")), ("no", _("no")))
MOST_OPTIONS = 1000


def organisations(request: Any) -> QuerySet[Any]:
    rows = Organisation.objects.order_by("name_key")
    if request.user is None:
        return rows.filter(trashed_at=None)
    return rows.visible_to(request.user) if _sees_organisations(request.user) else rows.none()


def networks(request: Any) -> QuerySet[Any]:
    rows = RegionalNetwork.objects.order_by("name_key")
    return rows if request.user is None else rows.visible_to(request.user)


def _sees_organisations(user: Any) -> bool:
    return not scope_of(user, "organisation_view").is_empty


class FirstOptions(ModelChoiceIterator):
    """A list of options that stays a list: beyond it, an organisation is chosen from its page."""

    def __iter__(self) -> Iterator[Any]:
        return islice(super().__iter__(), MOST_OPTIONS)


class _OrganisationField(django_filters.fields.ModelChoiceField):
    iterator = FirstOptions


class OrganisationFilter(django_filters.ModelChoiceFilter):
    field_class = _OrganisationField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Organización"), queryset=organisations, **kwargs)


class SeveralFilter(django_filters.MultipleChoiceFilter):
    """Any of the ticked ones, of a column of the row itself: no row can be found twice."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=CheckboxSelectMultiple, distinct=False, **kwargs)


class YesNoFilter(django_filters.ChoiceFilter):
    """Rows for which `question`, an expression, is true (sí) or not (no)."""

    def __init__(self, *, question: Any, **kwargs: Any) -> None:
        self.question = question
        super().__init__(choices=YES_NO, **kwargs)

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value not in {"si", "no"}:
            return rows
        asked = self.question()
        return rows.filter(asked if value == "si" else ~asked)


def _hers(rows: QuerySet[Any]) -> Exists:
    return Exists(rows.filter(person=OuterRef("pk")))


class PersonFilters(django_filters.FilterSet):
    organizacion = OrganisationFilter(method="in_organisation")
    red = django_filters.ModelChoiceFilter(
        label=_("Red regional"), queryset=networks, method="in_network"
    )
    region = django_filters.ModelChoiceFilter(
        label=_("Región"),
        queryset=Department.objects.order_by("name_key"),
        field_name="district__province__department",
    )
    trabajo = SeveralFilter(
        label=_("Trabajo"), choices=Person.Occupation.choices, field_name="occupation"
    )
    sexo = django_filters.ChoiceFilter(
        label=_("Sexo"), choices=Person.Sex.choices, field_name="sex"
    )
    lengua = django_filters.ChoiceFilter(
        label=_("Habla"), choices=Language.choices, method="speaking"
    )
    socia = YesNoFilter(
        label=_("Socia vigente"), question=lambda: _hers(Membership.objects.of_the_network())
    )
    cargo = YesNoFilter(label=_("Con cargo"), question=lambda: _hers(Office.objects.current()))
    telefono = YesNoFilter(
        label=_("Con teléfono"), question=lambda: _hers(Phone.objects.filter(retired_at=None))
    )
    documento = YesNoFilter(
        label=_("Con documento"),
        question=lambda: Exists(
            Person.objects.filter(pk=OuterRef("pk"), document_index__isnull=False)
        ),
    )

    distrito = django_filters.CharFilter(label=_("Distrito"), method="living_in", max_length=80)
    acepto = django_filters.ChoiceFilter(
        label=_("Aceptó"), choices=Purpose.choices, method="agreed"
    )
    sin_preguntar = django_filters.ChoiceFilter(
        label=_("Falta preguntarle"), choices=Purpose.choices, method="never_asked"
    )

    def living_in(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        districts = District.objects.filter(search_key__startswith=fold(value))
        return rows.filter(district__in=districts)

    def agreed(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        return rows.agreed_to(value)

    def never_asked(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        return rows.filter(~_hers(Consent.objects.current().filter(purpose=value)))

    def in_organisation(self, rows: Any, name: str, value: Organisation) -> QuerySet[Any]:
        return rows.members_of(value.pk)

    def in_network(self, rows: Any, name: str, value: RegionalNetwork) -> QuerySet[Any]:
        affiliated = Affiliation.objects.current().filter(regional_network=value)
        memberships = Membership.objects.current().filter(
            organisation__in=affiliated.values("organisation")
        )
        return rows.filter(_hers(memberships))

    def speaking(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        return rows.filter(languages__contains=[value])


class OrganisationFilters(django_filters.FilterSet):
    red = django_filters.ModelChoiceFilter(
        label=_("Red regional"), queryset=networks, method="in_network"
    )
    region = django_filters.ModelChoiceFilter(
        label=_("Región"),
        queryset=Department.objects.order_by("name_key"),
        field_name="district__province__department",
    )
    tipo = SeveralFilter(label=_("Tipo"), choices=Organisation.Kind.choices, field_name="kind")
    formalizacion = SeveralFilter(
        label=_("Formalización"),
        choices=Organisation.Formalisation.choices,
        field_name="formalisation",
    )
    afiliada = django_filters.ChoiceFilter(
        label=_("Afiliada hoy"), choices=YES_NO, method="affiliated"
    )

    def in_network(self, rows: Any, name: str, value: RegionalNetwork) -> QuerySet[Any]:
        return rows.in_regional_network(value.pk)

    def affiliated(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        return rows.filter(is_affiliated=value == "si")


class _DatedFilters(django_filters.FilterSet):
    """Of rows with a first and a last day."""

    organizacion = OrganisationFilter(field_name="organisation")
    vigente = django_filters.ChoiceFilter(label=_("Vigente hoy"), choices=YES_NO, method="current")

    def current(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        current = rows.model.objects.current().values("pk")
        return rows.filter(pk__in=current) if value == "si" else rows.exclude(pk__in=current)


class MembershipFilters(_DatedFilters):
    calidad = django_filters.ChoiceFilter(
        label=_("Calidad"), choices=Membership.Kind.choices, field_name="kind"
    )


class OfficeFilters(_DatedFilters):
    red = django_filters.ModelChoiceFilter(
        label=_("Red regional"), queryset=networks, field_name="regional_network"
    )
    cargo = django_filters.ChoiceFilter(
        label=_("Cargo"), choices=Office.Post.choices, field_name="post"
    )


class ConsentFilters(django_filters.FilterSet):
    para = django_filters.ChoiceFilter(
        label=_("Para qué"), choices=Purpose.choices, field_name="purpose"
    )
    acepto = django_filters.ChoiceFilter(label=_("Aceptó"), choices=YES_NO, method="granted")
    como = django_filters.ChoiceFilter(
        label=_("Cómo lo dijo"), choices=Consent.Channel.choices, field_name="channel"
    )

    def granted(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        return rows.filter(is_granted=value == "si")
