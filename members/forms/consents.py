"""Input about consents: one decision of one woman, or one sheet of signatures of many."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.actions.consents import Decided
from members.consents import needs_guardian, notices_in_use
from members.models import Consent, Person, PrivacyNotice, Purpose
from network.base.forms import DateField, PortalForm

# What someone of the network writes down; "web" is what a woman does herself.
CHANNELS = (
    Consent.Channel.PAPER,
    Consent.Channel.FINGERPRINT,
    Consent.Channel.WITNESSED,
    Consent.Channel.PHONE,
)
MOST_ON_SHEET = 200


class NoticeField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.version}, {obj.get_language_display().lower()}"


class DecisionForm(PortalForm):
    """A decision as it was taken. Which channels count as written depends on what it is for."""

    is_granted = forms.TypedChoiceField(
        label=gettext_lazy("¿Qué decidió?"),
        choices=(("si", gettext_lazy("Sí, acepta")), ("no", gettext_lazy("No acepta"))),
        coerce=lambda value: value == "si",
        widget=forms.RadioSelect,
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("¿Cómo lo dijo?"),
        choices=[(channel.value, channel.label) for channel in CHANNELS],
        widget=forms.RadioSelect,
    )
    witness = forms.CharField(
        label=gettext_lazy("Testigo"),
        help_text=gettext_lazy("Si lo dijo de palabra: quién estuvo presente."),
        max_length=120,
        required=False,
    )
    decided_on = DateField(label=gettext_lazy("¿Cuándo?"), past=True)
    notice = NoticeField(
        PrivacyNotice.objects.none(),
        label=gettext_lazy("Aviso de privacidad que se le leyó"),
        empty_label=gettext_lazy("El vigente ese día, en su lengua"),
        required=False,
    )

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["notice"].queryset = notices_in_use(today)  # type: ignore[attr-defined]
        self.fields["decided_on"].initial = today
        if purpose == Purpose.SENSITIVE:
            self.fields["channel"].help_text = _(
                "Para aceptar hace falta su firma o su huella. Para decir que no, vale cualquiera."
            )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if answers.get("channel") == Consent.Channel.WITNESSED and not answers.get("witness"):
            self.add_error("witness", _("Escribe quién fue testigo."))
        return answers

    def decided(self, purpose: str) -> Decided:
        answers = self.cleaned_data
        return Decided(
            purpose=purpose,
            is_granted=answers["is_granted"],
            channel=answers["channel"],
            decided_on=answers["decided_on"],
            witness=answers["witness"],
            guardian=answers.get("guardian", ""),
            notice=answers["notice"],
        )


class ConsentForm(DecisionForm):
    """The decision of one woman; of a girl under 14, of whoever decides for her."""

    guardian = forms.CharField(
        label=gettext_lazy("Madre, padre o tutora que decidió por ella"),
        max_length=120,
        required=False,
    )

    field_order = ["is_granted", "guardian"]

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_guardian(person, self._day()):
            del self.fields["guardian"]

    def _day(self) -> date:
        """The day of the decision, as far as it was typed: she may have been a girl then."""
        try:
            typed = self.fields["decided_on"].clean(self.data.get("decided_on"))
        except ValidationError:
            typed = None
        return typed or timezone.localdate()


class SheetForm(DecisionForm):
    """A sheet of signatures: the same decision, for one purpose, of the women ticked."""

    purpose = forms.ChoiceField(label=gettext_lazy("¿Para qué?"), choices=Purpose.choices)
    people = forms.ModelMultipleChoiceField(
        Person.objects.none(),
        label=gettext_lazy("¿Quiénes firmaron?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Marca a las mujeres que firmaron la hoja.")},
    )

    field_order = ["purpose", "is_granted", "channel", "witness", "decided_on", "notice", "people"]

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["people"]
        field.queryset = people  # type: ignore[attr-defined]
        field.label_from_instance = lambda person: person.listed_name  # type: ignore[attr-defined]
