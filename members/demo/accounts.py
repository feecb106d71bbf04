"""One account for every role of the demonstration, the same at every run of one installation."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date

from django.conf import settings


@dataclass(frozen=True)
class DemoAccount:
    role: str
    scope: str
    email: str = ""
    phone: str = ""
    password: str = ""
    code: str = ""
    totp_secret: str = ""
    link: str = ""


def derived(purpose: str, length: int) -> str:
    """Letters and digits that only this installation's SECRET_KEY gives for `purpose`."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"demo:{purpose}".encode(), hashlib.sha512)
    return base64.b32encode(digest).decode()[:length]


def load_accounts(today: date) -> list[DemoAccount]:
    return []
