"""What trainings count. The definitions are published as they stand here.

Attendance, participants, completed and certified are four numbers, each under its own name. Old
records that nobody verified are a fifth, and in none of the others.
"""

from typing import Any

from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    F,
    Func,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from members.access import Permission, Scope, scope_of
from members.models import Person
from network.base.contracts import Asked
from network.base.figures import UNKNOWN, Counting, Figure, Question, Split
from trainings.ages import AGE_LABELS, age_band
from trainings.exports.matrix import cells
from trainings.exports.narrowing import TRAINED
from trainings.models import Attendance, Certificate, Completion, Enrolment, TestScore
from trainings.models.courses import Holder, Theme


def _reach(question: Question) -> Scope:
    """Numbers name nobody: outside the network, too, they count all who were there."""
    if question.user is None:
        return Scope(everything=True)
    scope = scope_of(question.user, Permission.TRAINING_VIEW)
    return Scope(everything=True) if scope.everything else scope


def came(question: Question) -> QuerySet[Attendance]:
    """Marks of present or late, of sessions that were held; whoever was recognised, once."""
    rows = Attendance.objects.within(_reach(question), question.user)
    return rows.came().on_roster().filter(session__cancelled_at=None)


def achieved(question: Question) -> QuerySet[Completion]:
    return Completion.objects.within(_reach(question)).achieved().verified()


def unverified(question: Question) -> QuerySet[Completion]:
    return Completion.objects.within(_reach(question)).achieved().filter(is_verified=False)


def certified(question: Question) -> QuerySet[Certificate]:
    return Certificate.objects.within(_reach(question)).current().with_first_day()


def paired_scores(question: Question) -> QuerySet[TestScore]:
    """Scores after of those who also have one before, with `gain` in points of a hundred."""
    before = "enrolment__scores"
    rows = TestScore.objects.filter(
        moment="after",
        enrolment__in=Enrolment.objects.within(_reach(question), question.user).on_roster(),
        **{f"{before}__moment": "before"},
    )
    return rows.annotate(
        gain=100 * F("score") / F("maximum") - 100 * F(f"{before}__score") / F(f"{before}__maximum")
    )


def coverage(question: Question) -> QuerySet[Any]:
    """The cells of the matrix of today, with what is asked of whom in words."""
    roles = [When(requirement__role=role, then=Value(str(role.label))) for role in Holder]
    rows = cells(Asked(question.user, Permission.TRAINING_VIEW))
    return rows.annotate(
        requirement_called=Concat(
            "requirement__course__name",
            Value(" · "),
            Case(*roles, output_field=CharField()),
            output_field=CharField(),
        )
    )


def _splits(person: str, organisation: str, course: str, edition: str) -> tuple[Split, ...]:
    region = f"{organisation}__district__province__department"
    return (
        Split("region", _("Región de su organización"), region, f"{region}__name"),
        Split(
            "organizacion",
            _("Organización con la que vino"),
            f"{organisation}",
            f"{organisation}__name",
            {UNKNOWN: _("sin organización")},
        ),
        Split(
            "sexo",
            _("Sexo"),
            f"{person}__sex",
            labels={**dict(Person.Sex.choices), UNKNOWN: _("sin ficha")},
        ),
        Split(
            "edad",
            _("Edad al final del periodo"),
            age_band(f"{person}__born_on", f"{person}__born_precision"),
            labels=AGE_LABELS,
        ),
        Split("tema", _("Tema"), f"{course}__theme", labels=dict(Theme.choices)),
        Split("curso", _("Curso"), course, f"{course}__name"),
        Split(
            "programa",
            _("Programa que paga"),
            f"{edition}__funding__programme",
            f"{edition}__funding__programme__name",
            {UNKNOWN: _("sin programa")},
        ),
        Split(
            "red",
            _("Red regional que organiza"),
            f"{edition}__regional_network",
            f"{edition}__regional_network__name",
            {UNKNOWN: _("red nacional")},
        ),
    )


MARK_SPLITS = _splits("enrolment__person", "enrolment__organisation", "edition__course", "edition")
COMPLETION_SPLITS = _splits("person", "organisation", "course", "enrolment__edition")
CERTIFICATE_SPLITS = _splits(
    "completion__person",
    "completion__organisation",
    "completion__course",
    "completion__enrolment__edition",
)
SCORE_SPLITS = _splits(
    "enrolment__person",
    "enrolment__organisation",
    "enrolment__edition__course",
    "enrolment__edition",
)


COVERAGE_SPLITS = (
    Split("requisito", _("Requisito: qué curso y a quiénes"), "requirement", "requirement_called"),
    Split(
        "region",
        _("Región de su organización"),
        "organisation__district__province__department",
        "organisation__district__province__department__name",
    ),
    Split("organizacion", _("Organización"), "organisation", "organisation_called"),
)


def _pair(*paths: str) -> Func:
    """Two columns as one value, to be counted once."""
    return Func(*(Cast(path, CharField()) for path in paths), template="(%(expressions)s)")


# A walk-in nobody recognised is told apart from the others by her line.
_WHO = Coalesce("enrolment__person", "enrolment")


def women_trained(question: Question) -> QuerySet[Completion]:
    return achieved(question).filter(course__theme__in=TRAINED, person__sex=Person.Sex.FEMALE)


_TRAINING: dict[str, Any] = {"topic": _("Formación"), "permission": Permission.TRAINING_VIEW}
_LISTED = _TRAINING | {"list_permission": Permission.ROSTER_VIEW}
_MARKS = _LISTED | {"list_url_name": "attendance-list", "list_query": "vino=si"}
_RESULTS = _LISTED | {"list_url_name": "completion-list"}

FIGURES = (
    Figure(
        name="women_trained",
        title=_("mujeres completaron liderazgo o seguridad"),
        definition=_(
            "Mujeres distintas que completaron al menos un curso de liderazgo o de seguridad, con "
            "aprobación de una persona. Quien completó varios cuenta una vez. No entran los "
            "registros históricos sin verificar, ni lo que se anuló."
        ),
        compute=Counting(
            women_trained,
            Count("person", distinct=True),
            dated="completed_on",
            splits=COMPLETION_SPLITS,
        ),
        unit=_("mujeres distintas"),
        is_public=True,
        list_query="resultado=completed&verificado=si&tema_de=formacion&sexo=f",
        **_RESULTS,
    ),
    Figure(
        name="participations",
        title=_("asistencias"),
        definition=_(
            "Una por persona y sesión en que se marcó presente o tarde. No son personas: quien "
            "vino a cuatro sesiones cuenta cuatro. «Sin marcar», falta y justificada no entran, "
            "ni las sesiones canceladas."
        ),
        compute=Counting(came, Count("pk"), dated="session__held_on", splits=MARK_SPLITS),
        unit=_("persona × sesión"),
        **_MARKS,
    ),
    Figure(
        name="participants",
        title=_("participantes distintas"),
        definition=_(
            "Personas distintas que vinieron al menos a una sesión, presentes o tarde. Quien vino "
            "por dos organizaciones cuenta una vez. Quien llegó sin ficha y nadie reconoció cuenta "
            "una vez por edición."
        ),
        compute=Counting(
            came, Count(_WHO, distinct=True), dated="session__held_on", splits=MARK_SPLITS
        ),
        unit=_("personas distintas"),
        **_MARKS,
    ),
    Figure(
        name="attended_hours",
        title=_("horas de formación recibidas"),
        definition=_(
            "Suma de las horas previstas de cada sesión por cada persona que vino, presente o "
            "tarde. Llegar tarde no descuenta."
        ),
        compute=Counting(
            came, Sum("session__planned_hours"), dated="session__held_on", splits=MARK_SPLITS
        ),
        unit=_("horas × persona"),
        **_MARKS,
    ),
    Figure(
        name="completions",
        title=_("cursos completados"),
        definition=_(
            "Una por persona y curso completado con aprobación de una persona. Completar el mismo "
            "curso otra vez para renovarlo no suma. No entran los registros históricos sin "
            "verificar, ni lo que se anuló."
        ),
        compute=Counting(
            achieved,
            Count(_pair("person", "course"), distinct=True),
            dated="completed_on",
            splits=COMPLETION_SPLITS,
        ),
        unit=_("persona × curso"),
        list_query="resultado=completed&verificado=si",
        **_RESULTS,
    ),
    Figure(
        name="people_completed",
        title=_("personas que completaron algún curso"),
        definition=_(
            "Personas distintas con al menos un curso completado y aprobado. Mujeres, hombres y "
            "jóvenes; pártela por sexo o edad para ver cada grupo."
        ),
        compute=Counting(
            achieved,
            Count("person", distinct=True),
            dated="completed_on",
            splits=COMPLETION_SPLITS,
        ),
        unit=_("personas distintas"),
        list_query="resultado=completed&verificado=si",
        **_RESULTS,
    ),
    Figure(
        name="completions_unverified",
        title=_("cursos históricos sin verificar"),
        definition=_(
            "Una por persona y curso que viene de listas antiguas en papel, sin un documento que "
            "lo pruebe. Va aparte: ninguna otra cifra lo incluye."
        ),
        compute=Counting(
            unverified,
            Count(_pair("person", "course"), distinct=True),
            dated="completed_on",
            splits=COMPLETION_SPLITS,
        ),
        unit=_("persona × curso"),
        list_query="resultado=completed&verificado=no",
        **_RESULTS,
    ),
    Figure(
        name="certificates",
        title=_("constancias emitidas"),
        definition=_(
            "Constancias por la fecha en que se dio su número. Un duplicado con el nombre "
            "corregido no suma ni la mueve de fecha. No entran las anuladas. Cuenta las que ya "
            "vencieron: se emitieron."
        ),
        compute=Counting(
            certified, Count("pk"), dated="first_issued_on", splits=CERTIFICATE_SPLITS
        ),
        unit=_("constancias"),
        list_url_name="certificate-list",
        list_query="anulada=no",
        **_LISTED,
    ),
    Figure(
        name="requirement_coverage",
        title=_("cursos que se piden y están vigentes"),
        definition=_(
            "De los cursos que se piden a las mujeres de la red, cuántos tienen vigentes hoy. "
            "Una por mujer, requisito y organización: la que está en dos organizaciones cuenta en "
            "las dos, como en las filas de la matriz (al pie de la matriz cuenta una vez). Vigente "
            "es completado o renovado, verificado y sin vencer. No entra lo que no se pide a una "
            "organización."
        ),
        compute=Counting(coverage, Sum("covered"), total=Sum("due"), splits=COVERAGE_SPLITS),
        unit=_("vigentes de los que se piden"),
        list_url_name="matrix",
        list_permission=Permission.TRAINING_VIEW,
        **_TRAINING,
    ),
    Figure(
        name="paired_gain",
        title=_("mejora entre la prueba de entrada y la de salida"),
        definition=_(
            "Promedio de la diferencia, en puntos de cien, entre la prueba de salida y la de "
            "entrada de la misma persona en la misma edición. Solo entran las personas con las dos "
            "pruebas."
        ),
        compute=Counting(paired_scores, Avg("gain"), dated="taken_on", splits=SCORE_SPLITS),
        unit=_("puntos de 100"),
        **_TRAINING,
    ),
)
