"""What every form of the portal shares: how a field is drawn, tidied and read.

Forms validate and normalise; they never save. All of them, allauth's too, are drawn by
templates/ui/field.html through `PortalFormRenderer`.
"""

import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network.base.dates import (
    PartialDate,
    day_in_words,
    parse_day,
    parse_partial,
)
from network.base.errors import Refused
from network.base.phones import parse_phone, phone_in_groups


def tidy(text: str) -> str:
    """One form for one text: composed accents (NFC), single spaces, no blank ends; lines stay."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\u00a0", " ")
    lines = [" ".join(part for part in line.split(" ") if part) for line in text.split("\n")]
    return "\n".join(lines).strip("\n ")


def refuse_control_characters(text: str) -> None:
    """Invisible characters come from broken copies; a name or a code must not carry them."""
    if any(unicodedata.category(char) == "Cc" and char != "\n" for char in text):
        raise ValidationError(
            _("El texto trae caracteres invisibles. Bórralo y escríbelo otra vez."), code="control"
        )


class PortalBoundField(BoundField):
    """A field with the portal's classes, its hint, error and echo wired to the control."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        classes = [widget.attrs.get("class", ""), _control_class(widget)]
        if joined := " ".join(filter(None, classes)):
            attrs["class"] = joined
        return attrs

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby
        if self.echo and described is not None:
            return f"{described} {self.echo_id}".strip()
        return described

    @property
    def data(self) -> Any:
        value = super().data
        if isinstance(value, str) and getattr(self.form, "tidies", lambda field: False)(self.field):
            return tidy(value)
        return value

    @property
    def is_optional(self) -> bool:
        """Optional fields are the ones marked; a single box to tick needs no mark, nor does one
        of several of which some must be filled (`is_asked`)."""
        marks = getattr(self.form, "marks_optional", True)
        is_asked = self.field.required or getattr(self.field, "is_asked", False)
        return marks and not is_asked and not self.is_checkbox

    @property
    def is_checkbox(self) -> bool:
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def echo_id(self) -> str:
        return f"{self.auto_id}_echo"

    @property
    def echo_kind(self) -> str:
        return getattr(self.field, "echo_kind", "")

    @cached_property
    def echo(self) -> str:
        """What we understood, in words, so that a wrong date is seen before it is saved."""
        read = getattr(self.field, "echo", None)
        return "" if read is None or self.errors else read(self.value())

    @property
    def target(self) -> str:
        """The id an error summary links to: the first box when there are several."""
        if not self.use_fieldset:
            return self.id_for_label
        return self.subwidgets[0].id_for_label if self.subwidgets else self.auto_id


def _control_class(widget: forms.Widget) -> str:
    boxes = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)
    if isinstance(widget, boxes):
        return "choice__box"
    return "" if widget.is_hidden or isinstance(widget, forms.MultiWidget) else "input"


class PortalFormRenderer(TemplatesSetting):
    form_template_name = "ui/form.html"
    formset_template_name = "ui/formset.html"
    field_template_name = "ui/field.html"
    bound_field_class = PortalBoundField


class _Portal:
    """The server validates: browsers say "fill in this field" in the wrong language."""

    use_required_attribute = False
    marks_optional = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _missing(field, name)
            if self.tidies(field):
                field.validators = [refuse_control_characters, *field.validators]

    def tidies(self, field: forms.Field) -> bool:
        return (
            isinstance(field, forms.CharField)
            and not isinstance(field, forms.JSONField | forms.UUIDField | VerbatimField)
            and not isinstance(field.widget, forms.PasswordInput)
        )


def _missing(field: forms.Field, name: str) -> str:
    """Which field, so that each line of the error summary says something different."""
    label = {"label": field.label or name}
    if isinstance(field, forms.ChoiceField):
        return _("Elige «%(label)s».") % label
    return _("Falta «%(label)s».") % label


class PortalForm(_Portal, forms.Form):
    pass


class PortalModelForm(_Portal, forms.ModelForm):
    pass


class VerbatimField(forms.CharField):
    """Text kept as it was pasted: cells with their tabs, codes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"strip": False, **kwargs})


class DateField(forms.DateField):
    """A day typed as 28/11/2026. With `past=True` a day still to come is refused."""

    echo_kind = "date"
    default_error_messages = {"required": gettext_lazy("Escribe la fecha.")}

    def __init__(self, *, past: bool = False, **kwargs: Any) -> None:
        self.past = past
        widget = forms.DateInput(
            format="%d/%m/%Y",
            attrs={"class": "input--short", "inputmode": "numeric", "autocomplete": "off"},
        )
        super().__init__(**{"widget": widget, **kwargs})

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return super().to_python(value)
        try:
            day = parse_day(str(value), latest=_today_if(self.past))
        except Refused as error:
            raise ValidationError(str(error), code="invalid") from error
        _refuse_future(day, self.past)
        return day

    def echo(self, value: Any) -> str:
        return _words_of(self, value)


class PartialDateField(forms.Field):
    """A day, a month or only a year; cleans to a `PartialDate`."""

    echo_kind = "date"
    default_error_messages = {"required": gettext_lazy("Escribe la fecha. Vale solo el año.")}

    def __init__(self, *, past: bool = False, **kwargs: Any) -> None:
        self.past = past
        widget = forms.TextInput(attrs={"class": "input--short", "autocomplete": "off"})
        super().__init__(**{"widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, PartialDate) else value

    def to_python(self, value: Any) -> PartialDate | None:
        if value in self.empty_values or isinstance(value, PartialDate):
            return value or None
        try:
            partial = parse_partial(str(value), latest=_today_if(self.past))
        except Refused as error:
            raise ValidationError(str(error), code="invalid") from error
        _refuse_future(partial.date, self.past)
        return partial

    def echo(self, value: Any) -> str:
        return _words_of(self, value)


def _today_if(past: bool) -> date | None:
    return timezone.localdate() if past else None


def _refuse_future(day: date, past: bool) -> None:
    if past and day > timezone.localdate():
        raise ValidationError(_("Esa fecha todavía no llega. Revisa el año."), code="future")


def _words_of(field: DateField | PartialDateField, value: Any) -> str:
    try:
        return day_in_words(field.to_python(value))
    except ValidationError:
        return ""


class PhoneField(forms.CharField):
    """A phone number as people write it; cleans to E.164 (+51951000720)."""

    widget = forms.TelInput
    default_error_messages = {"required": gettext_lazy("Escribe el teléfono.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = {"class": "input--short", "inputmode": "tel", "autocomplete": "off"}
        return {**super().widget_attrs(widget), **attrs}

    def prepare_value(self, value: Any) -> Any:
        return phone_in_groups(value) if isinstance(value, str) and value[:1] == "+" else value

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return parse_phone(text)
        except Refused as error:
            raise ValidationError(str(error), code="invalid") from error
