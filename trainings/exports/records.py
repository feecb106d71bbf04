"""The list of old paper records, as it can be brought in again: with key, place and source."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from members.exports import PERSON_ID, name_of, scope_asked
from network.base.contracts import Asked, Column, Export, Found, Kind
from trainings.exports.completions import COMPLETIONS, CompletionFilters
from trainings.models import Completion


class RecordFilters(CompletionFilters):
    fuente = django_filters.ChoiceFilter(
        label=_("Tipo de fuente"), field_name="source_kind", choices=Completion.Source.choices[1:]
    )


def records(asked: Asked) -> QuerySet[Any]:
    rows = Completion.objects.within(scope_asked(asked)).named().papers()
    return rows.annotate(person_name=name_of("person"))


def search(rows: QuerySet[Any], text: str, user: Any) -> Found:
    """By the words of the source: all that one notebook says."""
    for word in text.split():
        rows = rows.filter(source__icontains=word)
    return Found(rows)


_shared = {column.name: column for column in COMPLETIONS.columns}
TRAINING_RECORDS = Export(
    name="training_records",
    title=_("Registros en papel"),
    rows=records,
    permission=Permission.ROSTER_VIEW,
    filters=RecordFilters,
    # A paper has no edition: that filter asks about no column of this list.
    filters_on={
        **{name: on for name, on in COMPLETIONS.filters_on.items() if on != "edition"},
        "fuente": "source_kind",
    },
    search=search,
    order="-completed_on",
    url_name="training-record-detail",
    list_url_name="training-record-list",
    views=((_("Sin verificar"), "verificado=no"), (_("Verificados"), "verificado=si")),
    columns=(
        Column(
            "record",
            "id",
            "pk",
            meaning=_("Clave del registro. No la cambies."),
            on_page=False,
            is_hidden=True,
        ),
        _shared["person"],
        Column(
            "organisation",
            _("Organización"),
            "organisation__name",
            meaning=_("La organización con la que vino."),
            width=30,
        ),
        _shared["course"],
        Column(
            "completed_on",
            _("Fecha"),
            "completed_on",
            Kind.DATE,
            meaning=_("El día; o el mes o el año, si el papel no dice más."),
            precision="completed_precision",
            sort="completed_on",
            width=12,
        ),
        Column("hours", _("Horas"), "hours", Kind.NUMBER, meaning=_("Las que dice el papel.")),
        Column("place", _("Lugar"), "place", meaning=_("Dónde se dio."), width=24, on_page=False),
        Column(
            "taught_by",
            _("Quién dictó"),
            "taught_by",
            meaning=_("Persona o institución que dio el curso."),
            width=24,
            on_page=False,
        ),
        Column(
            "source_kind",
            _("Tipo de fuente"),
            "source_kind",
            Kind.CHOICE,
            meaning=_("Qué papel lo dice."),
            choices=dict(Completion.Source.choices) | {"": ""},
            on_page=False,
        ),
        Column(
            "source",
            _("Fuente"),
            "source",
            personal=True,
            meaning=_("En qué papel está y en qué hoja."),
            width=34,
        ),
        _shared["result"],
        _shared["is_verified"],
        PERSON_ID,
    ),
)
