"""What partners add to the main menu."""

from django.utils.translation import gettext_lazy as _

from network.base.nav import NavItem

NAV = (
    NavItem(_("Aliados"), "institution-list", "partner_view", order=60, is_rare=True),
    NavItem(_("Programas"), "programme-list", "partner_view", order=61, is_rare=True),
)
