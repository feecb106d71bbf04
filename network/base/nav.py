"""Entries of the main menu. An app declares NAV in its own nav.py; nobody keeps a central list."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_str

from network.base.access import can
from network.base.contracts import declared


@dataclass(frozen=True)
class NavItem:
    """One entry: who lacks the permission does not see it. Lower `order` comes first."""

    label: Any
    url_name: str
    permission: str
    order: int = 100

    @property
    def name(self) -> str:
        return self.url_name


@dataclass(frozen=True)
class NavLink:
    label: str
    url: str
    is_current: bool


def visible_nav(request: HttpRequest) -> list[NavLink]:
    """The entries this person may open; the one whose address she is under is current."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    items = sorted(declared("nav").values(), key=lambda item: item.order)
    links = [
        (force_str(item.label), _address(item.url_name))
        for item in items
        if can(user, item.permission)
    ]
    under = [url for _label, url in links if request.path.startswith(url)]
    current = max(under, key=len, default="")
    return [NavLink(label, url, url == current) for label, url in links]


@cache
def _address(url_name: str) -> str:
    return reverse(url_name)
