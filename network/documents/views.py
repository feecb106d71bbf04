"""Handing out files: one at a time, only to those who may read them, and on record."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from network.base.access import requires
from network.base.accesslog import Action, record_access
from network.documents.models import Document

# A file is data: nothing in it may run, load or be framed.
INERT = "default-src 'none'; sandbox; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
OWN_PAGES = {None, "same-origin", "none"}


@require_safe
@requires("document_view")
def download(request: HttpRequest, pk: UUID) -> FileResponse:
    """Send the file as an attachment; a page of another site gets nothing, not even an image."""
    if request.headers.get("Sec-Fetch-Site") not in OWN_PAGES:
        raise PermissionDenied
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    try:
        content = default_storage.open(document.stored_name)
    except FileNotFoundError as error:
        raise Http404(_("El archivo ya no está guardado.")) from error
    record_access(
        by=request.user,
        action=Action.DOWNLOAD,
        subject=Document._meta.label_lower,
        subject_id=document.pk,
    )
    return FileResponse(
        content,
        as_attachment=True,
        filename=document.download_name,
        content_type=document.content_type,
        headers={
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": INERT,
            "X-Content-Type-Options": "nosniff",
        },
    )
