from django.urls import path

from members.views import organisations as views

urlpatterns = [
    path("organizaciones/", views.organisation_list, name="organisation-list"),
    path("organizaciones/registrar/", views.organisation_register, name="organisation-register"),
    path("organizaciones/papelera/", views.organisation_trashed, name="organisation-trashed"),
    path("organizaciones/<uuid:pk>/", views.organisation_detail, name="organisation-detail"),
    path("organizaciones/<uuid:pk>/corregir/", views.organisation_edit, name="organisation-edit"),
    path(
        "organizaciones/<uuid:pk>/contacto/",
        views.organisation_contact,
        name="organisation-contact",
    ),
    path(
        "organizaciones/<uuid:pk>/historia/",
        views.organisation_history,
        name="organisation-history",
    ),
    path("organizaciones/<uuid:pk>/papelera/", views.organisation_trash, name="organisation-trash"),
    path(
        "organizaciones/<uuid:pk>/recuperar/",
        views.organisation_restore,
        name="organisation-restore",
    ),
    path("organizaciones/<uuid:pk>/pasar/", views.organisation_move, name="organisation-move"),
    path("organizaciones/<uuid:pk>/afiliar/", views.affiliation_add, name="affiliation-add"),
    path(
        "organizaciones/<uuid:pk>/afiliaciones/<uuid:affiliation>/terminar/",
        views.affiliation_end,
        name="affiliation-end",
    ),
    path(
        "organizaciones/<uuid:pk>/afiliaciones/<uuid:affiliation>/seguir/",
        views.affiliation_reopen,
        name="affiliation-reopen",
    ),
    path("redes/", views.network_list, name="network-list"),
    path("redes/registrar/", views.network_register, name="network-register"),
    path("redes/<slug:code>/", views.network_detail, name="network-detail"),
    path("redes/<slug:code>/corregir/", views.network_edit, name="network-edit"),
]
