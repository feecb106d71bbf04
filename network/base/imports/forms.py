"""What is asked on the import pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from network.base.contracts import Import
from network.base.forms import PortalForm, VerbatimField

PASTED_NAME = "pegado.txt"


class UploadForm(PortalForm):
    """A file, or cells pasted from Excel; what list it is, if she wants to say so."""

    marks_optional = False  # one of two is asked for, and their labels say so

    file = forms.FileField(
        label=_("Archivo"),
        help_text=_("Excel (.xlsx), LibreOffice (.ods) o .csv, hasta 25 MB."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.csv,.txt"}),
        error_messages={"empty": _("El archivo está vacío. Revisa cuál subiste.")},
    )
    pasted = VerbatimField(
        label=_("O pega aquí las celdas"),
        help_text=_("Cópialas en Excel con su fila de títulos."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    kind = forms.ChoiceField(
        label=_("Qué lista es"),
        required=False,
        help_text=_("Si no lo sabes, déjalo así: se reconoce por los títulos de las columnas."),
    )

    def __init__(self, *args: Any, imports: list[Import], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Que el portal la reconozca")),
            *((one.name, one.title) for one in imports),
        ]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > settings.UPLOAD_MAX_BYTES:
            raise ValidationError(
                gettext("El archivo pesa más de %(size)s MB. Pártelo en dos.")
                % {"size": settings.UPLOAD_MAX_BYTES // 1024**2}
            )
        return file

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("file") and not given.get("pasted", "").strip():
            self.add_error("file", gettext("Elige un archivo o pega las celdas."))
        return given

    def content(self) -> tuple[bytes, str]:
        """The bytes and the name they go by."""
        if file := self.cleaned_data["file"]:
            return file.read(), file.name
        return self.cleaned_data["pasted"].encode(), PASTED_NAME
