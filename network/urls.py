"""Every address of the portal. People script some of them: see ARCHITECTURE.md."""

from django.urls import include, path

from network.base.health import health

urlpatterns = [
    path("salud/", health, name="health"),
    path("", include("network.base.urls")),
    path("", include("members.urls")),
    path("", include("trainings.urls")),
    path("", include("network.places.urls")),
    path("", include("network.partners.urls")),
    path("", include("network.documents.urls")),
    path("", include("network.reports.urls")),
    path("", include("network.api.urls")),
    path("", include("network.home.urls")),
]
