"""Lists of rosters and of what their women need: page and files."""

from typing import Any

import django_filters
from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from members.exports import PERSON_ID, name_of, scope_asked
from members.filters import OrganisationFilter
from members.models import Person, Purpose
from network.base.contracts import Asked, Column, Export, Kind
from network.base.purposes import FilePurpose
from trainings.models import Course, Edition, Enrolment
from trainings.models.courses import Theme


def _editions(request: Any) -> QuerySet[Any]:
    rows = Edition.objects.select_related("version__course").order_by("-starts_on", "-pk")
    return rows if request.user is None else rows.visible_to(request.user)


class RosterFilters(django_filters.FilterSet):
    edicion = django_filters.ModelChoiceFilter(
        label=_("Edición"), queryset=_editions, field_name="edition"
    )
    curso = django_filters.ModelChoiceFilter(
        label=_("Curso"), queryset=Course.objects.order_by("name_key"), field_name="edition__course"
    )
    estado = django_filters.ChoiceFilter(
        label=_("Estado"), choices=Enrolment.State.choices, field_name="state"
    )
    organizacion = OrganisationFilter(field_name="organisation")


def roster(asked: Asked) -> Any:
    """Lines in her reach, each counted once, of those who may be named."""
    lines: Any = Enrolment.objects
    rows = lines.within(scope_asked(asked), asked.user).on_roster().named()
    if asked.purpose == FilePurpose.DONOR_REPORT:
        agreed = Person.objects.agreed_to(Purpose.DONOR_REPORTING)
        rows = rows.filter(person__in=agreed.values("pk"))
    return rows.annotate(
        name_in_list=Case(
            When(person=None, then=F("walk_in_name")),
            default=name_of("person"),
            output_field=CharField(),
        ),
        sorted_by=Coalesce("person__name_key", "walk_in_key"),
        came_from_name=Coalesce(
            NullIf("organisation__short_name", Value("")),
            "organisation__name",
            "walk_in_organisation",
        ),
    )


def logistics(asked: Asked) -> Any:
    """Those a seat is promised to, with what each needs."""
    return roster(asked).holding()


NAME = Column(
    "name",
    _("Apellidos y nombres"),
    "name_in_list",
    personal=True,
    meaning=_("De quien llegó sin ficha, el nombre como lo dijo."),
    sort="sorted_by",
    width=34,
)
COURSE = Column("course", _("Curso"), "edition__course__name", meaning=_("El que se da."), width=36)
NUMBER = Column(
    "edition",
    _("Edición"),
    "edition__number",
    Kind.NUMBER,
    meaning=_("Número de la edición."),
    width=10,
)
ORGANISATION = Column(
    "organisation",
    _("Vino por"),
    "came_from_name",
    meaning=_("Su organización el día en que se inscribió. No cambia después."),
    width=30,
)
ROSTER = Export(
    name="roster",
    title=_("Inscripciones"),
    rows=roster,
    permission=Permission.ROSTER_VIEW,
    filters=RosterFilters,
    order="sorted_by",
    list_url_name="roster-list",
    columns=(
        NAME,
        COURSE,
        NUMBER,
        Column(
            "starts_on",
            _("Empieza"),
            "edition__starts_on",
            Kind.DATE,
            meaning=_("Primer día de la edición."),
            width=12,
        ),
        Column(
            "theme",
            _("Tema"),
            "edition__course__theme",
            Kind.CHOICE,
            meaning=_("Tema del curso."),
            choices=dict(Theme.choices),
            on_page=False,
            width=24,
        ),
        ORGANISATION,
        Column(
            "state",
            _("Estado"),
            "state",
            Kind.CHOICE,
            meaning=_("Propuesta, invitada, confirmada, en espera, no puede ir o se retiró."),
            choices=dict(Enrolment.State.choices),
        ),
        Column(
            "origin",
            _("Cómo llegó"),
            "origin",
            Kind.CHOICE,
            meaning=_("Propuesta por su organización, por su región, por un curso que le falta…"),
            choices=dict(Enrolment.Origin.choices),
            on_page=False,
            width=26,
        ),
        Column(
            "reason",
            _("Motivo"),
            "state_reason",
            personal=True,
            meaning=_("Del último cambio de estado."),
            on_page=False,
            width=30,
        ),
        Column(
            "enrolled_at",
            _("Inscrita el"),
            "enrolled_at",
            Kind.MOMENT,
            meaning=_("Cuándo entró a la lista, hora de Lima."),
            on_page=False,
        ),
        PERSON_ID,
    ),
)

LOGISTICS = Export(
    name="logistics",
    title=_("Lista para la logística"),
    rows=logistics,
    permission=Permission.ROSTER_VIEW,
    filters=RosterFilters,
    order="sorted_by",
    columns=(
        NAME,
        COURSE,
        NUMBER,
        ORGANISATION,
        Column(
            "children",
            _("Niños"),
            "person__needs__children_count",
            Kind.NUMBER,
            meaning=_("Los que la acompañan. Vacío: todavía no se le preguntó."),
            width=8,
        ),
        Column(
            "transport",
            _("Movilidad"),
            "person__needs__needs_transport",
            Kind.YES_NO,
            meaning=_("Si la necesita."),
            width=10,
        ),
        Column(
            "transport_from",
            _("Desde dónde"),
            "person__needs__transport_from",
            personal=True,
            meaning=_("De dónde viene."),
            width=26,
        ),
        Column(
            "diet",
            _("Qué no puede comer"),
            "person__needs__diet",
            personal=True,
            meaning=_("Para el refrigerio y el almuerzo."),
            width=26,
        ),
        Column(
            "language",
            _("Lengua"),
            "person__needs__needs_interpreter",
            personal=True,
            meaning=_("En la que prefiere el curso."),
        ),
        Column(
            "access",
            _("Para participar"),
            "person__needs__access_note",
            personal=True,
            meaning=_("Qué necesita."),
            width=30,
        ),
        Column(
            "asked_on",
            _("Preguntado el"),
            "person__needs__asked_on",
            Kind.DATE,
            meaning=_("Cuándo lo dijo."),
            on_page=False,
            width=12,
        ),
        PERSON_ID,
    ),
)

EXPORTS = (ROSTER, LOGISTICS)
