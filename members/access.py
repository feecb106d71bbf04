"""Who may do what: the whole policy on one page. Row scope is `visible_to`, in querysets.py.

A permission is held through a role that is in force today. With a row, the role must also reach
that row: the network, a regional network, an organisation, or the person herself. Rows say whether
they lie within a scope (`is_within`); this page knows no model.
"""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.apps import apps
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    NATIONAL_COORDINATOR = "national_coordinator", _("Coordinadora nacional")
    REGIONAL_COORDINATOR = "regional_coordinator", _("Coordinadora regional")
    ORGANISATION_LEADER = "organisation_leader", _("Dirigenta de organización")
    TRAINER = "trainer", _("Capacitadora")
    ANALYST = "analyst", _("Analista de Solidaridad")
    PERSONAL_DATA = "personal_data", _("Acceso temporal a datos personales")
    AUDITOR = "auditor", _("Auditora")
    ADMINISTRATOR = "administrator", _("Administradora")
    MEMBER = "member", _("Socia")


class Permission(TextChoices):
    OWN_RECORD = "own_record", _("Ver su propia ficha")
    OWN_SECURITY = "own_security", _("Cambiar su clave y su segundo paso")
    STAFF_HOME = "staff_home", _("Abrir el inicio de trabajo")
    ORGANISATION_VIEW = "organisation_view", _("Ver organizaciones")
    ORGANISATION_EDIT = "organisation_edit", _("Corregir organizaciones")
    ORGANISATION_REGISTER = "organisation_register", _("Registrar organizaciones")
    AFFILIATION_EDIT = "affiliation_edit", _("Cambiar afiliaciones y redes regionales")
    PERSON_VIEW = "person_view", _("Ver personas")
    PERSON_REGISTER = "person_register", _("Registrar personas")
    PERSON_EDIT = "person_edit", _("Corregir personas")
    PERSON_REVEAL = "person_reveal", _("Ver documento y teléfono completos")
    PERSON_MERGE = "person_merge", _("Juntar y separar fichas")
    PERSON_TRASH = "person_trash", _("Mandar a la papelera y recuperar")
    PERSON_RESTORE = "person_restore", _("Ver a las retiradas y reponerlas")
    BOARD_EDIT = "board_edit", _("Cambiar juntas directivas")
    CONSENT_RECORD = "consent_record", _("Anotar consentimientos")
    IMPORT = "import", _("Importar listas")
    EXPORT = "export", _("Exportar sin datos personales")
    EXPORT_PERSONAL = "export_personal", _("Exportar datos personales")
    HISTORY_VIEW = "history_view", _("Ver la historia de una ficha")
    HISTORY_REVERT = "history_revert", _("Revertir un cambio")
    ACCESS_LOG_VIEW = "access_log_view", _("Leer el registro de accesos")
    ACCOUNT_MANAGE = "account_manage", _("Dar cuentas y roles")
    MEMBER_ACCESS = "member_access", _("Dar a una socia acceso a su ficha")
    ADMIN_SITE = "admin_site", _("Abrir la administración de catálogos")
    PARTNER_VIEW = "partner_view", _("Ver aliados y programas")
    PARTNER_EDIT = "partner_edit", _("Cambiar aliados y programas")
    PLACE_EDIT = "place_edit", _("Cambiar zonas mineras")
    DOCUMENT_VIEW = "document_view", _("Abrir documentos")
    DOCUMENT_UPLOAD = "document_upload", _("Subir documentos")
    COMPONENTS_VIEW = "components_view", _("Ver el muestrario de componentes")
    TRAINING_VIEW = "training_view", _("Ver cursos, ediciones y matriz de formación")
    ROSTER_VIEW = "roster_view", _("Ver quiénes están en las listas de un curso")
    COURSE_EDIT = "course_edit", _("Cambiar cursos, requisitos y quiénes firman")
    EDITION_EDIT = "edition_edit", _("Crear y cambiar ediciones y sesiones")
    ENROL = "enrol", _("Proponer e invitar a un curso")
    ATTENDANCE_MARK = "attendance_mark", _("Pasar asistencia y anotar pruebas")
    COMPLETION_APPROVE = "completion_approve", _("Aprobar quién completó")
    CERTIFICATE_ISSUE = "certificate_issue", _("Emitir constancias y duplicados")
    CERTIFICATE_REVOKE = "certificate_revoke", _("Anular constancias")
    MANUAL_EDIT = "manual_edit", _("Cambiar el manual")
    HANDOUT_RECORD = "handout_record", _("Anotar ejemplares entregados")


P = Permission

_STAFF = {P.STAFF_HOME, P.OWN_SECURITY}
_LEADER = _STAFF | {
    P.ORGANISATION_VIEW,
    P.ORGANISATION_EDIT,
    P.PERSON_VIEW,
    P.PERSON_REGISTER,
    P.PERSON_EDIT,
    P.PERSON_REVEAL,
    P.CONSENT_RECORD,
    P.IMPORT,
    P.EXPORT,
    P.EXPORT_PERSONAL,
    P.HISTORY_VIEW,
    P.DOCUMENT_VIEW,
    P.DOCUMENT_UPLOAD,
    P.TRAINING_VIEW,
    P.ROSTER_VIEW,
    P.ENROL,
}
_COORDINATOR = _LEADER | {
    P.PERSON_MERGE,
    P.PERSON_TRASH,
    P.BOARD_EDIT,
    P.HISTORY_REVERT,
    P.MEMBER_ACCESS,
    P.PARTNER_VIEW,
    P.COMPONENTS_VIEW,
    P.EDITION_EDIT,
    P.ATTENDANCE_MARK,
    P.COMPLETION_APPROVE,
    P.CERTIFICATE_ISSUE,
    P.HANDOUT_RECORD,
}

GRANTS: dict[str, frozenset[str]] = {
    Role.NATIONAL_COORDINATOR: frozenset(
        _COORDINATOR
        | {
            P.ORGANISATION_REGISTER,
            P.AFFILIATION_EDIT,
            P.PERSON_RESTORE,
            P.PARTNER_EDIT,
            P.PLACE_EDIT,
            P.COURSE_EDIT,
            P.CERTIFICATE_REVOKE,
            P.MANUAL_EDIT,
        }
    ),
    Role.REGIONAL_COORDINATOR: frozenset(_COORDINATOR | {P.ORGANISATION_REGISTER}),
    Role.ORGANISATION_LEADER: frozenset(_LEADER),
    Role.TRAINER: frozenset(
        _STAFF
        | {
            P.ORGANISATION_VIEW,
            P.PERSON_VIEW,
            P.TRAINING_VIEW,
            P.ROSTER_VIEW,
            P.ATTENDANCE_MARK,
            P.HANDOUT_RECORD,
            P.DOCUMENT_VIEW,
            P.DOCUMENT_UPLOAD,
        }
    ),
    Role.ANALYST: frozenset(
        _STAFF | {P.ORGANISATION_VIEW, P.EXPORT, P.PARTNER_VIEW, P.PARTNER_EDIT, P.TRAINING_VIEW}
    ),
    Role.PERSONAL_DATA: frozenset(
        {
            P.OWN_SECURITY,
            P.PERSON_VIEW,
            P.PERSON_REVEAL,
            P.EXPORT,
            P.EXPORT_PERSONAL,
            P.TRAINING_VIEW,
            P.ROSTER_VIEW,
        }
    ),
    Role.AUDITOR: frozenset(
        _STAFF | {P.ORGANISATION_VIEW, P.ACCESS_LOG_VIEW, P.HISTORY_VIEW, P.TRAINING_VIEW}
    ),
    Role.ADMINISTRATOR: frozenset(
        _STAFF
        | {
            P.ACCOUNT_MANAGE,
            P.ADMIN_SITE,
            P.ORGANISATION_VIEW,
            P.PLACE_EDIT,
            P.COMPONENTS_VIEW,
        }
    ),
    Role.MEMBER: frozenset({P.OWN_RECORD}),
}

# Roles that must sign in with a second factor: everyone but a member on her phone.
STAFF_ROLES = frozenset(GRANTS) - {Role.MEMBER}

# Roles held by people outside the network: they see only those who agreed to it.
OUTSIDE_ROLES = frozenset({Role.ANALYST, Role.PERSONAL_DATA})


@dataclass(frozen=True)
class Scope:
    """How far a permission of one account reaches today. `person_id` is her own record."""

    everything: bool = False
    only_shared: bool = False
    regional_network_ids: frozenset[UUID] = frozenset()
    organisation_ids: frozenset[UUID] = frozenset()
    person_id: UUID | None = None

    @property
    def is_empty(self) -> bool:
        return not (
            self.everything or self.regional_network_ids or self.organisation_ids or self.person_id
        )


def scope_of(user: Any, permission: str) -> Scope:
    """The reach of `permission`. At most two queries for all permissions, kept per request."""
    if not (user.is_authenticated and user.is_active):
        return Scope()
    kept: dict[str, Scope] = user.__dict__.setdefault("_scopes", {})
    if permission not in kept:
        kept[permission] = _scope(user, permission)
    return kept[permission]


def _scope(user: Any, permission: str) -> Scope:
    roles = [a for a in user.roles_in_force if permission in GRANTS[a.role]]
    wide = [a for a in roles if a.organisation_id is None and a.regional_network_id is None]
    inside = [a for a in wide if a.role not in OUTSIDE_ROLES and a.role != Role.MEMBER]
    if inside:
        return Scope(everything=True)
    networks = frozenset(a.regional_network_id for a in roles if a.regional_network_id)
    organisations = {a.organisation_id for a in roles if a.organisation_id}
    if networks:
        organisations |= _affiliated(user, networks)
    outside = any(a.role in OUTSIDE_ROLES for a in wide)
    return Scope(
        everything=outside,
        only_shared=outside,
        regional_network_ids=networks,
        organisation_ids=frozenset(organisations),
        person_id=user.person_id if any(a.role == Role.MEMBER for a in roles) else None,
    )


def _affiliated(user: Any, networks: frozenset[UUID]) -> frozenset[UUID]:
    """The organisations of these regional networks today, asked once per request."""
    kept: dict[frozenset[UUID], frozenset[UUID]] = user.__dict__.setdefault("_affiliated", {})
    if networks not in kept:
        current = apps.get_model("members", "Affiliation").objects.current()
        rows = current.filter(regional_network__in=networks)
        kept[networks] = frozenset(rows.values_list("organisation_id", flat=True))
    return kept[networks]


class InScope(Protocol):
    def is_within(self, scope: Scope) -> bool: ...


def policy(user: Any, permission: str, obj: InScope | None = None) -> bool:
    """The answer to `network.base.access.can`."""
    if not any(permission in GRANTS[a.role] for a in user.roles_in_force):
        return False
    return obj is None or obj.is_within(scope_of(user, permission))
