"""Input about the sessions of an edition."""

from collections.abc import Sequence
from datetime import time
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Person
from network.base.forms import DateField, PortalForm
from network.base.ids import new_id
from trainings.actions.planning import KEEP, WITHDRAW, SessionFacts, repeated
from trainings.models import Edition, EditionTrainer, Session

MOST_SESSIONS = 20


class HourField(forms.TimeField):
    """An hour typed as 9:00 or 14:30; also 9 or 14.30."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(
            format="%H:%M",
            attrs={"class": "input--short", "inputmode": "numeric", "autocomplete": "off"},
        )
        messages = {"invalid": gettext_lazy("Escribe la hora así: 9:00 o 14:30.")}
        kwargs = {"widget": widget, "error_messages": messages, **kwargs}
        super().__init__(input_formats=["%H:%M", "%H.%M", "%H"], **kwargs)


def hours_field() -> forms.DecimalField:
    return forms.DecimalField(
        label=gettext_lazy("Horas previstas"),
        help_text=gettext_lazy("Las que cuentan para completar. No pasan de lo que dura."),
        max_digits=4,
        decimal_places=2,
        validators=[
            MinValueValidator(Decimal("0.25"), gettext_lazy("Un cuarto de hora al menos."))
        ],
        widget=forms.NumberInput(attrs={"class": "input--short", "step": "0.25"}),
        error_messages={"invalid": gettext_lazy("Escribe las horas con números.")},
    )


class TrainerChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return obj.full_name


def trainer_field() -> TrainerChoice:
    return TrainerChoice(
        Person.objects.none(),
        label=gettext_lazy("Formadora"),
        empty_label=gettext_lazy("Todas las de la edición"),
        required=False,
    )


def trainers_of(edition: Edition, kept: Session | None = None) -> Any:
    """Those of the edition who are on record; and whoever gives the session already."""
    teaching = EditionTrainer.objects.filter(edition=edition).values("person")
    people = Person.objects.on_record().filter(pk__in=teaching)
    if kept and kept.trainer_id:
        people |= Person.objects.filter(pk=kept.trainer_id)
    return people.order_by("name_key")


class _TimesForm(PortalForm):
    """A session ends after it starts, and counts no more hours than it lasts."""

    held_on = DateField(label=gettext_lazy("Día"))
    starts_at = HourField(label=gettext_lazy("Desde las"))
    ends_at = HourField(label=gettext_lazy("Hasta las"))
    planned_hours = hours_field()

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        self._check_hours(answers, "starts_at", "ends_at")
        return answers

    def _check_hours(self, answers: dict[str, Any], start: str, end: str) -> None:
        starts, ends, hours = answers.get(start), answers.get(end), answers.get("planned_hours")
        if not (starts and ends):
            return
        if ends <= starts:
            self.add_error(end, _("La sesión no puede terminar antes de empezar."))
        elif hours and hours > _length(starts, ends):
            self.add_error("planned_hours", _("Las horas no pasan de lo que dura la sesión."))


def _length(starts: time, ends: time) -> Decimal:
    minutes = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
    return Decimal(minutes) / 60


class SessionForm(_TimesForm):
    """`id` is minted with the page: sent twice, it is one session."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    topic = forms.CharField(label=gettext_lazy("Tema"), max_length=160, required=False)
    trainer = trainer_field()

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        first = {"id": new_id(), "held_on": edition.starts_on}
        super().__init__(*args, initial=first, **kwargs)
        self.fields["trainer"].queryset = trainers_of(edition)  # type: ignore[attr-defined]

    def first(self) -> SessionFacts:
        names = ("held_on", "starts_at", "ends_at", "planned_hours", "topic", "trainer")
        return SessionFacts(**{name: self.cleaned_data[name] for name in names})


class SessionsForm(SessionForm):
    """Several alike: each week or each day, and a second one on the same days."""

    WEEKLY, DAILY = 7, 1

    count = forms.IntegerField(
        label=gettext_lazy("Cuántas veces"),
        min_value=1,
        max_value=MOST_SESSIONS,
        widget=forms.NumberInput(attrs={"class": "input--short"}),
        error_messages={
            "invalid": gettext_lazy("Escribe un número."),
            "max_value": gettext_lazy("Se agregan 20 de una vez, lo más."),
            "min_value": gettext_lazy("Una vez al menos."),
        },
    )
    every = forms.TypedChoiceField(
        label=gettext_lazy("Cada cuánto"),
        choices=[(WEEKLY, gettext_lazy("Cada semana")), (DAILY, gettext_lazy("Cada día"))],
        coerce=int,
    )
    second_starts_at = HourField(
        label=gettext_lazy("Otra el mismo día, desde las"),
        help_text=gettext_lazy("Para dos sesiones por día. Vacío: una por día."),
        required=False,
    )
    second_ends_at = HourField(label=gettext_lazy("hasta las"), required=False)

    field_order = [
        "held_on",
        "starts_at",
        "ends_at",
        "second_starts_at",
        "second_ends_at",
        "planned_hours",
        "count",
        "every",
        "topic",
        "trainer",
    ]

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        starts, ends = answers.get("second_starts_at"), answers.get("second_ends_at")
        missing = "second_ends_at" if starts and not ends else "second_starts_at"
        if bool(starts) != bool(ends) and not self.errors:
            self.add_error(missing, _("Escribe desde y hasta qué hora es la segunda."))
        self._check_hours(answers, "second_starts_at", "second_ends_at")
        return answers

    def all(self) -> Sequence[SessionFacts]:
        answers, first = self.cleaned_data, self.first()
        alike = repeated(first, count=answers["count"], every_days=answers["every"])
        if not answers["second_starts_at"]:
            return alike
        times = {
            "starts_at": answers["second_starts_at"],
            "ends_at": answers["second_ends_at"],
        }
        second = [SessionFacts(**{**vars(one), **times}) for one in alike]
        return sorted([*alike, *second], key=lambda one: (one.held_on, one.starts_at))


class SessionEditForm(PortalForm):
    topic = forms.CharField(label=gettext_lazy("Tema"), max_length=160, required=False)
    planned_hours = hours_field()
    trainer = trainer_field()

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        first = {name: getattr(session, name) for name in ("topic", "planned_hours", "trainer")}
        super().__init__(*args, initial=first, **kwargs)
        people = trainers_of(session.edition, session)
        self.fields["trainer"].queryset = people  # type: ignore[attr-defined]


class SessionMoveForm(_TimesForm):
    with_marks = forms.ChoiceField(
        label=gettext_lazy("Las marcas ya hechas"),
        help_text=gettext_lazy("Si esas marcas son de otro día, no la muevas: agrega otra sesión."),
        choices=(
            (KEEP, gettext_lazy("se quedan con la sesión movida")),
            (WITHDRAW, gettext_lazy("se retiran (quedan en la historia)")),
        ),
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, session: Session, marks: int, **kwargs: Any) -> None:
        names = ("held_on", "starts_at", "ends_at", "planned_hours")
        super().__init__(*args, initial={n: getattr(session, n) for n in names}, **kwargs)
        if not marks:
            del self.fields["with_marks"]
