"""The mechanism of permissions. The policy itself is one page: members/access.py.

Lower floors name a permission by its text; the policy is reached through settings.ACCESS_POLICY,
a string, as AUTH_USER_MODEL is. A test fails on a name the policy does not know.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string

View = Callable[..., HttpResponseBase]

PUBLIC = "public"
SIGNED_IN = "signed_in"


class Policy(Protocol):
    def __call__(self, user: Any, permission: str, obj: Any = None) -> bool: ...


@cache
def _policy() -> Policy:
    return import_string(settings.ACCESS_POLICY)


def can(user: Any, permission: str, obj: Any = None) -> bool:
    """May this person do this, and to this row if one is given? Anonymous people may nothing."""
    return bool(user.is_authenticated and user.is_active and _policy()(user, permission, obj))


def requires(permission: str) -> Callable[[View], View]:
    """Let only those through who hold `permission`; others: sign in first, then 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if permission != SIGNED_IN and not can(request.user, permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: View) -> View:
    """Mark a view that anyone may open, so that the access matrix knows it was meant."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view


def ensure(user: Any, permission: str, obj: Any = None) -> None:
    """Raise 403 unless `user` may do this to `obj`. For rows already loaded in scope."""
    if not can(user, permission, obj):
        raise PermissionDenied
