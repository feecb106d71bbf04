"""Input about rosters: whom to enrol, what becomes of a line, what she needs, who a walk-in is."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network.base.forms import PortalForm
from trainings.actions.rosters import NeedsFacts
from trainings.models import Enrolment, Needs

State = Enrolment.State
MOST_CHILDREN = 15


class EnrolForm(PortalForm):
    """The women are ticked in the table beside it."""

    state = forms.ChoiceField(label=gettext_lazy("Cómo entran"))
    rest_waits = forms.BooleanField(
        label=gettext_lazy("Si no caben todas las de una organización, ponerlas en espera"),
        required=False,
    )

    def __init__(self, *args: Any, runs: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [State.INVITED, State.CONFIRMED, State.PROPOSED, State.WAITING]
        field: Any = self.fields["state"]
        field.choices = [(s.value, s.label) for s in (states if runs else [State.PROPOSED])]
        if not runs:
            field.widget = forms.HiddenInput()
            field.initial = State.PROPOSED


class ChangeForm(PortalForm):
    """What becomes of the ticked lines."""

    state = forms.ChoiceField(label=gettext_lazy("Pasan a"))
    reason = forms.CharField(label=gettext_lazy("Motivo"), max_length=200, required=False)

    def __init__(self, *args: Any, runs: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = list(State) if runs else [State.CONFIRMED, State.DECLINED, State.WITHDREW]
        offered = [(s.value, s.label) for s in states if s != State.PROPOSED]
        self.fields["state"].choices = offered  # type: ignore[attr-defined]


class PromoteForm(PortalForm):
    reason = forms.CharField(
        label=gettext_lazy("Por qué pasan estas"),
        help_text=gettext_lazy("Solo si se separa a un grupo o se salta el turno. Queda anotado."),
        max_length=200,
        required=False,
    )


class NeedsForm(PortalForm):
    children_count = forms.IntegerField(
        label=gettext_lazy("Niños que la acompañan"),
        min_value=0,
        required=False,
        validators=[MaxValueValidator(MOST_CHILDREN, gettext_lazy("Revisa cuántos niños son."))],
        widget=forms.NumberInput(attrs={"class": "input--short"}),
        error_messages={
            "invalid": gettext_lazy("Escribe un número."),
            "min_value": gettext_lazy("Escribe un número."),
        },
    )
    needs_transport = forms.BooleanField(label=gettext_lazy("Necesita movilidad"), required=False)
    transport_from = forms.CharField(
        label=gettext_lazy("Desde dónde viene"), max_length=120, required=False
    )
    diet = forms.CharField(label=gettext_lazy("Qué no puede comer"), max_length=120, required=False)
    needs_interpreter = forms.CharField(
        label=gettext_lazy("Lengua en que prefiere el curso"), max_length=60, required=False
    )
    access_note = forms.CharField(
        label=gettext_lazy("Qué necesita para participar"),
        help_text=gettext_lazy("Por ejemplo: no sube escaleras, no ve bien de lejos."),
        max_length=200,
        required=False,
    )

    @classmethod
    def of(cls, needs: Needs | None, *args: Any) -> "NeedsForm":
        known = {name: getattr(needs, name) for name in cls.base_fields} if needs else {}
        return cls(*args, initial=known)

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if answers.get("transport_from") and not answers.get("needs_transport"):
            answers["needs_transport"] = True
        return answers

    @property
    def facts(self) -> NeedsFacts:
        answers = {**self.cleaned_data}
        answers["children_count"] = answers["children_count"] or 0
        return NeedsFacts(**answers)


def nobody_ticked() -> str:
    return _("Marca a una mujer al menos.")
