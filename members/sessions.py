"""How far a session may be trusted: by what it began, when, and in which browser."""

import secrets
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from members.models import User

IDLE_LIMIT = timedelta(minutes=30)
STAFF_LIMIT = timedelta(hours=12)
MEMBER_LIMIT = timedelta(days=30)
NOTED_EVERY = timedelta(minutes=1)
DEVICE_COOKIE = "__Host-equipo" if settings.HTTPS else "equipo"
DEVICE_LIFE = timedelta(days=400)


class Level(Enum):
    """MEMBER: a code on the phone, her own record only. HALF: a password and nothing else yet."""

    MEMBER = "member"
    HALF = "half"
    FULL = "full"


def level_of(request: HttpRequest, user: User | AnonymousUser | None = None) -> Level:
    """By what this session was opened. Whatever is not known opens only one's own record."""
    records = get_authentication_records(request, user or request.user)
    methods = {record["method"] for record in records}
    if "mfa" in methods:
        return Level.FULL
    return Level.HALF if "password" in methods else Level.MEMBER


def begin(request: HttpRequest, user: User) -> None:
    now = timezone.now().isoformat()
    request.session["began_at"] = request.session["seen_at"] = now
    request.session["device"] = device_of(request)["id"]
    if level_of(request, user) is Level.MEMBER:
        request.session.set_expiry(MEMBER_LIMIT)


def is_over(request: HttpRequest) -> bool:
    """Too old, too long unused (staff), or carried to another browser (members)."""
    session, now = request.session, timezone.now()
    if "began_at" not in session:
        return True
    age = now - datetime.fromisoformat(session["began_at"])
    if level_of(request) is Level.MEMBER:
        return age > MEMBER_LIMIT or session.get("device") != device_of(request)["id"]
    return age > STAFF_LIMIT or now - datetime.fromisoformat(session["seen_at"]) > IDLE_LIMIT


def note_use(request: HttpRequest) -> bool:
    """Remember that the session is in use; once a minute, so that reading costs no write."""
    now = timezone.now()
    if now - datetime.fromisoformat(request.session["seen_at"]) < NOTED_EVERY:
        return False
    request.session["seen_at"] = now.isoformat()
    return True


def device_of(request: HttpRequest) -> dict[str, Any]:
    """This browser: a random id, and marks of the accounts that signed in from it."""
    if not hasattr(request, "_device"):
        try:
            device = signing.loads(request.COOKIES.get(DEVICE_COOKIE, ""), salt="device")
        except signing.BadSignature:
            device = {"id": secrets.token_urlsafe(16), "accounts": []}
        request._device = device  # type: ignore[attr-defined]
    return request._device  # type: ignore[attr-defined]


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> bool:
    """Leave the browser's cookie; answers whether the account had signed in from it before."""
    device, mark = device_of(request), _mark(user)
    accounts = [account for account in device["accounts"] if account != mark]
    was_known = len(accounts) < len(device["accounts"])
    device["accounts"] = [*accounts, mark][-20:]
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps(device, salt="device"),
        max_age=DEVICE_LIFE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return was_known


def _mark(user: User) -> str:
    return salted_hmac("device", str(user.pk), algorithm="sha256").hexdigest()[:16]


def note_factor_set_up(
    request: HttpRequest, user: User, authenticator: Authenticator, **_sent: object
) -> None:
    """Setting a factor up proves it: this session needs no further step. Others still do."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", type=authenticator.type)
