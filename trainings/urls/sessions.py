from django.urls import path

from trainings.views import results
from trainings.views import sessions as views

urlpatterns = [
    path("formacion/asistencias/", views.attendance_list, name="attendance-list"),
    path(
        "formacion/ediciones/<uuid:pk>/asistencia/",
        views.edition_attendance,
        name="edition-attendance",
    ),
    path(
        "formacion/sesiones/<uuid:pk>/asistencia/",
        views.session_attendance,
        name="session-attendance",
    ),
    path("formacion/sesiones/<uuid:pk>/cerrar/", views.session_close, name="session-close"),
    path("formacion/sesiones/<uuid:pk>/abrir/", views.session_reopen, name="session-reopen"),
    path("formacion/sesiones/<uuid:pk>/foto/", views.session_record, name="session-record"),
    path("formacion/sesiones/<uuid:pk>/hoja/", views.session_sheet, name="session-sheet"),
    path("formacion/sesiones/<uuid:pk>/hoja.pdf", views.session_print, name="session-print"),
    path(
        "formacion/sesiones/<uuid:pk>/hoja-con-documentos/",
        views.session_print_full,
        name="session-print-full",
    ),
    path("formacion/ediciones/<uuid:pk>/pruebas/", results.edition_results, name="edition-results"),
    path("formacion/ediciones/<uuid:pk>/puntajes/", results.edition_scores, name="edition-scores"),
    path("formacion/ediciones/<uuid:pk>/conteo/", results.edition_tally, name="edition-tally"),
    path("formacion/registro/<uuid:pk>/", views.training_register, name="training-register"),
    path("opinion/<str:token>/", results.edition_opinion, name="edition-opinion"),
]
