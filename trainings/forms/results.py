"""Input about results: scores typed or pasted, an opinion, a count of opinions on paper."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network.base.forms import DateField, PortalForm
from trainings.actions.results import field_of, over_in_words
from trainings.models import Enrolment, TestScore

Moment = TestScore.Moment
PAPER_MAXIMUM = Decimal(20)
FACES = (
    ("happy", gettext_lazy("Me gustó")),
    ("neutral", gettext_lazy("Más o menos")),
    ("unhappy", gettext_lazy("No me gustó")),
)


class ScoreField(forms.Field):
    """16, 16.5 or 16,5; empty is no score."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"class": "input--score", "inputmode": "decimal", "autocomplete": "off"}
        )
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        text = str(value or "").strip().replace(",", ".")
        if not text:
            return None
        try:
            score = Decimal(text)
        except InvalidOperation as error:
            raise ValidationError(_("Escribe un número, por ejemplo 16 o 16.5.")) from error
        if not score.is_finite() or score.as_tuple().exponent < -2 or score > 9999:  # type: ignore[operator]
            raise ValidationError(_("Escribe un número, por ejemplo 16 o 16.5."))
        return score


class ScoresForm(PortalForm):
    """One box for each woman and moment, named `before-<line>` and `after-<line>`.

    A column pasted as text fills the lines in their order, and stands over what is in their boxes.
    """

    marks_optional = False

    taken_on = DateField(label=gettext_lazy("Día de la prueba"), past=True)
    maximum_before = ScoreField(label=gettext_lazy("Puntaje máximo, entrada"), required=True)
    maximum_after = ScoreField(label=gettext_lazy("Puntaje máximo, salida"), required=True)
    pasted_before = forms.CharField(
        label=gettext_lazy("Columna de la prueba de entrada"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )
    pasted_after = forms.CharField(
        label=gettext_lazy("Columna de la prueba de salida"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )

    reason = forms.CharField(
        label=gettext_lazy("Por qué se corrige"),
        help_text=gettext_lazy("La edición ya se cerró una vez. Lo anterior queda en la historia."),
        max_length=200,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        lines: Iterable[Enrolment],
        asks_reason: bool = False,
        stored: Mapping[tuple[UUID, str], TestScore],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines, self.stored, self.asks_reason = list(lines), stored, asks_reason
        if not asks_reason:
            self.fields["reason"].widget = forms.HiddenInput()
        for moment in Moment:
            known = [s.maximum for (_pk, m), s in stored.items() if m == moment]
            self.fields[f"maximum_{moment}"].initial = max(known, default=PAPER_MAXIMUM)
        days = [score.taken_on for score in stored.values()]
        self.fields["taken_on"].initial = max(days, default=timezone.localdate())
        for line in self.lines:
            for moment in Moment:
                score = stored.get((line.pk, moment))
                self.fields[field_of(line.pk, moment)] = ScoreField(
                    label=f"{line.listed_name}, {moment.label.lower()}",
                    initial=score.score if score else None,
                )

    @property
    def rows(self) -> list[tuple[Enrolment, list[Any]]]:
        """Each woman with her two boxes."""
        return [(line, [self[field_of(line.pk, m)] for m in Moment]) for line in self.lines]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        for moment in Moment:
            maximum = answers.get(f"maximum_{moment}")
            if maximum is not None and maximum <= 0:
                self.add_error(f"maximum_{moment}", _("El máximo es mayor que 0."))
                continue
            self._paste(moment, answers)
            for line in self.lines:
                name = field_of(line.pk, moment)
                score = answers.get(name)
                if score is not None and maximum is not None and not 0 <= score <= maximum:
                    self.add_error(name, over_in_words(maximum))
        return answers

    def _paste(self, moment: str, answers: dict[str, Any]) -> None:
        text = answers.get(f"pasted_{moment}", "")
        values = text.split("\n") if text else []
        if len(values) > len(self.lines):
            sentence = _("La columna tiene %(count)s líneas y la lista %(total)s.")
            words = {"count": len(values), "total": len(self.lines)}
            return self.add_error(f"pasted_{moment}", sentence % words)
        for line, value in zip(self.lines, values, strict=False):
            name = field_of(line.pk, moment)
            try:
                answers[name] = self.fields[name].clean(value)
            except ValidationError as error:
                sentence = f"{line.listed_name}: {error.messages[0]}"
                self.add_error(f"pasted_{moment}", sentence)
        return None

    def scores(self) -> dict[tuple[UUID, str], Decimal | None]:
        """Those that changed."""
        answers, changed = self.cleaned_data, {}
        for line in self.lines:
            for moment in Moment:
                score = answers.get(field_of(line.pk, moment))
                kept = self.stored.get((line.pk, moment))
                is_same = (score, answers[f"maximum_{moment}"] if score is not None else None) == (
                    (kept.score, kept.maximum) if kept else (None, None)
                )
                if not is_same:
                    changed[line.pk, str(moment)] = score
        return changed

    def maximums(self) -> dict[str, Decimal]:
        return {str(m): self.cleaned_data[f"maximum_{m}"] for m in Moment}


class OpinionForm(PortalForm):
    """Three faces and one open line, on a screen that is handed around."""

    face = forms.ChoiceField(
        label=gettext_lazy("¿Cómo te pareció el curso?"),
        choices=FACES,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Elige una cara.")},
    )
    words = forms.CharField(
        label=gettext_lazy("¿Qué mejorarías?"),
        help_text=gettext_lazy("No escribas nombres."),
        max_length=300,
        required=False,
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)


class TallyForm(PortalForm):
    happy_count = forms.IntegerField(
        label=gettext_lazy("Me gustó"), min_value=0, max_value=999, initial=0
    )
    neutral_count = forms.IntegerField(
        label=gettext_lazy("Más o menos"), min_value=0, max_value=999, initial=0
    )
    unhappy_count = forms.IntegerField(
        label=gettext_lazy("No me gustó"), min_value=0, max_value=999, initial=0
    )
    words = forms.CharField(
        label=gettext_lazy("Lo que escribieron"),
        help_text=gettext_lazy("Sin nombres."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    answered_on = DateField(label=gettext_lazy("Día"), past=True)
    client_id = forms.UUIDField(widget=forms.HiddenInput)
