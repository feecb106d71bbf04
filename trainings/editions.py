"""What pages say of an edition: its head and tabs, and which editions concern a person."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.access import Permission, scope_of
from members.models import Affiliation, User
from network.base.access import can
from network.base.dates import day_in_words, hour
from trainings.models import Edition, EditionTrainer, Enrolment, Session
from trainings.tabs import edition_tabs

STATE_PILLS = {
    Edition.State.PLANNED: "none",
    Edition.State.OPEN: "current",
    Edition.State.FULL: "current",
    Edition.State.RUNNING: "current",
    Edition.State.ENDED: "ours",
    Edition.State.CLOSED: "done",
    Edition.State.CANCELLED: "late",
}


def with_place(rows: Any) -> Any:
    """With all that a heading names."""
    return rows.select_related("version__course", "regional_network", "district", "zone")


def edition_head(request: HttpRequest, edition: Edition) -> dict[str, Any]:
    """The context of the head that every part of an edition's page has."""
    taken = Enrolment.objects.holding().filter(edition=edition).count()
    state = edition.state_on(timezone.localdate(), taken)
    return {
        "edition": edition,
        "title": heading_of(edition),
        "lead": lead_of(edition, names_trainers(request.user)),
        "crumbs": crumbs_of(edition),
        "tabs": edition_tabs(request, edition),
        "state": state,
        "state_pill": STATE_PILLS[state],
    }


def heading_of(edition: Edition) -> str:
    number, place = {"number": edition.number}, edition.place_name
    if not place:
        return _("Edición %(number)s") % number
    return _("Edición %(number)s: %(place)s") % {**number, "place": place}


def crumbs_of(edition: Edition | None = None) -> list[tuple[str, str]]:
    way = [(_("Formación"), reverse("training-home"))]
    if edition is None:
        return [*way, (_("Ediciones"), reverse("edition-list"))]
    way.append((edition.version.course.called, _course_address(edition)))
    return way


def crumbs_below(edition: Edition) -> list[tuple[str, str]]:
    """The way up from a page that belongs to an edition."""
    return [
        *crumbs_of(edition),
        (heading_of(edition), reverse("edition-detail", args=[edition.pk])),
    ]


def _course_address(edition: Edition) -> str:
    return reverse("course-detail", args=[edition.course_id])


def dates_in_words(first: date, last: date) -> str:
    """Del 21 de octubre al 9 de diciembre de 2026."""
    whole = r"j \d\e F \d\e Y"
    if first == last:
        return _("El %(day)s") % {"day": date_format(first, whole)}
    begins = r"j \d\e F" if first.year == last.year else whole
    return _("Del %(first)s al %(last)s") % {
        "first": date_format(first, begins),
        "last": date_format(last, whole),
    }


def names_trainers(user: Any) -> bool:
    """Who reads lists of women reads who taught them too; an analyst or an auditor, how many."""
    return can(user, Permission.ROSTER_VIEW)


def lead_of(edition: Edition, named: bool) -> str:
    """Dates · hours · sessions · who pays · who teaches."""
    sessions = list(edition.sessions.standing())
    hours = sum((session.planned_hours for session in sessions), Decimal(0))
    parts = [dates_in_words(edition.starts_on, edition.ends_on)]
    if sessions:
        parts.append(hours_in_words(hours))
        count = {"count": len(sessions)}
        parts.append(ngettext("%(count)s sesión", "%(count)s sesiones", len(sessions)) % count)
    else:
        parts.append(_("sin sesiones todavía"))
    payers = [row.programme.name for row in edition.funding.select_related("programme")]
    if payers:
        parts.append(
            ngettext("paga %(names)s", "pagan %(names)s", len(payers))
            % {"names": _(" y ").join(payers)}
        )
    if taught_by := trainers_in_words(edition.trainers.select_related("person"), named):
        parts.append(taught_by)
    return " · ".join(parts)


def hours_in_words(hours: Decimal) -> str:
    """12 horas, 7.5 horas."""
    told = number_format(hours.normalize() if hours % 1 else int(hours))
    return ngettext("%(hours)s hora", "%(hours)s horas", 1 if hours == 1 else 2) % {"hours": told}


def trainers_in_words(trainers: Iterable[EditionTrainer], named: bool) -> str:
    """By name, or how many; who is off the record is neither named nor counted."""
    names = [row.person.full_name for row in trainers if is_named(row.person)]
    if not names:
        return ""
    if not named:
        count = {"count": len(names)}
        return ngettext("%(count)s formadora", "%(count)s formadoras", len(names)) % count
    return ngettext("formadora: %(names)s", "formadoras: %(names)s", len(names)) % {
        "names": ", ".join(names)
    }


def is_named(person: Any) -> bool:
    return person.trashed_at is None and person.withdrawn_at is None


# --- Which concern a person ---------------------------------------------------------------------
def editions_of_concern(user: User) -> Any:
    """Those her regions run, national ones, and those she teaches; a leader, of the regions of her
    organisations. Nobody's data: what is left out is only noise."""
    scope = scope_of(user, Permission.TRAINING_VIEW)
    rows = Edition.objects.visible_to(user)
    if scope.everything:
        return rows
    networks = set(scope.regional_network_ids)
    if scope.organisation_ids and not networks:
        affiliations = Affiliation.objects.current().filter(organisation__in=scope.organisation_ids)
        networks |= set(affiliations.values_list("regional_network", flat=True)) - {None}
    concern = Q(regional_network__in=networks) | Q(regional_network=None)
    if user.person_id:
        taught = EditionTrainer.objects.filter(person=user.person_id).values("edition")
        concern |= Q(pk__in=taught)
    return rows.filter(concern)


def editions_run_by(user: User, permission: str) -> Any:
    """Those in which she may do what a permission says."""
    if not can(user, permission):
        return Edition.objects.none()
    return Edition.objects.within(scope_of(user, permission))


def session_lead(session: Session) -> str:
    """Liderazgo II. Sábado 28 de noviembre de 2026, 9:00 a. m. Huepetuhe."""
    when = f"{day_in_words(session.held_on)}, {hour(session.starts_at)}"
    parts = [session.edition.course.called, when[:1].upper() + when[1:], session.topic]
    return " · ".join(filter(None, [*parts, session.edition.place_name]))
