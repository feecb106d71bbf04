"""Input about institutions and programmes."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network.base.errors import Refused
from network.base.forms import DateField, PortalForm
from network.base.ruc import read_ruc
from network.partners.actions import InstitutionFacts, ProgrammeFacts
from network.partners.models import Institution, Programme
from network.places.forms import DistrictField


class InstitutionForm(PortalForm):
    name = forms.CharField(label=gettext_lazy("Nombre completo"), max_length=160)
    short_name = forms.CharField(
        label=gettext_lazy("Sigla o nombre corto"), max_length=40, required=False
    )
    kind = forms.ChoiceField(label=gettext_lazy("Tipo"), choices=Institution.Kind.choices)
    ruc = forms.CharField(
        label="RUC",
        help_text=gettext_lazy("11 números. Si no lo sabes, déjalo vacío."),
        required=False,
        max_length=20,
        widget=forms.TextInput(
            attrs={"class": "input--short code", "inputmode": "numeric", "autocomplete": "off"}
        ),
    )
    website = forms.URLField(
        label=gettext_lazy("Página web"),
        help_text=gettext_lazy("Ejemplo: https://www.gob.pe/minem"),
        assume_scheme="https",
        max_length=200,
        required=False,
        error_messages={"invalid": gettext_lazy("Escribe la dirección completa de la página.")},
    )
    district = DistrictField(required=False)
    note = forms.CharField(
        label=gettext_lazy("Nota"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    @classmethod
    def of(cls, institution: Institution, *args: Any) -> "InstitutionForm":
        return cls(*args, initial={name: getattr(institution, name) for name in cls.base_fields})

    def clean_ruc(self) -> str:
        text = self.cleaned_data["ruc"]
        try:
            return read_ruc(text) if text else ""
        except Refused as refusal:
            raise ValidationError(refusal.message) from refusal

    def clean_website(self) -> str:
        """Only pages of the web: no address that would run something."""
        address: str = self.cleaned_data["website"]
        if address and not address.startswith(("https://", "http://")):
            raise ValidationError(_("La dirección empieza con https:// o http://."))
        return address

    @property
    def facts(self) -> InstitutionFacts:
        return InstitutionFacts(**self.cleaned_data)


class ProgrammeForm(PortalForm):
    name = forms.CharField(label=gettext_lazy("Nombre"), max_length=160)
    code = forms.CharField(
        label=gettext_lazy("Código"),
        help_text=gettext_lazy("Con el que aparece en los informes."),
        max_length=40,
    )
    donor = forms.ModelChoiceField(
        Institution.objects.order_by("name_key"),
        label=gettext_lazy("Quién lo financia"),
        required=False,
        empty_label=gettext_lazy("No se sabe"),
    )
    starts_on = DateField(label=gettext_lazy("Empieza el"), required=False)
    ends_on = DateField(label=gettext_lazy("Termina el"), required=False)
    budget_line_code = forms.CharField(
        label=gettext_lazy("Línea de presupuesto"), max_length=40, required=False
    )
    note = forms.CharField(
        label=gettext_lazy("Nota"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    @classmethod
    def of(cls, programme: Programme, *args: Any) -> "ProgrammeForm":
        return cls(*args, initial={name: getattr(programme, name) for name in cls.base_fields})

    @property
    def facts(self) -> ProgrammeFacts:
        return ProgrammeFacts(**self.cleaned_data)
