"""Forms about lists: the name of a saved view, and what a file is to hold and be for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from network.base.contracts import Export
from network.base.forms import PortalForm
from network.base.purposes import FilePurpose
from network.base.tables import Format

FORMATS = (
    (Format.XLSX, _("Excel, con diccionario de columnas")),
    (Format.CSV, _("CSV, para listas muy largas u otros programas")),
)


class ViewNameForm(PortalForm):
    name = forms.CharField(
        label=_("Nombre de la vista"),
        help_text=_("Por ejemplo: «Pallaqueras de Puno»."),
        max_length=60,
        error_messages={"required": _("Escribe un nombre para la vista.")},
    )


class FileForm(PortalForm):
    """The purpose is asked only of those who may take personal data, and only if they take it."""

    format = forms.ChoiceField(
        label=_("Formato"), choices=FORMATS, initial=Format.XLSX, widget=forms.RadioSelect
    )
    is_personal = forms.BooleanField(
        label=_("Incluir datos personales"),
        help_text=_(
            "Nombres, documento, teléfono, nacimiento. Sin marcar, esas columnas no están."
        ),
        required=False,
    )
    purpose = forms.ChoiceField(
        label=_("Para qué es el archivo"),
        choices=[("", _("Elige…")), *FilePurpose.choices],
        required=False,
        help_text=_("Solo si incluye datos personales. Queda en el registro de accesos."),
    )
    purpose_words = forms.CharField(
        label=_("Cuéntalo con tus palabras"),
        help_text=_("Por ejemplo: asamblea del 28/11/2026 en Laberinto."),
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, export: Export, may_be_personal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marks_optional = False
        if not (may_be_personal and export.has_personal):
            for name in ("is_personal", "purpose", "purpose_words"):
                del self.fields[name]
