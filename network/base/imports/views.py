"""Three pages: bring the file, look at what would happen, see what happened and take it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from network.base.access import can, requires
from network.base.accesslog import Action, record_access
from network.base.contracts import Import, declared
from network.base.dates import day
from network.base.errors import Refused
from network.base.imports.background import commit_or_enqueue, look_or_enqueue
from network.base.imports.drafts import (
    Draft,
    changed,
    delete_draft,
    find_draft,
    new_draft,
)
from network.base.imports.forms import UploadForm
from network.base.imports.mapping import Plan, plan_as, plan_sheets, remember, with_columns
from network.base.imports.pages import columns_page, review_page
from network.base.imports.reader import open_book
from network.base.imports.template import template_workbook
from network.base.imports.undo import UNDO_DAYS, can_be_undone_until, kept_names, undo_import
from network.base.jobs import OPEN
from network.base.models import ImportBatch, Job

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CORRECTION, DECISION, ANSWER, COLUMN = "celda:", "fila:", "pregunta:", "columna:"
BATCHES_SHOWN = 10
KIND = "lista"  # of the address: which list is meant


def _imports(request: HttpRequest) -> list[Import]:
    """The lists she may bring in, in the order they are written."""
    may = [one for one in declared("imports").values() if can(request.user, one.permission)]
    return sorted(may, key=lambda one: one.order)


def _draft(request: HttpRequest, token: str) -> Draft:
    draft = find_draft(token, owner_id=request.user.pk)
    if draft is None:
        raise Http404
    return draft


def _job(draft: Draft) -> Job | None:
    return Job.objects.filter(pk=draft.job_id).first() if draft.job_id else None


def _own_batches(request: HttpRequest) -> Any:
    return ImportBatch.objects.filter(committed_by=request.user.pk).order_by("-committed_at")


# --- 1. The file ---------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires("import")
def import_start(request: HttpRequest) -> HttpResponse:
    imports = _imports(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, imports=imports, initial={"kind": request.GET.get(KIND, "")})
    if form.is_valid():
        try:
            draft = _received(request, form, imports)
            return redirect("import-review", draft.token)
        except Refused as refusal:
            form.add_error("file" if form.cleaned_data["file"] else "pasted", refusal.message)
    batches = _own_batches(request)[:BATCHES_SHOWN]
    return render(request, "imports/start.html", {"form": form, "batches": batches})


def _received(request: HttpRequest, form: UploadForm, imports: list[Import]) -> Draft:
    content, name = form.content()
    kind = form.cleaned_data["kind"]
    with open_book(content, name) as book:
        if kind:
            chosen = declared("imports")[kind]
            plans = plan_sheets(book.sheets, [chosen], by=request.user)
            plans = plans[:1] or [plan_as(book.sheets[0], chosen)]
        else:
            plans = plan_sheets(book.sheets, imports, by=request.user)
        if not plans:
            raise Refused(_("No se reconoce ninguna columna. Di qué lista es, o usa la plantilla."))
        draft = new_draft(
            content=content,
            file_name=name,
            row_count=sum(book.sheets[plan.sheet].row_count for plan in plans),
            plans=plans,
            unread_sheets=_unread(book.sheets, plans),
            by=request.user,
        )
    return _looked_at(draft, request)


def _unread(sheets: Any, plans: list[Plan]) -> list[str]:
    read = {plan.sheet for plan in plans}
    return [sheet.name for sheet in sheets if sheet.index not in read and sheet.row_count]


def _looked_at(draft: Draft, request: HttpRequest) -> Draft:
    """Look at what would happen, unless a column is missing: then she says first which is which."""
    if any(plan.problems() for plan in draft.plans):
        return draft
    # A look says of each document whether it is on record: it is a search, and leaves its trace.
    record_access(
        by=request.user,
        action=Action.SEARCH,
        subject="+".join(plan.declaration.name for plan in draft.plans),
        field="import",
        row_count=draft.row_count,
    )
    return look_or_enqueue(draft, by=request.user)


@require_GET
@requires("import")
def import_template(request: HttpRequest) -> HttpResponse:
    """Of every list she may bring in, or of the one named in the address."""
    imports = _imports(request)
    chosen = [one for one in imports if one.name == request.GET.get(KIND)]
    response = HttpResponse(template_workbook(chosen or imports), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="plantilla-red-de-mujeres-mineras.xlsx"'
    return response


# --- 2. What would happen ------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires("import")
def import_review(request: HttpRequest, token: str) -> HttpResponse:
    draft = _draft(request, token)
    if done := _own_batches(request).filter(mapping__key=token).first():
        return redirect("import-done", done.pk)
    problem = ""
    if request.method == "POST":
        try:
            return _answered(request, draft)
        except Refused as refusal:
            problem = refusal.message
            draft = _draft(request, token)
    job = _job(draft)
    context = {
        "draft": draft,
        "problem": problem or (job.error if job and job.state == Job.State.FAILED else ""),
        "job": job if job and job.state in OPEN else None,
        "already": _own_batches(request).filter(file_sha256=draft.sha256, undone_at=None).first(),
        "columns": columns_page(draft),
        "undo_until": UNDO_DAYS,
    }
    if draft.preview is not None:
        context |= review_page(draft, request.GET.get("ver", ""))
    if "HX-Request" in request.headers:
        if context["job"] is None:
            response = HttpResponse(status=204)
            response["HX-Refresh"] = "true"
            return response
        return render(request, "imports/_job.html", context)
    return render(request, "imports/review.html", context)


def _answered(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Keep what she corrected and decided; import only what she has seen the result of."""
    corrections = draft.corrections | _posted(request, CORRECTION)
    decisions = draft.decisions | _posted(request, DECISION) | _posted(request, ANSWER)
    shown = {cell["key"]: cell["value"] for row in _rows(draft) for cell in row["cells"]}
    corrections = {
        key: text
        for key, text in corrections.items()
        if key in draft.corrections or text != shown.get(key)
    }
    is_new = (corrections, decisions) != (draft.corrections, draft.decisions)
    if is_new or draft.preview is None:
        draft = changed(draft, corrections=corrections, decisions=decisions)
        draft = _looked_at(draft, request)
        messages.info(request, _("Revisamos otra vez con lo que corregiste."))
        return redirect("import-review", draft.token)
    if request.POST.get("act") != "import":
        return redirect("import-review", draft.token)
    draft, batch_id = commit_or_enqueue(draft, by=request.user)
    return redirect("import-done", batch_id) if batch_id else redirect("import-review", draft.token)


def _rows(draft: Draft) -> list[dict[str, Any]]:
    return draft.preview["rows"] if draft.preview else []


def _posted(request: HttpRequest, prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): text.strip()
        for name, text in request.POST.items()
        if name.startswith(prefix) and isinstance(text, str)
    }


@require_POST
@requires("import")
def import_columns(request: HttpRequest, token: str) -> HttpResponse:
    """What each heading means, as she says; remembered for her next file with these headings."""
    draft = _draft(request, token)
    plans = []
    for plan in draft.plans:
        chosen = [
            request.POST.get(f"{COLUMN}{plan.sheet}:{index}", column)
            for index, column in enumerate(plan.columns)
        ]
        plans.append(with_columns(plan, chosen))
        remember(plans[-1], by=request.user)
    draft = changed(draft, plans=tuple(plans))
    try:
        _looked_at(draft, request)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    return redirect("import-review", token)


@require_POST
@requires("import")
def import_leave(request: HttpRequest, token: str) -> HttpResponse:
    """Nothing is imported; the file is forgotten at once."""
    delete_draft(_draft(request, token))
    messages.info(request, _("No se importó nada. El archivo se borró del portal."))
    return redirect("import-start")


@require_GET
@requires("import")
def import_waiting(request: HttpRequest, token: str) -> HttpResponse:
    """The rows that wait, as a workbook to be mended."""
    draft = _draft(request, token)
    try:
        content = draft.waiting_file()
    except FileNotFoundError:
        raise Http404 from None
    record_access(by=request.user, action=Action.DOWNLOAD, subject="import", subject_id=token)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="filas-que-esperan.xlsx"'
    return response


# --- 3. What happened ----------------------------------------------------------------------------
@require_GET
@requires("import")
def import_done(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = get_object_or_404(_own_batches(request), pk=pk)
    token = batch.mapping.get("key", "")
    waits = batch.counts["parked"] + batch.counts["refused"]
    kinds = [declared("imports")[name] for name in batch.name.split("+")]
    context = {
        "batch": batch,
        "imported": batch.counts["read"] - waits,
        "waits": waits,
        "draft": find_draft(token, owner_id=request.user.pk) if waits and token else None,
        "lists": [(one.title, reverse(one.list_url_name)) for one in kinds if one.list_url_name],
        "undo_until": day(can_be_undone_until(batch)),
        "kept": kept_names(batch) if batch.undone_at else [],
    }
    return render(request, "imports/done.html", context)


@require_POST
@requires("import")
def import_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = get_object_or_404(_own_batches(request), pk=pk)
    try:
        undo_import(batch=batch, by=request.user)
        messages.success(request, _("Deshicimos la importación."))
    except Refused as refusal:
        messages.warning(request, refusal.message)
    return redirect("import-done", pk)
