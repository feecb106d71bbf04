"""Imports too long for a page: the same steps, as jobs with progress."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from network.base.errors import Refused
from network.base.imports.drafts import Draft, changed, find_draft
from network.base.imports.preview import look, run_draft
from network.base.jobs import Work, enqueue, job

# More rows than this are looked at, and imported, in the background.
DIRECT_ROWS = 500


def look_or_enqueue(draft: Draft, *, by: Any) -> Draft:
    """A short list is looked at now; for a long one the draft says which job is at it."""
    if draft.row_count <= DIRECT_ROWS:
        return look(draft, by=by)
    return _enqueued(draft, "import-preview", _("Revisar «%s»") % draft.file_name, by)


def commit_or_enqueue(draft: Draft, *, by: Any) -> tuple[Draft, UUID | None]:
    """Import a short list now and answer with the batch; a long one becomes a job."""
    if draft.row_count <= DIRECT_ROWS:
        return draft, commit_draft(draft, by=by)
    return _enqueued(draft, "import-commit", _("Importar «%s»") % draft.file_name, by), None


def commit_draft(draft: Draft, *, by: Any, work: Work | None = None) -> UUID | None:
    """The token of the draft makes it happen once, however often it is asked for."""
    progress = work.progress if work else None
    _gathered, result = run_draft(draft, by=by, commit=True, progress=progress, key=draft.token)
    return result.batch_id


def _enqueued(draft: Draft, kind: str, title: str, by: Any) -> Draft:
    again = reverse("import-review", args=[draft.token])
    params = {"token": draft.token, "again": again}
    # The job starts when this is in, and finds the draft that knows of it.
    with transaction.atomic():
        row = enqueue(kind=kind, title=title, params=params, owner=by)
        return changed(draft, job_id=str(row.pk), preview=draft.preview)


@job("import-preview")
def preview_job(work: Work) -> dict[str, Any]:
    draft = _draft(work)
    look(draft, by=work.job.owner, progress=work.progress)
    return {"url": reverse("import-review", args=[draft.token])}


@job("import-commit")
def commit_job(work: Work) -> dict[str, Any]:
    batch_id = commit_draft(_draft(work), by=work.job.owner, work=work)
    return {"url": reverse("import-done", args=[batch_id])}


def _draft(work: Work) -> Draft:
    draft = find_draft(work.params["token"], owner_id=work.job.owner_id)
    if draft is None:
        raise Refused(_("El archivo se borró después de un día. Súbelo otra vez."))
    return draft
