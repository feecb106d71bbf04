"""Pages of certificates for staff: the list, one of them, those of an edition, who signs."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from members.access import Permission, scope_of
from members.forms.answers import SAVE, step_of
from members.requests import SignedInRequest
from network.base.access import can, ensure, requires
from network.base.accesslog import Action, record_access
from network.base.errors import Refused
from network.base.listing import listing_page
from trainings.actions import certificates as actions
from trainings.certificate_pdf import certificate_pdf
from trainings.certificates import (
    Content,
    copies_of,
    is_intact,
    issuable,
    signatories_on,
    signing,
)
from trainings.editions import edition_head
from trainings.exports.certificates import CERTIFICATES
from trainings.forms.certificates import (
    IssueForm,
    ReissueForm,
    RevokeForm,
    SignatoryEndForm,
    SignatoryForm,
    label_of,
)
from trainings.issuing import enqueue_batch
from trainings.models import Certificate, Completion, Edition, Signatory
from trainings.views.checks import base_of
from trainings.views.editions import edition_in_reach

Answer = Certificate.Answer
# How each answer is shown in a pill.
PILLS = {
    Answer.VALID: "done",
    Answer.EXPIRED: "late",
    Answer.REPLACED: "none",
    Answer.ANNULLED: "none",
}


@require_GET
@requires(Permission.ROSTER_VIEW)
def certificate_list(request: SignedInRequest) -> HttpResponse:
    listing = listing_page(request, CERTIFICATES)
    return render(request, "trainings/certificate_list.html", {"listing": listing})


def _certificate(request: SignedInRequest, pk: UUID) -> Certificate:
    rows = Certificate.objects.visible_to(request.user).select_related(
        "completion__person",
        "completion__enrolment__edition__version__course",
        "issued_by",
        "revoked_by",
    )
    return get_object_or_404(rows, pk=pk)


def _paper(request: SignedInRequest, certificate: Certificate) -> bytes:
    content = Content.of(certificate.content)
    return certificate_pdf(content, code=certificate.code, base_url=base_of(request))


def _crumbs(certificate: Certificate | None = None) -> list[tuple[str, str]]:
    crumbs = [(_("Constancias"), reverse("certificate-list"))]
    if certificate:
        address = reverse("certificate-detail", args=[certificate.pk])
        crumbs.append((certificate.printed_code, address))
    return crumbs


@require_GET
@requires(Permission.ROSTER_VIEW)
def certificate_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    today = timezone.localdate()
    if address := _public_answer(request, pk):
        return redirect(address)
    certificate = _certificate(request, pk)
    answer = certificate.answer_on(today)
    address = base_of(request) + reverse("certificate-check", args=[certificate.printed_code])
    copies = list(copies_of(certificate).select_related("issued_by", "revoked_by"))
    context = {
        "certificate": certificate,
        "content": Content.of(certificate.content),
        "answer": answer,
        "pill": PILLS[answer],
        "is_intact": is_intact(certificate),
        "copies": [(copy, PILLS[copy.answer_on(today)], copy.answer_on(today)) for copy in copies],
        "check_url": address,
        "share_url": _share_url(certificate, address),
        "size": len(_paper(request, certificate)),
        "is_current": answer in {Answer.VALID, Answer.EXPIRED},
        "crumbs": _crumbs(),
    }
    return render(request, "trainings/certificate_detail.html", context)


def _public_answer(request: SignedInRequest, pk: UUID) -> str:
    """Of one in her reach whose woman left the record, lists keep the row: where it leads."""
    reach = scope_of(request.user, Permission.ROSTER_VIEW)
    found = Certificate.objects.within(reach).filter(pk=pk)
    unnamed = found.exclude(pk__in=found.named().values("pk")).first()
    return reverse("certificate-check", args=[unnamed.printed_code]) if unnamed else ""


def _share_url(certificate: Certificate, address: str) -> str:
    said = {"course": Content.of(certificate.content).course, "url": address}
    words = _("Esta es tu constancia de «%(course)s». Cualquiera puede comprobarla aquí: %(url)s")
    return f"https://wa.me/?{urlencode({'text': words % said})}"


@require_GET
@requires(Permission.ROSTER_VIEW)
def certificate_paper(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The PDF holds her whole name: who took it stays written."""
    certificate = _certificate(request, pk)
    paper = _paper(request, certificate)
    record_access(
        by=request.user,
        action=Action.DOWNLOAD,
        subject=certificate._meta.label_lower,
        subject_id=certificate.pk,
    )
    response = HttpResponse(paper, content_type="application/pdf")
    name = f"{certificate.printed_code}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "POST"])
@requires(Permission.CERTIFICATE_ISSUE)
def certificate_reissue(request: SignedInRequest, pk: UUID) -> HttpResponse:
    certificate = _certificate(request, pk)
    ensure(request.user, Permission.CERTIFICATE_ISSUE, certificate)
    form = ReissueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            copy = actions.reissue_certificate(
                certificate=certificate, by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            words = {"copy": copy.copy, "code": copy.printed_code}
            messages.success(request, _("Duplicado n.º %(copy)s emitido: %(code)s.") % words)
            return redirect("certificate-detail", copy.pk)
    person, content = certificate.completion.person, Content.of(certificate.content)
    context = {
        "form": form,
        "title": _("Hacer un duplicado con el nombre corregido"),
        "lead": _("En la constancia dice «%(old)s»; hoy en su ficha dice «%(new)s».")
        % {"old": content.name, "new": person.full_name},
        "effects": [
            _("El duplicado lleva el mismo número y un código nuevo."),
            _("El código anterior responderá «reemplazada» y llevará al nuevo."),
        ],
        "act": _("Emitir el duplicado"),
        "back": reverse("certificate-detail", args=[certificate.pk]),
        "crumbs": _crumbs(certificate),
    }
    return render(request, "trainings/certificate_form.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.CERTIFICATE_REVOKE)
def certificate_revoke(request: SignedInRequest, pk: UUID) -> HttpResponse:
    certificate = _certificate(request, pk)
    ensure(request.user, Permission.CERTIFICATE_REVOKE, certificate)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.revoke_certificate(
                certificate=certificate, by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            said = {"code": certificate.printed_code}
            messages.success(request, _("La constancia %(code)s quedó anulada.") % said)
            return redirect("certificate-detail", certificate.pk)
    context = {
        "form": form,
        "title": _("Anular la constancia %(code)s") % {"code": certificate.printed_code},
        "lead": Content.of(certificate.content).name,
        "effects": [
            _("Su código seguirá respondiendo: dirá «anulada», el día y el motivo."),
            _(
                "Si era de otra persona, o no cumplía lo que pide el curso, se anula también que"
                " completó. Por otro motivo, completó igual y se le puede emitir otra."
            ),
            _("No se puede deshacer."),
        ],
        "act": _("Anular la constancia"),
        "back": reverse("certificate-detail", args=[certificate.pk]),
        "crumbs": _crumbs(certificate),
    }
    return render(request, "trainings/certificate_form.html", context)


# --- Of an edition -------------------------------------------------------------------------------
def _due(request: SignedInRequest, edition: Edition) -> Any:
    """Who may get one now, among those she reaches."""
    reached = Completion.objects.visible_to(request.user).values("pk")
    rows = issuable(edition).filter(pk__in=reached).select_related("person", "organisation")
    return rows.order_by("person__name_key", "pk")


@require_GET
@requires(Permission.ROSTER_VIEW)
def edition_certificates(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk)
    due = list(_due(request, edition))
    may_issue = bool(due) and can(request.user, Permission.CERTIFICATE_ISSUE, edition)
    context = edition_head(request, edition) | {
        "due": due,
        "form": _issue_form(request, edition, due) if may_issue else None,
        "held": _held(request, edition),
        "issue_words": _issue_words(len(due)),
    }
    return render(request, "trainings/edition_certificates.html", context)


def _issue_form(request: SignedInRequest, edition: Edition, due: list[Any]) -> IssueForm:
    """All are chosen, but those whose certificate was annulled: whoever wants another, says so."""
    chosen = [row for row in due if not row.was_annulled]
    return IssueForm(completions=_due(request, edition), initial={"completions": chosen})


def _held(request: SignedInRequest, edition: Edition) -> list[tuple[Certificate, str, Answer]]:
    rows = Certificate.objects.visible_to(request.user).current()
    rows = rows.filter(completion__enrolment__edition=edition)
    rows = rows.select_related("completion__person", "completion__organisation")
    today = timezone.localdate()
    return [
        (row, PILLS[row.answer_on(today)], row.answer_on(today))
        for row in rows.order_by("completion__person__name_key", "pk")
    ]


def _issue_words(count: int) -> str:
    said = ngettext("Emitir %(count)s constancia", "Emitir %(count)s constancias", count)
    return said % {"count": count}


@require_http_methods(["GET", "POST"])
@requires(Permission.CERTIFICATE_ISSUE)
def certificates_issue(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What will be issued, to be looked at; then the job that issues and prints."""
    edition = edition_in_reach(request, pk, Permission.CERTIFICATE_ISSUE)
    page = reverse("edition-certificates", args=[edition.pk])
    due = _due(request, edition)
    form = IssueForm(request.POST or None, completions=due)
    if request.method == "GET":
        return redirect(page)
    if not due.exists():
        messages.warning(request, _("Todas las que tienen derecho ya tienen su constancia."))
        return redirect(page)
    if form.is_valid():
        chosen = list(form.cleaned_data["completions"])
        if step_of(request) == SAVE:
            enqueue_batch(
                completions=chosen,
                title=_("Constancias: %(edition)s") % {"edition": edition},
                by=request.user,
                base_url=base_of(request),
                again=page,
            )
            messages.success(
                request, _("Estamos emitiendo las constancias. Aquí avisa cuando esté el ZIP.")
            )
            return redirect("job-list")
        return render(
            request,
            "trainings/certificates_issue.html",
            edition_head(request, edition) | _preview(edition, chosen, page),
        )
    context = edition_head(request, edition) | {
        "form": form,
        "due": list(due),
        "held": _held(request, edition),
        "issue_words": _issue_words(due.count()),
    }
    return render(request, "trainings/edition_certificates.html", context)


def _preview(edition: Edition, chosen: list[Completion], page: str) -> dict[str, Any]:
    signatures = signing(signatories_on(timezone.localdate()), edition)
    return {
        "chosen": [(completion, label_of(completion)) for completion in chosen],
        "signatures": signatures,
        "save": _issue_words(len(chosen)),
        "back": page,
    }


# --- Who signs -----------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires(Permission.COURSE_EDIT)
def signatory_list(request: SignedInRequest) -> HttpResponse:
    form = SignatoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signatory = actions.add_signatory(
                pk=form.cleaned_data["id"], facts=form.facts(), by=request.user
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("%(name)s firma desde ese día.") % {"name": signatory})
            return redirect("signatory-list")
    today = timezone.localdate()
    rows = (
        Signatory.objects.visible_to(request.user)
        .select_related("regional_network")
        .order_by("ends_on", "order", "pk")
    )
    context = {
        "form": form,
        "signatories": [(s, s.ends_on is not None and s.ends_on < today) for s in rows],
        "crumbs": _crumbs(),
    }
    return render(request, "trainings/signatory_list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.COURSE_EDIT)
def signatory_end(request: SignedInRequest, pk: UUID) -> HttpResponse:
    signatory = get_object_or_404(Signatory.objects.visible_to(request.user), pk=pk)
    form = SignatoryEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_signatory(signatory=signatory, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("%(name)s: anotado.") % {"name": signatory})
            return redirect("signatory-list")
    context = {
        "form": form,
        "title": _("Deja de firmar"),
        "lead": str(signatory),
        "effects": [_("Las constancias ya emitidas conservan su firma.")],
        "act": _("Guardar el último día"),
        "back": reverse("signatory-list"),
        "crumbs": [*_crumbs(), (_("Quiénes firman"), reverse("signatory-list"))],
    }
    return render(request, "trainings/certificate_form.html", context)
