"""The administration of catalogues: behind the portal's own sign-in, and never personal data."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver

from members.access import Permission
from members.models import Consent, PrivacyNotice
from network.base.access import can, requires
from network.places.models import Department, District, Province

# Second doors of Django's own: the portal's sign-in, password page and sign-out stand for them.
CLOSED = {"login", "logout", "password_change", "password_change_done", "view_on_site"}


class CatalogueSite(AdminSite):
    site_header = site_title = "Catálogos"
    index_title = "Administración de catálogos"
    site_url = "/inicio/"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        return can(request.user, Permission.ADMIN_SITE)

    def admin_view(  # type: ignore[override]
        self, view: Callable[..., HttpResponseBase], cacheable: bool = False
    ) -> Callable[..., HttpResponseBase]:
        return requires(Permission.ADMIN_SITE)(super().admin_view(view, cacheable))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in CLOSED]


class ReadOnlyAdmin(ModelAdmin):
    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PlaceAdmin(ReadOnlyAdmin):
    """Districts come from INEI by `load_places`, never by hand."""

    list_display = ("code", "name")
    search_fields = ("code", "name")


class PrivacyNoticeAdmin(ReadOnlyAdmin):
    """A new version may be added; one that somebody decided on is never rewritten."""

    list_display = ("version", "language", "effective_on")

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_unused = obj is None or not Consent.objects.filter(notice=obj).exists()
        return self.admin_site.has_permission(request) and is_unused


site = CatalogueSite(name="admin")
site.register([Department, Province, District], PlaceAdmin)
site.register(PrivacyNotice, PrivacyNoticeAdmin)
