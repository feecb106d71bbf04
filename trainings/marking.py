"""What the pages of attendance read: lines of a roster, counts of marks, corrections."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from members.models import Organisation, User
from network.documents.models import Document
from trainings.models import Attendance, Edition, Enrolment, Session, SessionRecord
from trainings.querysets import HOLDING

Mark = Attendance.Mark
# The letter on paper and on the keyboard, and the name of its shape in the style sheet.
LETTERS = {
    Mark.PRESENT: "P",
    Mark.LATE: "T",
    Mark.EXCUSED: "J",
    Mark.ABSENT: "F",
    Mark.UNMARKED: "—",
}
CHOSEN = frozenset(Mark.values) - {Mark.UNMARKED}
SHAPES = {
    Mark.PRESENT: "present",
    Mark.LATE: "late",
    Mark.EXCUSED: "excused",
    Mark.ABSENT: "absent",
    Mark.UNMARKED: "unmarked",
}


def lines_of_edition(edition: Edition) -> QuerySet[Enrolment]:
    """Everyone counted in its attendance: who holds a seat, and who was on a list and then left.

    In the order of the printed sheet. Not scoped, and not named: see `shown_to`.
    """
    marked = Attendance.objects.filter(enrolment=OuterRef("pk"))
    rows = Enrolment.objects.filter(edition=edition).on_roster()
    return _in_order(rows.filter(Q(state__in=HOLDING) | Exists(marked)))


def lines_of_session(session: Session) -> QuerySet[Enrolment]:
    """Everyone on its list, and who came to the edition since; in the order of the sheet."""
    listed = Attendance.objects.filter(enrolment=OuterRef("pk"), session=session)
    rows = Enrolment.objects.filter(edition=session.edition_id).on_roster()
    return _in_order(rows.filter(Q(state__in=HOLDING) | Exists(listed)))


def shown_to(user: Any, lines: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Those in her reach, of whom a name may still be said."""
    reach = Enrolment.objects.visible_to(user).named()
    return lines.filter(pk__in=reach.values("pk")).select_related("person", "organisation")


def named(lines: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Those of whom a name may still be said, whoever reads them."""
    kept = Enrolment.objects.all().named()
    return lines.filter(pk__in=kept.values("pk")).select_related("person", "organisation")


def _in_order(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    return rows.order_by(Coalesce("person__name_key", "walk_in_key"), "pk")


@dataclass
class MarkLine:
    """One woman on the page that marks a session: the mark that stands, and the one chosen now."""

    enrolment: Enrolment
    stands: str = Mark.UNMARKED.value
    chosen: str = Mark.UNMARKED.value
    is_listed: bool = True
    sentence: str = ""

    @property
    def pk(self) -> UUID:
        return self.enrolment.pk

    @property
    def choices(self) -> list[tuple[str, str, str, bool]]:
        """Value sent, letter, words and whether it is chosen, in the order of the keyboard."""
        return [
            (mark.value or "-", letter, str(mark.label), mark.value == self.chosen)
            for mark, letter in LETTERS.items()
        ]

    @property
    def letter(self) -> str:
        """As it is typed; what was typed wrong stays to be mended."""
        return LETTERS[Mark(self.chosen)] if self.chosen in CHOSEN else self.chosen


def mark_lines(session: Session, rows: QuerySet[Enrolment]) -> list[MarkLine]:
    marks = dict(Attendance.objects.filter(session=session).values_list("enrolment", "mark"))
    return [
        MarkLine(
            enrolment=row,
            stands=marks.get(row.pk, ""),
            chosen=marks.get(row.pk, ""),
            is_listed=not marks or row.pk in marks,
        )
        for row in rows
    ]


def register_of(organisation: Organisation, month: date, user: Any) -> list[Attendance]:
    """Who came for an organisation in a month, session by session, of those she may see."""
    lines = Enrolment.objects.visible_to(user).named().on_roster().filter(organisation=organisation)
    marks = Attendance.objects.filter(
        enrolment__in=lines.values("pk"),
        mark__in=Attendance.CAME,
        session__cancelled_at=None,
        session__held_on__year=month.year,
        session__held_on__month=month.month,
    )
    return list(
        marks.select_related(
            "session__trainer",
            "session__edition__course",
            "session__edition__regional_network",
            "session__edition__district__province__department",
            "enrolment__person",
            "enrolment__organisation",
        ).order_by(
            "session__held_on",
            "session__starts_at",
            "session",
            Coalesce("enrolment__person__name_key", "enrolment__walk_in_key"),
        )
    )


def records_of(sessions: Iterable[Session], user: Any) -> list[SessionRecord]:
    """The signed sheets she may open."""
    records = SessionRecord.objects.filter(
        session__in=[s.pk for s in sessions], document__in=Document.objects.visible_to(user)
    )
    return list(records.select_related("document").order_by("document__uploaded_at"))


@dataclass
class Tally:
    """Marks of one session over everyone on its list; nobody who is not marked is left out."""

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def came(self) -> int:
        return sum(self.counts[mark] for mark in Attendance.CAME)

    @property
    def unmarked(self) -> int:
        return self.counts[Mark.UNMARKED]

    @property
    def marked(self) -> int:
        return self.total - self.unmarked

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def tallies_of(edition: Edition, sessions: Iterable[Session]) -> dict[UUID, Tally]:
    """By session. One without a list yet counts whoever is coming, all not marked."""
    tallies = {session.pk: Tally() for session in sessions}
    counted = (
        Attendance.objects.filter(session__in=list(tallies))
        .on_roster()
        .order_by()
        .values_list("session", "mark")
        .annotate(n=Count("pk"))
    )
    for session, mark, count in counted:
        tallies[session].counts[mark] = count
    coming = Enrolment.objects.filter(edition=edition).coming().count()
    for tally in tallies.values():
        if not tally.counts:
            tally.counts[Mark.UNMARKED] = coming
    return tallies


@dataclass(frozen=True)
class Correction:
    """A mark that was changed after its session was settled: what it was, what it became, why."""

    enrolment_id: UUID
    before: str
    after: str
    reason: str
    who: str
    at: datetime

    @property
    def words(self) -> str:
        return _("de «%(before)s» a «%(after)s»") % {
            "before": Mark(self.before).label,
            "after": Mark(self.after).label,
        }


def corrections_of(sessions: Iterable[Session]) -> dict[UUID, list[Correction]]:
    """By session, newest first: what history kept of marks that carry a reason. Three queries."""
    corrected = Attendance.objects.filter(session__in=[s.pk for s in sessions])
    ids = list(corrected.exclude(correction_reason="").values_list("pk", flat=True))
    events = Attendance.pgh_event_model.objects  # type: ignore[attr-defined]
    found: dict[UUID, list[Correction]] = defaultdict(list)
    before: dict[UUID, str] = {}
    who = _names(events.filter(pgh_obj_id__in=ids).values_list("marked_by_id", flat=True))
    for event in events.filter(pgh_obj_id__in=ids).order_by("pgh_id"):
        former = before.get(event.pgh_obj_id, Mark.UNMARKED)
        before[event.pgh_obj_id] = event.mark
        if event.correction_reason and former != event.mark:
            correction = Correction(
                enrolment_id=event.enrolment_id,
                before=former,
                after=event.mark,
                reason=event.correction_reason,
                who=who.get(event.marked_by_id, ""),
                at=event.received_at,
            )
            found[event.session_id].insert(0, correction)
    return found


def _names(ids: Iterable[Any]) -> dict[Any, str]:
    return dict(User.objects.filter(pk__in=set(ids) - {None}).values_list("pk", "name"))
