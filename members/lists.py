"""Lists of the keepers of the portal: accounts of staff, and who looked at what."""

from typing import Any

import django_filters
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.access import Permission
from members.models import Role, RoleAssignment, User
from network.base.contracts import Asked, Column, Export, Found, Kind
from network.base.models import AccessLogEntry

# --- Accounts -----------------------------------------------------------------------------------
STATES = (("activas", _("activas")), ("suspendidas", _("suspendidas")))


class AccountFilters(django_filters.FilterSet):
    rol = django_filters.ChoiceFilter(
        label=_("Rol"), choices=Role.choices, method="holding", empty_label=_("Todos")
    )
    estado = django_filters.ChoiceFilter(
        label=_("Estado"), choices=STATES, method="in_state", empty_label=_("Todas")
    )

    def holding(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(
            pk__in=RoleAssignment.objects.in_force().filter(role=value).values("user")
        )

    def in_state(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(is_active=value == "activas")


def _accounts(asked: Asked) -> QuerySet[User]:
    today = timezone.localdate()
    in_force = Q(role_assignments__starts_on__lte=today) & (
        Q(role_assignments__ends_on=None) | Q(role_assignments__ends_on__gte=today)
    )
    rows = User.objects.all() if asked.user is None else User.objects.visible_to(asked.user)
    return rows.annotate(
        roles=StringAgg(_role_label(), ", ", filter=in_force, order_by="role_assignments__role")
    )


def _role_label() -> Case:
    """The role in words, for people to read; the choice itself stays in the filter."""
    return Case(
        *(
            When(role_assignments__role=value, then=Value(str(label)))
            for value, label in Role.choices
        ),
        output_field=CharField(),
    )


def _find_accounts(rows: QuerySet[User], text: str, user: Any) -> Found:
    return Found(rows.filter(Q(name__icontains=text) | Q(email__icontains=text)))


ACCOUNTS = Export(
    name="accounts",
    title=_("Cuentas"),
    permission=Permission.ACCOUNT_MANAGE,
    file_permission=Permission.ACCOUNT_MANAGE,
    personal_permission=Permission.ACCOUNT_MANAGE,
    rows=_accounts,
    filters=AccountFilters,
    search=_find_accounts,
    order="name",
    url_name="account-detail",
    list_url_name="account-list",
    columns=(
        Column("name", _("Nombre"), "name", meaning=_("De quién es la cuenta."), sort="name"),
        Column("email", _("Correo"), "email", meaning=_("Con el que entra."), sort="email"),
        Column("roles", _("Roles de hoy"), "roles", meaning=_("Los que valen hoy.")),
        Column(
            "is_active",
            _("Activa"),
            "is_active",
            Kind.YES_NO,
            meaning=_("«No»: suspendida, no puede entrar."),
        ),
        Column(
            "last_login",
            _("Último ingreso"),
            "last_login",
            Kind.MOMENT,
            meaning=_("Cuándo entró por última vez."),
            sort="last_login",
        ),
    ),
)


# --- The access log -----------------------------------------------------------------------------
SUBJECTS = {
    "members.person": _("Ficha de una persona"),
    "members.user": _("Cuenta"),
    "members.organisation": _("Organización"),
    "documents.document": _("Documento"),
}


class AccessFilters(django_filters.FilterSet):
    que = django_filters.ChoiceFilter(
        label=_("Qué hizo"),
        field_name="action",
        choices=AccessLogEntry.Action.choices,
        empty_label=_("Todo"),
    )
    quien = django_filters.CharFilter(
        label=_("Quién"), field_name="user__name", lookup_expr="icontains"
    )
    desde = django_filters.DateFilter(label=_("Desde"), field_name="at", lookup_expr="date__gte")
    hasta = django_filters.DateFilter(label=_("Hasta"), field_name="at", lookup_expr="date__lte")
    ficha = django_filters.CharFilter(label=_("Código de la ficha"), field_name="subject_id")


def _accesses(asked: Asked) -> QuerySet[AccessLogEntry]:
    return AccessLogEntry.objects.annotate(who=F("user__name"), filter_words=_as_text("filters"))


def _as_text(column: str) -> Case:
    """What is in a JSON column, as text; an empty object is nothing."""
    return Case(
        When(**{column: {}}, then=Value("")),
        default=Cast(column, CharField()),
        output_field=CharField(),
    )


ACCESSES = Export(
    name="accesses",
    title=_("Registro de accesos"),
    permission=Permission.ACCESS_LOG_VIEW,
    file_permission=Permission.ACCESS_LOG_VIEW,
    personal_permission=Permission.ACCESS_LOG_VIEW,
    rows=_accesses,
    filters=AccessFilters,
    order="-at",
    list_url_name="access-log",
    columns=(
        Column("at", _("Cuándo"), "at", Kind.MOMENT, meaning=_("Hora de Lima."), sort="at"),
        Column("who", _("Quién"), "who", meaning=_("La cuenta; vacío, el propio servidor.")),
        Column(
            "action",
            _("Qué hizo"),
            "action",
            Kind.CHOICE,
            meaning=_("Ver, buscar, exportar, descargar, importar o cambiar cuentas."),
            choices=dict(AccessLogEntry.Action.choices),
        ),
        Column(
            "subject",
            _("Sobre qué"),
            "subject",
            Kind.CHOICE,
            meaning=_("La clase de ficha o la lista."),
            choices=SUBJECTS,
        ),
        Column("subject_id", _("Código"), "subject_id", meaning=_("El código de la ficha.")),
        Column("field", _("Dato"), "field", meaning=_("El dato reservado que vio.")),
        Column("filter_words", _("Filtros"), "filter_words", meaning=_("Los filtros usados.")),
        Column("row_count", _("Filas"), "row_count", Kind.NUMBER, meaning=_("Cuántas salieron.")),
        Column("purpose", _("Para qué"), "purpose", meaning=_("Lo que declaró.")),
    ),
)
