"""Who completes an edition by its rule, who does not and why, and of whom it cannot be said yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainings.grid import hours_in_words
from trainings.marking import lines_of_edition, named, shown_to
from trainings.models import Completion, Edition, Enrolment, TestScore
from trainings.progress import Hours, Verdict, progress_of

Result = Completion.Result


@dataclass(frozen=True)
class Proposal:
    """Of one line: `result` is "" while marks or sessions are open that decide it."""

    enrolment: Enrolment
    hours: Hours
    test: float | None
    result: str
    why: str
    completion: Completion | None = None

    @property
    def is_open(self) -> bool:
        """Can it be decided now? Not of a walk-in, nor where a decision stands."""
        return self.enrolment.person_id is not None and self.standing is None

    @property
    def standing(self) -> Completion | None:
        kept = self.completion
        return kept if kept is not None and kept.voided_at is None else None

    @property
    def has_moved(self) -> bool:
        """Were marks or sessions changed since it was approved?"""
        done, now = self.standing, self.hours
        if done is None:
            return False
        return (done.hours, done.planned_hours) != (now.attended, now.planned)

    @property
    def label(self) -> str:
        return str(Result(self.result).label) if self.result else _("Aún no se puede decir")


def proposals_of(edition: Edition, enrolments: Iterable[UUID]) -> list[Proposal]:
    """Of lines of the edition by id, in the order of the sheet, whoever reads them."""
    rows = lines_of_edition(edition).filter(pk__in=list(enrolments))
    return _proposals(edition, list(named(rows)))


def proposals_shown_to(user: Any, edition: Edition) -> list[Proposal]:
    return _proposals(edition, list(shown_to(user, lines_of_edition(edition))))


def other_hours_in_words(edition: Edition, proposals: Sequence[Proposal]) -> str:
    """What is said when the sessions add up to other hours than the course has; else nothing."""
    planned = proposals[0].hours.planned if proposals else edition.version.hours
    if planned == edition.version.hours:
        return ""
    words = _(
        "Horas del curso: %(course)s. Sus sesiones suman %(planned)s, y eso dirá la constancia."
    )
    return words % {
        "course": hours_in_words(edition.version.hours),
        "planned": hours_in_words(planned),
    }


def _proposals(edition: Edition, lines: list[Enrolment]) -> list[Proposal]:
    progress = progress_of(edition, lines)
    after = TestScore.objects.filter(enrolment__in=lines, moment=TestScore.Moment.AFTER)
    tests = {score.enrolment_id: score.percent for score in after}
    decided = Completion.objects.filter(enrolment__in=lines).select_related("approved_by")
    kept = {completion.enrolment_id: completion for completion in decided}
    return [
        _proposal(edition, line.enrolment, line.hours, tests.get(line.enrolment.pk), kept)
        for line in progress.lines
    ]


def _proposal(
    edition: Edition,
    enrolment: Enrolment,
    hours: Hours,
    test: float | None,
    kept: Mapping[UUID | None, Completion],
) -> Proposal:
    result, why = _judged(edition, hours, test)
    return Proposal(enrolment, hours, test, result, why, kept.get(enrolment.pk))


def _judged(edition: Edition, hours: Hours, test: float | None) -> tuple[str, str]:
    version = edition.version
    came = _("Vino a %(hours)s de %(planned)s horas") % {
        "hours": hours_in_words(hours.attended),
        "planned": hours_in_words(hours.planned),
    }
    if not hours.planned:
        return "", _("La edición no tiene sesiones.")
    if hours.verdict == Verdict.NO_LONGER:
        needed = hours_in_words(hours.needed)
        return Result.NOT_COMPLETED, _("%(came)s; hacen falta %(needed)s.") % {
            "came": came,
            "needed": needed,
        }
    if hours.verdict == Verdict.CAN:
        count = len(hours.open_sessions)
        return "", ngettext(
            "%(came)s; falta %(count)s sesión por hacer o por marcar.",
            "%(came)s; faltan %(count)s sesiones por hacer o por marcar.",
            count,
        ) % {"came": came, "count": count}
    if version.needs_test and test is None:
        return Result.NOT_COMPLETED, _("%(came)s, y no dio la prueba final.") % {"came": came}
    if version.needs_test and test is not None and test < (version.pass_mark or 0):
        return Result.NOT_COMPLETED, _(
            "%(came)s. Sacó %(test)s %% en la prueba final; la mínima es %(mark)s %%."
        ) % {"came": came, "test": round(test), "mark": version.pass_mark}
    return Result.COMPLETED, f"{came}."
