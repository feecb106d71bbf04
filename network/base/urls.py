from django.urls import path

from network.base import views
from network.base.imports.urls import urlpatterns as import_urls

urlpatterns = [
    *import_urls,
    path("exportar/<slug:name>/", views.export, name="export"),
    path("trabajos/", views.job_list, name="job-list"),
    path("trabajos/<uuid:pk>/bajar/", views.job_download, name="job-download"),
    path("vistas/nueva/", views.view_save, name="view-save"),
    path("vistas/<uuid:pk>/", views.view_change, name="view-change"),
]
