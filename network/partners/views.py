"""Pages of institutions and programmes: list, detail, form."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from network.base.access import can, requires
from network.base.errors import Refused
from network.base.historylog import Entry, Trail, history_of
from network.base.listing import listing_page
from network.partners import actions
from network.partners.exports import INSTITUTIONS, PROGRAMMES
from network.partners.forms import InstitutionForm, ProgrammeForm
from network.partners.models import Institution, Programme


@require_GET
@requires("partner_view")
def institution_list(request: HttpRequest) -> HttpResponse:
    listing = listing_page(request, INSTITUTIONS)
    return render(request, "partners/institution_list.html", {"listing": listing})


def _institution(request: HttpRequest, pk: UUID) -> Institution:
    rows = Institution.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("district__province__department"), pk=pk)


@require_GET
@requires("partner_view")
def institution_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    institution = _institution(request, pk)
    programmes = institution.programmes.with_state(timezone.localdate()).order_by("name_key")
    return render(
        request,
        "partners/institution_detail.html",
        {
            "institution": institution,
            "programmes": [(row, Programme.State(row.state).label) for row in programmes],
            "history": _history(request, Trail(Institution, {"pk": pk}, is_record=True)),
            "crumbs": [(_("Aliados"), reverse("institution-list"))],
        },
    )


@require_http_methods(["GET", "POST"])
@requires("partner_edit")
def institution_register(request: HttpRequest) -> HttpResponse:
    form = InstitutionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            institution = actions.create_institution(facts=form.facts, by=request.user)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Institución registrada: %s.") % institution.called)
            return redirect("institution-detail", institution.pk)
    return _form_page(request, form, _("Registrar una institución"), reverse("institution-list"))


@require_http_methods(["GET", "POST"])
@requires("partner_edit")
def institution_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    institution = _institution(request, pk)
    form = InstitutionForm.of(institution, request.POST or None)
    back = reverse("institution-detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_institution(institution=institution, facts=form.facts, by=request.user)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Cambios guardados."))
            return redirect(back)
    return _form_page(request, form, _("Corregir datos de la institución"), back)


@require_GET
@requires("partner_view")
def programme_list(request: HttpRequest) -> HttpResponse:
    listing = listing_page(request, PROGRAMMES)
    return render(request, "partners/programme_list.html", {"listing": listing})


def _programme(request: HttpRequest, pk: UUID) -> Programme:
    rows = Programme.objects.visible_to(request.user).select_related("donor")
    return get_object_or_404(rows, pk=pk)


@require_GET
@requires("partner_view")
def programme_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(
        request,
        "partners/programme_detail.html",
        {
            "programme": _programme(request, pk),
            "history": _history(request, Trail(Programme, {"pk": pk}, is_record=True)),
            "crumbs": [(_("Programas"), reverse("programme-list"))],
        },
    )


@require_http_methods(["GET", "POST"])
@requires("partner_edit")
def programme_register(request: HttpRequest) -> HttpResponse:
    form = ProgrammeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            programme = actions.create_programme(facts=form.facts, by=request.user)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Programa registrado: %s.") % programme.name)
            return redirect("programme-detail", programme.pk)
    return _form_page(request, form, _("Registrar un programa"), reverse("programme-list"))


@require_http_methods(["GET", "POST"])
@requires("partner_edit")
def programme_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    programme = _programme(request, pk)
    form = ProgrammeForm.of(programme, request.POST or None)
    back = reverse("programme-detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_programme(programme=programme, facts=form.facts, by=request.user)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Cambios guardados."))
            return redirect(back)
    return _form_page(request, form, _("Corregir datos del programa"), back)


def _form_page(
    request: HttpRequest, form: InstitutionForm | ProgrammeForm, title: str, back: str
) -> HttpResponse:
    return render(
        request, "partners/partner_edit.html", {"form": form, "title": title, "back": back}
    )


def _history(request: HttpRequest, trail: Trail) -> list[Entry]:
    return history_of([trail]) if can(request.user, "history_view") else []
