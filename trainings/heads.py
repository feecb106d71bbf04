"""The head of an edition's page: what it is, where and when, and its tabs."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Person
from network.base.dates import day_in_words, hour
from trainings.models import Edition, Session
from trainings.tabs import edition_tabs


def edition_name(edition: Edition) -> str:
    place = edition.place_name
    words = _("Edición %(number)s") % {"number": edition.number}
    return f"{words}: {place}" if place else words


def edition_crumbs(edition: Edition) -> list[tuple[str, str]]:
    """The way up to an edition's attendance, for the pages below it."""
    address = reverse("edition-attendance", args=[edition.pk])
    return [(edition.course.called, ""), (edition_name(edition), address)]


def edition_head(request: HttpRequest, edition: Edition, sessions: list[Session]) -> dict[str, Any]:
    """What `trainings/_edition_head.html` needs. `sessions` are those not cancelled."""
    return {
        "edition": edition,
        "title": edition_name(edition),
        "lead": " · ".join(_facts(request, edition, sessions)),
        "crumbs": edition_crumbs(edition)[:1],
        "tabs": edition_tabs(request, edition),
    }


def _facts(request: HttpRequest, edition: Edition, sessions: list[Session]) -> list[str]:
    hours = sum((session.planned_hours for session in sessions), start=0)
    facts = [
        _days(edition),
        ngettext("%(hours)s hora", "%(hours)s horas", int(hours) or 2)
        % {"hours": number_format(hours, use_l10n=True).rstrip("0").rstrip(".") or "0"},
        ngettext("%(count)s sesión", "%(count)s sesiones", len(sessions))
        % {"count": len(sessions)},
    ]
    payers = [row.programme.name for row in edition.funding.select_related("programme")]
    if payers:
        facts.append(_("paga %(programme)s") % {"programme": ", ".join(payers)})
    taught = Person.objects.visible_to(request.user).filter(taught__edition=edition)
    if names := [person.full_name for person in taught.order_by("name_key")]:
        facts.append(
            ngettext("formadora: %(names)s", "formadoras: %(names)s", len(names))
            % {"names": ", ".join(names)}
        )
    return facts


def _days(edition: Edition) -> str:
    if edition.starts_on == edition.ends_on:
        return date_format(edition.starts_on, "DATE_FORMAT")
    first = "j \\d\\e F" if edition.starts_on.year == edition.ends_on.year else "DATE_FORMAT"
    return _("Del %(first)s al %(last)s") % {
        "first": date_format(edition.starts_on, first),
        "last": date_format(edition.ends_on, "DATE_FORMAT"),
    }


def session_lead(session: Session) -> str:
    """Liderazgo II. Sábado 28 de noviembre de 2026, 9:00 a. m. Huepetuhe."""
    when = f"{day_in_words(session.held_on)}, {hour(session.starts_at)}"
    parts = [session.edition.course.called, when[:1].upper() + when[1:], session.topic]
    return " · ".join(filter(None, [*parts, session.edition.place_name]))
