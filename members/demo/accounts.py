"""One account for every role of the demonstration, the same at every run of one installation."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse

from members.actions.accounts import (
    create_account,
    enrol_totp,
    give_member_access,
    grant_role,
    token_hash,
)
from members.actions.signin import DEMO_CODE
from members.models import (
    AccountLink,
    Office,
    Organisation,
    Person,
    Phone,
    RegionalNetwork,
    Role,
    User,
)
from network.base.fields import open_value


@dataclass(frozen=True)
class DemoAccount:
    """What someone needs to sign in as a role; empty fields do not apply to it."""

    role: str
    scope: str
    email: str = ""
    phone: str = ""
    password: str = ""
    code: str = ""
    totp_secret: str = ""
    link: str = ""


@dataclass(frozen=True)
class _Staff:
    role: str
    email: str
    name: str
    network: str = ""
    organisation: str = ""


STAFF = (
    _Staff(Role.ADMINISTRATOR, "administradora", "Úrsula Paredes Quilla"),
    _Staff(Role.NATIONAL_COORDINATOR, "nacional", "Hermelinda Ñahui Apaza"),
    _Staff(Role.REGIONAL_COORDINATOR, "madre-de-dios", "Nélida Ccopa Huamán", "madre-de-dios"),
    _Staff(Role.REGIONAL_COORDINATOR, "puno", "Otilia Mamani Vilca", "puno"),
    _Staff(Role.ORGANISATION_LEADER, "rio-claro", "", organisation="Río Claro"),
    _Staff(Role.TRAINER, "capacitadora", "Sonia Zegarra Luque", "madre-de-dios"),
    _Staff(Role.ANALYST, "analista", "Virginia Salas Cornejo"),
    _Staff(Role.PERSONAL_DATA, "analista-con-permiso", "Mercedes Rojas Tito"),
    _Staff(Role.AUDITOR, "auditora", "Leonor Cáceres Poma"),
)
MEMBERS_SHOWN = 2


def derived(purpose: str, length: int) -> str:
    """Letters and digits that only this installation's SECRET_KEY gives for `purpose`."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"demo:{purpose}".encode(), hashlib.sha512)
    return base64.b32encode(digest).decode()[:length]


def load_accounts(today: date) -> list[DemoAccount]:
    return [*(_staff(invented, today) for invented in STAFF), *_members()]


def _staff(invented: _Staff, today: date) -> DemoAccount:
    email = f"{invented.email}@demo.example"
    password = derived(f"password:{email}", 20).lower()
    secret = derived(f"totp:{email}", 32)
    user = User.objects.filter(email=email).first()
    if user is None:
        user = _open_staff(invented, email, password, today)
        enrol_totp(user=user, secret=secret)
    role = next(a for a in user.role_assignments.all() if a.role == invented.role)
    return DemoAccount(
        role=invented.role,
        scope=role.scope_name,
        email=email,
        password=password,
        totp_secret=secret,
    )


def _open_staff(invented: _Staff, email: str, password: str, today: date) -> User:
    organisation = Organisation.objects.filter(short_name=invented.organisation or None).first()
    person = None
    if organisation:
        office = Office.objects.filter(organisation=organisation).order_by("pk").first()
        person = office.person if office else None
    user = create_account(
        name=person.full_name if person else invented.name,
        by=None,
        email=email,
        person=person,
        password=password,
        is_demo=True,
    )
    if invented.role == Role.PERSONAL_DATA:
        grant_role(user=user, role=Role.ANALYST, by=None)
    is_dated = invented.role == Role.PERSONAL_DATA
    grant_role(
        user=user,
        role=invented.role,
        by=None,
        regional_network=RegionalNetwork.objects.filter(code=invented.network or None).first(),
        organisation=organisation,
        ends_on=today + timedelta(days=60) if is_dated else None,
        reason="Demostración: informe a donantes" if is_dated else "",
    )
    return user


def _members() -> Iterator[DemoAccount]:
    """Women of the first organisation with a phone of their own, by their place in its list."""
    organisation = Organisation.objects.get(short_name="Río Claro", is_demo=True)
    women = (
        Person.objects.on_record()
        .members_of(organisation.pk)
        .filter(account=None, phones__shared_with="", phones__retired_at=None)
        .order_by("name_key")
    )
    known = User.objects.filter(is_demo=True, role_assignments__role=Role.MEMBER)
    users = list(known.order_by("pk").distinct()[:MEMBERS_SHOWN])
    for user in users or [_open_member(woman) for woman in women[:MEMBERS_SHOWN]]:
        yield _member(user, organisation)


def _open_member(woman: Person) -> User:
    user = give_member_access(person=woman, by=None)
    User.objects.filter(pk=user.pk).update(is_demo=True)
    return user


def _member(user: User, organisation: Organisation) -> DemoAccount:
    token = derived(f"link:{user.pk}", 43)
    AccountLink.objects.get_or_create(
        token_hash=token_hash(token), defaults={"user": user, "kind": AccountLink.Kind.PERSONAL}
    )
    phone = Phone.objects.filter(person=user.person_id, retired_at=None).order_by("pk").first()
    return DemoAccount(
        role=Role.MEMBER,
        scope=organisation.name,
        phone=(open_value(phone, "number_sealed") if phone else "") or "",
        code=DEMO_CODE,
        link=reverse("own-record-by-link", args=[token]),
    )
