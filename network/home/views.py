"""Pages without an app: the public landing, the gallery of components, files for robots."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST, require_safe

from members.access import Permission
from network.base.access import public, requires
from network.home import actions, gallery
from network.home.declared import PROGRAMME
from network.home.public import counted_by_department, headline


@require_safe
@public
def landing(request: HttpRequest) -> HttpResponse:
    women = counted_by_department("women")
    figures = headline()
    context = {
        "figures": figures,
        "is_counted": any(figure.counted for figure in figures),
        "women": women,
        "source": PROGRAMME,
        "today": timezone.localdate(),
    }
    return render(request, "home/landing.html", context)


@require_safe
@requires(Permission.COMPONENTS_VIEW)
def components(request: HttpRequest) -> HttpResponse:
    return render(request, "home/components.html", gallery.examples())


@require_POST
@public
def language_choose(request: HttpRequest) -> HttpResponse:
    """Remember the language: in the account when there is one, and in this browser."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise Http404
    if request.user.is_authenticated:
        actions.choose_language(user=request.user, language=language)
    response = HttpResponseRedirect(_way_back(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=timedelta(days=365),
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response


def _way_back(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours else reverse("landing")


@require_GET
@public
def robots(request: HttpRequest) -> HttpResponse:
    text = "User-agent: *\nAllow: /$\nAllow: /c/\nAllow: /static/\nDisallow: /\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_GET
@public
def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116. Without a contact to give there is no file."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires}",
        "Preferred-Languages: es, en",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
