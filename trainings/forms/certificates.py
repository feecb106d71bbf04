"""Input about certificates: which ones to issue, why a copy, why annulled, and who signs."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import RegionalNetwork
from network.base.forms import DateField, PortalForm
from network.base.ids import new_id
from trainings.actions.certificates import SignatoryFacts
from trainings.models import Certificate, Completion


class IssueForm(PortalForm):
    """Which completions of an edition get their certificate now."""

    completions = forms.ModelMultipleChoiceField(
        label=_("Quiénes reciben constancia"),
        queryset=Completion.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Elige al menos a una."),
            "invalid_choice": _("Una de las elegidas ya tiene su constancia. Elige otra vez."),
        },
    )

    def __init__(self, *args: Any, completions: QuerySet[Completion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["completions"]
        field.queryset = completions  # type: ignore[attr-defined]
        field.label_from_instance = label_of  # type: ignore[attr-defined]


def label_of(completion: Completion) -> str:
    organisation = completion.organisation
    name = completion.person.listed_name
    words = f"{name} · {organisation.called}" if organisation else name
    if getattr(completion, "was_annulled", False):
        words += " · " + str(_("se anuló la anterior"))
    return words


class ReissueForm(PortalForm):
    reason = forms.CharField(
        label=_("Por qué se hace el duplicado"),
        help_text=_("Queda dentro de la red. Por ejemplo: error al escribir su apellido."),
        max_length=200,
    )


class RevokeForm(PortalForm):
    category = forms.ChoiceField(
        label=_("Por qué se anula"),
        help_text=_("Este motivo lo lee cualquiera que compruebe el código."),
        choices=[(value, label) for value, label in Certificate.Revocation.choices if value],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Nota interna"),
        help_text=_("Nadie de fuera la lee."),
        max_length=200,
        required=False,
    )


class SignatoryForm(PortalForm):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)
    name = forms.CharField(label=_("Nombre"), max_length=120)
    post = forms.CharField(
        label=_("Cargo"), help_text=_("Como sale bajo la firma."), max_length=120
    )
    regional_network = forms.ModelChoiceField(
        label=_("Red regional"),
        help_text=_("Firma solo lo que esa red organiza."),
        queryset=RegionalNetwork.objects.order_by("name_key"),
        empty_label=_("Toda la red"),
        required=False,
    )
    order = forms.IntegerField(label=_("Lugar en la hoja"), min_value=1, max_value=9, initial=1)
    starts_on = DateField(label=_("Firma desde"))

    def facts(self) -> SignatoryFacts:
        answers = {key: value for key, value in self.cleaned_data.items() if key != "id"}
        return SignatoryFacts(**answers)


class SignatoryEndForm(PortalForm):
    last_day = DateField(label=_("Último día en que firma"))
