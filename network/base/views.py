"""Pages about lists: files to take, background jobs, saved views."""

import logging
from tempfile import TemporaryFile
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from network.base.access import SIGNED_IN, can, ensure, requires
from network.base.accesslog import Action, record_access
from network.base.contracts import Export, declared
from network.base.crypto import SealError
from network.base.dates import day, day_and_hour
from network.base.errors import Refused
from network.base.exporting.background import enqueue_file
from network.base.exporting.csv import csv_blocks
from network.base.exporting.order import FileOrder, order_file
from network.base.exporting.workbook import write_workbook
from network.base.jobs import KINDS, OPEN, offered_jobs, open_result
from network.base.list_forms import FileForm, ViewNameForm
from network.base.listing import kept_query
from network.base.models import Job, SavedView
from network.base.saved import delete_view, rename_view, save_view
from network.base.sealed_files import BLOCK_BYTES
from network.base.tables import Format
from network.base.text import sort_key

log = logging.getLogger(__name__)

# More rows than this make a workbook that takes longer than a page should.
DIRECT_ROWS = 5000
MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _export(name: str) -> Export:
    try:
        return declared("exports")[name]
    except KeyError:
        raise Http404 from None


# --- Files ---------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires("export")
def export(request: HttpRequest, name: str) -> HttpResponseBase:
    """What the file will hold, and for what; then the file itself, or a job that prepares it."""
    declaration = _export(name)
    ensure(request.user, declaration.file_permission)
    form = FileForm(
        request.POST or None,
        export=declaration,
        may_be_personal=can(request.user, declaration.personal_permission),
    )
    if request.method == "POST" and form.is_valid():
        try:
            order = order_file(declaration, query=request.GET, by=request.user, **form.cleaned_data)
            return _delivered(request, order)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    plain = FileOrder(declaration, Format.CSV, request.GET, request.user)
    return render(
        request,
        "base_pages/export.html",
        {
            "export": declaration,
            "form": form,
            "order": plain,
            "back": _list_url(declaration, request.GET.urlencode()),
        },
    )


def _delivered(request: HttpRequest, order: FileOrder) -> HttpResponseBase:
    if order.format == Format.CSV:
        return _as_file(StreamingHttpResponse(csv_blocks(order)), order)
    if order.known_count is None or order.known_count > DIRECT_ROWS:
        enqueue_file(order, again=request.get_full_path())
        messages.success(request, _("Estamos preparando tu archivo. Aquí avisa cuando esté."))
        return redirect("job-list")
    target = TemporaryFile()  # noqa: SIM115  # the response closes it
    order.record(write_workbook(order, target))
    target.seek(0)
    return _as_file(FileResponse(target), order)


def _as_file(response: HttpResponseBase, order: FileOrder) -> HttpResponseBase:
    response["Content-Type"] = MEDIA_TYPES[order.format]
    name = order.file_name(timezone.now())
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- Jobs ----------------------------------------------------------------------------------------
@require_GET
@requires(SIGNED_IN)
def job_list(request: HttpRequest) -> HttpResponse:
    """Her own jobs, newest first, and the lists she may take. It renews itself while one works."""
    jobs = list(Job.objects.filter(owner_id=request.user.pk).order_by("-created_at")[:50])
    may_take = [e for e in declared("exports").values() if can(request.user, e.file_permission)]
    is_fragment = "HX-Request" in request.headers
    template = "base_pages/_jobs.html" if is_fragment else "base_pages/job_list.html"
    context = {
        "jobs": [_job_line(row) for row in jobs],
        "is_working": any(row.state in OPEN for row in jobs),
        "exports": sorted(may_take, key=lambda e: sort_key(force_str(e.title))),
    }
    return render(request, template, context)


def _job_line(row: Job) -> dict[str, Any]:
    """One job as ui/job.html draws it."""
    again = row.params.get("again", "")
    line = {"title": row.title, "detail": _("Pedido el %s") % day_and_hour(row.created_at)}
    if row.state == Job.State.FAILED:
        act = _("Pedir otra vez")
        return line | {"state": "failed", "reason": row.error, "url": again, "act": act}
    if row.state in OPEN:
        state = "running" if row.total_count else "waiting"
        counts = {"id": row.pk, "done": row.done_count, "total": row.total_count}
        return line | {"state": state, **counts}
    if "file" not in row.result:
        return line | {"state": "ready", "url": row.result.get("url", ""), "act": _("Ver")}
    if row.expires_at is None or row.expires_at <= timezone.now():
        return line | {"state": "expired", "when": day(row.expires_at), "url": again}
    return line | {
        "state": "ready",
        "size": filesizeformat(row.result["size"]),
        "until": (day_and_hour if row.result.get("is_personal") else day)(row.expires_at),
        "url": reverse("job-download", args=[row.pk]),
        "act": _("Bajar"),
    }


@require_GET
@requires(SIGNED_IN)
def job_download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file of her own job, if all of it may still be hers to see; any other is not found."""
    row = get_object_or_404(offered_jobs(timezone.now()).filter(owner_id=request.user.pk), pk=pk)
    row.owner = cast(Any, request.user)  # as this session may: a phone code opens no file
    try:
        if not KINDS[row.kind].may_take(row):
            return _not_taken(
                request,
                _("Ese archivo tiene filas que ya no alcanzas a ver. Pide la lista otra vez."),
            )
        content = open_result(row, row.result["file"])
    except (OSError, SealError) as error:
        log.warning("File of job %s cannot be opened: %s", row.pk, type(error).__name__)
        return _not_taken(request, _("Ese archivo ya no se puede abrir. Pide la lista otra vez."))
    record_access(
        by=request.user,
        action=Action.DOWNLOAD,
        subject=row.kind,
        subject_id=row.pk,
        row_count=row.result.get("rows"),
    )
    response = FileResponse(
        content,
        as_attachment=True,
        filename=row.result["file_name"],
        content_type=row.result.get("media_type", MEDIA_TYPES[Format.XLSX]),
        headers={"Content-Length": str(row.result["size"])},
    )
    response.block_size = BLOCK_BYTES
    return response


def _not_taken(request: HttpRequest, reason: str) -> HttpResponse:
    messages.warning(request, reason)
    return redirect("job-list")


# --- Saved views ---------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires(SIGNED_IN)
def view_save(request: HttpRequest) -> HttpResponse:
    """Give the filters of a list a name."""
    declaration = _export(request.GET.get("lista", ""))
    ensure(request.user, declaration.permission)
    query = kept_query(QueryDict(request.GET.get("consulta", "")))
    form = ViewNameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            view = save_view(export=declaration, query=query, by=request.user, **form.cleaned_data)
            messages.success(request, _("Guardamos la vista «%s».") % view.name)
            return redirect(_list_url(declaration, query))
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
    context = {"form": form, "export": declaration, "back": _list_url(declaration, query)}
    return render(request, "base_pages/view_save.html", context)


@require_http_methods(["GET", "POST"])
@requires(SIGNED_IN)
def view_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rename a view of hers, or delete it: the list stays, so that it can be kept again."""
    view = get_object_or_404(SavedView, owner_id=request.user.pk, pk=pk)
    declaration = _export(view.listing)
    form = ViewNameForm(request.POST or None, initial={"name": view.name})
    if request.method == "POST" and request.POST.get("act") == "delete":
        delete_view(view=view)
        messages.success(
            request, _("Borramos la vista «%s». Si fue sin querer, guárdala otra vez.") % view.name
        )
        return redirect(_list_url(declaration, view.query))
    if request.method == "POST" and form.is_valid():
        try:
            rename_view(view=view, **form.cleaned_data)
            return redirect(_list_url(declaration, view.query))
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
    context = {"form": form, "view": view, "back": _list_url(declaration, view.query)}
    return render(request, "base_pages/view_change.html", context)


def _list_url(declaration: Export, query: str) -> str:
    """The page of the list under those filters; a list without page of its own has its file's."""
    name = declaration.list_url_name
    address = reverse(name) if name else reverse("export", args=[declaration.name])
    return f"{address}?{query}" if query else address
