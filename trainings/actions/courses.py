"""Verbs about courses, their versions and who must hold them."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from itertools import chain, count

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.models import Organisation, User
from network.base.errors import Refused, refusing_broken_rules
from trainings.models import (
    Course,
    CourseVersion,
    Exemption,
    PublicationVersion,
    Requirement,
)
from trainings.models.courses import RULE

FROZEN = {
    "trainings_courseversion_frozen": gettext_lazy(
        "Ya hay resultados con esta versión: su regla no cambia. Haz una versión nueva."
    )
}


@dataclass(frozen=True)
class CourseFacts:
    name: str
    theme: str
    short_name: str = ""
    renews: Course | None = None


@dataclass(frozen=True)
class VersionFacts:
    """One wording with its rule; the names are those of `CourseVersion`."""

    hours: Decimal
    in_use_from: date
    syllabus: str = ""
    languages: tuple[str, ...] = ()
    target_roles: tuple[str, ...] = ()
    materials: str = ""
    manual_version: PublicationVersion | None = None
    minimum_share: int = 80
    needs_test: bool = False
    pass_mark: int | None = None
    validity: str = CourseVersion.Validity.NONE
    valid_months: int | None = None
    season_month: int | None = None
    season_day: int | None = None
    season_least_months: int | None = None
    refresh_window_days: int = 90


# --- Courses -------------------------------------------------------------------------------------
@transaction.atomic
def register_course(*, facts: CourseFacts, by: User) -> Course:
    """A course with a name of its own; its versions come after it."""
    course = Course(code=_free_code(facts.name))
    _write_course(course, facts)
    return course


@transaction.atomic
def correct_course(*, course: Course, facts: CourseFacts, by: User) -> Course:
    _write_course(course, facts)
    return course


def _free_code(name: str) -> str:
    stem = slugify(name)[:24].strip("-") or "curso"
    taken = set(Course.objects.filter(code__startswith=stem).values_list("code", flat=True))
    codes = chain([stem], (f"{stem}-{number}" for number in count(2)))
    return next(code for code in codes if code not in taken)


def _write_course(course: Course, facts: CourseFacts) -> None:
    if facts.renews and facts.renews.renews_id:
        raise Refused(
            _("%(course)s ya renueva a otro curso. Elige el curso principal.")
            % {"course": facts.renews},
            field="renews",
        )
    if facts.renews and course.refreshers.exists():
        raise Refused(_("Otros cursos renuevan a este: no puede renovar a su vez."), field="renews")
    course.name, course.short_name = facts.name, facts.short_name
    course.theme, course.renews = facts.theme, facts.renews
    with refusing_broken_rules(Course, field="name", fields={"trainings_course_renews": "renews"}):
        course.save()


@transaction.atomic
def retire_course(*, course: Course, day: date, by: User) -> None:
    """It is no longer given from a day on. What was issued stays; who must hold it is asked still,
    until its requirements end."""
    course.retired_on = day
    course.save(update_fields=["retired_on"])


@transaction.atomic
def reopen_course(*, course: Course, by: User) -> None:
    course.retired_on = None
    course.save(update_fields=["retired_on"])


# --- Versions ------------------------------------------------------------------------------------
@transaction.atomic
def make_version(*, course: Course, facts: VersionFacts, by: User) -> CourseVersion:
    """The next version; what was completed under the others does not change."""
    Course.objects.select_for_update().get(pk=course.pk)
    last = course.versions.aggregate(last=Max("number"))["last"] or 0
    version = CourseVersion(course=course, number=last + 1)
    _write_version(version, facts, [field.name for field in fields(facts)])
    return version


@transaction.atomic
def correct_version(*, version: CourseVersion, facts: VersionFacts, by: User) -> CourseVersion:
    """Correct what is said of it; its rule too while nothing was completed under it, and never
    afterwards: that is a new version."""
    version = CourseVersion.objects.select_for_update().get(pk=version.pk)
    names = [field.name for field in fields(facts)]
    changed = [name for name in names if _value(version, name) != _value(facts, name)]
    decided = version.completions.count()
    if decided and set(changed) & set(RULE):
        raise Refused(
            ngettext(
                "Ya hay %(count)s resultado con esta versión: su regla no cambia."
                " Haz una versión nueva.",
                "Ya hay %(count)s resultados con esta versión: su regla no cambia."
                " Haz una versión nueva.",
                decided,
            )
            % {"count": decided}
        )
    _write_version(version, facts, changed)
    return version


def _value(facts: CourseVersion | VersionFacts, name: str) -> object:
    value = getattr(facts, name)
    return tuple(value) if isinstance(value, list) else value


def _write_version(version: CourseVersion, facts: VersionFacts, names: Collection[str]) -> None:
    for name in names:
        value = getattr(facts, name)
        setattr(version, name, list(value) if isinstance(value, tuple) else value)
    fields_of = {
        "trainings_courseversion_hours": "hours",
        "trainings_courseversion_share": "minimum_share",
        "trainings_courseversion_test": "pass_mark",
        "trainings_courseversion_validity": "validity",
    }
    with refusing_broken_rules(
        CourseVersion,
        fields=fields_of,
        messages={name: str(words) for name, words in FROZEN.items()},
    ):
        version.save()


# --- Who must hold it ----------------------------------------------------------------------------
@transaction.atomic
def add_requirement(
    *, role: str, course: Course, starts_on: date, reason: str, by: User
) -> Requirement:
    """From a day on, whoever has the role must hold the course. Once at a time for the same two."""
    if course.renews_id:
        raise Refused(
            _("%(course)s renueva a otro curso. Pide el curso principal: renovarlo vale igual.")
            % {"course": course},
            field="course",
        )
    requirement = Requirement(role=role, course=course, starts_on=starts_on, reason=reason)
    with refusing_broken_rules(Requirement, field="course"):
        requirement.save(force_insert=True)
    return requirement


@transaction.atomic
def end_requirement(*, requirement: Requirement, last_day: date, by: User) -> None:
    """It is asked until a day. Ending it again moves the day."""
    requirement.ends_on = last_day
    with refusing_broken_rules(Requirement, field="last_day"):
        requirement.save(update_fields=["ends_on"])


@transaction.atomic
def exempt_organisation(
    *, requirement: Requirement, organisation: Organisation, reason: str, by: User
) -> Exemption:
    """It is not asked of this organisation, and why."""
    exemption = Exemption(requirement=requirement, organisation=organisation, reason=reason)
    fields_of = {"trainings_exemption_reason": "reason"}
    with refusing_broken_rules(Exemption, field="organisation", fields=fields_of):
        exemption.save(force_insert=True)
    return exemption


@transaction.atomic
def end_exemption(*, exemption: Exemption, by: User) -> None:
    """It is asked of this organisation again."""
    exemption.delete()
