"""Deciding who completed an edition: by a person, in one act, and taken back with a reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from network.base.errors import Refused, refusing_broken_rules
from trainings.models import Certificate, Completion, Course, Edition
from trainings.proposals import Proposal, other_hours_in_words, proposals_of
from trainings.validity import valid_until

Result = Completion.Result
LONGEST_REASON = 200


@dataclass(frozen=True)
class Decision:
    """What was decided of one line; a reason where it is not what was proposed."""

    enrolment_id: UUID
    result: str
    reason: str = ""


@dataclass(frozen=True)
class Approved:
    """How many lines were written, and how many stood so already."""

    written: int
    already: int


@transaction.atomic
def approve_completions(
    *, edition: Edition, decisions: Sequence[Decision], by: User, hours_reason: str = ""
) -> Approved:
    """Write what was decided of each line: all of it, or nothing. Repeating it changes nothing.

    The proposal is computed again here: what differs from it is an exception and needs a reason.
    Hours, share and last day of validity are those of today, and stay. Whoever completes sessions
    that add up to other hours than the course has keeps `hours_reason` too. Refused for a walk-in
    nobody was recognised in, and where another decision stands.
    """
    edition = (
        Edition.objects.select_related("version", "course")
        .select_for_update(of=("self",))
        .get(pk=edition.pk)
    )
    if edition.cancelled_on:
        raise Refused(_("La edición se canceló: nadie la completó."))
    proposals = {p.enrolment.pk: p for p in proposals_of(edition, ids(decisions))}
    stored = {c.enrolment_id: c for c in Completion.objects.filter(enrolment__in=ids(decisions))}
    hours_reason = " ".join(hours_reason.split())
    other_hours = other_hours_in_words(edition, list(proposals.values()))
    completed_on = last_day(edition)
    held = held_until(
        edition.course,
        [p.enrolment.person_id for p in proposals.values()],
        completed_on,
        without=edition,
    )
    rows = []
    for decision in decisions:
        proposal = proposals.get(decision.enrolment_id)
        if proposal is None:
            raise Refused(_("No está inscrita en esta edición."))
        kept = stored.get(decision.enrolment_id)
        if kept is not None and kept.voided_at is None:
            _refuse_another(kept, decision, proposal)
            continue
        row = _row(edition, proposal, decision, kept, completed_on, held, by)
        if other_hours and row.result == Result.COMPLETED:
            _keep_hours_reason(row, other_hours, hours_reason)
        rows.append(row)
    known = {row.pk for row in stored.values()}
    with refusing_broken_rules(Completion):
        Completion.objects.bulk_create([row for row in rows if row.pk not in known])
        Completion.objects.bulk_update([row for row in rows if row.pk in known], DECIDED)
    return Approved(len(rows), len(decisions) - len(rows))


DECIDED = (
    "result",
    "reason",
    "is_exception",
    "completed_on",
    "hours",
    "planned_hours",
    "valid_until",
    "person",
    "organisation",
    "approved_by",
    "approved_at",
    "voided_at",
    "void_reason",
)


def ids(decisions: Iterable[Decision]) -> list[UUID]:
    return [decision.enrolment_id for decision in decisions]


def _refuse_another(kept: Completion, decision: Decision, proposal: Proposal) -> None:
    if kept.result != decision.result:
        raise Refused(
            _("%(name)s ya está aprobada como «%(result)s». Anúlalo antes de cambiarlo.")
            % {"name": proposal.enrolment.listed_name, "result": kept.get_result_display()}
        )


def _row(
    edition: Edition,
    proposal: Proposal,
    decision: Decision,
    kept: Completion | None,
    completed_on: date,
    held: Mapping[UUID, date],
    by: User,
) -> Completion:
    enrolment, reason = proposal.enrolment, " ".join(decision.reason.split())
    name = enrolment.listed_name
    if enrolment.person_id is None:
        words = _("%(name)s llegó sin estar en el registro. Di antes quién es.")
        raise Refused(words % {"name": name})
    if decision.result not in Result.values:
        raise Refused(_("%(name)s: elige si completó o no.") % {"name": name})
    is_exception = decision.result != proposal.result
    if is_exception and not reason:
        words = _("%(name)s: escribe por qué se decide distinto de lo propuesto.")
        raise Refused(words % {"name": name})
    is_completed = decision.result == Result.COMPLETED
    row = kept or Completion(
        person_id=enrolment.person_id,
        course=edition.course,
        version=edition.version,
        enrolment=enrolment,
        place=edition.place_name,
        is_demo=edition.is_demo,
    )
    row.person_id = enrolment.person_id  # decided again, after she was recognised as another
    row.organisation_id = enrolment.organisation_id
    row.result = decision.result
    row.reason = reason or ("" if is_completed else proposal.why)
    row.is_exception = is_exception
    row.completed_on = completed_on
    row.hours, row.planned_hours = proposal.hours.attended, proposal.hours.planned
    row.valid_until = (
        valid_until(edition.version, completed_on, held.get(enrolment.person_id))
        if is_completed
        else None
    )
    row.approved_by, row.approved_at = by, timezone.now()
    row.voided_at, row.void_reason = None, ""
    return row


def _keep_hours_reason(row: Completion, other_hours: str, reason: str) -> None:
    if not row.planned_hours:
        raise Refused(_("La edición no tiene sesiones: nadie la completó."))
    if not reason:
        words = _("%(hours)s Escribe por qué.") % {"hours": other_hours}
        raise Refused(words, field="hours_reason")
    row.reason = ". ".join(filter(None, [row.reason.rstrip("."), reason]))
    if len(row.reason) > LONGEST_REASON:
        words = _("%(name)s: acorta el motivo.") % {"name": row.person.listed_name}
        raise Refused(words, field="hours_reason")


def last_day(edition: Edition) -> date:
    """The day it counts from: the last session's, or today while that is still to come."""
    last = edition.sessions.standing().aggregate(last=Max("held_on"))["last"]
    return min(last or edition.ends_on, timezone.localdate())


def held_until(
    course: Course, people: Iterable[Any], day: date, *, without: Edition
) -> dict[UUID, date]:
    """Until when each holds the course by what she completed before: it, the one it renews, or one
    that renews it."""
    same = Course.objects.filter(pk__in=[course.pk, course.renews_id]) | Course.objects.filter(
        renews=course
    )
    rows = (
        Completion.objects.valid_on(day)
        .verified()
        .filter(person__in=list(people), course__in=same.values("pk"), valid_until__isnull=False)
        .exclude(enrolment__edition=without)
    )
    latest = rows.order_by().values("person").annotate(latest=Max("valid_until"))
    return dict(latest.values_list("person", "latest"))


@transaction.atomic
def void_completion(*, completion: Completion, reason: str, by: User) -> Completion:
    """Take a decision back, with its reason, so that it can be decided again. Repeating it changes
    nothing. Refused while a certificate stands: that is annulled first."""
    completion = Completion.objects.select_for_update(of=("self",)).get(pk=completion.pk)
    if completion.voided_at is not None:
        return completion
    if Certificate.objects.current().filter(completion=completion).exists():
        raise Refused(_("Ya tiene constancia. Anula primero la constancia."))
    if not (reason := " ".join(reason.split())):
        raise Refused(_("Escribe el motivo."), field="reason")
    completion.voided_at, completion.void_reason = timezone.now(), reason
    completion.save(update_fields=["voided_at", "void_reason"])
    return completion
