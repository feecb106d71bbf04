"""What women have completed, one row for each time: page, CSV and XLSX."""

from typing import Any

import django_filters
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from members.exports import name_of, scope_asked
from members.filters import YES_NO, OrganisationFilter
from members.models import Person, Purpose
from network.base.contracts import Asked, Column, Export, Found, Kind
from network.base.purposes import FilePurpose
from trainings.models import Completion, Course
from trainings.models.courses import Theme
from trainings.transcripts import completed_by

STATES = {"valid": _("Vigente"), "expired": _("Vencido")}


class TranscriptFilters(django_filters.FilterSet):
    persona = django_filters.UUIDFilter(label=_("Persona"), field_name="person")
    curso = django_filters.ModelChoiceFilter(
        label=_("Curso"), queryset=Course.objects.order_by("name_key"), field_name="course"
    )
    tema = django_filters.ChoiceFilter(
        label=_("Tema"), choices=Theme.choices, field_name="course__theme"
    )
    organizacion = OrganisationFilter(field_name="organisation")
    anio = django_filters.NumberFilter(label=_("Año"), field_name="completed_on__year")
    estado = django_filters.ChoiceFilter(
        label=_("Estado hoy"), choices=tuple(STATES.items()), field_name="state"
    )
    verificado = django_filters.ChoiceFilter(
        label=_("Verificado"), choices=YES_NO, method="verified"
    )

    def verified(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        return rows.filter(is_verified=value == "si")


def transcripts(asked: Asked) -> QuerySet[Any]:
    """Achieved completions in her reach, historic unverified ones among them and marked so."""
    completions: Any = Completion.objects
    rows: Any = completions.within(scope_asked(asked)).named()
    if asked.purpose == FilePurpose.DONOR_REPORT:
        people: Any = Person.objects
        rows = rows.filter(person__in=people.agreed_to(Purpose.DONOR_REPORTING).values("pk"))
    today = timezone.localdate()
    return completed_by(rows).annotate(
        name_in_list=name_of("person"),
        state=Case(When(Q(valid_until__lt=today), then=Value("expired")), default=Value("valid")),
    )


def find_transcripts(rows: QuerySet[Any], text: str, user: Any) -> Found:
    people: Any = Person.objects
    return Found(rows.filter(person__in=people.search(text).values("pk")))


TRANSCRIPTS = Export(
    name="transcripts",
    title=_("Récord de cursos"),
    rows=transcripts,
    permission=Permission.ROSTER_VIEW,
    filters=TranscriptFilters,
    filters_on={
        "curso": "course",
        "tema": "theme",
        "organizacion": "organisation",
        "anio": "completed_on",
        "estado": "state",
        "verificado": "is_verified",
    },
    search=find_transcripts,
    order="-completed_on",
    columns=(
        Column(
            "name",
            _("Apellidos y nombres"),
            "name_in_list",
            personal=True,
            meaning=_("Como están hoy en su ficha."),
            sort="person__name_key",
            width=34,
        ),
        Column("course", _("Curso"), "course__name", meaning=_("El que completó."), width=36),
        Column(
            "theme",
            _("Tema"),
            "course__theme",
            Kind.CHOICE,
            meaning=_("Tema del curso."),
            choices=dict(Theme.choices),
            width=24,
        ),
        Column(
            "organisation",
            _("Organización"),
            "organisation__name",
            meaning=_("De la que vino ese día."),
            width=30,
        ),
        Column(
            "completed_on",
            _("Completado el"),
            "completed_on",
            Kind.DATE,
            meaning=_("Día en que completó; solo el mes o el año cuando no se sabe más."),
            precision="completed_precision",
            sort="completed_on",
        ),
        Column(
            "hours",
            _("Horas"),
            "hours",
            Kind.NUMBER,
            meaning=_("A las que asistió, como se aprobaron. Vacío: no se sabe."),
        ),
        Column(
            "valid_until",
            _("Vale hasta"),
            "valid_until",
            Kind.DATE,
            meaning=_("Último día en que cuenta. Vacío: no vence."),
        ),
        Column(
            "state",
            _("Estado hoy"),
            "state",
            Kind.CHOICE,
            meaning=_("Vigente o vencido el día del archivo."),
            choices=STATES,
        ),
        Column(
            "is_verified",
            _("Verificado"),
            "is_verified",
            Kind.YES_NO,
            meaning=_("No: registro histórico que nadie ha verificado; no va en ninguna suma."),
        ),
        Column(
            "code",
            _("Código de la constancia"),
            "code",
            personal=True,
            meaning=_("De la constancia vigente de esa vez, sin guiones. Vacío: no tiene."),
            width=20,
        ),
    ),
)

EXPORTS = (TRANSCRIPTS,)
