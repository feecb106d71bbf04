"""What the registry adds to the main menu."""

from django.utils.translation import gettext_lazy as _

from members.access import Permission
from network.base.nav import NavItem

NAV = (
    NavItem(_("Inicio"), "home", Permission.STAFF_HOME, order=5),
    NavItem(_("Mi ficha"), "own-record", Permission.OWN_RECORD, order=10),
    NavItem(_("Personas"), "person-list", Permission.PERSON_VIEW, order=20),
    NavItem(_("Organizaciones"), "organisation-list", Permission.ORGANISATION_VIEW, order=30),
    NavItem(_("Redes"), "network-list", Permission.ORGANISATION_VIEW, order=40, is_rare=True),
    NavItem(_("Juntas"), "board-list", Permission.BOARD_EDIT, order=50, is_rare=True),
    NavItem(_("Importar"), "import-start", Permission.IMPORT, order=60),
    NavItem(_("Cuentas"), "account-list", Permission.ACCOUNT_MANAGE, order=80, is_rare=True),
    NavItem(_("Accesos"), "access-log", Permission.ACCESS_LOG_VIEW, order=90, is_rare=True),
)
