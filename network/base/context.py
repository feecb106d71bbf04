"""What every page gets: the names on the frame, the menu, and under which role she is working."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from network.base.access import can
from network.base.nav import visible_nav


def portal(request: HttpRequest) -> dict[str, Any]:
    """Errors raised before sign-in is known come here too: then there is no `request.user`."""
    user = getattr(request, "user", None)
    signed_in = user if user is not None and user.is_authenticated else None
    return {
        "site_name": settings.SITE_NAME,
        "is_demo": settings.DEMO,
        "languages": settings.LANGUAGES,
        "nav_links": partial(visible_nav, request),
        "signed_in": signed_in,
        "home_url": _home_of(signed_in),
    }


def _home_of(user: Any) -> str:
    """Where this person's pages begin."""
    if user is None:
        return "/"
    return settings.LOGIN_REDIRECT_URL if can(user, "staff_home") else settings.OWN_RECORD_URL
