"""Input about organisations, regional networks and affiliations."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.actions.organisations import NetworkFacts, OrganisationFacts
from members.models import Organisation, Person, RegionalNetwork
from network.base.dates import PartialDate
from network.base.errors import Refused
from network.base.forms import DateField, PartialDateField, PhoneField, PortalForm
from network.base.ruc import read_ruc
from network.places.forms import DistrictField
from network.places.models import Department, MiningZone

MOST_ALIASES = 20


class ZoneField(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        zones = MiningZone.objects.select_related("district").order_by("name_key")
        super().__init__(zones, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.district.name}"


class OrganisationForm(PortalForm):
    """What is known of an organisation. The stored contact phone is never sent to the page: left
    empty it stays, ticked it goes."""

    name = forms.CharField(label=gettext_lazy("Nombre completo"), max_length=160)
    short_name = forms.CharField(
        label=gettext_lazy("Nombre corto"),
        help_text=gettext_lazy("Como la llaman todas."),
        max_length=60,
        required=False,
    )
    kind = forms.ChoiceField(label=gettext_lazy("Tipo"), choices=Organisation.Kind.choices)
    district = DistrictField(required=False)
    zone = ZoneField(
        label=gettext_lazy("Zona minera"), empty_label=gettext_lazy("Ninguna"), required=False
    )
    ruc = forms.CharField(
        label="RUC",
        help_text=gettext_lazy("11 números. Si todavía no tiene, déjalo vacío."),
        required=False,
        max_length=20,
        widget=forms.TextInput(
            attrs={"class": "input--short code", "inputmode": "numeric", "autocomplete": "off"}
        ),
    )
    formalisation = forms.ChoiceField(
        label=gettext_lazy("Formalización"), choices=Organisation.Formalisation.choices
    )
    activities = forms.MultipleChoiceField(
        label=gettext_lazy("Actividades en la cadena"),
        choices=Organisation.Activity.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    founded = PartialDateField(
        label=gettext_lazy("Fundada el"),
        help_text=gettext_lazy("Día, mes y año. También vale solo el año."),
        past=True,
        required=False,
    )
    contact_name = forms.CharField(
        label=gettext_lazy("Persona de contacto"), max_length=120, required=False
    )
    contact_phone = PhoneField(label=gettext_lazy("Teléfono de contacto"), required=False)
    remove_phone = forms.BooleanField(
        label=gettext_lazy("Borrar el teléfono que está guardado"), required=False
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("Correo de contacto"),
        required=False,
        error_messages={"invalid": gettext_lazy("Escribe el correo así: nombre@ejemplo.pe.")},
    )
    aliases = forms.CharField(
        label=gettext_lazy("También escrita como"),
        help_text=gettext_lazy("Otros nombres que aparecen en las listas. Uno por línea."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Nota"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )

    def __init__(self, *args: Any, stored: Organisation | None = None, **kwargs: Any) -> None:
        if stored and "initial" not in kwargs:
            kwargs["initial"] = _initial(stored)
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = Organisation.Kind.ASSOCIATION
        if stored and stored.contact_phone_tail:
            hint = _("Está guardado uno que termina en %(tail)s. Si no cambió, déjalo vacío.")
            self.fields["contact_phone"].help_text = hint % {"tail": stored.contact_phone_tail}
        else:
            del self.fields["remove_phone"]

    def clean_ruc(self) -> str:
        text = self.cleaned_data["ruc"]
        try:
            return read_ruc(text) if text else ""
        except Refused as refusal:
            raise ValidationError(refusal.message, code="invalid") from refusal

    def clean_aliases(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["aliases"].splitlines()]
        names = [name for name in names if name]
        if len(names) > MOST_ALIASES or any(len(name) > 160 for name in names):
            raise ValidationError(_("Lo más son 20 nombres, de hasta 160 letras cada uno."))
        return names

    def facts(self) -> OrganisationFacts:
        answers = self.cleaned_data
        phone: str | None = answers["contact_phone"] or None
        if phone is None and ("remove_phone" not in self.fields or answers["remove_phone"]):
            phone = ""
        kept = (
            "name",
            "short_name",
            "kind",
            "district",
            "zone",
            "ruc",
            "formalisation",
            "founded",
            "contact_name",
            "contact_email",
            "note",
        )
        return OrganisationFacts(
            **{name: answers[name] for name in kept},
            activities=tuple(answers["activities"]),
            aliases=tuple(answers["aliases"]),
            contact_phone=phone,
        )


def _initial(stored: Organisation) -> dict[str, Any]:
    same = ("name", "short_name", "kind", "ruc", "formalisation", "activities", "contact_name")
    founded = None
    if stored.founded_on:
        founded = PartialDate(stored.founded_on, stored.founded_precision)
    return {name: getattr(stored, name) for name in (*same, "contact_email", "note")} | {
        "district": stored.district,
        "zone": stored.zone_id,
        "founded": founded,
        "aliases": "\n".join(stored.aliases.order_by("name").values_list("name", flat=True)),
    }


class RegistrationForm(OrganisationForm):
    """A new organisation, and the network it enters with."""

    regional_network = forms.ModelChoiceField(
        RegionalNetwork.objects.none(), label=gettext_lazy("Red en la que entra"), required=False
    )
    since = PartialDateField(
        label=gettext_lazy("Afiliada desde"),
        help_text=gettext_lazy("Día, mes y año. También vale solo el año."),
    )

    field_order = ["name", "short_name", "kind", "regional_network", "since"]

    def __init__(self, *args: Any, networks: Any, must_choose: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["regional_network"]
        field.queryset = networks.order_by("name_key")  # type: ignore[attr-defined]
        field.required = must_choose
        field.empty_label = (  # type: ignore[attr-defined]
            _("Elige una red") if must_choose else _("Solo la red nacional")
        )


class AffiliationForm(PortalForm):
    """The organisation enters a network: a regional one it is not in, or the national one."""

    regional_network = forms.ModelChoiceField(
        RegionalNetwork.objects.order_by("name_key"),
        label=gettext_lazy("Red"),
        empty_label=gettext_lazy("Red nacional, sin red regional"),
        required=False,
    )
    since = PartialDateField(
        label=gettext_lazy("Desde"),
        help_text=gettext_lazy("Día, mes y año. También vale solo el año."),
    )


class AffiliationEndForm(PortalForm):
    last_day = DateField(
        label=gettext_lazy("Último día"), help_text=gettext_lazy("Ese día todavía cuenta.")
    )
    reason = forms.CharField(label=gettext_lazy("Por qué termina"), max_length=200, required=False)


class MoveForm(PortalForm):
    """Women who pass together from one organisation to another."""

    target = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("¿A qué organización pasan?"),
        empty_label=gettext_lazy("Elige una organización"),
    )
    first_day = DateField(
        label=gettext_lazy("Primer día en la nueva"),
        help_text=gettext_lazy("El día anterior es el último en la de antes."),
    )
    reason = forms.CharField(label=gettext_lazy("Por qué pasan"), max_length=200, required=False)
    people = forms.ModelMultipleChoiceField(
        Person.objects.none(),
        label=gettext_lazy("¿Quiénes pasan?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Marca a las mujeres que pasan.")},
    )

    def __init__(self, *args: Any, people: Any, targets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = targets  # type: ignore[attr-defined]
        field = self.fields["people"]
        field.queryset = people  # type: ignore[attr-defined]
        field.label_from_instance = lambda person: person.listed_name  # type: ignore[attr-defined]


class RegionalNetworkForm(PortalForm):
    name = forms.CharField(label=gettext_lazy("Nombre"), max_length=120)
    department = forms.ModelChoiceField(
        Department.objects.order_by("name_key"),
        label=gettext_lazy("Región"),
        empty_label=gettext_lazy("Más de una región"),
        required=False,
    )
    founded_on = DateField(label=gettext_lazy("Fundada el"), past=True, required=False)
    note = forms.CharField(
        label=gettext_lazy("Nota"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )

    def facts(self) -> NetworkFacts:
        return NetworkFacts(**self.cleaned_data)
