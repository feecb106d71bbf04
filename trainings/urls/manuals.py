from django.urls import path

from trainings.views import manuals as views

V = "formacion/manual/<uuid:pk>/"
urlpatterns = [
    path("manual/<slug:code>/", views.manual_read, name="manual-read"),
    path("manual/imagen/<uuid:pk>/", views.topic_picture, name="topic-picture"),
    path("manual/archivo/<uuid:pk>/", views.manual_file, name="manual-file"),
    path("formacion/manual/", views.manual_list, name="manual-list"),
    path(V, views.manual_detail, name="manual-detail"),
    path(f"{V}otra-version/", views.version_add, name="version-add"),
    path(f"{V}publicar/", views.version_publish, name="version-publish"),
    path(f"{V}temas/nuevo/", views.topic_add, name="topic-add"),
    path(f"{V}temas/<uuid:topic>/", views.topic_edit, name="topic-edit"),
    path(f"{V}ejemplares/", views.stock_add, name="stock-add"),
    path(f"{V}entregas/", views.handout_add, name="handout-add"),
    path(
        "formacion/ediciones/<uuid:pk>/materiales/",
        views.edition_materials,
        name="edition-materials",
    ),
]
