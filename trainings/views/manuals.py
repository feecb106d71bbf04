"""Pages of publications: the shelf, a version with its topics, copies and readings."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.access import Permission, scope_of
from members.models import Organisation, RegionalNetwork
from members.requests import SignedInRequest
from network.base.access import can, ensure, public, requires
from network.base.errors import Refused
from network.documents.views import INERT
from trainings.actions import manuals as actions
from trainings.editions import edition_head
from trainings.forms.manuals import (
    OrganisationHandoutForm,
    RosterHandoutForm,
    StockForm,
    TopicForm,
    VersionForm,
)
from trainings.manuals import shelf, stores_in_words
from trainings.models import Enrolment, PublicationVersion, Topic
from trainings.views.editions import edition_in_reach

PICTURES = ("image/jpeg", "image/png", "image/webp")


# --- For anybody: what is published -------------------------------------------------------------
@require_GET
@public
def manual_read(request: HttpRequest, code: str) -> HttpResponse:
    """The newest published version in Spanish, or in the language of `?lengua=`; without account.

    The text comes first: pictures are small, and the page is whole without them.
    """
    versions = PublicationVersion.objects.published().filter(publication__code=code)
    languages = {v.language: v for v in versions.order_by("number").select_related("publication")}
    if not languages:
        raise Http404
    first = languages.get("es") or next(iter(languages.values()))
    version = languages.get(request.GET.get("lengua", "es"), first)
    return render(
        request,
        "trainings/manual_read.html",
        {"version": version, "topics": version.topics.all(), "versions": languages.values()},
    )


@require_GET
@public
def topic_picture(request: HttpRequest, pk: UUID) -> FileResponse:
    """The picture of a topic of a published version: a re-encoded image, and nothing else."""
    topics = Topic.objects.filter(version__in=PublicationVersion.objects.published())
    topic = get_object_or_404(topics.select_related("picture"), pk=pk)
    return _sent(topic.picture, PICTURES, as_attachment=False)


@require_GET
@public
def manual_file(request: HttpRequest, pk: UUID) -> FileResponse:
    """The printed version as it was uploaded, once it is published."""
    version = get_object_or_404(PublicationVersion.objects.published(), pk=pk)
    return _sent(version.file, (*PICTURES, "application/pdf"), as_attachment=True)


def _sent(document: Any, types: tuple[str, ...], *, as_attachment: bool) -> FileResponse:
    if document is None or document.content_type not in types:
        raise Http404
    try:
        content = default_storage.open(document.stored_name)
    except FileNotFoundError as error:
        raise Http404(_("El archivo ya no está guardado.")) from error
    return FileResponse(
        content,
        as_attachment=as_attachment,
        filename=document.download_name,
        content_type=document.content_type,
        headers={"Content-Security-Policy": INERT, "Cache-Control": "public, max-age=86400"},
    )


# --- For work -------------------------------------------------------------------------------------
@require_GET
@requires(Permission.TRAINING_VIEW)
def manual_list(request: SignedInRequest) -> HttpResponse:
    return render(request, "trainings/manual_list.html", {"shelf": shelf(request.user)})


def _version(request: SignedInRequest, pk: UUID) -> PublicationVersion:
    rows = PublicationVersion.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("publication", "file"), pk=pk)


def _crumbs(version: PublicationVersion | None = None) -> list[tuple[str, str]]:
    crumbs = [(str(_("Manual")), reverse("manual-list"))]
    if version:
        crumbs.append((str(version), reverse("manual-detail", args=[version.pk])))
    return crumbs


@require_GET
@requires(Permission.TRAINING_VIEW)
def manual_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    version = _version(request, pk)
    return render(
        request,
        "trainings/manual_detail.html",
        {
            "version": version,
            "topics": version.topics.all(),
            "stores": stores_in_words(version, request.user),
            "reading_count": version.readings.count(),
            "crumbs": _crumbs(),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.MANUAL_EDIT)
def version_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The next version of the publication that this version is of."""
    version = _version(request, pk)
    form = VersionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            drafted = actions.draft_version(
                publication=version.publication, by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Borrador listo: %(name)s.") % {"name": drafted})
            return redirect("manual-detail", drafted.pk)
    return _form_page(request, form, _("Empezar otra versión"), _("Empezar"), version)


def _form_page(
    request: HttpRequest, form: Any, title: str, save: str, version: PublicationVersion
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "save": save,
        "version": version,
        "crumbs": _crumbs(version),
    }
    return render(request, "trainings/manual_form.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANUAL_EDIT)
def topic_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _topic_page(request, _version(request, pk), None)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANUAL_EDIT)
def topic_edit(request: SignedInRequest, pk: UUID, topic: UUID) -> HttpResponse:
    version = _version(request, pk)
    return _topic_page(request, version, get_object_or_404(version.topics, pk=topic))


def _topic_page(
    request: SignedInRequest, version: PublicationVersion, topic: Topic | None
) -> HttpResponse:
    given = (request.POST or None, request.FILES or None)
    form = TopicForm.of(topic, *given) if topic else TopicForm(*given)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.write_topic(
                version=version, topic=topic, facts=form.facts, by=request.user
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Tema guardado: %(title)s.") % {"title": kept.title})
            return redirect("manual-detail", version.pk)
    title = _("Corregir un tema") if topic else _("Agregar un tema")
    return _form_page(request, form, title, _("Guardar el tema"), version)


@require_POST
@requires(Permission.MANUAL_EDIT)
def version_publish(request: SignedInRequest, pk: UUID) -> HttpResponse:
    version = _version(request, pk)
    try:
        actions.publish_version(version=version, by=request.user, on=timezone.localdate())
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("Publicada: %(name)s.") % {"name": version})
    return redirect("manual-detail", pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.HANDOUT_RECORD)
def stock_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    version, networks = _version(request, pk), _networks(request)
    form = StockForm(request.POST or None, networks=networks)
    if request.method == "POST" and form.is_valid():
        region = form.cleaned_data["regional_network"]
        _ensure_store(request, region)
        try:
            actions.move_stock(version=version, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Movimiento anotado."))
            return redirect("manual-detail", pk)
    return _form_page(request, form, _("Anotar ejemplares"), _("Anotar"), version)


@require_http_methods(["GET", "POST"])
@requires(Permission.HANDOUT_RECORD)
def handout_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Copies left with an organisation."""
    version = _version(request, pk)
    scope = scope_of(request.user, Permission.HANDOUT_RECORD)
    form = OrganisationHandoutForm(
        request.POST or None,
        request.FILES or None,
        networks=_networks(request),
        organisations=Organisation.objects.within(scope).order_by("name_key"),
    )
    if request.method == "POST" and form.is_valid():
        _ensure_store(request, form.cleaned_data["regional_network"])
        try:
            handed = actions.hand_out_to_organisation(
                version=version, by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            sentence = _("Entregados %(copies)s a %(organisation)s.") % {
                "copies": handed.copies,
                "organisation": handed.organisation,
            }
            messages.success(request, sentence)
            return redirect("manual-detail", pk)
    return _form_page(request, form, _("Entregar a una organización"), _("Anotar"), version)


def _networks(request: SignedInRequest) -> Any:
    scope = scope_of(request.user, Permission.HANDOUT_RECORD)
    return RegionalNetwork.objects.within(scope).order_by("name_key")


def _ensure_store(request: SignedInRequest, region: RegionalNetwork | None) -> None:
    """The national store is of those who reach everything."""
    if region is not None:
        ensure(request.user, Permission.HANDOUT_RECORD, region)
    elif not scope_of(request.user, Permission.HANDOUT_RECORD).everything:
        raise Http404


# --- In an edition --------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires(Permission.TRAINING_VIEW)
def edition_materials(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What was handed out in an edition, and to whom, among those she may see."""
    edition = edition_in_reach(request, pk)
    user = request.user
    handouts = edition.handouts.select_related("version__publication", "person", "receipt")
    seen = Enrolment.objects.visible_to(user).on_roster().named().filter(edition=edition)
    form = None
    if can(user, Permission.HANDOUT_RECORD, edition):
        form = RosterHandoutForm(
            request.POST or None,
            request.FILES or None,
            versions=PublicationVersion.objects.published().select_related("publication"),
            enrolments=seen.filter(person__isnull=False).select_related("person"),
        )
    if request.method == "POST":
        if form is None:
            ensure(user, Permission.HANDOUT_RECORD, edition)
        elif form.is_valid():
            try:
                handed = actions.hand_out_to_roster(edition=edition, by=user, **form.cleaned_data)
            except Refused as refusal:
                refusal.put_on(form)
            else:
                sentence = ngettext(
                    "%(count)s ejemplar entregado.", "%(count)s ejemplares entregados.", len(handed)
                )
                messages.success(request, sentence % {"count": len(handed)})
                return redirect("edition-materials", pk)
    named = set(seen.values_list("person", flat=True))
    return render(
        request,
        "trainings/edition_materials.html",
        edition_head(request, edition)
        | {
            "form": form,
            "handed": [h for h in handouts.order_by("handed_on") if h.person_id in named],
            "handed_count": handouts.count(),
        },
    )
