"""What every page gets: the names on the frame, the menu, and under which role she is working."""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from network.base.access import can
from network.base.nav import Menu, NavLink, menu_of, visible_nav


@dataclass(frozen=True)
class Frame:
    """All that header and footer say, in one value: pages of the same frame keep it drawn."""

    site_name: str
    is_demo: bool
    is_signed_in: bool
    who: str
    scopes: tuple[str, ...]
    roles: tuple[str, ...]
    links: tuple[NavLink, ...]
    menu: Menu
    may_search: bool
    may_choose_place: bool
    may_open_account: bool


def portal(request: HttpRequest) -> dict[str, Any]:
    """Errors raised before sign-in is known come here too: then there is no `request.user`."""
    user = getattr(request, "user", None)
    signed_in = user if user is not None and user.is_authenticated else None
    return {
        "site_name": settings.SITE_NAME,
        "languages": tuple(settings.LANGUAGES),
        "frame": cache(partial(_frame_of, request, signed_in)),
        "signed_in": signed_in,
        "home_url": _home_of(signed_in),
    }


def _frame_of(request: HttpRequest, user: Any) -> Frame:
    held = user.roles_in_force if user else []
    links = tuple(visible_nav(request))
    return Frame(
        site_name=settings.SITE_NAME,
        is_demo=settings.DEMO,
        is_signed_in=user is not None,
        who=str(user or ""),
        scopes=tuple(role.scope_name for role in held),
        roles=tuple(role.get_role_display() for role in held),
        links=links,
        menu=menu_of(links),
        may_search=user is not None and can(user, "staff_home"),
        may_choose_place=user is not None and len(user.places) > 1,
        may_open_account=not (user and user.acts_only_as_member and user.is_of_staff),
    )


def _home_of(user: Any) -> str:
    """Where this person's pages begin."""
    if user is None:
        return "/"
    return settings.LOGIN_REDIRECT_URL if can(user, "staff_home") else settings.OWN_RECORD_URL
