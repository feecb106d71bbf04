"""Verbs of accounts: open one, invite, give and end roles, suspend, links. Each leaves a trace."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions import signin
from members.models import (
    AccountLink,
    Organisation,
    Person,
    RegionalNetwork,
    Role,
    RoleAssignment,
    User,
)
from network.base.accesslog import Action, record_access
from network.base.errors import Refused, refusing_broken_rules
from network.base.models import AccessLogEntry

INVITATION_LIFE = timedelta(hours=72)
PERSONAL_DATA_DAYS = 90
# In a trace: over which organisation or network a role was ended by hand.
ENDED = "ended"


@transaction.atomic
def create_account(
    *,
    name: str,
    by: User | None,
    email: str | None = None,
    person: Person | None = None,
    password: str | None = None,
    is_demo: bool = False,
) -> User:
    """An account without any role. Without a password nobody enters by e-mail."""
    email = email.strip().lower() if email else None
    if email and User.objects.filter(email__iexact=email).exists():
        raise Refused(_("Ya hay una cuenta con ese correo."), field="email")
    user = User(email=email, name=name, person=person, is_demo=is_demo)
    user.set_password(password)
    with refusing_broken_rules(User, field="email"):
        user.save(force_insert=True)
    if email:
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    _trace(by, user, "abierta")
    return user


@transaction.atomic
def invite(*, name: str, email: str, by: User | None, **role: Any) -> tuple[User, str]:
    """Open an account with its first role; the token of the answer goes into her invitation."""
    user = create_account(name=name, email=email, by=by)
    grant_role(user=user, by=by, **role)
    return user, open_invitation(user=user, by=by)


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    by: User | None,
    regional_network: RegionalNetwork | None = None,
    organisation: Organisation | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    reason: str = "",
) -> RoleAssignment:
    """Give a role over a scope. Nobody gives herself one; personal data is for 90 days at most."""
    starts_on = starts_on or timezone.localdate()
    if by is not None and by.pk == user.pk:
        raise Refused(_("Nadie se da roles a sí misma: pídeselo a otra administradora."))
    if role == Role.PERSONAL_DATA:
        _refuse_loose_personal_data(starts_on, ends_on, reason)
    held = user.role_assignments.in_force(starts_on).filter(
        role=role, regional_network=regional_network, organisation=organisation
    )
    if held.exists():
        raise Refused(_("Ya tiene ese rol en ese ámbito."), field="role")
    assignment = RoleAssignment(
        user=user,
        role=role,
        regional_network=regional_network,
        organisation=organisation,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        granted_by=by,
    )
    with refusing_broken_rules(RoleAssignment, field="role"):
        assignment.save(force_insert=True)
    _trace(by, user, f"rol {role}", reason)
    return assignment


@transaction.atomic
def end_role(*, assignment: RoleAssignment, by: User | None) -> RoleAssignment:
    """The role stops counting now: its last day is yesterday, or it is as if it never began.

    Of one that is over already nothing changes but the trace, which keeps it from being given back
    by undoing a change of board.
    """
    _refuse_last_administrator(assignment.user, by, only=assignment)
    yesterday = timezone.localdate() - timedelta(days=1)
    if assignment.starts_on > yesterday:
        assignment.delete()
    elif assignment.ends_on is None or assignment.ends_on > yesterday:
        assignment.ends_on = yesterday
        assignment.save(update_fields=["ends_on"])
    record_access(
        by=by,
        action=Action.ACCOUNT,
        subject=User._meta.label_lower,
        subject_id=assignment.user_id,
        field=assignment.role,
        filters={ENDED: _scope_key(assignment)},
        purpose=f"fin del rol {assignment.role}",
    )
    return assignment


def was_ended_since(assignment: RoleAssignment, moment: datetime) -> bool:
    """Did someone end this role of hers by hand, over this scope, at that moment or later?"""
    return AccessLogEntry.objects.filter(
        action=Action.ACCOUNT,
        subject=User._meta.label_lower,
        subject_id=str(assignment.user_id),
        at__gte=moment,
        field=assignment.role,
        filters={ENDED: _scope_key(assignment)},
    ).exists()


def _scope_key(assignment: RoleAssignment) -> str:
    return str(assignment.organisation_id or assignment.regional_network_id or "")


@transaction.atomic
def deactivate_account(*, user: User, by: User) -> None:
    """Shut the account at once: sessions end, links close. Its roles and its past stay."""
    if user.pk == by.pk:
        raise Refused(_("No puedes suspender tu propia cuenta."))
    _refuse_last_administrator(user, by)
    user.is_active = False
    user.save(update_fields=["is_active"])
    close_links(user=user)
    end_sessions(user=user)
    _trace(by, user, "suspendida")


@transaction.atomic
def reactivate_account(*, user: User, by: User | None) -> None:
    user.is_active = True
    user.save(update_fields=["is_active"])
    _trace(by, user, "reactivada")


@transaction.atomic
def reset_factors(*, user: User, by: User) -> None:
    """Take away second factors that were lost. She sets up new ones after her password.

    Only after knowing in person, or by a call to a known number, that it is she.
    """
    if user.pk == by.pk:
        raise Refused(_("Pídeselo a otra administradora."))
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user=user)
    _trace(by, user, "segundo paso quitado")


def end_sessions(*, user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


# --- Links only their holder knows --------------------------------------------------------------
@transaction.atomic
def open_link(*, user: User, kind: str, by: User | None, lasts: timedelta | None = None) -> str:
    """A new token of 256 bits; the one before it of the same kind no longer opens anything."""
    close_links(user=user, kind=kind)
    token = secrets.token_urlsafe(32)
    AccountLink.objects.create(
        user=user,
        kind=kind,
        token_hash=token_hash(token),
        created_by=by,
        expires_at=timezone.now() + lasts if lasts else None,
    )
    _trace(by, user, f"enlace {kind}")
    return token


def open_invitation(*, user: User, by: User | None) -> str:
    return open_link(user=user, kind=AccountLink.Kind.INVITATION, by=by, lasts=INVITATION_LIFE)


def close_links(*, user: User, kind: str | None = None) -> int:
    links = user.links.filter(used_at=None, revoked_at=None)
    return (links.filter(kind=kind) if kind else links).update(revoked_at=timezone.now())


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> User:
    """Set the password of an invited account. The link works once."""
    invitations = AccountLink.objects.open().filter(kind=AccountLink.Kind.INVITATION)
    link = (
        invitations.select_for_update(of=("self",))
        .select_related("user")
        .filter(token_hash=token_hash(token))
        .first()
    )
    if link is None:
        raise Refused(_("Este enlace ya se usó o venció. Pide otra invitación."))
    try:
        validate_password(password, link.user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="password1") from error
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    link.user.set_password(password)
    link.user.save(update_fields=["password"])
    return link.user


def token_hash(token: str) -> str:
    """The token has 256 random bits: a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


# --- Members ------------------------------------------------------------------------------------
@transaction.atomic
def give_member_access(*, person: Person, by: User | None) -> User:
    """Let a woman on record sign in with a code on her phone, to see her own record.

    Refused when her account was suspended: its other roles would come back with it.
    """
    if not person.phones.filter(retired_at=None).exists():
        raise Refused(_("Primero anota su celular: ahí le llega el código para entrar."))
    user = User.objects.filter(person=person).first()
    if user is None:
        user = create_account(name=person.full_name[:120], person=person, by=by)
    elif not user.is_active:
        raise Refused(_("Su cuenta está suspendida. Pide a la administradora que la active."))
    if not user.role_assignments.in_force().filter(role=Role.MEMBER).exists():
        grant_role(user=user, role=Role.MEMBER, by=by)
    return user


@transaction.atomic
def withdraw_member_access(*, person: Person, by: User) -> None:
    """She no longer enters as a member; other roles of her account stay."""
    for role in RoleAssignment.objects.in_force().filter(user__person=person, role=Role.MEMBER):
        end_role(assignment=role, by=by)
        close_links(user=role.user, kind=AccountLink.Kind.PERSONAL)


@transaction.atomic
def open_personal_link(*, person: Person, by: User | None) -> str:
    """A link to her own page, to read without signing in. The one before it stops working."""
    user = User.objects.filter(person=person, is_active=True).first()
    if user is None:
        raise Refused(_("Primero dale acceso como socia."))
    return open_link(user=user, kind=AccountLink.Kind.PERSONAL, by=by)


@transaction.atomic
def close_personal_link(*, person: Person, by: User) -> None:
    for user in User.objects.filter(person=person):
        close_links(user=user, kind=AccountLink.Kind.PERSONAL)
        _trace(by, user, "enlace personal cerrado")


@transaction.atomic
def lift_hold(*, person: Person, by: User) -> None:
    """Let her ask for codes again at once."""
    signin.lift_hold(person=person)
    record_access(
        by=by,
        action=Action.ACCOUNT,
        subject=Person._meta.label_lower,
        subject_id=person.pk,
        purpose="espera de códigos levantada",
    )


# --- Oneself ------------------------------------------------------------------------------------
@transaction.atomic
def correct_profile(*, user: User, name: str, language: str) -> User:
    user.name = name
    user.language = language
    user.save(update_fields=["name", "language"])
    return user


def enrol_totp(*, user: User, secret: str) -> Authenticator:
    """Set a known authenticator secret: for demonstration accounts, whose secret is published."""
    return TOTP.activate(user, secret).instance


def _refuse_loose_personal_data(starts_on: date, ends_on: date | None, reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Escribe para qué necesita ver datos personales."), field="reason")
    if ends_on is None or (ends_on - starts_on).days > PERSONAL_DATA_DAYS:
        raise Refused(
            _("El acceso a datos personales termina en %(days)s días o antes. Pon la fecha.")
            % {"days": PERSONAL_DATA_DAYS},
            field="ends_on",
        )


def _refuse_last_administrator(
    user: User, by: User | None, *, only: RoleAssignment | None = None
) -> None:
    """Someone must be able to give accounts: the last active administrator stays."""
    if only is not None and only.role != Role.ADMINISTRATOR:
        return
    administrators = RoleAssignment.objects.in_force().filter(
        role=Role.ADMINISTRATOR, user__is_active=True
    )
    held = list(administrators.select_for_update(of=("self",)).values_list("user", flat=True))
    if user.pk in held and not set(held) - {user.pk}:
        raise Refused(_("Es la última administradora. Nombra a otra antes."))


def _trace(by: User | None, user: User, what: str, reason: str = "") -> None:
    purpose = f"{what}: {reason}" if reason else what
    record_access(
        by=by,
        action=Action.ACCOUNT,
        subject=User._meta.label_lower,
        subject_id=user.pk,
        purpose=purpose,
    )
