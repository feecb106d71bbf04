"""Accounts and roles for the tests, and signing in as one of them."""

import factory
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import signing
from django.test import Client
from django.utils import timezone

from members.access import STAFF_ROLES
from members.models import Role, RoleAssignment, User
from members.sessions import DEVICE_COOKIE


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"cuenta{n}@ejemplo.pe")
    name = "Hermelinda Ñahui"
    password = "!"


class RoleAssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoleAssignment

    user = factory.SubFactory(UserFactory)
    role = Role.NATIONAL_COORDINATOR
    starts_on = factory.LazyFunction(timezone.localdate)


def sign_in(client: Client, user: User) -> Client:
    """As if she had given her password and her second factor; a member, the code on her phone."""
    if not user.has_role(*STAFF_ROLES):
        return sign_in_with(client, user, "password" if user.email else "code")
    Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "prueba"}}
    )
    return sign_in_with(client, user, "password", "mfa")


def sign_in_with(client: Client, user: User, *methods: str) -> Client:
    """A session opened by these steps: code, password, mfa."""
    client.force_login(user)
    now = timezone.now()
    device = {"id": "navegador de prueba", "accounts": []}
    client.cookies[DEVICE_COOKIE] = signing.dumps(device, salt="device")
    session = client.session
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": method, "at": now.timestamp()} for method in methods
    ]
    session["began_at"] = session["seen_at"] = now.isoformat()
    session["device"] = device["id"]
    session.save()
    UserSession.objects.create(user=user, session_key=session.session_key, ip="127.0.0.1")
    return client
