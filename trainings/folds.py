"""How the rows of trainings come together when two records of one woman are merged."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from members.merging import Fold, Plan
from network.base.dates import day
from trainings.joining import Change, fold_results
from trainings.models import (
    Attendance,
    Completion,
    EditionTrainer,
    Enrolment,
    Handout,
    Needs,
    Reading,
    Session,
    TestScore,
)

State = Enrolment.State
STRONGEST_FIRST = (
    State.CONFIRMED,
    State.INVITED,
    State.PROPOSED,
    State.WAITING,
    State.WITHDREW,
    State.DECLINED,
)
RESULTS = {model._meta.label_lower: model for model in (Attendance, TestScore)}


def fold_enrolments(plan: Plan, moving: Sequence[Enrolment], staying: Sequence[Enrolment]) -> None:
    """Of two lines in one roster one goes behind the other, with all that was marked in it.

    Two results approved for one edition stay one with each line: nothing proved is unmade.
    """
    counted = {line.edition_id: line for line in staying if line.joined_into_id is None}
    for line in moving:
        kept = counted.get(line.edition_id) if line.joined_into_id is None else None
        if kept is None:
            plan.move(line, "person_id")
            continue
        changes = fold_results(line, kept)
        for conflict in changes.conflicts:
            told = {"edition": line.edition, "conflict": conflict}
            plan.conflicts.append(_("%(edition)s: %(conflict)s") % told)
        for change in changes.steps:
            _plan_change(plan, change)
        values = _stronger(line, kept)
        if values:
            plan.change(kept, _("se completa con lo que sabía la otra inscripción"), **values)
        plan.move(line, "person_id", joined_into_id=kept.pk)


def _plan_change(plan: Plan, change: Change) -> None:
    row = RESULTS[change.label]._base_manager.get(pk=change.pk)
    plan.change(row, _("cuenta en la inscripción que queda"), **change.values())


def _stronger(line: Enrolment, kept: Enrolment) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if STRONGEST_FIRST.index(State(line.state)) < STRONGEST_FIRST.index(State(kept.state)):
        values = {"state": line.state, "state_changed_at": line.state_changed_at}
    if kept.organisation_id is None and line.organisation_id is not None:
        values["organisation_id"] = line.organisation_id
    return values


def fold_completions(
    plan: Plan, moving: Sequence[Completion], staying: Sequence[Completion]
) -> None:
    """A result goes with the line it was approved for. The same paper noted twice stays once."""
    papers = {_paper(row) for row in staying if row.origin == Completion.Origin.PAPER}
    decided = {row.enrolment.edition_id for row in staying if row.enrolment}
    hers = Enrolment.objects.on_roster().filter(person=plan.survivor)
    lines = {line.edition_id: line.pk for line in hers}
    for row in moving:
        edition = row.enrolment.edition_id if row.enrolment else None
        if edition in decided:
            plan.leave(row, _("la otra ficha ya tiene su resultado de esa edición"))
        elif row.origin == Completion.Origin.PAPER and _paper(row) in papers:
            plan.leave(row, _("ya lo tiene la otra ficha"))
        elif edition in lines:
            plan.move(row, "person_id", enrolment_id=lines[edition])
        else:
            plan.move(row, "person_id")


def _paper(row: Completion) -> tuple[Any, ...]:
    return row.course_id, row.completed_on, row.voided_at is None


def fold_needs(plan: Plan, moving: Sequence[Needs], staying: Sequence[Needs]) -> None:
    """What she said last."""
    for needs in moving:
        if not staying:
            plan.move(needs, "person_id")
            continue
        plan.leave(needs, _("la otra ficha ya las tiene"))
        kept = staying[0]
        if needs.asked_on > kept.asked_on:
            names = [f.attname for f in Needs._meta.concrete_fields if not f.primary_key]
            news = {n: getattr(needs, n) for n in names if getattr(needs, n) != getattr(kept, n)}
            plan.change(kept, _("se pone lo que dijo después"), **news)


def fold_sessions(plan: Plan, moving: Sequence[Session], staying: Sequence[Session]) -> None:
    """She gives them all; but nobody gives two at one time."""
    for session in moving:
        clash = next((other for other in staying if _at_once(session, other)), None)
        if clash:
            plan.conflicts.append(
                _("Las dos fichas dan una sesión el %(day)s a la misma hora. Corrige una antes.")
                % {"day": day(session.held_on)}
            )
        plan.move(session, "trainer_id")


def _at_once(one: Session, other: Session) -> bool:
    return (
        one.held_on == other.held_on
        and one.cancelled_at is None
        and other.cancelled_at is None
        and one.starts_at < other.ends_at
        and other.starts_at < one.ends_at
    )


def once_for(*names: str) -> Callable[[Plan, Sequence[Any], Sequence[Any]], None]:
    """Rows of which a person has one for each of these: the survivor's stays."""

    def fold(plan: Plan, moving: Sequence[Any], staying: Sequence[Any]) -> None:
        held = {tuple(getattr(row, name) for name in names) for row in staying}
        for row in moving:
            key = tuple(getattr(row, name) for name in names)
            if key in held and None not in key:
                plan.leave(row, _("ya lo tiene la otra ficha"))
            else:
                plan.move(row, "person_id")

    return fold


FOLDS = (
    Fold("enrolments", Enrolment, fold_enrolments),
    Fold("completions", Completion, fold_completions),
    Fold("needs", Needs, fold_needs),
    Fold("sessions", Session, fold_sessions),
    Fold("trainers", EditionTrainer, once_for("edition_id")),
    Fold("readings", Reading, once_for("version_id")),
    Fold("handouts", Handout, once_for("version_id", "edition_id")),
)
