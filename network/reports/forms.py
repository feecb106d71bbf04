"""What a figure is asked for: from when to when."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network.base.forms import DateField, PortalForm


class PeriodForm(PortalForm):
    """Both days are inside; an empty one is open. Its fields are named as the filters of lists."""

    desde = DateField(label=gettext_lazy("Desde"), required=False)
    hasta = DateField(label=gettext_lazy("Hasta"), required=False)

    marks_optional = False

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("desde"), said.get("hasta")
        if first and last and last < first:
            raise ValidationError(_("El periodo termina antes de empezar. Revisa las dos fechas."))
        return said


class SplitForm(PeriodForm):
    corte = forms.ChoiceField(label=gettext_lazy("Partir por"), required=False)

    def __init__(self, *args: Any, splits: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["corte"].choices = [("", _("sin partir")), *splits]  # type: ignore[attr-defined]
