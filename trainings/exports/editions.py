"""The list of editions: page and files. It holds nobody's data but the number of seats taken."""

from typing import Any

import django_filters
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import CharField, Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, ExtractYear
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from members.filters import networks
from network.base.contracts import Asked, Column, Export, Found, Kind
from network.partners.models import Programme
from trainings.models import Course, Edition, EditionFunding, Session
from trainings.models.courses import Theme


class EditionFilters(django_filters.FilterSet):
    estado = django_filters.ChoiceFilter(
        label=_("Estado"), choices=Edition.State.choices, field_name="state"
    )
    curso = django_filters.ModelChoiceFilter(
        label=_("Curso"), queryset=Course.objects.order_by("name_key"), field_name="course"
    )
    tema = django_filters.ChoiceFilter(
        label=_("Tema"), choices=Theme.choices, field_name="course__theme"
    )
    red = django_filters.ModelChoiceFilter(
        label=_("Red regional"), queryset=networks, field_name="regional_network"
    )
    anio = django_filters.NumberFilter(label=_("Año"), field_name="year")
    programa = django_filters.ModelChoiceFilter(
        label=_("Programa que paga"),
        queryset=Programme.objects.order_by("name_key"),
        method="paid_by",
    )

    def paid_by(self, rows: Any, name: str, value: Programme) -> QuerySet[Any]:
        return rows.filter(pk__in=EditionFunding.objects.filter(programme=value).values("edition"))


def editions(asked: Asked) -> QuerySet[Any]:
    rows = Edition.objects.all()
    rows = rows if asked.user is None else rows.visible_to(asked.user)
    sessions = Session.objects.standing().filter(edition=OuterRef("pk")).order_by()
    funding = EditionFunding.objects.filter(edition=OuterRef("pk")).order_by()
    return (
        rows.with_state(timezone.localdate())
        .with_planned_hours()
        .annotate(
            year=ExtractYear("starts_on"),
            session_count=Coalesce(
                Subquery(sessions.values("edition").annotate(n=Count("pk")).values("n")), 0
            ),
            programmes=Subquery(
                funding.values("edition")
                .annotate(names=StringAgg("programme__name", "; ", order_by="programme__name_key"))
                .values("names"),
                output_field=CharField(),
            ),
        )
    )


def find(rows: QuerySet[Any], text: str, user: Any) -> Found:
    return Found(rows.search(text))  # type: ignore[attr-defined]


EDITIONS = Export(
    name="editions",
    title=_("Ediciones de los cursos"),
    rows=editions,
    permission=Permission.TRAINING_VIEW,
    filters=EditionFilters,
    search=find,
    order="-starts_on",
    url_name="edition-detail",
    list_url_name="edition-list",
    views=(
        (_("En marcha"), "estado=running"),
        (_("Abiertas"), "estado=open"),
        (_("Por cerrar"), "estado=ended"),
    ),
    columns=(
        Column(
            "course",
            _("Curso"),
            "course__name",
            meaning=_("El que se da."),
            sort="course__name_key",
            width=40,
        ),
        Column(
            "number",
            _("Edición"),
            "number",
            Kind.NUMBER,
            meaning=_("Número de la edición del curso."),
            width=10,
        ),
        Column(
            "theme",
            _("Tema"),
            "course__theme",
            Kind.CHOICE,
            meaning=_("Tema del curso."),
            choices=dict(Theme.choices),
            on_page=False,
            width=24,
        ),
        Column(
            "starts_on",
            _("Empieza"),
            "starts_on",
            Kind.DATE,
            meaning=_("Primer día."),
            sort="starts_on",
            width=12,
        ),
        Column("ends_on", _("Termina"), "ends_on", Kind.DATE, meaning=_("Último día."), width=12),
        Column(
            "state",
            _("Estado"),
            "state",
            Kind.CHOICE,
            meaning=_("Según las fechas y los cupos, el día en que se hizo la lista."),
            choices=dict(Edition.State.choices),
        ),
        Column(
            "network",
            _("Red regional"),
            "regional_network__name",
            meaning=_("La que la organiza. Vacío: la red nacional."),
            width=26,
        ),
        Column(
            "department",
            _("Región"),
            "district__province__department__name",
            meaning=_("Departamento donde se da."),
            on_page=False,
        ),
        Column("district", _("Distrito"), "district__name", meaning=_("Donde se da.")),
        Column("zone", _("Zona minera"), "zone__name", meaning=_("Donde se da."), on_page=False),
        Column("venue", _("Local"), "venue", meaning=_("Donde se da."), on_page=False, width=26),
        Column(
            "modality",
            _("Modalidad"),
            "modality",
            Kind.CHOICE,
            meaning=_("Presencial, a distancia o las dos."),
            choices=dict(Edition.Modality.choices),
            on_page=False,
        ),
        Column(
            "audience",
            _("Para quiénes es"),
            "audience",
            Kind.CHOICE,
            meaning=_("Mujeres, jóvenes o grupo mixto."),
            choices=dict(Edition.Audience.choices),
            on_page=False,
        ),
        Column(
            "taken",
            _("Inscritas"),
            "seats_taken",
            Kind.NUMBER,
            meaning=_("Invitadas y confirmadas: las que tienen su cupo."),
            width=10,
        ),
        Column(
            "seats", _("Cupos"), "seats", Kind.NUMBER, meaning=_("Vacío: sin límite."), width=10
        ),
        Column(
            "sessions",
            _("Sesiones"),
            "session_count",
            Kind.NUMBER,
            meaning=_("Sin las canceladas."),
            on_page=False,
            width=10,
        ),
        Column(
            "hours",
            _("Horas"),
            "planned_hours",
            Kind.NUMBER,
            meaning=_("Previstas, sin las de sesiones canceladas."),
            width=10,
        ),
        Column(
            "programmes",
            _("Programas que pagan"),
            "programmes",
            meaning=_("Separados por punto y coma."),
            on_page=False,
            width=30,
        ),
        Column("id", "id", "pk", meaning=_("Clave de la edición."), on_page=False, is_hidden=True),
    ),
)

EXPORTS = (EDITIONS,)
