"""Input of places: a district typed as text, and a mining zone."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from network.base.forms import PortalForm
from network.places.matching import FoundDistrict, folded, place_index
from network.places.models import District, MiningZone


class TypedDistrict(str):
    """What came from the page, as against the code of a stored row."""


class DistrictInput(forms.TextInput):
    """A text box; when the text may mean several districts, also the list to choose from."""

    template_name = "places/district_input.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> TypedDistrict:
        """The choice, when it was made among the candidates of this very text; else the text."""
        text = data.get(name) or ""
        code, _separator, asked = (data.get(f"{name}_elegido") or "").partition("|")
        return TypedDistrict(f"INEI {code}" if code and asked == folded(text) else text)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        found = candidates(str(value or ""))
        context["candidates"] = found if _is_doubtful(str(value or ""), found) else []
        context["asked"] = folded(str(value or ""))
        return context


def candidates(text: str) -> list[FoundDistrict]:
    return place_index().matches(text) if folded(text) else []


def _is_doubtful(text: str, found: list[FoundDistrict]) -> bool:
    return len(found) > 1 or (len(found) == 1 and not place_index().is_exact(text))


class DistrictField(forms.Field):
    """A district as people write it: "Laberinto, Tambopata, Madre de Dios", or a code with its
    scheme. Cleans to the `District`; what may mean several is asked back, never guessed."""

    widget = DistrictInput
    default_error_messages = {
        "required": _("Escribe el distrito."),
        "unknown": _("No encontramos ese distrito. Escribe distrito, provincia y región."),
        "doubtful": _("¿Cuál de estos distritos es? Elige uno o escríbelo completo."),
    }

    def __init__(self, **kwargs: Any) -> None:
        hint = _("Distrito, provincia y región. Ejemplo: Laberinto, Tambopata, Madre de Dios.")
        super().__init__(**{"label": _("Distrito"), "help_text": hint, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "autocomplete": "off", "maxlength": 200}

    def prepare_value(self, value: Any) -> Any:
        """A stored district is shown by its names; what was typed stays as typed, unless it is
        a code or a choice that names one district."""
        if isinstance(value, District):
            return value.path
        if isinstance(value, TypedDistrict):
            found = candidates(value)
            return found[0].path if found and not _is_doubtful(value, found) else value
        stored = place_index().by_code.get(str(value or ""))
        return stored.path if stored else value

    def to_python(self, value: Any) -> District | None:
        if isinstance(value, District):
            return value
        text = str(value or "")
        if not folded(text):
            return None
        found = candidates(text)
        if not found:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        if _is_doubtful(text, found):
            raise ValidationError(self.error_messages["doubtful"], code="doubtful")
        districts = District.objects.select_related("province__department")
        return districts.get(pk=found[0].code)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared by the names shown, so that an ended district is left alone."""
        return folded(str(self.prepare_value(initial) or "")) != folded(
            str(self.prepare_value(data) or "")
        )


class MiningZoneForm(PortalForm):
    name = forms.CharField(label=_("Nombre"), max_length=120)
    kind = forms.ChoiceField(label=_("Tipo"), choices=MiningZone.Kind.choices)
    district = DistrictField()
    note = forms.CharField(label=_("Nota"), max_length=200, required=False)

    @classmethod
    def of(cls, zone: MiningZone, *args: Any) -> "MiningZoneForm":
        return cls(*args, initial={name: getattr(zone, name) for name in cls.base_fields})
