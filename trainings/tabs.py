"""The parts of an edition's page. Each is a page of its own; who may not open one sees no tab."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from network.base.access import can
from trainings.models import Edition


@dataclass(frozen=True)
class Tab:
    label: Any
    url_name: str
    permission: str


@dataclass(frozen=True)
class TabLink:
    label: Any
    url: str
    is_current: bool


TABS: tuple[Tab, ...] = (
    Tab(_("Constancias"), "edition-certificates", Permission.ROSTER_VIEW),
    Tab(_("Materiales"), "edition-materials", Permission.TRAINING_VIEW),
)


def edition_tabs(request: HttpRequest, edition: Edition) -> list[TabLink]:
    """Those this person may open, in order; the one of this address is current."""
    current = request.resolver_match.url_name if request.resolver_match else ""
    return [
        TabLink(tab.label, reverse(tab.url_name, args=[edition.pk]), tab.url_name == current)
        for tab in TABS
        if can(request.user, tab.permission)
    ]
