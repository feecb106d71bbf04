"""Signing in by e-mail: password, second step, links, sessions, and nothing beside them."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.actions import accounts
from members.models import AccountLink, Role, User
from tests.factories.accounts import sign_in, sign_in_with

PASSWORD = "piedra menuda y terca"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_now(secret: str = SECRET) -> str:
    # A code serves once: forget that the tests used this one.
    cache.clear()
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[0]))


@pytest.fixture
def staff(db) -> User:
    user = accounts.create_account(
        name="Nélida Quispe", email="nelida@ejemplo.pe", password=PASSWORD, by=None
    )
    accounts.grant_role(user=user, role=Role.NATIONAL_COORDINATOR, by=None)
    return user


@pytest.fixture
def enrolled(staff: User) -> User:
    accounts.enrol_totp(user=staff, secret=SECRET)
    return staff


def give_password(client: Client, password: str = PASSWORD, email: str = "nelida@ejemplo.pe"):
    return client.post(reverse("signin-email"), {"login": email, "password": password})


def test_password_alone_opens_nothing_for_staff_with_a_second_step(client, enrolled):
    answer = give_password(client)

    assert answer.url == reverse("mfa_authenticate")
    assert client.get(reverse("own-account")).url.startswith("/ingresar/")
    answer = client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert answer.url == "/inicio/"
    assert client.get(reverse("own-account")).status_code == 200
