"""Answers to check before they are saved: what a valid form understood, in words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from network.base.dates import PartialDate, Precision, day, day_in_words
from network.base.forms import PortalForm
from network.base.phones import phone_in_groups
from network.documents.forms import UploadField

# What the button that was pressed asks for: check the answers, keep them, or (neither) go back.
REVIEW, SAVE = "revisar", "guardar"


def step_of(request: HttpRequest) -> str:
    """Nothing is kept that was not shown first: a POST without a step asks to check."""
    return request.POST.get("paso", REVIEW) if request.method == "POST" else ""


class EvidenceForm(PortalForm):
    """The paper behind what is being kept, asked for last: a file chosen on an earlier page would
    have to be chosen again."""

    evidence = UploadField(required=False)

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].label = label


@dataclass(frozen=True)
class Answer:
    """One field as it was understood. `target` is the control to go back to."""

    key: str
    value: str
    words: str = ""
    target: str = ""


def answers_of(form: forms.Form, *, without: tuple[str, ...] = ()) -> list[Answer]:
    """Every visible field of a valid form, in its order; an empty one says so on the page."""
    return [
        Answer(
            key=force_str(bound.label),
            value=_said(bound.field, form.cleaned_data.get(bound.name)),
            words=_in_words(form.cleaned_data.get(bound.name)),
            target=f"{bound.target}",  # type: ignore[attr-defined]
        )
        for bound in form.visible_fields()
        if bound.name not in without
    ]


def _said(field: forms.Field, value: Any) -> str:
    if value in (None, "", []):
        if isinstance(field, forms.ModelChoiceField):
            return force_str(field.empty_label or "")
        return ""
    if isinstance(value, bool):
        return _("Sí") if value else _("No")
    if isinstance(value, date | PartialDate):
        return day(value)
    if isinstance(value, Model):
        return str(getattr(value, "path", value))
    if isinstance(value, list | tuple | QuerySet):
        return ", ".join(_said(field, one) for one in value)
    if isinstance(field, forms.ChoiceField):
        return force_str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    text = str(value)
    return phone_in_groups(text) if text.startswith("+") else text


def _in_words(value: Any) -> str:
    is_vague = isinstance(value, PartialDate) and value.precision == Precision.YEAR
    return day_in_words(value) if isinstance(value, date | PartialDate) and not is_vague else ""
