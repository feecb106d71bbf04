"""Input about editions: what is planned, who teaches, organises and pays, and how it ends."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.access import Permission, scope_of
from members.forms.boards import MemberField
from members.forms.organisations import ZoneField
from members.models import Organisation, Person, RegionalNetwork, User
from network.base.forms import DateField, PortalForm
from network.base.ids import new_id
from network.partners.models import Institution, Programme
from network.places.forms import DistrictField
from trainings.actions.editions import EditionFacts
from trainings.models import CourseVersion, Edition, EditionTrainer

MOST_SEATS = 2000


class VersionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        told = {
            "course": obj.course.name,
            "number": obj.number,
            "hours": f"{obj.hours.normalize():f}",
        }
        return _("%(course)s, versión %(number)s (%(hours)s horas)") % told


class EditionForm(PortalForm):
    """`id` is minted with the page: sent twice, it is one edition."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    version = VersionField(
        CourseVersion.objects.none(),
        label=gettext_lazy("Curso"),
        empty_label=gettext_lazy("Elige uno"),
    )
    regional_network = forms.ModelChoiceField(
        RegionalNetwork.objects.none(),
        label=gettext_lazy("Red regional que la organiza"),
        empty_label=gettext_lazy("La red nacional"),
        required=False,
    )
    starts_on = DateField(label=gettext_lazy("Empieza el"))
    ends_on = DateField(label=gettext_lazy("Termina el"))
    district = DistrictField(required=False)
    zone = ZoneField(
        label=gettext_lazy("Zona minera"), empty_label=gettext_lazy("Ninguna"), required=False
    )
    venue = forms.CharField(
        label=gettext_lazy("Local"),
        help_text=gettext_lazy("Por ejemplo: local comunal de Laberinto."),
        max_length=160,
        required=False,
    )
    modality = forms.ChoiceField(label=gettext_lazy("Modalidad"), choices=Edition.Modality.choices)
    audience = forms.ChoiceField(
        label=gettext_lazy("Para quiénes es"), choices=Edition.Audience.choices
    )
    seats = forms.IntegerField(
        label=gettext_lazy("Cupos"),
        help_text=gettext_lazy("Cuántas caben. Vacío: sin límite."),
        min_value=1,
        max_value=MOST_SEATS,
        required=False,
        widget=forms.NumberInput(attrs={"class": "input--short"}),
        error_messages={
            "invalid": gettext_lazy("Escribe los cupos con números."),
            "min_value": gettext_lazy("Una edición tiene un cupo al menos."),
            "max_value": gettext_lazy("Son demasiados cupos para una edición."),
        },
    )
    has_childcare = forms.BooleanField(label=gettext_lazy("Hay cuidado de niños"), required=False)
    has_transport = forms.BooleanField(label=gettext_lazy("Hay movilidad"), required=False)
    has_meals = forms.BooleanField(label=gettext_lazy("Hay refrigerio o almuerzo"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Materiales y notas"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )

    def __init__(
        self, *args: Any, user: User, edition: Edition | None = None, **kwargs: Any
    ) -> None:
        if edition:
            kwargs["initial"] = {name: getattr(edition, name) for name in self.base_fields}
        else:
            kwargs["initial"] = {"id": new_id(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        versions = CourseVersion.objects.select_related("course").order_by(
            "course__name_key", "-number"
        )
        if edition:
            versions = versions.filter(course=edition.course_id)
            self.fields["version"].empty_label = None  # type: ignore[attr-defined]
        else:
            today = timezone.localdate()
            versions = versions.exclude(course__retired_on__lte=today)
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
        self._offer_networks(user)

    def _offer_networks(self, user: User) -> None:
        scope = scope_of(user, Permission.EDITION_EDIT)
        field: Any = self.fields["regional_network"]
        field.queryset = RegionalNetwork.objects.within(scope).order_by("name_key")
        if not scope.everything:
            field.required = True
            field.empty_label = None

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        first, last = answers.get("starts_on"), answers.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("La edición no puede terminar antes de empezar."))
        return answers

    @property
    def facts(self) -> EditionFacts:
        return EditionFacts(**{k: v for k, v in self.cleaned_data.items() if k != "id"})


class ReasonForm(PortalForm):
    reason = forms.CharField(
        label=gettext_lazy("Por qué se cancela"),
        max_length=200,
        error_messages={"required": gettext_lazy("Escribe por qué se cancela.")},
    )


class CloseForm(PortalForm):
    """Asked only when sessions are not marked."""

    despite_unmarked = forms.BooleanField(
        label=gettext_lazy("Cerrar así: esas marcas no se van a anotar"), required=False
    )

    def __init__(self, *args: Any, is_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_asked:
            del self.fields["despite_unmarked"]


# --- Parts --------------------------------------------------------------------------------------
class TrainerForm(PortalForm):
    part = forms.ChoiceField(label=gettext_lazy("Papel"), choices=EditionTrainer.Part.choices)

    field_order = ["person", "part"]

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = MemberField(
            people,
            label=_("Quién"),
            help_text=_("Apellidos y nombres, como está en el registro."),
        )
        self.order_fields(self.field_order)


class InstitutionPartForm(PortalForm):
    institution = forms.ModelChoiceField(
        Institution.objects.order_by("name_key"),
        label=gettext_lazy("Institución"),
        empty_label=gettext_lazy("Elige una"),
    )
    is_lead = forms.BooleanField(label=gettext_lazy("Es la que convoca"), required=False)


class FundingForm(PortalForm):
    programme = forms.ModelChoiceField(
        Programme.objects.order_by("name_key"),
        label=gettext_lazy("Programa que paga"),
        empty_label=gettext_lazy("Elige uno"),
    )
    share = forms.DecimalField(
        label=gettext_lazy("Parte que paga (%)"),
        max_digits=5,
        decimal_places=2,
        validators=[
            MinValueValidator(Decimal("0.01"), gettext_lazy("La parte va de más de 0 a 100 %.")),
            MaxValueValidator(100, gettext_lazy("La parte va de más de 0 a 100 %.")),
        ],
        widget=forms.NumberInput(attrs={"class": "input--short", "step": "0.01"}),
        error_messages={"invalid": gettext_lazy("Escribe la parte con números.")},
    )


class QuotaForm(PortalForm):
    """One or the other: an organisation, or a region."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("Organización"),
        empty_label=gettext_lazy("Ninguna: el cupo es de una red"),
        required=False,
    )
    regional_network = forms.ModelChoiceField(
        RegionalNetwork.objects.order_by("name_key"),
        label=gettext_lazy("Red regional"),
        empty_label=gettext_lazy("Ninguna: el cupo es de una organización"),
        required=False,
    )
    seats = forms.IntegerField(
        label=gettext_lazy("Cupos"),
        min_value=1,
        max_value=MOST_SEATS,
        widget=forms.NumberInput(attrs={"class": "input--short"}),
        error_messages={
            "invalid": gettext_lazy("Escribe los cupos con números."),
            "min_value": gettext_lazy("Un cupo es de una mujer al menos."),
        },
    )

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if not self.errors and not (
            bool(answers.get("organisation")) ^ bool(answers.get("regional_network"))
        ):
            raise ValidationError(_("Elige una organización o una red regional."), code="whose")
        return answers
