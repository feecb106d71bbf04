"""Pages of old paper records: the list, one of them with its source, and its verification."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import Permission, scope_of
from members.models import Person
from members.requests import SignedInRequest
from network.base.access import can, ensure, requires
from network.base.dates import PartialDate
from network.base.errors import Refused
from network.base.historylog import Trail, history_of, newest_lines
from network.base.listing import listing_page
from network.documents.models import Document
from trainings.actions import records as actions
from trainings.actions.completions import void_completion
from trainings.editions import crumbs_of
from trainings.exports.records import TRAINING_RECORDS
from trainings.forms.completions import VoidForm
from trainings.forms.records import EvidenceForm
from trainings.models import Completion
from trainings.transcripts import said

RECENT_LINES = 10


@require_safe
@requires(Permission.ROSTER_VIEW)
def record_list(request: SignedInRequest) -> HttpResponse:
    context = {"listing": listing_page(request, TRAINING_RECORDS), "crumbs": crumbs_of()[:1]}
    return render(request, "trainings/training_record_list.html", context)


def _record(request: SignedInRequest, pk: UUID) -> Completion:
    rows = Completion.objects.visible_to(request.user).papers()
    rows = rows.select_related("person", "course", "organisation", "approved_by", "evidence")
    found: Completion = get_object_or_404(rows, pk=pk)
    return found


@require_safe
@requires(Permission.ROSTER_VIEW)
def record_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record = _record(request, pk)
    papers = Document.objects.visible_to(request.user)
    evidence = papers.filter(pk=record.evidence_id).first() if record.evidence_id else None
    context = {
        "record": record,
        "when": PartialDate(record.completed_on, record.completed_precision).words(),
        "hours": "" if record.hours is None else said(record.hours),
        "is_valid": record.is_valid_on(timezone.localdate()),
        "evidence": evidence,
        "crumbs": _crumbs(),
        "history": _history(request, record),
    }
    return render(request, "trainings/training_record_detail.html", context)


def _crumbs(record: Completion | None = None) -> list[tuple[str, str]]:
    way = [*crumbs_of()[:1], (_("Registros en papel"), reverse("training-record-list"))]
    if record is not None:
        way.append((str(record), reverse("training-record-detail", args=[record.pk])))
    return way


def _history(request: SignedInRequest, record: Completion) -> Any:
    if not can(request.user, Permission.HISTORY_VIEW):
        return []
    lines = history_of(
        [Trail(Completion, {"pk": record.pk}, is_record=True)],
        named={Person: Person.objects.visible_to(request.user)},
    )
    return newest_lines(lines, RECENT_LINES)


@require_POST
@requires(Permission.COMPLETION_APPROVE)
def record_verify(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record = _record(request, pk)
    ensure(request.user, Permission.COMPLETION_APPROVE, record)
    is_doubt = request.POST.get("act") == "doubt"
    try:
        if is_doubt:
            actions.doubt_record(record=record, by=request.user)
            messages.success(request, _("Vuelve a contarse aparte, sin verificar."))
        else:
            actions.verify_record(record=record, by=request.user)
            messages.success(request, _("Verificado: desde ahora cuenta como los demás."))
    except Refused as refusal:
        messages.warning(request, refusal.message)
    return redirect("training-record-detail", pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.IMPORT)
def record_evidence(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record = _record(request, pk)
    ensure(request.user, Permission.IMPORT, record)
    others = _same_source(request, record)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = EvidenceForm(*sent, others=others.count())
    if form.is_valid():
        shared = others if form.cleaned_data.get("for_all") else None
        try:
            actions.add_evidence(
                record=record, upload=form.cleaned_data["upload"], by=request.user, others=shared
            )
        except Refused as refusal:
            form.add_error("upload", refusal.message)
        else:
            messages.success(request, _("El papel quedó guardado con el registro."))
            return redirect("training-record-detail", pk)
    return render(
        request,
        "trainings/training_record_evidence.html",
        {
            "form": form,
            "title": _("Subir el papel"),
            "lead": record.source,
            "crumbs": _crumbs(record),
            "back": reverse("training-record-detail", args=[pk]),
        },
    )


def _same_source(request: SignedInRequest, record: Completion) -> Any:
    """Other unverified records that name the same paper, of those she may bring in."""
    rows = Completion.objects.within(scope_of(request.user, Permission.IMPORT)).named().papers()
    if not record.source:
        return rows.none()
    return rows.filter(source=record.source, is_verified=False).exclude(pk=record.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.COMPLETION_APPROVE)
def record_void(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record = _record(request, pk)
    ensure(request.user, Permission.COMPLETION_APPROVE, record)
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            void_completion(completion=record, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Registro anulado: ya no cuenta en ninguna parte."))
            return redirect("training-record-list")
    return render(
        request,
        "trainings/form.html",
        {
            "form": form,
            "title": _("Anular el registro"),
            "lead": str(record),
            "crumbs": _crumbs(record),
            "save": _("Anular el registro"),
            "back": reverse("training-record-detail", args=[pk]),
        },
    )
