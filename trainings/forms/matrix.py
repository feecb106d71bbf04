"""Input of the matrix: the day it is counted for, and who is called to which edition."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.fields import ModelChoiceField as RegionField

from members.models import Organisation, RegionalNetwork
from network.base.dates import day
from network.base.figures import UNKNOWN
from network.base.forms import DateField, PortalForm
from network.places.models import Department
from trainings.gaps import Gap
from trainings.matrix import NARROWED
from trainings.models import Edition, Requirement
from trainings.models.courses import Holder


class MatrixForm(PortalForm):
    """What the address asks for. Nothing of it is required."""

    marks_optional = False

    al = DateField(label=gettext_lazy("Contada al"), required=False)
    red = forms.ModelChoiceField(
        label=gettext_lazy("Red regional"),
        queryset=RegionalNetwork.objects.none(),
        empty_label=gettext_lazy("Todas"),
        required=False,
    )
    rol = forms.ChoiceField(choices=Holder.choices, required=False, widget=forms.HiddenInput)
    orden = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    organizacion = forms.ModelChoiceField(
        Organisation.objects.none(), required=False, widget=forms.HiddenInput
    )
    region = RegionField(
        queryset=Department.objects.all(),
        null_value=UNKNOWN,
        null_label=gettext_lazy("Sin región"),
        required=False,
        widget=forms.HiddenInput,
    )
    requisito = forms.ModelChoiceField(
        Requirement.objects.select_related("course"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, networks: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["red"].queryset = networks  # type: ignore[attr-defined]
        self.fields["organizacion"].queryset = organisations  # type: ignore[attr-defined]

    @property
    def only(self) -> Q:
        """Which organisations it is narrowed to."""
        found, region = Q(), self.cleaned_data.get("region")
        if organisation := self.cleaned_data.get("organizacion"):
            found &= Q(pk=organisation.pk)
        if region == UNKNOWN:
            found &= Q(district=None)
        elif region:
            found &= Q(district__province__department=region)
        return found

    @property
    def narrowed(self) -> list[tuple[str, str]]:
        """The name of each narrowing and what it is narrowed to, in words."""
        words = {"?": _("Sin región")}
        chosen = {name: self.cleaned_data.get(name) for name in NARROWED}
        return [(name, words.get(str(row), str(row))) for name, row in chosen.items() if row]


class GapAddressForm(forms.Form):
    """Of which gap an edition is planned, as the address of its page says it."""

    requisito = forms.UUIDField()
    organizacion = forms.UUIDField()


class EditionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Edition) -> str:
        return _("%(edition)s, %(place)s, desde el %(day)s") % {
            "edition": obj,
            "place": obj.place_name or _("lugar por fijar"),
            "day": day(obj.starts_on),
        }


class InvitationForm(PortalForm):
    """Which of the women of a gap, to which edition."""

    edition = EditionField(
        label=gettext_lazy("A qué edición"),
        queryset=Edition.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": gettext_lazy("Elige a qué edición.")},
    )
    persona = forms.MultipleChoiceField(
        label=gettext_lazy("A quiénes"),
        required=False,
        widget=forms.MultipleHiddenInput,
    )

    def __init__(self, *args: Any, gaps: list[Gap], editions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gaps = {str(gap.person.pk): gap for gap in gaps}
        self.fields["persona"].choices = [(key, "") for key in self.gaps]  # type: ignore[attr-defined]
        self.fields["edition"].queryset = editions  # type: ignore[attr-defined]

    def clean_persona(self) -> list[Gap]:
        chosen = self.cleaned_data["persona"]
        if not chosen:
            raise ValidationError(_("Marca al menos a una."), code="none")
        return [self.gaps[key] for key in chosen]

    @property
    def ticked(self) -> set[UUID]:
        ticked = self.data.getlist("persona")  # type: ignore[attr-defined]
        return {UUID(key) for key in ticked if key in self.gaps}
