from django.utils.translation import gettext_lazy as _

from members.access import Permission
from network.base.nav import NavItem

NAV = (NavItem(_("Cifras"), "figure-list", Permission.STAFF_HOME, order=55),)
