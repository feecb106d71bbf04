"""Pages of mining zones: list and form."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from network.base.access import requires
from network.base.errors import Refused
from network.base.listing import listing_page
from network.places.actions import create_mining_zone, update_mining_zone
from network.places.exports import MINING_ZONES
from network.places.forms import MiningZoneForm
from network.places.models import MiningZone


@require_GET
@requires("place_edit")
def zone_list(request: HttpRequest) -> HttpResponse:
    return render(
        request, "places/zone_list.html", {"listing": listing_page(request, MINING_ZONES)}
    )


@require_http_methods(["GET", "POST"])
@requires("place_edit")
def zone_register(request: HttpRequest) -> HttpResponse:
    form = MiningZoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            zone = create_mining_zone(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Zona registrada: %s.") % zone.name)
            return redirect("zone-list")
    title = _("Registrar una zona minera")
    return render(request, "places/zone_edit.html", {"form": form, "title": title})


@require_http_methods(["GET", "POST"])
@requires("place_edit")
def zone_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    zone = get_object_or_404(MiningZone.objects.visible_to(request.user), pk=pk)
    form = MiningZoneForm.of(zone, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            update_mining_zone(zone=zone, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Cambios guardados."))
            return redirect("zone-list")
    title = _("Corregir datos de la zona")
    return render(request, "places/zone_edit.html", {"form": form, "title": title})
