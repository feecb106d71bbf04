"""Per-request rules of accounts: how long a session lasts, the language she chose, and no staff
page on one factor alone."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from members.access import STAFF_ROLES, Permission
from members.sessions import Level, is_over, level_of, note_use
from network.base.access import PUBLIC

GetResponse = Callable[[HttpRequest], HttpResponse]

# In the session: the place she chose to look at.
PLACE = "lugar"
# What a session with a password and nothing else may open besides public pages.
LEAVING = {"account_logout"}
SETTING_UP = LEAVING | {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
}
PROVING = LEAVING | {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


class SessionLimitMiddleware:
    """End a session that is too old, idle too long, or came from another browser."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if is_over(request):
                logout(request)
            elif note_use(request):
                session = UserSession.objects.filter(session_key=request.session.session_key)
                session.update(last_seen_at=timezone.now())
        return self.get_response(request)


class PersonLanguageMiddleware:
    """Speak the language kept in the account; before sign-in, the one of the language cookie."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            language = request.user.language
        else:
            language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language() or language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SecondFactorMiddleware:
    """Hold a session to what it proved: a phone code counts for a member's role only, and of an
    account that is also of staff it opens her own record and nothing else; a password alone opens
    nothing but the second step, for whoever has a staff role."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and level_of(request) is Level.MEMBER:
            request.user.acts_only_as_member = True
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated or getattr(view, "permission", None) == PUBLIC:
            return None
        if user.acts_only_as_member:
            _hold_to_own_record(user, view)
            return None
        if level_of(request) is not Level.HALF or not user.has_role(*STAFF_ROLES):
            return None
        factors = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        name = request.resolver_match.url_name if request.resolver_match else None
        if not factors:
            return None if name in SETTING_UP else redirect("mfa_index")
        if name in PROVING:
            return None
        by_code = Authenticator.Type.TOTP in factors
        return redirect("mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn")


class ChosenPlaceMiddleware:
    """Hold a session to the place she chose to look at, as long as a role of hers reaches it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if PLACE in request.session and request.user.is_authenticated:
            if request.session[PLACE] in request.user.places:
                request.user.looks_at = request.session[PLACE]
            else:
                del request.session[PLACE]
        return self.get_response(request)


def _hold_to_own_record(user: Any, view: Callable[..., Any]) -> None:
    """Settings, sessions, files and saved views of a staff login are not for whoever has the phone.

    The account of a woman who only enters by phone is hers to set from there.
    """
    if getattr(view, "permission", None) != Permission.OWN_RECORD and user.is_of_staff:
        raise PermissionDenied
