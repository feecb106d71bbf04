"""What the registry adds to the main menu."""

from django.utils.translation import gettext_lazy as _

from members.access import Permission
from network.base.nav import NavItem

NAV = (
    NavItem(_("Mi ficha"), "own-record", Permission.OWN_RECORD, order=10),
    NavItem(_("Cuentas"), "account-list", Permission.ACCOUNT_MANAGE, order=80),
    NavItem(_("Accesos"), "access-log", Permission.ACCESS_LOG_VIEW, order=90),
)
