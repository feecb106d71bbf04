"""Entries of the main menu. An app declares NAV in its own nav.py; nobody keeps a central list."""

from collections.abc import Sequence
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
    """One entry: who lacks the permission does not see it. Lower `order` comes first.

    On a wide screen those that are not opened every day, `is_rare`, are folded under «Más».
    """

    label: Any
    url_name: str
    permission: str
    order: int = 100
    is_rare: bool = False

    @property
    def name(self) -> str:
        return self.url_name


@dataclass(frozen=True)
class NavLink:
    label: str
    url: str
    is_current: bool
    is_rare: bool = False


@dataclass(frozen=True)
class Menu:
    """The row of a wide screen: its links, and those folded; the order is kept in each."""

    row: tuple[NavLink, ...]
    folded: tuple[NavLink, ...]

    @property
    def is_current_folded(self) -> bool:
        return any(link.is_current for link in self.folded)


def menu_of(links: Sequence[NavLink]) -> Menu:
    """One entry alone is not folded: its fold would take as much room."""
    rare = tuple(link for link in links if link.is_rare)
    if len(rare) < 2:
        return Menu(tuple(links), ())
    return Menu(tuple(link for link in links if not link.is_rare), rare)


def visible_nav(request: HttpRequest) -> list[NavLink]:
    """The entries this person may open; the one whose address she is under is current."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    items = sorted(declared("nav").values(), key=lambda item: item.order)
    links = [
        (force_str(item.label), _address(item.url_name), item.is_rare)
        for item in items
        if can(user, item.permission)
    ]
    under = [url for _label, url, _rare in links if request.path.startswith(url)]
    current = max(under, key=len, default="")
    return [NavLink(label, url, url == current, is_rare) for label, url, is_rare in links]


@cache
def _address(url_name: str) -> str:
    return reverse(url_name)
