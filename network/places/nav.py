"""What places add to the main menu."""

from django.utils.translation import gettext_lazy as _

from network.base.nav import NavItem

NAV = (NavItem(_("Zonas mineras"), "zone-list", "place_edit", order=70, is_rare=True),)
