"""Questions about courses: rule and validity in words, and what a course's page tells."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.access import Permission, scope_of
from members.models import Organisation
from trainings.coverage import Count as Coverage
from trainings.coverage import count_coverage
from trainings.models import Completion, Course, CourseVersion, Edition, Requirement


def rule_in_words(version: CourseVersion) -> str:
    """What it takes to complete it: "Asistir al 80 % de las horas y sacar 60 % en la prueba"."""
    share = _("Asistir al %(share)s %% de las horas previstas") % {"share": version.minimum_share}
    if not version.needs_test:
        return share
    return _("%(share)s y sacar al menos %(mark)s %% en la prueba final") % {
        "share": share,
        "mark": version.pass_mark,
    }


def validity_in_words(version: CourseVersion) -> str:
    if version.validity == CourseVersion.Validity.ROLLING:
        months = version.valid_months or 0
        words = ngettext(
            "Vence al mes de completarlo", "Vence a los %(count)s meses de completarlo", months
        ) % {"count": months}
    elif version.validity == CourseVersion.Validity.SEASON:
        words = _("Vence cada año el %(day)s de %(month)s") % {
            "day": version.season_day,
            "month": MONTHS[version.season_month or 12],
        }
    else:
        return _("No vence")
    return _("%(words)s. Se renueva desde %(days)s días antes") % {
        "words": words,
        "days": version.refresh_window_days,
    }


@dataclass(frozen=True)
class Asked:
    """A requirement of a course, with how many must hold it today in a reach and how many do."""

    requirement: Requirement
    count: Coverage


def visible_organisations(user: Any, permission: str) -> set[UUID] | None:
    """The organisations whose numbers a person reaches; None is all of the network."""
    scope = scope_of(user, permission)
    return None if scope.everything else set(scope.organisation_ids)


def asked_of(course: Course, user: Any, today: date) -> list[Asked]:
    requirements = list(course.requirements.in_force(today).order_by("role"))
    if not requirements:
        return []
    within = visible_organisations(user, Permission.TRAINING_VIEW)
    totals = count_coverage(requirements, today, within).totals
    return [Asked(requirement, totals[requirement.pk]) for requirement in requirements]


def holding_count(course: Course, user: Any, today: date) -> int:
    """Distinct women in reach with a verified completion of it that is valid today."""
    rows = Completion.objects.within(scope_of(user, Permission.TRAINING_VIEW))
    valid = rows.valid_on(today).verified().filter(course=course)
    return valid.values("person").distinct().count()


def version_in_use(course: Course, today: date) -> CourseVersion | None:
    return course.versions.filter(in_use_from__lte=today).order_by("-number").first()


def versions_of(course: Course) -> list[CourseVersion]:
    """The newest first, with how many completions were decided under each (`decided`)."""
    rows = course.versions.select_related("manual_version__publication")
    return list(rows.annotate(decided=Count("completions")).order_by("-number"))


def editions_of(course: Course, today: date) -> tuple[list[Edition], int]:
    """Those on now or to come and the last ones held, and how many were held in all."""
    rows = Edition.objects.filter(course=course).select_related(
        "version__course", "regional_network", "district", "zone"
    )
    held = rows.filter(Q(cancelled_on=None), starts_on__lte=today).count()
    return list(rows.order_by("-starts_on", "-pk")[:10]), held


def organisations_to_exempt(requirement: Requirement) -> Any:
    taken = requirement.exemptions.values("organisation")
    return Organisation.objects.kept().affiliated().exclude(pk__in=taken).order_by("name_key")
