"""Verbs of the sessions of an edition: plan, correct, move, cancel. Marking them is elsewhere."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Person, User
from network.base.dates import day
from network.base.errors import Refused, refusing_broken_rules
from trainings.actions.editions import locked, refuse_if_over
from trainings.codes import session_code
from trainings.models import Attendance, Edition, EditionTrainer, Session

# What becomes of marks made already when their session is moved.
KEEP, WITHDRAW = "keep", "withdraw"

MENDED_AT = {
    "trainings_session_inside": "held_on",
    "trainings_session_times": "ends_at",
    "trainings_session_hours": "planned_hours",
    "trainings_session_overlap": "starts_at",
    "trainings_session_trainer": "trainer",
}


@dataclass(frozen=True)
class SessionFacts:
    """When a session is held, and what of."""

    held_on: date
    starts_at: time
    ends_at: time
    planned_hours: Decimal
    topic: str = ""
    trainer: Person | None = None


def new_code() -> str:
    """Six letters no other session has."""
    while True:
        code = session_code()
        if not Session.objects.filter(code=code).exists():
            return code


@transaction.atomic
def add_session(*, id: UUID, edition: Edition, facts: SessionFacts, by: User) -> Session:
    """The same `id` sent again is the same session."""
    edition = locked(edition)
    refuse_if_over(edition)
    return _insert(id, edition, facts)


@transaction.atomic
def add_sessions(
    *, id: UUID, edition: Edition, facts: Iterable[SessionFacts], by: User
) -> list[Session]:
    """Several at once: all of them, or none. The same `id` sent again adds nothing."""
    edition = locked(edition)
    refuse_if_over(edition)
    added = []
    for one in facts:
        try:
            added.append(_insert(uuid5(id, f"{one.held_on} {one.starts_at}"), edition, one))
        except Refused as refusal:
            told = {"day": day(one.held_on), "why": refusal.message}
            raise Refused(_("Sesión del %(day)s: %(why)s") % told, field=refusal.field) from refusal
    return added


def repeated(first: SessionFacts, *, count: int, every_days: int) -> list[SessionFacts]:
    return [
        replace(first, held_on=first.held_on + timedelta(days=every_days * number))
        for number in range(count)
    ]


def _insert(id: UUID, edition: Edition, facts: SessionFacts) -> Session:
    if kept := Session.objects.filter(pk=id, edition=edition).first():
        return kept
    session = Session(pk=id, edition=edition, code=new_code())
    for name, value in vars(facts).items():
        setattr(session, name, value)
    session.trainer = facts.trainer or _who_leads(edition)
    with _refusing(session):
        session.save(force_insert=True)
    return session


def _who_leads(edition: Edition) -> Person | None:
    """The only trainer, or the only one who leads: then the database knows when she is busy."""
    trainers = list(edition.trainers.select_related("person"))
    leads = [row for row in trainers if row.part == EditionTrainer.Part.LEAD]
    for rows in (trainers, leads):
        if len(rows) == 1:
            return rows[0].person
    return None


def _refusing(session: Session) -> AbstractContextManager[None]:
    """What is wrong with it as it would be saved; backwards times before what follows of them."""
    edition = session.edition
    if session.ends_at <= session.starts_at:
        raise Refused(_("La sesión no puede terminar antes de empezar."), field="ends_at")
    dates = {"first": day(edition.starts_on), "last": day(edition.ends_on)}
    outside = _("La edición va del %(first)s al %(last)s: ese día queda fuera.") % dates
    return refusing_broken_rules(
        Session, fields=MENDED_AT, messages={"trainings_session_inside": outside}
    )


def _locked(session: Session) -> Session:
    edition = locked(session.edition)
    refuse_if_over(edition)
    row = Session.objects.select_for_update().get(pk=session.pk)
    row.edition = edition
    if row.cancelled_at:
        raise Refused(_("Esa sesión está cancelada."))
    return row


@transaction.atomic
def correct_session(
    *,
    session: Session,
    topic: str,
    planned_hours: Decimal,
    trainer: Person | None,
    by: User,
) -> Session:
    """What it is about, how many hours it counts, who gives it. Its day is changed by moving it."""
    session = _locked(session)
    session.topic, session.planned_hours, session.trainer = topic, planned_hours, trainer
    with _refusing(session):
        session.save(update_fields=["topic", "planned_hours", "trainer"])
    return session


def marks_made(session: Session) -> int:
    """How many women of its roster were marked, in any way."""
    marks = Attendance.objects.on_roster().filter(session=session)
    return marks.exclude(mark=Attendance.Mark.UNMARKED).count()


@transaction.atomic
def move_session(
    *,
    session: Session,
    held_on: date,
    starts_at: time,
    ends_at: time,
    planned_hours: Decimal,
    with_marks: str = "",
    by: User,
) -> Session:
    """Hold it at another time. Marks made already go with it only when told so (KEEP), and never to
    a day still to come; WITHDRAW leaves them in the history alone. A closed session stays where it
    was. Moved to where it is, nothing changes."""
    session = _locked(session)
    moved = {
        "held_on": held_on,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "planned_hours": planned_hours,
    }
    if all(getattr(session, name) == value for name, value in moved.items()):
        return session
    if session.closed_at:
        raise Refused(_("Esa sesión ya se dio y se cerró: no se mueve."), field="held_on")
    if count := marks_made(session):
        _move_marks(session, count, held_on, with_marks)
    for name, value in moved.items():
        setattr(session, name, value)
    with _refusing(session):
        session.save(update_fields=list(moved))
    return session


def _move_marks(session: Session, count: int, held_on: date, with_marks: str) -> None:
    if with_marks == WITHDRAW:
        session.marks.all().delete()
    elif with_marks != KEEP:
        raise Refused(
            ngettext(
                "Ya tiene %(count)s marca. Di si se queda con la sesión movida o se retira.",
                "Ya tiene %(count)s marcas. Di si se quedan con la sesión movida o se retiran.",
                count,
            )
            % {"count": count},
            field="with_marks",
        )
    elif held_on > timezone.localdate():
        words = _("Ya tiene marcas y ese día todavía no llega. Retíralas, o elige un día pasado.")
        raise Refused(words, field="held_on")


@transaction.atomic
def cancel_session(*, session: Session, reason: str, by: User) -> Session:
    """It is not held: its hours are planned no longer, and its marks count no longer."""
    if Session.objects.filter(pk=session.pk, cancelled_at__isnull=False).exists():
        session.refresh_from_db()
        return session
    session = _locked(session)
    if session.closed_at:
        raise Refused(_("Esa sesión ya se dio y se cerró: no se cancela."), field="reason")
    if not reason.strip():
        raise Refused(_("Escribe por qué se cancela."), field="reason")
    session.cancelled_at, session.cancel_reason = timezone.now(), reason.strip()
    session.save(update_fields=["cancelled_at", "cancel_reason"])
    return session
