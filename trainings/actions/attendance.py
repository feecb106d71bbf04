"""Taking attendance: the roster of a session, its marks, walk-ins, closing and opening again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from network.base.dates import day
from network.base.errors import Refused
from network.base.history import was_ever
from network.documents.actions import store_upload
from network.documents.models import Document
from trainings.actions import editions
from trainings.models import Attendance, Enrolment, Session, SessionRecord

Mark = Attendance.Mark


class Outcome(StrEnum):
    """What became of one line. A phone forgets a line that is stored or already; it keeps the rest
    until somebody decides."""

    STORED = "stored"
    ALREADY = "already"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True)
class Line:
    """The answer about one mark: `stands` is what is kept now, `sentence` why not this one."""

    enrolment_id: UUID
    outcome: Outcome
    stands: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Recorded:
    """The answer about every mark sent, in the order it was sent."""

    lines: tuple[Line, ...]

    def of(self, outcome: Outcome) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.outcome == outcome)

    @property
    def is_whole(self) -> bool:
        """Nothing is left for a person to decide."""
        return not self.of(Outcome.CONFLICT) and not self.of(Outcome.REFUSED)


@transaction.atomic
def record_marks(
    *,
    session: Session,
    marks: Mapping[UUID, str],
    by: User,
    origin: str,
    marked_at: datetime,
    client_ids: Mapping[UUID, UUID] | None = None,
    seen: Mapping[UUID, str] | None = None,
    reason: str = "",
) -> Recorded:
    """Keep marks by enrolment. Sending them again changes nothing.

    Of two marks of one line the later by `marked_at` stands. It is a conflict, and nothing is
    changed, when somebody else marked the line otherwise later than this, or since it was `seen`.
    Whoever is not in `marks` stays as she is: not marked is never absent. An explicit UNMARKED
    takes a mark back. Of a session that was ever closed, a change of a mark needs a `reason`.
    """
    session = _open_to_marks(session)
    now = timezone.now()
    others = _enrolled(session, marks)
    if any(mark and mark in Mark.values and pk in others for pk, mark in marks.items()):
        freeze_roster(session=session)
    rows = {row.enrolment_id: row for row in Attendance.objects.filter(session=session)}
    sheet = _Sheet(
        session=session,
        by=by,
        origin=origin,
        # A clock that runs ahead would win over every later mark.
        marked_at=min(marked_at, now),
        received_at=now,
        reason=reason.strip(),
        was_closed=was_ever_closed(session),
        rows=rows,
        others=others,
        known_ids=_known_ids(rows, client_ids or {}),
    )
    lines = tuple(
        sheet.mark(pk, mark, (client_ids or {}).get(pk), (seen or {}).get(pk))
        for pk, mark in marks.items()
    )
    sheet.write()
    return Recorded(lines)


def freeze_roster(*, session: Session) -> None:
    """Write the line of everyone who is coming, not marked, unless the roster stands already."""
    if Attendance.objects.filter(session=session).exists():
        return
    coming = Enrolment.objects.filter(edition=session.edition_id).coming()
    Attendance.objects.bulk_create(
        [
            Attendance(session=session, enrolment_id=pk, edition_id=session.edition_id)
            for pk in coming.values_list("pk", flat=True)
        ]
    )


def was_ever_closed(session: Session) -> bool:
    """Opening it, or its edition, again does not undo that its marks were settled once."""
    return (
        session.is_settled
        or was_ever(session, closed_at__isnull=False)
        or editions.was_ever_closed(session.edition)
    )


def _open_to_marks(session: Session) -> Session:
    """One change of the marks of a session at a time."""
    locked = (
        Session.objects.select_related("edition").select_for_update(of=("self",)).get(pk=session.pk)
    )
    if locked.cancelled_at or locked.edition.cancelled_on:
        raise Refused(_("La sesión se canceló: no se pasa asistencia."))
    if locked.held_on > timezone.localdate():
        raise Refused(
            _("La sesión es el %(day)s: todavía no se puede marcar.") % {"day": day(locked.held_on)}
        )
    return locked


def _enrolled(session: Session, marks: Mapping[UUID, str]) -> frozenset[UUID]:
    """Who of them is coming to the edition: on the roster of the session or come to it since."""
    rows = Enrolment.objects.filter(edition=session.edition_id, pk__in=list(marks)).coming()
    return frozenset(rows.values_list("pk", flat=True))


def _known_ids(rows: Mapping[UUID, Attendance], sent: Mapping[UUID, UUID]) -> frozenset[UUID]:
    """Of the ids sent, those of marks that were kept before, even if another stands by now."""
    if not sent:
        return frozenset()
    events = Attendance.pgh_event_model.objects  # type: ignore[attr-defined]
    kept = events.filter(
        pgh_obj_id__in=[row.pk for row in rows.values()], client_id__in=list(sent.values())
    )
    return frozenset(kept.values_list("client_id", flat=True))


@dataclass
class _Sheet:
    """One batch of marks in the making: what it finds, and the rows it changes."""

    session: Session
    by: User
    origin: str
    marked_at: datetime
    received_at: datetime
    reason: str
    was_closed: bool
    rows: dict[UUID, Attendance]
    others: frozenset[UUID]
    known_ids: frozenset[UUID]

    def __post_init__(self) -> None:
        self.changed: list[Attendance] = []
        self.added: list[Attendance] = []

    def mark(self, pk: UUID, mark: str, client_id: UUID | None, seen: str | None) -> Line:
        row = self.rows.get(pk)
        if row is None and pk not in self.others:
            return Line(pk, Outcome.REFUSED, sentence=_("No está inscrita en esta edición."))
        stands = row.mark if row else Mark.UNMARKED.value
        if mark not in Mark.values:
            return Line(pk, Outcome.REFUSED, stands, _("Esa marca no existe."))
        if client_id in self.known_ids or mark == stands:
            return Line(pk, Outcome.ALREADY, stands)
        if row is not None and row.mark and (line := self._against(row, mark, seen)):
            return line
        if self._lacks_reason(stands):
            sentence = _("La sesión ya se cerró: escribe por qué cambias la marca.")
            return Line(pk, Outcome.REFUSED, stands, sentence)
        self._put(row, pk, mark, client_id)
        return Line(pk, Outcome.STORED, mark)

    def _against(self, row: Attendance, mark: str, seen: str | None) -> Line | None:
        """Why a mark that stands is kept against this one, if it is."""
        is_mine = row.marked_by_id == self.by.pk
        is_later = row.marked_at is not None and row.marked_at > self.marked_at
        if is_mine and is_later:
            return Line(row.enrolment_id, Outcome.ALREADY, row.mark)
        was_changed = seen is not None and seen != row.mark
        if not is_mine and (is_later or was_changed):
            sentence = _("Otra persona marcó antes «%(mark)s». Elige cuál vale.") % {
                "mark": row.get_mark_display()
            }
            return Line(row.enrolment_id, Outcome.CONFLICT, row.mark, sentence)
        return None

    def _lacks_reason(self, stands: str) -> bool:
        """Closed: any mark. Open again: only what changes a mark that was made."""
        is_asked = self.session.is_settled or (self.was_closed and bool(stands))
        return is_asked and not self.reason

    def _put(self, row: Attendance | None, pk: UUID, mark: str, client_id: UUID | None) -> None:
        if row is None:
            row = Attendance(
                session=self.session, enrolment_id=pk, edition_id=self.session.edition_id
            )
            self.rows[pk] = row
            self.added.append(row)
        else:
            self.changed.append(row)
        row.mark, row.origin, row.client_id = mark, self.origin, client_id
        row.marked_by, row.marked_at, row.received_at = self.by, self.marked_at, self.received_at
        row.correction_reason = self.reason if self.was_closed else ""

    def write(self) -> None:
        Attendance.objects.bulk_create(self.added)
        Attendance.objects.bulk_update(
            self.changed,
            [
                "mark",
                "origin",
                "client_id",
                "marked_by",
                "marked_at",
                "received_at",
                "correction_reason",
            ],
        )


@dataclass(frozen=True)
class WalkIn:
    """One who came without being enrolled, as she said it."""

    client_id: UUID
    name: str
    organisation_text: str = ""
    mark: str = Mark.PRESENT


@transaction.atomic
def record_page(
    *,
    session: Session,
    marks: Mapping[UUID, str],
    walk_ins: Sequence[WalkIn],
    by: User,
    origin: str,
    seen: Mapping[UUID, str] | None = None,
    reason: str = "",
) -> Recorded:
    """The marks and the walk-ins of one page together: refused, none of it is kept."""
    for walk_in in walk_ins:
        add_walk_in(
            session=session,
            name=walk_in.name,
            organisation_text=walk_in.organisation_text,
            by=by,
            client_id=walk_in.client_id,
            mark=walk_in.mark,
            origin=origin,
            reason=reason,
        )
    return record_marks(
        session=session,
        marks=marks,
        by=by,
        origin=origin,
        marked_at=timezone.now(),
        seen=seen,
        reason=reason,
    )


@transaction.atomic
def add_walk_in(
    *,
    session: Session,
    name: str,
    organisation_text: str,
    by: User,
    client_id: UUID,
    mark: str = Mark.PRESENT,
    origin: str = Attendance.Origin.GRID,
    reason: str = "",
) -> Enrolment:
    """One who came without being enrolled: her line in the edition and her mark. The same
    `client_id` is the same woman. Refused without a reason when the session is closed."""
    session = _open_to_marks(session)
    known = Enrolment.objects.filter(pk=client_id).first()
    if known is not None:
        if known.edition_id != session.edition_id:
            raise Refused(_("Esa línea es de otra edición."), field="name")
        return known
    now = timezone.now()
    walk_in = Enrolment(
        pk=client_id,
        edition_id=session.edition_id,
        walk_in_name=name.strip(),
        walk_in_organisation=organisation_text.strip(),
        state=Enrolment.State.CONFIRMED,
        origin=Enrolment.Origin.WALK_IN,
        state_changed_at=now,
        state_changed_by=by,
        enrolled_by=by,
        is_demo=session.edition.is_demo,
    )
    if not walk_in.walk_in_name:
        raise Refused(_("Escribe su nombre."), field="name")
    walk_in.save(force_insert=True)
    recorded = record_marks(
        session=session,
        marks={walk_in.pk: mark},
        by=by,
        origin=origin,
        marked_at=now,
        reason=reason,
    )
    for line in recorded.of(Outcome.REFUSED):
        raise Refused(line.sentence, field="reason")
    return walk_in


@transaction.atomic
def close_session(*, session: Session, by: User) -> Session:
    """Settle its marks: from here on a change gives its reason. Closing it again changes nothing.

    Lines may stay not marked: they are counted as that.
    """
    session = _open_to_marks(session)
    if not Attendance.objects.filter(session=session).exclude(mark="").exists():
        raise Refused(_("Todavía no hay ninguna marca. Pasa asistencia antes de cerrar."))
    if session.closed_at is None:
        session.closed_at = timezone.now()
        session.save(update_fields=["closed_at"])
    return session


@transaction.atomic
def reopen_session(*, session: Session, by: User) -> Session:
    """Let it be filled in further. Marks that were made still need a reason to be changed."""
    editions.refuse_if_over(editions.locked(session.edition))
    session = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if session.closed_at is not None:
        session.closed_at = None
        session.save(update_fields=["closed_at"])
    return session


@transaction.atomic
def add_record(*, session: Session, upload: UploadedFile, by: User) -> SessionRecord:
    """Keep a photo or scan of the signed sheet; the same file again is the same evidence.

    Refused when it is no picture and no PDF. Where and when it was taken is not kept.
    """
    Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    document = store_upload(
        upload=upload,
        kind=Document.Kind.EVIDENCE,
        by=by,
        title=_("Hoja de firmas del %(day)s") % {"day": day(session.held_on)},
        subject=Session._meta.label_lower,
        subject_id=str(session.pk),
    )
    same = SessionRecord.objects.filter(session=session, document__sha256=document.sha256).first()
    if same is not None:
        document.delete()
        return same
    return SessionRecord.objects.create(session=session, document=document)
