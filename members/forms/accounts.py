"""Forms of accounts: an invitation, a role, one's own name and language."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.models import Organisation, RegionalNetwork, Role
from network.base.forms import DateField, PortalForm

# What is given by hand. A member's role is given from her record.
GIVEN_ROLES = [choice for choice in Role.choices if choice[0] != Role.MEMBER]
PLACES = {
    Role.REGIONAL_COORDINATOR: ("regional_network", _("Elige de qué red regional.")),
    Role.ORGANISATION_LEADER: ("organisation", _("Elige de qué organización.")),
}


class RoleForm(PortalForm):
    role = forms.ChoiceField(label=_("Rol"), choices=[("", _("Elige un rol")), *GIVEN_ROLES])
    regional_network = forms.ModelChoiceField(
        label=_("Red regional"),
        queryset=RegionalNetwork.objects.none(),
        required=False,
        empty_label=_("Ninguna"),
        help_text=_("Para coordinadora regional y, si hace falta, capacitadora."),
    )
    organisation = forms.ModelChoiceField(
        label=_("Organización"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Ninguna"),
        help_text=_("Para dirigenta y, si hace falta, capacitadora."),
    )
    ends_on = DateField(
        label=_("Hasta"),
        required=False,
        help_text=_("Último día del rol. Obligatorio para ver datos personales: 90 días o menos."),
    )
    reason = forms.CharField(
        label=_("Motivo"),
        required=False,
        max_length=300,
        help_text=_("Obligatorio para ver datos personales."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        networks = RegionalNetwork.objects.visible_to(user).order_by("name")
        organisations = Organisation.objects.visible_to(user).order_by("name")
        self.fields["regional_network"].queryset = networks  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        field, sentence = PLACES.get(cleaned.get("role", ""), ("", ""))
        if field and not cleaned.get(field):
            self.add_error(field, sentence)
        return cleaned


class InvitationForm(RoleForm):
    name = forms.CharField(label=_("Nombre completo"), max_length=120)
    email = forms.EmailField(
        label=_("Correo"),
        help_text=_("Ahí le llega el enlace para poner su clave. Vale 72 horas."),
    )
    field_order = ["name", "email"]


class AccountFilterForm(PortalForm):
    """The filters of the list of accounts; they live in the address."""

    q = forms.CharField(label=_("Nombre o correo"), required=False)
    role = forms.ChoiceField(
        label=_("Rol"), required=False, choices=[("", _("Todos")), *GIVEN_ROLES]
    )
    state = forms.ChoiceField(
        label=_("Estado"),
        required=False,
        choices=[("", _("Todas")), ("active", _("Activas")), ("off", _("Suspendidas"))],
    )


class ProfileForm(PortalForm):
    name = forms.CharField(label=_("Tu nombre"), max_length=120)
    language = forms.ChoiceField(label=_("Idioma de las páginas"), choices=settings.LANGUAGES)


class PlaceForm(PortalForm):
    """One of the places she works at, or all of them together."""

    place = forms.ChoiceField(
        label=_("Qué quieres ver"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Listas, cuentas, búsquedas y archivos muestran solo eso."),
    )

    def __init__(self, *args: Any, places: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            ("", _("Todo lo que te toca")),
            *places.items(),
        ]
