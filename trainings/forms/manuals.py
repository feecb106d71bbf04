"""Input about publications: versions, topics, copies handed out and moved."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Language, Organisation, RegionalNetwork
from network.base.forms import DateField, PortalForm
from network.documents.forms import UploadField
from trainings.actions.manuals import TopicFacts
from trainings.models import Enrolment, PublicationVersion, StockMovement, Topic


class VersionForm(PortalForm):
    language = forms.ChoiceField(label=_("Lengua"), choices=Language.choices)
    changes = forms.CharField(
        label=_("Qué cambia"),
        help_text=_("Lo verá quien ya leyó la anterior."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=1000,
    )
    needs_new_reading = forms.BooleanField(
        label=_("Pedir que la lean de nuevo"),
        help_text=_("Sin marcar, quien leyó la anterior no tiene que volver a leerla."),
        required=False,
        initial=True,
    )
    upload = UploadField(label=_("Archivo PDF para descargar"), required=False)


class TopicForm(PortalForm):
    title = forms.CharField(label=_("Título"), max_length=120)
    text = forms.CharField(
        label=_("Texto"),
        help_text=_("Frases cortas. Una idea en cada párrafo."),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=8000,
    )
    do = forms.CharField(
        label=_("Qué sí hacer"),
        help_text=_("Una cosa por línea."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=2000,
    )
    avoid = forms.CharField(
        label=_("Qué no hacer"),
        help_text=_("Una cosa por línea."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=2000,
    )
    picture = UploadField(label=_("Imagen"), help_text=_("Foto o dibujo."), required=False)
    picture_words = forms.CharField(
        label=_("Qué se ve en la imagen"),
        help_text=_("Para quien no puede verla. Obligatorio si hay imagen."),
        required=False,
        max_length=200,
    )

    @classmethod
    def of(cls, topic: Topic, *args: Any) -> "TopicForm":
        names = ("title", "text", "do", "avoid", "picture_words")
        return cls(*args, initial={name: getattr(topic, name) for name in names})

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("picture") and not said.get("picture_words"):
            self.add_error("picture_words", _("Di con palabras qué se ve en la imagen."))
        return said

    @property
    def facts(self) -> TopicFacts:
        return TopicFacts(**self.cleaned_data)


class RosterHandoutForm(PortalForm):
    """Who of an edition took a printed copy home."""

    version = forms.ModelChoiceField(
        PublicationVersion.objects.none(), label=_("Qué se entregó"), empty_label=None
    )
    enrolments = forms.ModelMultipleChoiceField(
        Enrolment.objects.none(),
        label=_("A quiénes"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Marca a quiénes se entregó.")},
    )
    on = DateField(label=_("Día"), past=True)
    receipt = UploadField(label=_("Recibo firmado"), required=False)

    def __init__(self, *args: Any, versions: Any, enrolments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
        self.fields["enrolments"].queryset = enrolments  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate


class OrganisationHandoutForm(PortalForm):
    regional_network = forms.ModelChoiceField(
        RegionalNetwork.objects.none(), label=_("De qué depósito"), required=False,
        empty_label=_("Depósito nacional"),
    )  # fmt: skip
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organización"))
    copies = forms.IntegerField(label=_("Ejemplares"), min_value=1, max_value=10_000)
    on = DateField(label=_("Día"), past=True)
    receipt = UploadField(label=_("Recibo firmado"), required=False)

    def __init__(self, *args: Any, networks: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regional_network"].queryset = networks  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate


class StockForm(PortalForm):
    regional_network = forms.ModelChoiceField(
        RegionalNetwork.objects.none(), label=_("Depósito"), required=False,
        empty_label=_("Depósito nacional"),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Qué pasó"), choices=StockMovement.Kind.choices)
    copies = forms.IntegerField(
        label=_("Ejemplares"),
        help_text=_("En un conteo, cuántos hay de verdad."),
        min_value=0,
        max_value=100_000,
    )
    on = DateField(label=_("Día"), past=True)
    note = forms.CharField(label=_("Nota"), required=False, max_length=200)

    def __init__(self, *args: Any, networks: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regional_network"].queryset = networks  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate
        self.order_fields(["kind", "copies", "regional_network", "on", "note"])
