"""Certificates issued: page, CSV and XLSX."""

from typing import Any

import django_filters
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from members.exports import scope_asked
from members.filters import YES_NO
from members.models import Person, Purpose
from network.base.contracts import Asked, Column, Export, Found, Kind
from network.base.purposes import FilePurpose
from trainings.codes import PREFIX, read_code
from trainings.exports.narrowing import FILTERS_ON, narrowing
from trainings.exports.scopes import said_name
from trainings.models import Certificate

ANSWERS = {
    answer.value: answer.label
    for answer in Certificate.Answer
    if answer != Certificate.Answer.UNKNOWN
}


class CertificateFilters(
    narrowing(  # type: ignore[misc]
        "completion__person",
        "completion__organisation",
        "completion__course",
        "completion__enrolment__edition",
        "first_issued_on",
    )
):
    edicion = django_filters.UUIDFilter(
        label=_("Edición"), field_name="completion__enrolment__edition"
    )
    anio = django_filters.NumberFilter(label=_("Año"), field_name="year")
    estado = django_filters.ChoiceFilter(
        label=_("Estado hoy"), choices=tuple(ANSWERS.items()), field_name="answer"
    )
    anulada = django_filters.ChoiceFilter(
        label=_("Anulada o reemplazada"), choices=YES_NO, method="ended"
    )

    def ended(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        stands = Q(revoked_on=None, replaced_by=None)
        return rows.filter(stands if value == "no" else ~stands)


def certificates(asked: Asked) -> QuerySet[Any]:
    """In her reach. What each answers today is computed as the public page computes it. Of who left
    the record the row stays and her name does not, so that the total is the figure's."""
    rows: Any = Certificate.objects.within(scope_asked(asked)).with_first_day()
    if asked.purpose == FilePurpose.DONOR_REPORT:
        agreed: Any = Person.objects
        people = agreed.agreed_to(Purpose.DONOR_REPORTING).values("pk")
        rows = rows.filter(completion__person__in=people)
    today = timezone.localdate()
    return rows.annotate(
        name_in_list=said_name("completion__person"),
        printed_as=Concat(
            Value(f"{PREFIX}-"), Substr("code", 1, 4), Value("-"), Substr("code", 5, 4)
        ),
        answer=Case(
            When(revoked_on__isnull=False, then=Value(Certificate.Answer.ANNULLED)),
            When(replaced_by__isnull=False, then=Value(Certificate.Answer.REPLACED)),
            When(Q(valid_until__lt=today), then=Value(Certificate.Answer.EXPIRED)),
            default=Value(Certificate.Answer.VALID),
        ),
    )


def find_certificates(rows: Any, text: str, user: Any) -> Found:
    """By code as it is printed, or by her name."""
    code = read_code(text)
    if code and rows.filter(code=code).exists():
        return Found(rows.filter(code=code))
    people: Any = Person.objects
    return Found(rows.named().filter(completion__person__in=people.search(text).values("pk")))


CERTIFICATES = Export(
    name="certificates",
    title=_("Constancias"),
    rows=certificates,
    permission=Permission.ROSTER_VIEW,
    filters=CertificateFilters,
    filters_on=FILTERS_ON
    | {
        "desde": "issued_on",
        "hasta": "issued_on",
        "red": "network",
        "anio": "year",
        "estado": "answer",
        "anulada": "answer",
    },
    search=find_certificates,
    order="-issued_on",
    url_name="certificate-detail",
    list_url_name="certificate-list",
    views=((_("Vigentes"), "estado=valid"), (_("Vencidas"), "estado=expired")),
    columns=(
        Column(
            "code",
            _("Código"),
            "printed_as",
            personal=True,
            meaning=_("Con él cualquiera comprueba la constancia en la página de la red."),
        ),
        Column(
            "name",
            _("Apellidos y nombres"),
            "name_in_list",
            personal=True,
            meaning=_("Como están hoy en su ficha."),
            sort="completion__person__name_key",
            width=34,
        ),
        Column(
            "course",
            _("Curso"),
            "completion__course__name",
            meaning=_("El que completó."),
            sort="completion__course__name_key",
            width=36,
        ),
        Column(
            "organisation",
            _("Organización"),
            "completion__organisation__name",
            meaning=_("De la que vino ese día."),
            width=30,
        ),
        Column(
            "edition",
            _("Edición"),
            "completion__enrolment__edition__number",
            Kind.NUMBER,
            meaning=_("Número de la edición del curso. Vacío: de un registro en papel."),
            on_page=False,
        ),
        Column(
            "network",
            _("Red regional"),
            "completion__enrolment__edition__regional_network__name",
            meaning=_("La que organizó la edición."),
            on_page=False,
            width=24,
        ),
        Column(
            "year", _("Año"), "year", Kind.NUMBER, meaning=_("De la numeración."), on_page=False
        ),
        Column(
            "number",
            _("Número"),
            "number",
            Kind.NUMBER,
            meaning=_("Corre sin saltos dentro de cada año."),
            on_page=False,
        ),
        Column(
            "copy",
            _("Duplicado n.º"),
            "copy",
            Kind.NUMBER,
            meaning=_("1 es la primera; un nombre corregido da la siguiente del mismo número."),
            on_page=False,
        ),
        Column(
            "issued_on",
            _("Emitida el"),
            "issued_on",
            Kind.DATE,
            meaning=_("Día en que se emitió."),
            sort="issued_on",
        ),
        Column(
            "valid_until",
            _("Vale hasta"),
            "valid_until",
            Kind.DATE,
            meaning=_("Último día en que vale. Vacío: no vence."),
            sort="valid_until",
        ),
        Column(
            "answer",
            _("Estado hoy"),
            "answer",
            Kind.CHOICE,
            meaning=_("Lo que responde la página pública el día del archivo."),
            choices=ANSWERS,
        ),
        Column(
            "revoked_on",
            _("Anulada el"),
            "revoked_on",
            Kind.DATE,
            meaning=_("Día en que se anuló."),
            on_page=False,
        ),
        Column(
            "revocation",
            _("Por qué se anuló"),
            "revocation",
            Kind.CHOICE,
            meaning=_("Motivo que se publica."),
            choices=dict(Certificate.Revocation.choices),
            on_page=False,
            width=26,
        ),
    ),
)

EXPORTS = (CERTIFICATES,)
