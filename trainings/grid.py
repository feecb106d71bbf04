"""The grid of an edition: persons by sessions, with totals over everyone on its lists."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network.base.access import can
from network.base.templatetags.ui import pill
from trainings.marking import (
    Correction,
    Tally,
    corrections_of,
    lines_of_edition,
    records_of,
    shown_to,
    tallies_of,
)
from trainings.models import Edition, Enrolment, Session, SessionRecord
from trainings.progress import Line, Progress, Verdict, progress_of
from trainings.templatetags.trainings import mark_sign

Cell = tuple[str, Any]
# With more sessions than these a heading is its number and day alone.
MOST_NAMED = 8


def not_listed() -> SafeString:
    return format_html('<span class="visually-hidden">{}</span>', _("No estaba en la lista"))


@dataclass(frozen=True)
class Row:
    """One woman, as `table_rows` draws it."""

    cells: list[Cell]
    url: str
    is_off: bool = False


@dataclass(frozen=True)
class Heading:
    """A session above its column."""

    session: Session
    number: int
    state: str
    tally: Tally
    records: list[SessionRecord]

    @property
    def name(self) -> str:
        return _("Sesión %(number)s") % {"number": self.number}

    @property
    def is_held(self) -> bool:
        return self.session.held_on <= timezone.localdate()


@dataclass(frozen=True)
class Grid:
    """What the page of attendance shows, in a number of queries that no row changes."""

    rule: str
    headings: list[Heading]
    rows: list[Row]
    out_of_reach: int
    corrections: list[tuple[Heading, str, Correction]]

    @property
    def sessions(self) -> list[Session]:
        return [heading.session for heading in self.headings]

    @property
    def came(self) -> int:
        return sum(heading.tally.came for heading in self.headings)

    @property
    def unfinished(self) -> list[Heading]:
        """Held, marked in part, and with lines nobody marked."""
        return [h for h in self.headings if h.is_held and h.tally.unmarked and h.tally.marked]

    @property
    def to_mark(self) -> Heading | None:
        """Today's session, or the first one held that lacks marks, or that nobody closed."""
        today = timezone.localdate()
        left = [h for h in self.headings if h.is_held and not h.session.is_settled]
        first = [h for h in left if h.session.held_on == today and h.tally.unmarked]
        first += [h for h in left if h.tally.unmarked]
        return next(iter(first + left), None)

    @property
    def to_print(self) -> Heading | None:
        """The next session, whose sheet will be signed; once all were held, the last."""
        today = timezone.localdate()
        next_ones = [h for h in self.headings if h.session.held_on >= today]
        return next(iter(next_ones or self.headings[-1:]), None)

    @property
    def is_wide(self) -> bool:
        return len(self.headings) > MOST_NAMED


def grid_of(edition: Edition, user: Any) -> Grid:
    everyone = lines_of_edition(edition)
    progress = progress_of(edition, shown_to(user, everyone))
    headings = _headings(progress, user)
    names = {line.enrolment.pk: line.enrolment.listed_name for line in progress.lines}
    corrections = corrections_of(progress.sessions)
    sees_people = can(user, "person_view")
    return Grid(
        rule=rule_in_words(progress),
        headings=headings,
        rows=[_row(line, progress, sees_people=sees_people) for line in progress.lines],
        out_of_reach=everyone.count() - len(progress.lines),
        corrections=[
            (heading, names[one.enrolment_id], one)
            for heading in headings
            for one in corrections.get(heading.session.pk, [])
            if one.enrolment_id in names
        ],
    )


def rule_in_words(progress: Progress) -> str:
    """3 de 4 sesiones (9 de 12 horas) y la prueba final."""
    version = progress.edition.version
    needed, planned = progress.needed, progress.planned
    left, count = needed, 0
    for hours in sorted((s.planned_hours for s in progress.sessions), reverse=True):
        if left <= 0:
            break
        left, count = left - hours, count + 1
    words = _("Para completar: %(count)s de %(total)s sesiones (%(needed)s de %(planned)s horas)")
    words %= {
        "count": count,
        "total": len(progress.sessions),
        "needed": hours_in_words(needed),
        "planned": hours_in_words(planned),
    }
    if version.needs_test:
        words += _(" y la prueba final con %(mark)s %% o más") % {"mark": version.pass_mark}
    return f"{words}. " + _("Cada nombre guarda la organización con la que vino ese día.")


def hours_in_words(hours: Any) -> str:
    return number_format(hours.normalize() + 0, use_l10n=True)


def _headings(progress: Progress, user: Any) -> list[Heading]:
    tallies = tallies_of(progress.edition, progress.sessions)
    records: dict[UUID, list[SessionRecord]] = {}
    for record in records_of(progress.sessions, user):
        records.setdefault(record.session_id, []).append(record)
    today = timezone.localdate()
    return [
        Heading(
            session=session,
            number=number,
            state=_state(session, today),
            tally=tallies[session.pk],
            records=records.get(session.pk, []),
        )
        for number, session in enumerate(progress.sessions, start=1)
    ]


def _state(session: Session, today: date) -> str:
    if session.is_settled:
        return _("cerrada")
    days = (session.held_on - today).days
    if days == 0:
        return _("hoy")
    if 0 < days <= 7:
        return ngettext("en %(days)s día", "en %(days)s días", days) % {"days": days}
    return _("por cerrar") if days < 0 else ""


def _row(line: Line, progress: Progress, *, sees_people: bool) -> Row:
    enrolment = line.enrolment
    marks = [("table__center", _sign(line, session, progress)) for session in progress.sessions]
    came = _("%(came)s de %(total)s") % {
        "came": line.came_count,
        "total": len(progress.sessions),
    }
    url = ""
    if enrolment.person_id and sees_people:
        url = reverse("person-detail", args=[enrolment.person_id])
    return Row(
        cells=[
            ("", enrolment.listed_name),
            ("grid__from", enrolment.came_from),
            *marks,
            ("table__num nowrap", came),
            ("", _verdict(line)),
        ],
        url=url,
    )


def _sign(line: Line, session: Session, progress: Progress) -> SafeString:
    mark = line.mark_in(session)
    if mark is not None:
        return mark_sign(mark.mark)
    is_coming = line.enrolment.state in ("invited", "confirmed")
    if session.pk in progress.frozen or not is_coming:
        return not_listed()
    return mark_sign("")


def _verdict(line: Line) -> Any:
    if line.enrolment.state == Enrolment.State.WITHDREW:
        return pill("none", _("Se retiró"))
    if line.hours.verdict == Verdict.NO_LONGER:
        return pill("late", line.hours.words, "cross")
    return format_html('<span class="small">{}</span>', line.hours.words)
