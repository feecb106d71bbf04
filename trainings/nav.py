"""What trainings add to the main menu."""

from django.utils.translation import gettext_lazy as _

from members.access import Permission
from network.base.nav import NavItem

NAV = (NavItem(_("Formación"), "matrix", Permission.TRAINING_VIEW, order=25),)
