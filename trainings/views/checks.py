"""Anyone asks whether a certificate is real. No session, no cookie, nothing that stays behind."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from network.base.access import public
from network.base.signing import did_document, public_keys
from trainings.actions.misses import asker_of, count_miss, waits_until
from trainings.certificate_card import card_png
from trainings.certificates import Check, check
from trainings.codes import echoed, read_code
from trainings.credentials import credential_of, status_list
from trainings.models import Certificate

View = Callable[..., HttpResponse]
GONE = 410
TOO_MANY = 429
JWT = "application/vc+jwt"


def for_anyone(view: View) -> View:
    """Not in a cache, and not in the list of a search engine."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        response["X-Robots-Tag"] = "noindex"
        return response

    return answered


@require_safe
@public
@for_anyone
def certificate_ask(request: HttpRequest) -> HttpResponse:
    """The box for a code; with one, the way to its answer."""
    text = request.GET.get("codigo", "")
    asked = "".join(letter for letter in echoed(text) if letter.isalnum() or letter == "-")
    if asked:
        return redirect("certificate-check", asked)
    return render(request, "trainings/certificate_ask.html", {"is_empty": "codigo" in request.GET})


@require_safe
@public
@for_anyone
def certificate_check(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    found, refusal = _look_up(request, code, now)
    if refusal:
        return refusal
    context = {
        "check": found,
        "answer": found.answer if found else Certificate.Answer.UNKNOWN,
        "asked": echoed(code),
        "now": now,
        "base_url": base_of(request),
    }
    status = 200 if found else 404
    return render(request, "trainings/certificate_check.html", context, status=status)


@require_safe
@public
@for_anyone
def certificate_picture(request: HttpRequest, code: str) -> HttpResponse:
    """What WhatsApp shows beside the link."""
    found, refusal = _look_up(request, code, timezone.now())
    if found is None:
        return refusal or HttpResponse(status=404)
    return HttpResponse(card_png(found), content_type="image/png")


@require_safe
@public
@for_anyone
def certificate_credential(request: HttpRequest, code: str) -> HttpResponse:
    """The Open Badges credential of a certificate that stands; one that does not has none."""
    found, refusal = _look_up(request, code, timezone.now())
    if found is None:
        return refusal or HttpResponse(status=404)
    if found.answer not in {Certificate.Answer.VALID, Certificate.Answer.EXPIRED}:
        return HttpResponse(_("Esta constancia ya no vale."), status=GONE)
    token = credential_of(found, base_url=base_of(request))
    response = HttpResponse(token, content_type=JWT)
    name = f"{found.certificate.printed_code}.jwt"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _look_up(
    request: HttpRequest, code: str, now: datetime
) -> tuple[Check | None, HttpResponse | None]:
    """The answer to a code, or the refusal of who asked for too many that do not exist. A text that
    cannot be a code is looked for and counted as any other."""
    asker = asker_of(get_adapter().get_client_ip(request))
    until = waits_until(asker, now)
    if until:
        context = {"until": until}
        answer = render(request, "trainings/certificate_wait.html", context, status=TOO_MANY)
        answer["Retry-After"] = str(int((until - now).total_seconds()) + 1)
        return None, answer
    found = check(read_code(code), timezone.localdate(now))
    if found is None:
        count_miss(asker=asker, now=now)
    return found, None


# --- For programs that verify --------------------------------------------------------------------
@require_safe
@public
def credential_status(request: HttpRequest, year: int, copy: int) -> HttpResponse:
    token = status_list(year, copy, base_url=base_of(request), now=timezone.now())
    return HttpResponse(token, content_type=JWT)


@require_safe
@public
def issuer_did(request: HttpRequest) -> HttpResponse:
    """The document of did:web, at the address its method names."""
    return JsonResponse(did_document(base_of(request)))


@require_safe
@public
def issuer_keys(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"keys": public_keys()})


def base_of(request: HttpRequest) -> str:
    """The address the portal is known by; without one in the settings, the one that was called."""
    return settings.SITE_URL or request.build_absolute_uri("/").rstrip("/")
