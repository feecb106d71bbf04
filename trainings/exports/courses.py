"""The catalogue of courses as a list."""

from typing import Any

import django_filters
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from network.base.contracts import Asked, Column, Export, Found, Kind
from trainings.models import Course, CourseVersion, Edition
from trainings.models.courses import Theme

TAUGHT = (("si", _("sí")), ("no", _("no")))


class CourseFilters(django_filters.FilterSet):
    tema = django_filters.ChoiceFilter(label=_("Tema"), choices=Theme.choices, field_name="theme")
    se_da = django_filters.ChoiceFilter(label=_("Se da hoy"), choices=TAUGHT, method="taught")

    def taught(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        kept = Course.objects.taught().values("pk")
        return rows.filter(pk__in=kept) if value == "si" else rows.exclude(pk__in=kept)


def courses(asked: Asked) -> QuerySet[Any]:
    current = CourseVersion.objects.filter(
        course=OuterRef("pk"), in_use_from__lte=timezone.localdate()
    ).order_by("-number")
    held = (
        Edition.objects.filter(
            course=OuterRef("pk"), cancelled_on=None, starts_on__lte=timezone.localdate()
        )
        .order_by()
        .values("course")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = Course.objects.annotate(
        version_number=Subquery(current.values("number")[:1]),
        hours=Subquery(current.values("hours")[:1]),
        minimum_share=Subquery(current.values("minimum_share")[:1]),
        validity=Subquery(current.values("validity")[:1]),
        valid_months=Subquery(current.values("valid_months")[:1]),
        edition_count=Subquery(held),
        is_asked=Count("requirements", filter=Q(requirements__ends_on=None)),
        renewed=F("renews__name"),
    )
    return rows if asked.user is None else rows.visible_to(asked.user)


def find(rows: Any, text: str, user: Any) -> Found:
    return Found(rows.search(text))


COURSES = Export(
    name="courses",
    title=_("Cursos"),
    rows=courses,
    permission=Permission.TRAINING_VIEW,
    filters=CourseFilters,
    search=find,
    order="name_key",
    url_name="course-detail",
    list_url_name="course-list",
    columns=(
        Column("name", _("Curso"), "name", sort="name_key", width=36),
        Column(
            "theme",
            _("Tema"),
            "theme",
            Kind.CHOICE,
            choices=dict(Theme.choices),
            meaning=_("Tema del curso."),
            width=24,
        ),
        Column(
            "version",
            _("Versión"),
            "version_number",
            Kind.NUMBER,
            meaning=_("La última que se usa hoy."),
        ),
        Column(
            "hours",
            _("Horas"),
            "hours",
            Kind.NUMBER,
            meaning=_("Horas previstas de esa versión."),
        ),
        Column(
            "share",
            _("Asistencia mínima (%)"),
            "minimum_share",
            Kind.NUMBER,
            meaning=_("Parte de las horas previstas a la que hay que asistir para completarlo."),
            on_page=False,
        ),
        Column(
            "validity",
            _("Vigencia"),
            "validity",
            Kind.CHOICE,
            choices=dict(CourseVersion.Validity.choices),
            meaning=_("Cómo vence lo que se completa con esa versión."),
            width=28,
        ),
        Column(
            "months",
            _("Meses de vigencia"),
            "valid_months",
            Kind.NUMBER,
            meaning=_("Solo si vence a los meses de completarlo."),
            on_page=False,
        ),
        Column(
            "renews",
            _("Renueva a"),
            "renewed",
            meaning=_("El curso que este renueva."),
            on_page=False,
            width=30,
        ),
        Column(
            "editions",
            _("Ediciones dadas"),
            "edition_count",
            Kind.NUMBER,
            meaning=_("Que ya empezaron y no se cancelaron."),
        ),
        Column(
            "asked",
            _("Requisitos"),
            "is_asked",
            Kind.NUMBER,
            meaning=_("A cuántos grupos de mujeres se pide hoy."),
        ),
        Column(
            "retired",
            _("Dejó de darse"),
            "retired_on",
            Kind.DATE,
            meaning=_("Vacío: se sigue dando."),
            on_page=False,
        ),
    ),
)
