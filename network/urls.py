"""Every address of the portal. People script some of them: see ARCHITECTURE.md."""

from django.urls import include, path

urlpatterns = [
    path("", include("network.home.urls")),
]
