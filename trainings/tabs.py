"""The parts of an edition's page. Each is a page of its own; who may not open one sees no tab."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from network.base.access import can
from trainings.models import Edition, Enrolment


@dataclass(frozen=True)
class Tab:
    label: Any
    url_name: str
    permission: str
    count: Callable[[Edition], str] | None = None  # small words beside the label
    also: tuple[str, ...] = ()  # addresses whose page it is too, when a form there was refused

    @property
    def names(self) -> tuple[str, ...]:
        return (self.url_name, *self.also)


@dataclass(frozen=True)
class TabLink:
    label: Any
    url: str
    is_current: bool
    count: str | None = None


def seats_in_words(edition: Edition) -> str:
    """11 de 20; without seats, 11. Counts whoever a seat is promised to, named or not."""
    taken = Enrolment.objects.holding().filter(edition=edition).count()
    if edition.seats is None:
        return str(taken)
    return str(_("%(taken)s de %(seats)s")) % {"taken": taken, "seats": edition.seats}


TABS: tuple[Tab, ...] = (
    Tab(_("Asistencia"), "edition-attendance", Permission.ROSTER_VIEW),
    Tab(_("Inscritas"), "edition-roster", Permission.ROSTER_VIEW, count=seats_in_words),
    Tab(
        _("Pruebas"),
        "edition-results",
        Permission.ROSTER_VIEW,
        also=("edition-scores", "edition-tally"),
    ),
    Tab(_("Quién completó"), "edition-completion", Permission.COMPLETION_APPROVE),
    Tab(_("Constancias"), "edition-certificates", Permission.ROSTER_VIEW),
    Tab(_("Materiales"), "edition-materials", Permission.TRAINING_VIEW),
    Tab(_("Edición"), "edition-detail", Permission.TRAINING_VIEW),
)


def edition_tabs(request: HttpRequest, edition: Edition) -> list[TabLink]:
    """Those this person may open, in order; the one of this address is current."""
    current = request.resolver_match.url_name if request.resolver_match else ""
    return [
        TabLink(
            tab.label,
            reverse(tab.url_name, args=[edition.pk]),
            current in tab.names,
            tab.count(edition) if tab.count else None,
        )
        for tab in TABS
        if _may_open(request, tab, edition)
    ]


def _may_open(request: HttpRequest, tab: Tab, edition: Edition) -> bool:
    """Looking needs no reach over the edition; what changes it does."""
    is_looking = tab.permission in (Permission.TRAINING_VIEW, Permission.ROSTER_VIEW)
    return can(request.user, tab.permission, None if is_looking else edition)
