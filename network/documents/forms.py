"""The field that takes a file; what is inside is judged when it is stored."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"


class UploadField(forms.FileField):
    """A photo or a PDF. The size is refused here, before anything is read."""

    default_error_messages = {
        "required": gettext_lazy("Elige un archivo."),
        "empty": gettext_lazy("El archivo está vacío."),
        "missing": gettext_lazy("Elige un archivo."),
        "invalid": gettext_lazy("No llegó ningún archivo. Vuelve a elegirlo."),
    }

    def __init__(self, **kwargs: Any) -> None:
        hint = gettext_lazy("Foto (JPG, PNG, WebP) o PDF.")
        super().__init__(**{"label": gettext_lazy("Archivo"), "help_text": hint, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": ACCEPTED}

    def to_python(self, data: Any) -> Any:
        upload = super().to_python(data)
        if upload and upload.size > settings.UPLOAD_MAX_BYTES:
            limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
            raise ValidationError(_("El archivo pesa demasiado: el máximo es %s.") % limit)
        return upload
