from django.urls import path

from network.base.imports import views

urlpatterns = [
    path("importar/", views.import_start, name="import-start"),
    path("importar/plantilla/", views.import_template, name="import-template"),
    path("importar/hechas/<uuid:pk>/", views.import_done, name="import-done"),
    path("importar/hechas/<uuid:pk>/deshacer/", views.import_undo, name="import-undo"),
    path("importar/<slug:token>/", views.import_review, name="import-review"),
    path("importar/<slug:token>/columnas/", views.import_columns, name="import-columns"),
    path("importar/<slug:token>/dejar/", views.import_leave, name="import-leave"),
    path("importar/<slug:token>/esperan/", views.import_waiting, name="import-waiting"),
]
