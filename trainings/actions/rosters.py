"""Verbs of a roster: enrol, change state, promote from the waiting list, ask what each needs."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.access import Permission, scope_of
from members.models import Organisation, Person, User
from network.base.errors import Refused, refusing_broken_rules
from trainings.actions.editions import locked, refuse_if_over
from trainings.models import Edition, Enrolment, Needs
from trainings.querysets import HOLDING
from trainings.rosters import (
    IN_QUOTA,
    Balance,
    WaitingGroup,
    current_enrolment,
    organisations_of,
    runs,
    waiting_groups,
)

State = Enrolment.State


@dataclass
class Enrolled:
    """What became of the people given; `waiting` are those of `added` who did not fit."""

    added: list[Enrolment] = field(default_factory=list)
    already: list[Person] = field(default_factory=list)
    waiting: list[Enrolment] = field(default_factory=list)


@transaction.atomic
def enrol_people(
    *,
    edition: Edition,
    people: Iterable[Person],
    state: str,
    origin: str,
    by: User,
    rest_waits: bool = False,
) -> Enrolled:
    """Put people on the roster, each with the organisation she comes from today.

    Who is on it already stays as she is. Whoever would pass the seats, or the quota of her
    organisation or region, is refused by name and nobody is enrolled; with `rest_waits` she is put
    on the waiting list, together with all of her organisation. Whoever does not run the edition
    proposes while it is open, and, once it has quotas, within one.
    """
    edition = locked(edition)
    refuse_if_over(edition)
    wanted = list({person.pk: person for person in people}.values())
    on_roster = edition.enrolments.on_roster().filter(person__in=wanted)
    known = set(on_roster.values_list("person", flat=True))
    done = Enrolled(already=[person for person in wanted if person.pk in known])
    new = [person for person in wanted if person.pk not in known]
    _refuse_unrecorded(new)
    if others := [person.listed_name for person in new if not edition.is_for(person)]:
        words = _("La edición es de mujeres: quita a %(names)s.") % {"names": "; ".join(others)}
        raise Refused(words, field="people")
    is_proposal = not runs(by, edition)
    if is_proposal and new:
        _refuse_out_of_time(edition)
    came_from = organisations_of(new, scope_of(by, Permission.ENROL), timezone.localdate())
    if is_proposal:
        _refuse_without_quota(edition, new, came_from)
    waits = set() if state == State.WAITING else _who_must_wait(edition, new, came_from, state)
    if waits and not rest_waits:
        raise Refused(_not_fitting(edition, new, came_from, state, waits), field="people")
    now = timezone.now()
    for person in new:
        line = Enrolment(
            edition=edition,
            person=person,
            organisation=came_from[person.pk],
            state=State.WAITING if person.pk in waits else state,
            origin=origin,
            state_changed_at=now,
            state_changed_by=by,
            enrolled_by=by,
            is_demo=edition.is_demo,
        )
        line.save(force_insert=True)
        done.added.append(line)
        if person.pk in waits:
            done.waiting.append(line)
    return done


def _refuse_unrecorded(people: list[Person]) -> None:
    on_record = set(
        Person.objects.on_record()
        .filter(pk__in=[p.pk for p in people])
        .values_list("pk", flat=True)
    )
    gone = [person.listed_name for person in people if person.pk not in on_record]
    if gone:
        told = {"names": "; ".join(gone)}
        raise Refused(_("Ya no están en el registro: %(names)s.") % told, field="people")


def _refuse_out_of_time(edition: Edition) -> None:
    today = timezone.localdate()
    if edition.opened_on is None or edition.opened_on > today:
        raise Refused(_("La edición todavía no está abierta: no se propone a nadie."))
    if edition.ends_on < today:
        raise Refused(_("La edición ya terminó: no se propone a nadie más."))


def _refuse_without_quota(
    edition: Edition, people: list[Person], came_from: dict[UUID, Organisation | None]
) -> None:
    balance = Balance.of(edition)
    left = [p.listed_name for p in people if not balance.binding(came_from[p.pk])]
    if balance.quotas and left:
        told = {"names": "; ".join(left)}
        words = _("Los cupos de esta edición son de otras organizaciones. Quita a: %(names)s.")
        raise Refused(words % told, field="people")


Groups = dict[UUID | None, list[Person]]


def _groups(people: list[Person], came_from: dict[UUID, Organisation | None]) -> Groups:
    groups: Groups = {}
    for person in people:
        organisation = came_from[person.pk]
        groups.setdefault(organisation.pk if organisation else None, []).append(person)
    return groups


def _who_must_wait(
    edition: Edition,
    people: list[Person],
    came_from: dict[UUID, Organisation | None],
    state: str,
) -> set[UUID]:
    """Whole organisations, in the order given: a group that does not fit is never split."""
    balance, waits = Balance.of(edition), set()
    for group in _groups(people, came_from).values():
        organisation, count = came_from[group[0].pk], len(group)
        holding = count if state in HOLDING else 0
        if balance.lacks(organisation, count, holding=holding):
            waits |= {person.pk for person in group}
        else:
            balance.take(organisation, count, holding=holding)
    return waits


def _not_fitting(
    edition: Edition,
    people: list[Person],
    came_from: dict[UUID, Organisation | None],
    state: str,
    waits: set[UUID],
) -> str:
    balance, told = Balance.of(edition), []
    for group in _groups(people, came_from).values():
        organisation, count = came_from[group[0].pk], len(group)
        holding = count if state in HOLDING else 0
        if group[0].pk in waits:
            names = "; ".join(person.listed_name for person in group)
            why = balance.lacks(organisation, count, holding=holding)
            told.append(f"{names} ({why})")
        else:
            balance.take(organisation, count, holding=holding)
    return _("No hay cupo para %(people)s. Quita a alguna, o ponlas en la lista de espera.") % {
        "people": "; ".join(told)
    }


# --- One state after another --------------------------------------------------------------------
@transaction.atomic
def change_state(*, enrolment: Enrolment, state: str, by: User, reason: str = "") -> Enrolment:
    """Take one line to its next state. In that state already, nothing changes.

    Nobody else moves: a seat that becomes free is given by a person (`promote`).
    """
    return change_states(enrolments=[enrolment], state=state, by=by, reason=reason)[0]


@transaction.atomic
def change_states(
    *, enrolments: Iterable[Enrolment], state: str, by: User, reason: str = ""
) -> list[Enrolment]:
    """Several lines of one edition at once: all of them, or none."""
    lines = _locked_lines(enrolments)
    if not lines:
        return []
    edition = lines[0].edition
    refuse_if_over(edition)
    balance, now = Balance.of(edition), timezone.now()
    for line in lines:
        if line.state == state:
            continue
        if state not in Enrolment.NEXT[State(line.state)]:
            told = {
                "name": line.listed_name,
                "before": line.get_state_display(),
                "after": State(state).label,
            }
            raise Refused(
                _("%(name)s: de «%(before)s» no se pasa a «%(after)s».") % told, field="state"
            )
        _give_seat(balance, line, state)
        _put_state(line, state, by=by, reason=reason, now=now)
    return lines


def _locked_lines(enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """As they are now, each where it is counted, in one edition that is held until the end."""
    given = list({line.pk: line for line in map(current_enrolment, enrolments)}.values())
    if not given:
        return []
    edition = locked(given[0].edition)
    rows = Enrolment.objects.select_for_update(of=("self",)).filter(
        pk__in=[line.pk for line in given], edition=edition
    )
    lines = list(rows.select_related("person", "organisation").order_by("pk"))
    if len(lines) != len(given):
        raise Refused(_("Elige a mujeres de una sola edición."))
    for line in lines:
        line.edition = edition
    return lines


def _give_seat(balance: Balance, line: Enrolment, state: str) -> None:
    holding = int(state in HOLDING and line.state not in HOLDING)
    in_quota = int(state in IN_QUOTA and line.state not in IN_QUOTA)
    lacks = balance.lacks(line.organisation, in_quota, holding=holding)
    if (holding or in_quota) and lacks:
        told = {"name": line.listed_name, "why": lacks}
        raise Refused(_("No hay cupo para %(name)s: %(why)s.") % told, field="state")
    balance.take(line.organisation, in_quota, holding=holding)


def _put_state(line: Enrolment, state: str, *, by: User, reason: str, now: datetime) -> None:
    line.state, line.state_reason = state, reason.strip()[:200]
    line.state_changed_at, line.state_changed_by = now, by
    line.save(update_fields=["state", "state_reason", "state_changed_at", "state_changed_by"])


@transaction.atomic
def promote(
    *, enrolments: Iterable[Enrolment], by: User, state: str = State.INVITED, reason: str = ""
) -> list[Enrolment]:
    """Give free seats to those who wait. A person does it, and her reason stays with each line.

    Without a reason, only whole groups in their turn: one organisation is not split, nor passed
    over by another that waits for less time, silently. Those promoted already are left alone.
    """
    lines = _locked_lines(enrolments)
    waiting = [line for line in lines if line.state == State.WAITING]
    if not waiting:
        return lines
    edition = waiting[0].edition
    refuse_if_over(edition)
    chosen = {line.pk for line in waiting}
    if not reason.strip() and (why := _why_a_reason(waiting_groups(edition), chosen)):
        raise Refused(why, field="reason")
    change_states(enrolments=waiting, state=state, by=by, reason=reason)
    return lines


def _why_a_reason(groups: list[WaitingGroup], chosen: set[UUID]) -> str:
    """What would be done over the head of somebody; "" when nothing is."""
    passed_over = None
    for group in groups:
        taken = sum(line.pk in chosen for line in group.lines)
        if 0 < taken < len(group.lines):
            return _(
                "%(name)s tiene %(all)s en espera y pasarían %(some)s: escribe por qué se separan."
            ) % {"name": group.name, "all": len(group.lines), "some": taken}
        if taken and passed_over:
            return _("Antes espera %(first)s: escribe por qué pasa primero %(name)s.") % {
                "first": passed_over.name,
                "name": group.name,
            }
        if not taken and not group.lacks:
            passed_over = passed_over or group
    return ""


# --- What she needs -----------------------------------------------------------------------------
@dataclass(frozen=True)
class NeedsFacts:
    children_count: int = 0
    needs_transport: bool = False
    transport_from: str = ""
    diet: str = ""
    needs_interpreter: str = ""
    access_note: str = ""


@transaction.atomic
def record_needs(
    *, person: Person, facts: NeedsFacts, by: User, asked_on: date | None = None
) -> Needs:
    """What she needs to come; asked again, it is what she said last. Used in every edition."""
    values = {fact.name: getattr(facts, fact.name) for fact in fields(facts)}
    with refusing_broken_rules(Needs, field="children_count"):
        needs, _is_new = Needs.objects.update_or_create(
            person=person,
            defaults={**values, "asked_on": asked_on or timezone.localdate(), "asked_by": by},
        )
    return needs


def bulk_in_words(count: int, state: str) -> str:
    return ngettext(
        "%(count)s inscripción: %(state)s.", "%(count)s inscripciones: %(state)s.", count
    ) % {"count": count, "state": State(state).label.lower()}
