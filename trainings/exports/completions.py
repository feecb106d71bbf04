"""The list of completions: each renewal is one more row; what was taken back is in none."""

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import F, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from members.exports import PERSON_ID, scope_asked
from network.base.contracts import Asked, Column, Export, Kind
from trainings.exports.narrowing import FILTERS_ON, TRAINED, narrowing
from trainings.exports.scopes import said, said_name
from trainings.models import Completion, Edition

YES_NO = (("si", _("sí")), ("no", _("no")))


class CompletionFilters(
    narrowing("person", "organisation", "course", "enrolment__edition", "completed_on")  # type: ignore[misc]
):
    edicion = django_filters.ModelChoiceFilter(
        label=_("Edición"),
        field_name="enrolment__edition",
        queryset=Edition.objects.select_related("version__course"),
    )
    resultado = django_filters.ChoiceFilter(
        label=_("Resultado"), field_name="result", choices=Completion.Result.choices
    )
    verificado = django_filters.ChoiceFilter(
        label=_("Verificado"), choices=YES_NO, method="as_verified"
    )
    tema_de = django_filters.ChoiceFilter(
        label=_("Temas"),
        choices=(("formacion", _("liderazgo o seguridad")),),
        method="of_training",
    )

    def as_verified(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(is_verified=value == "si")

    def of_training(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(course__theme__in=TRAINED)


def completions(asked: Asked) -> QuerySet[Any]:
    """Of who left the record the row stays and her name does not: the total is the figure's."""
    rows = Completion.objects.within(scope_asked(asked)).filter(voided_at=None)
    return rows.annotate(
        person_name=said_name("person"),
        said_reason=said("person", F("reason"), Value("")),
        person_key=said("person", F("person"), Value(None)),
    )


COMPLETIONS = Export(
    name="completions",
    title=_("Quién completó"),
    rows=completions,
    permission=Permission.ROSTER_VIEW,
    filters=CompletionFilters,
    filters_on=FILTERS_ON
    | {
        "desde": "completed_on",
        "hasta": "completed_on",
        "resultado": "result",
        "verificado": "is_verified",
        "tema_de": "course",
    },
    order="-completed_on",
    list_url_name="completion-list",
    columns=(
        Column(
            "person",
            _("Apellidos y nombres"),
            "person_name",
            personal=True,
            meaning=_("De quién se trata."),
            width=34,
        ),
        Column(
            "organisation",
            _("Vino por"),
            "organisation__name",
            meaning=_("La organización con la que vino."),
            width=34,
        ),
        Column("course", _("Curso"), "course__name", meaning=_("Qué completó."), width=34),
        Column("version", _("Versión"), "version__number", Kind.NUMBER, meaning=_("Del curso.")),
        Column(
            "edition",
            _("Edición"),
            "enrolment__edition__number",
            Kind.NUMBER,
            meaning=_("Vacía: de un registro antiguo en papel."),
        ),
        Column(
            "result",
            _("Resultado"),
            "result",
            Kind.CHOICE,
            meaning=_("Completó o no completó."),
            choices=dict(Completion.Result.choices),
        ),
        Column(
            "reason",
            _("Motivo"),
            "said_reason",
            personal=True,
            meaning=_("Por qué no completó, o por qué se decidió distinto de la regla."),
            width=34,
        ),
        Column(
            "is_exception",
            _("Excepción"),
            "is_exception",
            Kind.YES_NO,
            meaning=_("Se decidió distinto de lo que propone la regla."),
        ),
        Column(
            "completed_on",
            _("Día"),
            "completed_on",
            Kind.DATE,
            meaning=_("Último día del curso."),
            precision="completed_precision",
            sort="completed_on",
            width=12,
        ),
        Column("hours", _("Horas"), "hours", Kind.NUMBER, meaning=_("A las que vino.")),
        Column(
            "planned_hours",
            _("Horas previstas"),
            "planned_hours",
            Kind.NUMBER,
            meaning=_("De la edición, al aprobarse."),
        ),
        Column(
            "valid_until",
            _("Vale hasta"),
            "valid_until",
            Kind.DATE,
            meaning=_("Último día. Vacío: no vence."),
            width=12,
        ),
        Column(
            "is_verified",
            _("Verificado"),
            "is_verified",
            Kind.YES_NO,
            meaning=_("«No»: registro antiguo sin papel que lo pruebe."),
        ),
        replace(PERSON_ID, source="person_key"),
    ),
)
