"""Accounts: who signs in, and the dated roles, each with its scope, that say what she may do."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.access import GRANTS, Permission, Role, scope_of
from members.querysets import UserQuerySet
from network.base.fields import SealedField
from network.base.history import tracked
from network.base.ids import new_id
from network.base.written import WrittenQuery


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


@tracked
class User(AbstractBaseUser):
    """An account. A person on record needs none; a member's account points at her own record."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("correo"), null=True, blank=True, unique=True)
    name = models.CharField(_("nombre"), max_length=120)
    person = models.OneToOneField(
        "members.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="account"
    )
    language = models.CharField(_("idioma"), max_length=8, default="es-pe")
    is_active = models.BooleanField(_("activa"), default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    # Set for the request by members.middleware: a code on a phone opens a member's role only.
    acts_only_as_member = False
    # The place she chose to look at, of those her roles reach: for the request, or for a job she
    # asked for. Empty: all of them.
    looks_at = ""

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]

    class Meta:
        verbose_name = _("cuenta")
        verbose_name_plural = _("cuentas")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="members_user_email_folded"),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(person__isnull=False),
                name="members_user_reachable",
                violation_error_message=_("Una cuenta necesita un correo o una persona."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Django's word for who may open the admin site."""
        return self.has_role(Role.ADMINISTRATOR)

    @property
    def is_of_staff(self) -> bool:
        """Whether it also enters, or is to enter, by e-mail to work: whatever this session may."""
        working = self.role_assignments.exclude(role=Role.MEMBER).exclude(
            ends_on__lt=timezone.localdate()
        )
        return self.email is not None or working.exists()

    def has_role(self, *roles: str) -> bool:
        return any(a.role in roles for a in self.roles_in_force)

    @property
    def roles_in_force(self) -> list["RoleAssignment"]:
        """Today's roles; of those with a place only the ones of the place she looks at, and so
        every list, count, search and file knows no other."""
        if not self.looks_at:
            return self.roles_held
        return [a for a in self.roles_held if a.role == Role.MEMBER or a.place == self.looks_at]

    @property
    def roles_held(self) -> list["RoleAssignment"]:
        """All of today's roles, read once per request (the account is loaded anew at each)."""
        if not hasattr(self, "_roles_held"):
            self._roles_held = [
                role
                for role in _roles_in_force(self, timezone.localdate())
                if role.role == Role.MEMBER or not self.acts_only_as_member
            ]
        return self._roles_held

    @property
    def places(self) -> dict[str, str]:
        """Where she works, by the key of `looks_at`: more than one, and she may choose."""
        return {
            a.place: a.scope_name
            for a in self.roles_held
            if Permission.STAFF_HOME in GRANTS[a.role]
        }

    @property
    def sole_organisation_id(self) -> UUID | None:
        """The one organisation whose lists she brings in; none when she serves several, or all."""
        scope = scope_of(self, Permission.IMPORT)
        if scope.everything or len(scope.organisation_ids) != 1:
            return None
        return next(iter(scope.organisation_ids))

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def in_force(self, on: date | None = None) -> "RoleAssignmentQuerySet":
        """Roles that count on a day: begun, not ended before it, and over what they are about.

        A role over an organisation rests once all its affiliations are over; a leader's, once she
        left the organisation; that of a board, once she has no post left of those she held under
        it. Nobody has to end such a role for it to stop counting.
        """
        on = on or timezone.localdate()
        begun = self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)
        return begun.exclude(_organisation_left(on) | _holder_left(on) | _posts_are_over(on))


def _only_over(model: str, day: date, *such: Q, **same: OuterRef) -> Q:
    """There were such periods, and all of them ended before the day."""
    rows = apps.get_model("members", model).objects.filter(*such, **same)
    return Q(Exists(rows)) & ~Q(Exists(rows.not_over(day)))


def _organisation_left(day: date) -> Q:
    left = _only_over("Affiliation", day, organisation=OuterRef("organisation"))
    return Q(organisation__isnull=False) & left


def _holder_left(day: date) -> Q:
    hers = {"person": OuterRef("user__person"), "organisation": OuterRef("organisation")}
    return Q(role=Role.ORGANISATION_LEADER) & _only_over("Membership", day, **hers)


def _posts_are_over(day: date) -> Q:
    """Posts that ended before the role began say nothing of it."""
    hers = Q(person=OuterRef("user__person")) & (
        Q(ends_on=None) | Q(ends_on__gte=OuterRef("starts_on"))
    )
    here = _only_over("Office", day, hers, organisation=OuterRef("organisation"))
    there = _only_over("Office", day, hers, regional_network=OuterRef("regional_network"))
    return (Q(role=Role.ORGANISATION_LEADER) & here) | (Q(role=Role.REGIONAL_COORDINATOR) & there)


@tracked
class RoleAssignment(models.Model):
    """A role held by an account from a day to a day, over the network, a region or an organisation.

    Distinct by account, role, scope and first day. `ends_on` is the last day it counts.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(_("rol"), max_length=24, choices=Role)
    regional_network = models.ForeignKey(
        "members.RegionalNetwork", on_delete=models.PROTECT, null=True, blank=True
    )
    organisation = models.ForeignKey(
        "members.Organisation", on_delete=models.PROTECT, null=True, blank=True
    )
    starts_on = models.DateField(_("desde"))
    ends_on = models.DateField(_("hasta"), null=True, blank=True)
    reason = models.CharField(_("motivo"), max_length=300, blank=True)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("rol asignado")
        indexes = [models.Index(fields=["user", "starts_on"], name="members_role_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="members_role_dates",
                violation_error_message=_("El rol termina antes de empezar."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(role=Role.REGIONAL_COORDINATOR, regional_network__isnull=False)
                    & Q(organisation=None)
                )
                | Q(
                    role=Role.ORGANISATION_LEADER,
                    organisation__isnull=False,
                    regional_network=None,
                )
                | (Q(role=Role.TRAINER) & (Q(regional_network=None) | Q(organisation=None)))
                | Q(
                    role__in=[
                        Role.NATIONAL_COORDINATOR,
                        Role.ANALYST,
                        Role.PERSONAL_DATA,
                        Role.AUDITOR,
                        Role.ADMINISTRATOR,
                        Role.MEMBER,
                    ],
                    regional_network=None,
                    organisation=None,
                ),
                name="members_role_scope",
                violation_error_message=_("Ese rol no va con ese ámbito."),
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.PERSONAL_DATA) | (Q(ends_on__isnull=False) & ~Q(reason="")),
                name="members_role_personal_data_dated",
                violation_error_message=_(
                    "El acceso a datos personales lleva fecha de término y motivo."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.scope_name}"

    @property
    def place(self) -> str:
        return str(self.organisation_id or self.regional_network_id or "red")

    @property
    def scope_name(self) -> str:
        if self.organisation:
            return self.organisation.name
        if self.regional_network:
            return self.regional_network.name
        return str(_("Su propia ficha") if self.role == Role.MEMBER else _("Toda la red"))


_ROLE = [field.attname for field in RoleAssignment._meta.concrete_fields]
_BODY = ["id", "name"]
_written_roles = WrittenQuery(
    lambda user_id, today: (
        RoleAssignment.objects.in_force(today)
        .filter(user=user_id)
        .values_list(*_ROLE, "regional_network__name", "organisation__name")
    ),
    UUID(int=0),
    date.min,
)


def _roles_in_force(user: User, today: date) -> Iterator[RoleAssignment]:
    """With the names of the bodies they are held over, which every page says."""
    for *row, network, organisation in _written_roles(user.pk, today):
        role = RoleAssignment.from_db(DEFAULT_DB_ALIAS, _ROLE, row)
        for name, held_over in (("regional_network", network), ("organisation", organisation)):
            if held_over is not None:
                body: Any = RoleAssignment._meta.get_field(name).related_model
                pk = getattr(role, f"{name}_id")
                setattr(role, name, body.from_db(DEFAULT_DB_ALIAS, _BODY, [pk, held_over]))
        role.user = user
        yield role


class LoginCode(models.Model):
    """One-time code asked for at a phone. Limits are counted in these rows, under a lock per phone.

    A row is written for unknown numbers too, so that both cost the same; the task that sends looks
    whether anybody signs in with that number. `message_sealed` holds number and code until then.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone_index = models.BinaryField()
    code_hash = models.CharField(max_length=256)
    browser_hash = models.CharField(max_length=64)
    asked_net = models.CharField(max_length=43, blank=True)  # never the whole address
    message_sealed = SealedField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("código de ingreso")
        indexes = [
            models.Index(fields=["phone_index", "-created_at"], name="members_logincode_phone"),
            models.Index(fields=["created_at"], name="members_logincode_at"),
            models.Index(fields=["asked_net", "-created_at"], name="members_logincode_net"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=5), name="members_logincode_tries")
        ]

    def __str__(self) -> str:
        return f"{self.created_at}"


class AccountLinkQuerySet(models.QuerySet["AccountLink"]):
    def open(self) -> "AccountLinkQuerySet":
        """Links that still open something: not used, not revoked, not expired, account active."""
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=timezone.now()),
            used_at=None,
            revoked_at=None,
            user__is_active=True,
        )


@tracked
class AccountLink(models.Model):
    """An address only its holder knows: an invitation to set a password, or a member's own page.

    Only the hash of the token is kept; an account has one open link of a kind.
    """

    class Kind(models.TextChoices):
        INVITATION = "invitation", _("Invitación")
        PERSONAL = "personal", _("Enlace personal")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=12, choices=Kind)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = AccountLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("enlace de cuenta")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=Q(used_at=None, revoked_at=None),
                name="members_accountlink_open",
            ),
            models.CheckConstraint(
                condition=~Q(kind="invitation") | Q(expires_at__isnull=False),
                name="members_accountlink_invitation_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.created_at}"
