"""Lists of attendance: every mark, and the register that the law asks for."""

from typing import Any

import django_filters
from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from members.exports import scope_asked
from members.filters import OrganisationFilter
from members.models import Person
from network.base.contracts import Asked, Column, Export, Kind
from trainings.exports.narrowing import FILTERS_ON, narrowing
from trainings.exports.scopes import came_from, listed_name, named_or_none
from trainings.models import Attendance, Edition

MARKS = {mark.value or "-": mark.label for mark in Attendance.Mark}


class AttendanceFilters(
    narrowing(  # type: ignore[misc]
        "enrolment__person",
        "enrolment__organisation",
        "edition__course",
        "edition",
        "session__held_on",
    )
):
    edicion = django_filters.ModelChoiceFilter(
        label=_("Edición"),
        field_name="edition",
        queryset=Edition.objects.select_related("version__course"),
    )
    vino = django_filters.ChoiceFilter(
        label=_("Vino"), choices=(("si", _("presente o tarde")),), method="who_came"
    )
    marca = django_filters.ChoiceFilter(
        label=_("Marca"), choices=tuple(MARKS.items()), method="marked", empty_label=_("Todas")
    )

    def marked(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(mark="" if value == "-" else value)

    def who_came(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(mark__in=Attendance.CAME)


def attendance(asked: Asked) -> QuerySet[Any]:
    """Every line of every session that was marked at all, not marked ones too."""
    rows = Attendance.objects.within(scope_asked(asked), asked.user).on_roster()
    return rows.filter(session__cancelled_at=None).annotate(
        name=listed_name("enrolment"),
        organisation=came_from("enrolment"),
        person_key=named_or_none("enrolment", "pk"),
        state=_state(),
    )


def _state() -> Any:
    """Not marked is a state with a word, not an empty cell."""
    return Case(When(mark="", then=Value("-")), default=F("mark"), output_field=CharField())


NAME = Column(
    "person",
    _("Apellidos y nombres"),
    "name",
    personal=True,
    meaning=_("Como está en su ficha, o como lo dijo quien llegó sin estar inscrita."),
    width=34,
)
ORGANISATION = Column(
    "organisation",
    _("Vino por"),
    "organisation",
    meaning=_("La organización con la que vino ese día."),
    width=34,
)
COURSE = Column("course", _("Curso"), "edition__course__name", meaning=_("Qué se dio."), width=34)
EDITION = Column(
    "edition", _("Edición"), "edition__number", Kind.NUMBER, meaning=_("Número de la edición.")
)
HELD_ON = Column(
    "held_on",
    _("Día"),
    "session__held_on",
    Kind.DATE,
    meaning=_("Día de la sesión."),
    sort="session__held_on",
    width=12,
)
HOURS = Column(
    "hours",
    _("Horas previstas"),
    "session__planned_hours",
    Kind.NUMBER,
    meaning=_("De la sesión. Cuentan a quien vino, a tiempo o tarde."),
)

ATTENDANCE = Export(
    name="attendance",
    title=_("Asistencia"),
    rows=attendance,
    permission=Permission.ROSTER_VIEW,
    filters=AttendanceFilters,
    filters_on=FILTERS_ON | {"marca": "mark", "vino": "mark"},
    order="session__held_on",
    list_url_name="attendance-list",
    columns=(
        COURSE,
        EDITION,
        HELD_ON,
        Column("starts_at", _("Desde las"), "session__starts_at", meaning=_("Hora en que empezó.")),
        HOURS,
        NAME,
        ORGANISATION,
        Column(
            "mark",
            _("Marca"),
            "state",
            Kind.CHOICE,
            meaning=_("«Sin marcar»: nadie lo anotó. No es falta."),
            choices=MARKS,
        ),
        Column(
            "origin",
            _("De dónde viene la marca"),
            "origin",
            Kind.CHOICE,
            meaning=_("Pantalla, teléfono, hoja de firmas o lista importada."),
            choices=dict(Attendance.Origin.choices),
            width=22,
        ),
        Column("marked_at", _("Marcada"), "marked_at", Kind.MOMENT, meaning=_("Hora de Lima.")),
        Column(
            "correction_reason",
            _("Por qué se corrigió"),
            "correction_reason",
            personal=True,
            meaning=_("Si se cambió después de cerrar la sesión."),
            width=28,
        ),
        Column(
            "person_id",
            "persona_id",
            "person_key",
            personal=True,
            meaning=_("Clave de la ficha de la persona. Vacía: nadie dijo todavía quién es."),
            on_page=False,
            is_hidden=True,
        ),
    ),
)


class RegisterFilters(django_filters.FilterSet):
    """The register is of one organisation and one month; without them it is all she reaches."""

    organizacion = OrganisationFilter(field_name="enrolment__organisation")
    mes = django_filters.CharFilter(label=_("Mes (2026-11)"), method="in_month")

    def in_month(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        year, _dash, month = value.partition("-")
        if not (year.isdigit() and month.isdigit()):
            return rows.none()
        return rows.filter(session__held_on__year=int(year), session__held_on__month=int(month))


def register(asked: Asked) -> QuerySet[Any]:
    """Those who came: what the register of RM 050-2013-TR holds."""
    rows: Any = attendance(asked).filter(mark__in=Attendance.CAME)
    return rows.annotate(
        document=named_or_none("enrolment", "document_sealed"),
        document_row=F("enrolment__person"),
        trainer_name=Concat(
            "session__trainer__given_names",
            Value(" "),
            "session__trainer__paternal_surname",
            Value(" "),
            "session__trainer__maternal_surname",
        ),
        kind=Value("training", output_field=CharField()),
    )


TRAINING_REGISTER = Export(
    name="training_register",
    title=_("Registro de capacitación (RM 050-2013-TR)"),
    rows=register,
    permission=Permission.ROSTER_VIEW,
    filters=RegisterFilters,
    order="session__held_on",
    columns=(
        Column(
            "organisation",
            _("Razón social"),
            "organisation",
            meaning=_("La organización con la que vino."),
            width=34,
        ),
        Column("ruc", _("RUC"), "enrolment__organisation__ruc", meaning=_("De la organización.")),
        Column(
            "address",
            _("Domicilio"),
            "enrolment__organisation__district__name",
            meaning=_("Distrito de la organización."),
        ),
        Column(
            "kind",
            _("Tipo de actividad"),
            "kind",
            Kind.CHOICE,
            meaning=_("Inducción, capacitación, entrenamiento o simulacro."),
            choices={"training": _("Capacitación")},
        ),
        Column("topic", _("Tema"), "edition__course__name", meaning=_("El curso."), width=34),
        Column(
            "session_topic", _("Tema de la sesión"), "session__topic", meaning=_("Si lo tiene.")
        ),
        HELD_ON,
        Column(
            "trainer",
            _("Capacitadora o entrenadora"),
            "trainer_name",
            personal=True,
            meaning=_("Quien dio la sesión."),
            width=30,
        ),
        HOURS,
        NAME,
        Column(
            "document",
            _("N.º DNI"),
            "document",
            Kind.SEALED,
            personal=True,
            meaning=_("Vacío: sin documento en su ficha."),
            seal=("members_person", "document_sealed"),
            seal_row="document_row",
            width=12,
        ),
        Column(
            "area",
            _("Área"),
            "enrolment__person__occupation",
            Kind.CHOICE,
            personal=True,
            meaning=_("Su trabajo en la cadena."),
            choices=dict(Person.Occupation.choices),
        ),
        Column(
            "note",
            _("Observaciones"),
            "mark",
            Kind.CHOICE,
            meaning=_("Si llegó tarde."),
            choices={"p": "", "l": _("Tarde")},
        ),
    ),
)
