"""The list of old paper records that coordinators and leaders bring in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members import rules
from members.access import Permission
from members.imports import ID, PEOPLE_COLUMNS, person_name
from network.base.contracts import Import, ImportColumn, Kind
from network.base.dates import PartialDate
from network.base.errors import Refused
from trainings.actions.importing import prepare_records, write_records
from trainings.models import Completion

C = ImportColumn
CENT = Decimal("0.01")
MOST_HOURS = 999
# Who it is, in the words of the list of people.
WHO = (
    "paternal_surname",
    "maternal_surname",
    "given_names",
    "surnames",
    "full_name",
    "document_kind",
    "document",
    "dni",
    "organisation",
)
RESULT_WORDS = {
    word: result
    for result, words in {
        "completed": ("completo", "aprobo", "aprobada", "aprobado", "si", "asistio", "termino"),
        "not_completed": ("no", "desaprobo", "desaprobada", "no aprobo", "se retiro", "no termino"),
    }.items()
    for word in words
}
SOURCE_WORDS = {
    word: source
    for source, words in {
        "minutes": ("acta", "actas", "cuaderno", "libro de actas"),
        "list": ("lista", "asistencia", "hoja de asistencia", "padron"),
        "certificate": ("constancia", "certificado", "diploma"),
        "report": ("informe", "programa", "proyecto"),
        "word": ("oral", "de palabra", "lo dice ella", "testimonio"),
        "other": ("otro", "otra"),
    }.items()
    for word in words
}


def read_hours(text: str) -> Decimal:
    """8, 7,5 or 8 h."""
    number = text.lower().replace("horas", "").replace("hrs", "").replace("h", "").strip(" .")
    try:
        hours = Decimal(number.replace(",", ".")).quantize(CENT)
    except InvalidOperation:
        raise Refused(gettext("Escribe las horas con números: 8 o 7,5.")) from None
    if not 0 < hours <= MOST_HOURS:
        raise Refused(gettext("Las horas van de 0,5 a 999."))
    return hours


def read_completed(text: str) -> PartialDate:
    """A day, a month or a year that has come, of this century or the last."""
    read = rules.read_past_partial(text)
    if read.date < date(1980, 1, 1):
        raise Refused(gettext("Esa fecha es muy antigua para un curso. Revisa el año."))
    return read


def _person_column(column: ImportColumn) -> ImportColumn:
    return replace(column, can_be_erased=False, is_required=False)


_people = {column.name: column for column in PEOPLE_COLUMNS}
COLUMNS = (
    replace(ID, name="record", headings=("clave", "id (no tocar)", "registro_id")),
    C("person_id", "persona_id", ID.clean, ("clave de la persona",), can_be_erased=False,
      is_hidden=True, rule=_("La escribe el portal al exportar. No la cambies.")),
    *(_person_column(_people[name]) for name in WHO),
    C("course", _("Curso"), partial(rules.read_text, longest=160),
      ("taller", "capacitacion", "nombre del curso", "charla", "tema", "formacion",
       "curso o taller"),
      rule=_("Como está en el papel. Si no es su nombre exacto, el portal pregunta cuál es."),
      example="Trabajo seguro en el pallaqueo", is_required=True, can_be_erased=False, width=34),
    C("completed_on", _("Fecha"), read_completed,
      ("dia", "cuando", "fecha del curso", "fecha de termino", "fecha de la capacitacion", "ano"),
      Kind.DATE, rule=_("El día. Si el papel no lo dice, el mes o solo el año."),
      example="15/08/2019", is_required=True, can_be_erased=False),
    C("hours", _("Horas"), read_hours, ("n de horas", "duracion", "horas lectivas"),
      rule=_("Las que dice el papel. Vacío: las del curso en esa fecha."), example="8"),
    C("place", _("Lugar"), partial(rules.read_text, longest=120), ("donde", "sede", "local"),
      rule=_("Dónde se dio."), example="Local comunal de Ananea", width=26),
    C("taught_by", _("Quién dictó"), partial(rules.read_text, longest=160),
      ("dictado por", "capacitadora", "capacitador", "ponente", "facilitador", "facilitadora",
       "institucion que dicto"),
      rule=_("Persona o institución que dio el curso."), example="Dirección Regional de Minería",
      width=26),
    C("source_kind", _("Tipo de fuente"),
      partial(rules.read_choice, choices=Completion.Source, words=SOURCE_WORDS),
      ("fuente tipo", "tipo de sustento"),
      choices=tuple(label for value, label in Completion.Source.choices if value),
      rule=_("Elige de la lista."), example=_("Cuaderno de actas")),
    C("source", _("Fuente"), partial(rules.read_text, longest=200),
      ("documento fuente", "de donde sale", "sustento", "folio", "referencia"),
      rule=_("En qué papel está y en qué hoja. La foto se sube después, en su página."),
      example="Cuaderno de actas 2019, folio 12", width=34),
    C("result", _("Resultado"),
      partial(rules.read_choice, choices=Completion.Result, words=RESULT_WORDS),
      ("completo", "aprobo", "estado"), choices=tuple(Completion.Result.labels),
      rule=_("Vacío: completó."), example=_("Completó"), can_be_erased=False),
)  # fmt: skip


def _row_name(texts: Mapping[str, str]) -> str:
    who = person_name(texts) or texts.get("dni") or texts.get("document") or ""
    return " · ".join(filter(None, (who, texts.get("course", ""))))


IMPORTS = (
    Import(
        name="training_records",
        title=_("Registros en papel"),
        permission=Permission.IMPORT,
        columns=COLUMNS,
        write=write_records,
        prepare=prepare_records,
        row_name=_row_name,
        needs=(
            ("course",),
            ("completed_on",),
            ("record", "person_id", "dni", "document", "given_names", "full_name"),
        ),
        sheets=("papel", "historic", "capacitacion", "curso", "taller"),
        order=30,
        is_extra=True,
        list_url_name="training-record-list",
    ),
)
