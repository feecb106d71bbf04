from django.urls import path

from trainings.views import editions as views
from trainings.views import planning
from trainings.views.home import training_home

EDITION = "formacion/ediciones/<uuid:pk>/"
SESSION = "formacion/sesiones/<uuid:pk>/"

urlpatterns = [
    path("formacion/", training_home, name="training-home"),
    path("formacion/ediciones/", views.edition_list, name="edition-list"),
    path("formacion/ediciones/nueva/", views.edition_add, name="edition-add"),
    path(EDITION, views.edition_detail, name="edition-detail"),
    path(f"{EDITION}corregir/", views.edition_edit, name="edition-edit"),
    path(f"{EDITION}formadoras/", views.edition_trainers, name="edition-trainers"),
    path(f"{EDITION}organizan/", views.edition_institutions, name="edition-institutions"),
    path(f"{EDITION}fondos/", views.edition_funding, name="edition-funding"),
    path(f"{EDITION}cupos/", views.edition_quotas, name="edition-quotas"),
    path(f"{EDITION}abrir/", views.edition_open, name="edition-open"),
    path(f"{EDITION}cerrar/", views.edition_close, name="edition-close"),
    path(f"{EDITION}cancelar/", views.edition_cancel, name="edition-cancel"),
    path(f"{EDITION}reabrir/", views.edition_reopen, name="edition-reopen"),
    path(f"{EDITION}calendario.ics", views.edition_calendar, name="edition-calendar"),
    path(f"{EDITION}sesiones/nueva/", planning.session_add, name="session-add"),
    path(f"{EDITION}sesiones/varias/", planning.session_add_many, name="session-add-many"),
    path(f"{SESSION}corregir/", planning.session_edit, name="session-edit"),
    path(f"{SESSION}mover/", planning.session_move, name="session-move"),
    path(f"{SESSION}cancelar/", planning.session_cancel, name="session-cancel"),
]
