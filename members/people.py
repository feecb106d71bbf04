"""Questions about one person, for the pages that show her."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.access import Permission, scope_of
from members.actions.people import TIME_IN_TRASH
from members.models import (
    Consent,
    Language,
    Membership,
    Merge,
    Office,
    Person,
    Phone,
    Purpose,
    User,
)
from members.trails import person_trails
from network.base.access import can
from network.base.contracts import declared
from network.base.dates import PartialDate, day_in_words
from network.base.historylog import Entry, history_of

ENDING_SOON = timedelta(days=60)


@dataclass(frozen=True)
class Belonging:
    """A membership or a post on her time line."""

    row: Membership | Office
    words: str
    is_current: bool
    days_left: str = ""

    @property
    def membership(self) -> Membership | None:
        return self.row if isinstance(self.row, Membership) else None


def belongings_of(person: Person, today: date) -> list[Belonging]:
    """Her organisations and posts: those of today first, then the newest."""
    memberships = person.memberships.select_related("organisation__district")
    offices = person.offices.select_related("organisation", "regional_network")
    rows: list[Membership | Office] = [*offices, *memberships]
    found = [
        Belonging(row, row.in_words(today), row.is_current(today), _days_left(row, today))
        for row in rows
    ]
    newest_first = sorted(found, key=lambda b: b.row.starts_on or date.min, reverse=True)
    return sorted(newest_first, key=lambda b: not b.is_current)


def _days_left(row: Membership | Office, today: date) -> str:
    if not isinstance(row, Office) or row.ends_on is None:
        return ""
    left = (row.ends_on - today).days
    if not 0 <= left <= ENDING_SOON.days:
        return ""
    if left == 0:
        return _("Termina hoy")
    return ngettext("Termina en %(days)s día", "Termina en %(days)s días", left) % {"days": left}


def lead_of(person: Person, belongings: Iterable[Belonging], today: date) -> str:
    """The line under her name: work, organisations, age."""
    parts = []
    if person.occupation != Person.Occupation.UNKNOWN:
        parts.append(str(person.get_occupation_display()))
    current = [b.row for b in belongings if b.is_current and isinstance(b.row, Membership)]
    if current:
        names = _(" y ").join(membership.organisation.called for membership in current)
        parts.append(_("socia de %(organisations)s") % {"organisations": names})
    if (age := person.age_on(today)) is not None:
        parts.append(ngettext("%(years)s año", "%(years)s años", age) % {"years": age})
    return " · ".join(parts)


def born_in_words(person: Person) -> str:
    return (
        day_in_words(PartialDate(person.born_on, person.born_precision)) if person.born_on else ""
    )


def languages_in_words(person: Person) -> str:
    """Those she speaks, and how she likes to be spoken to."""
    labels = dict(Language.choices)
    spoken = ", ".join(str(labels[code]) for code in person.languages)
    likes = []
    if person.preferred_language:
        likes.append(_("prefiere %(language)s") % {"language": labels[person.preferred_language]})
    if person.prefers_audio:
        likes.append(_("mejor en audio"))
    return " · ".join([part for part in (spoken, ", ".join(likes)) if part])


def phones_of(person: Person) -> list[Phone]:
    """Those in use, the main one first."""
    return list(person.phones.filter(retired_at=None).order_by("-is_primary", "pk"))


def may_keep_sensitive_facts(person: Person) -> bool:
    return Consent.objects.granted(Purpose.SENSITIVE).filter(person=person).exists()


def open_merges(person: Person) -> QuerySet[Merge]:
    """Records that were joined to hers and can still be separated."""
    since = timezone.now() - timedelta(days=30)
    return person.merges.filter(undone_at=None, merged_at__gt=since).select_related("absorbed")


def changes_of(person: Person, user: User) -> list[Entry]:
    """Her record's history, for those who may read it; values only for those who may see her."""
    if not can(user, Permission.HISTORY_VIEW, person):
        return []
    return history_of(person_trails(person), with_values=can(user, Permission.PERSON_VIEW, person))


def newest_change(person: Person) -> int:
    """The number of the last change of her own columns: what a correction must have seen."""
    events = Person.pgh_event_model.objects.filter(pgh_obj_id=person.pk)  # type: ignore[attr-defined]
    return events.order_by("-pgh_id").values_list("pgh_id", flat=True)[0]


def sections_of(person: Person, user: User) -> list[tuple[str, Mapping[str, Any]]]:
    """Parts that other apps add to her page: template and what it needs."""
    sections = [s for s in declared("sections").values() if s.record == "person"]
    found = [
        (section.template, section.context(person, user))
        for section in sorted(sections, key=lambda s: s.order)
        if can(user, section.permission, person)
    ]
    return [(template, context) for template, context in found if context is not None]


def registered_today(user: User) -> list[Person]:
    """Whom she registered since midnight, the newest first, with what each still lacks."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    rows = Person.objects.visible_to(user).filter(registered_by=user, registered_at__gte=midnight)
    in_use = Prefetch("phones", queryset=Phone.objects.filter(retired_at=None))
    return list(rows.order_by("-registered_at").prefetch_related(in_use))


def what_is_missing(person: Person) -> str:
    lacks = []
    if person.document_kind == Person.Document.NONE:
        lacks.append(_("sin documento"))
    if not person.phones.all():
        lacks.append(_("falta teléfono"))
    return ", ".join(lacks) or _("completa")


def trashed_visible_to(user: User) -> QuerySet[Person]:
    """Those in the trash whom she may bring back."""
    scope = scope_of(user, Permission.PERSON_TRASH)
    if scope.is_empty:
        return Person.objects.none()
    trashed = Person.objects.in_trash(since=timezone.now() - TIME_IN_TRASH)
    return trashed.reached(scope).select_related("trashed_by")
