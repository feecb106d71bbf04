"""Sessions as an iCalendar file (RFC 5545) that a phone can keep: Lima time, alarm a day before.

A session keeps its UID; each change of it or of its edition raises SEQUENCE, so that a calendar
that has it already moves it. Nobody's name is in it.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from trainings.models import Edition, Session

ZONE = "America/Lima"
# Lima keeps one offset the whole year.
VTIMEZONE = (
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE}",
    "BEGIN:STANDARD",
    "DTSTART:19940401T000000",
    "TZOFFSETFROM:-0500",
    "TZOFFSETTO:-0500",
    "TZNAME:-05",
    "END:STANDARD",
    "END:VTIMEZONE",
)
LONGEST_LINE = 75  # octets
MEDIA_TYPE = "text/calendar; charset=utf-8"


def calendar_of(sessions: Iterable[Session], name: str) -> str:
    """The sessions given, with `edition` and its course, district and zone loaded."""
    kept = list(sessions)
    changes = _changes(Session, [session.pk for session in kept])
    editions = _changes(Edition, list({session.edition_id for session in kept}))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//RNM-MAPE//Portal//ES",
        "CALSCALE:GREGORIAN",
    ]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{_text(name)}", f"X-WR-TIMEZONE:{ZONE}", *VTIMEZONE]
    for session in kept:
        lines += _event(session, [changes[session.pk], editions[session.edition_id]])
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _changes(
    model: type[Session] | type[Edition], ids: list[UUID]
) -> dict[UUID, tuple[int, datetime]]:
    """How often each was written, and when last."""
    events = model.pgh_event_model.objects.filter(pgh_obj_id__in=ids)  # type: ignore[union-attr]
    counted = (
        events.order_by().values_list("pgh_obj_id").annotate(Count("pk"), Max("pgh_created_at"))
    )
    return {pk: (count, at) for pk, count, at in counted}


def _event(session: Session, written: list[tuple[int, datetime]]) -> Iterator[str]:
    edition = session.edition
    is_off = session.cancelled_at or edition.cancelled_on
    stamp = max(at for _count, at in written).astimezone(UTC)
    title = edition.version.course.called
    yield "BEGIN:VEVENT"
    yield f"UID:session-{session.pk}@rnm-mape"
    yield f"SEQUENCE:{sum(count for count, _at in written) - len(written)}"
    yield f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;TZID={ZONE}:{_local(session.held_on, session.starts_at)}"
    yield f"DTEND;TZID={ZONE}:{_local(session.held_on, session.ends_at)}"
    yield f"SUMMARY:{_text(f'{title}: {session.topic}' if session.topic else title)}"
    places = dict.fromkeys([edition.venue, edition.place_name])  # one may stand for both
    if place := ", ".join(filter(None, places)):
        yield f"LOCATION:{_text(place)}"
    yield f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}"
    if not is_off:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P1D")
        yield f"DESCRIPTION:{_text(_('Mañana: %(course)s') % {'course': title})}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _local(on: date, at: time) -> str:
    return f"{on:%Y%m%d}T{at:%H%M%S}"


def _text(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r\n", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """In pieces of at most 75 octets, no letter cut in two; each next one begins with a space."""
    pieces, piece = [], ""
    for letter in line:
        if len(f"{piece}{letter}".encode()) > LONGEST_LINE:
            pieces.append(piece)
            piece = " "
        piece += letter
    return "\r\n".join([*pieces, piece])
