"""Input about courses, their versions and who must hold them."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Language, Organisation
from network.base.forms import DateField, PortalForm
from trainings.actions.courses import CourseFacts, VersionFacts
from trainings.courses import organisations_to_exempt
from trainings.models import Course, CourseVersion, PublicationVersion, Requirement
from trainings.models.courses import Holder, Theme

SHORT = {"class": "input--short", "inputmode": "numeric", "autocomplete": "off"}


class CourseForm(PortalForm):
    name = forms.CharField(label=gettext_lazy("Nombre"), max_length=120)
    short_name = forms.CharField(
        label=gettext_lazy("Nombre corto"),
        help_text=gettext_lazy("Para la matriz, donde hay poco sitio."),
        max_length=40,
        required=False,
    )
    theme = forms.ChoiceField(label=gettext_lazy("Tema"), choices=Theme.choices)
    renews = forms.ModelChoiceField(
        label=gettext_lazy("Renueva a"),
        help_text=gettext_lazy("Solo si es un curso corto para quien ya completó otro."),
        queryset=Course.objects.none(),
        empty_label=gettext_lazy("Ninguno"),
        required=False,
    )

    def __init__(self, *args: Any, stored: Course | None = None, **kwargs: Any) -> None:
        if stored:
            kwargs.setdefault("initial", _stored(stored, ("name", "short_name", "theme", "renews")))
        super().__init__(*args, **kwargs)
        others = Course.objects.filter(renews=None).order_by("name_key")
        self.fields["renews"].queryset = others.exclude(pk=stored.pk) if stored else others  # type: ignore[attr-defined]

    def facts(self) -> CourseFacts:
        return CourseFacts(**self.cleaned_data)


class VersionForm(PortalForm):
    hours = forms.DecimalField(
        label=gettext_lazy("Horas"),
        min_value=0,
        max_value=999,
        max_digits=5,
        decimal_places=1,
        widget=forms.TextInput(attrs={**SHORT, "inputmode": "decimal"}),
    )
    in_use_from = DateField(label=gettext_lazy("Se usa desde"))
    minimum_share = forms.IntegerField(
        label=gettext_lazy("Asistencia mínima (% de las horas previstas)"),
        min_value=1,
        max_value=100,
        initial=80,
        widget=forms.TextInput(attrs=SHORT),
    )
    needs_test = forms.BooleanField(label=gettext_lazy("Pide prueba final"), required=False)
    pass_mark = forms.IntegerField(
        label=gettext_lazy("Nota mínima (%)"),
        help_text=gettext_lazy("Solo con prueba final."),
        min_value=1,
        max_value=100,
        required=False,
        widget=forms.TextInput(attrs=SHORT),
    )
    validity = forms.ChoiceField(
        label=gettext_lazy("Vigencia"),
        choices=CourseVersion.Validity.choices,
        widget=forms.RadioSelect,
        initial=CourseVersion.Validity.NONE,
    )
    valid_months = forms.IntegerField(
        label=gettext_lazy("Meses de vigencia"),
        help_text=gettext_lazy("Solo si vence a los meses."),
        min_value=1,
        max_value=240,
        required=False,
        widget=forms.TextInput(attrs=SHORT),
    )
    season_day = forms.IntegerField(
        label=gettext_lazy("Día en que vence cada año"),
        help_text=gettext_lazy("Solo si vence en una fecha fija."),
        min_value=1,
        max_value=31,
        required=False,
        widget=forms.TextInput(attrs=SHORT),
    )
    season_month = forms.TypedChoiceField(
        label=gettext_lazy("Mes en que vence cada año"),
        choices=[("", gettext_lazy("Ninguno")), *MONTHS.items()],
        coerce=int,
        empty_value=None,
        required=False,
    )
    season_least_months = forms.IntegerField(
        label=gettext_lazy("Meses que vale al menos"),
        help_text=gettext_lazy("Completado poco antes de la fecha fija, vale hasta la siguiente."),
        min_value=0,
        max_value=24,
        required=False,
        widget=forms.TextInput(attrs=SHORT),
    )
    refresh_window_days = forms.IntegerField(
        label=gettext_lazy("Días antes de vencer en que se puede renovar"),
        min_value=0,
        max_value=730,
        initial=90,
        widget=forms.TextInput(attrs=SHORT),
    )
    target_roles = forms.MultipleChoiceField(
        label=gettext_lazy("Para quiénes"),
        choices=Holder.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Lenguas"),
        choices=Language.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    syllabus = forms.CharField(
        label=gettext_lazy("Temario"), widget=forms.Textarea(attrs={"rows": 6}), required=False
    )
    materials = forms.CharField(
        label=gettext_lazy("Materiales"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    manual_version = forms.ModelChoiceField(
        label=gettext_lazy("Edición del manual que sigue"),
        queryset=PublicationVersion.objects.select_related("publication"),
        empty_label=gettext_lazy("Ninguna"),
        required=False,
    )

    def __init__(self, *args: Any, stored: CourseVersion | None = None, **kwargs: Any) -> None:
        if stored:
            kwargs.setdefault("initial", _stored(stored, VersionFacts.__dataclass_fields__))
        super().__init__(*args, **kwargs)
        self.fields["in_use_from"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        """What belongs to another kind of validity is asked for, or left out, by its own field."""
        given = super().clean() or self.cleaned_data
        validity = given.get("validity")
        if validity != CourseVersion.Validity.ROLLING:
            given["valid_months"] = None
        elif not given.get("valid_months") and "valid_months" not in self.errors:
            self.add_error("valid_months", _("Escribe a los cuántos meses vence."))
        if validity != CourseVersion.Validity.SEASON:
            given |= {"season_day": None, "season_month": None, "season_least_months": None}
        elif validity:
            for name, words in (
                ("season_day", _("Escribe el día en que vence.")),
                ("season_month", _("Elige el mes en que vence.")),
            ):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, words)
        if not given.get("needs_test"):
            given["pass_mark"] = None
        elif not given.get("pass_mark") and "pass_mark" not in self.errors:
            self.add_error("pass_mark", _("Con prueba final se pide una nota mínima."))
        return given

    def facts(self) -> VersionFacts:
        given = self.cleaned_data
        several = {name: tuple(given[name]) for name in ("target_roles", "languages")}
        return VersionFacts(**{**given, **several})


def _stored(row: Any, names: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


class RetireForm(PortalForm):
    day = DateField(label=gettext_lazy("Deja de darse el"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = timezone.localdate()


class RequirementForm(PortalForm):
    role = forms.ChoiceField(label=gettext_lazy("Quién"), choices=Holder.choices)
    course = forms.ModelChoiceField(
        label=gettext_lazy("Curso que debe tener"), queryset=Course.objects.none()
    )
    starts_on = DateField(label=gettext_lazy("Desde"))
    reason = forms.CharField(label=gettext_lazy("Por qué se pide"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = Course.objects.taught().filter(renews=None).order_by("name_key")
        self.fields["course"].queryset = courses  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = timezone.localdate()


class RequirementEndForm(PortalForm):
    last_day = DateField(label=gettext_lazy("Último día en que se pide"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = timezone.localdate()


class ExemptionForm(PortalForm):
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Organización"), queryset=Organisation.objects.none()
    )
    reason = forms.CharField(label=gettext_lazy("Por qué no se le pide"), max_length=200)

    def __init__(self, *args: Any, requirement: Requirement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations_to_exempt(requirement)  # type: ignore[attr-defined]
