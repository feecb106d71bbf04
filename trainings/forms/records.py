"""Input about old paper records."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from network.base.forms import PortalForm
from network.documents.forms import UploadField


class EvidenceForm(PortalForm):
    """The paper, and whether other records stand on the same one."""

    upload = UploadField(label=_("Foto o PDF del papel"))
    for_all = forms.BooleanField(required=False)

    def __init__(self, *args: Any, others: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not others:
            del self.fields["for_all"]
            return
        words = ngettext(
            "También para otro registro con la misma fuente",
            "También para otros %(count)s registros con la misma fuente",
            others,
        )
        self.fields["for_all"].label = words % {"count": others}
