from django.urls import path

from trainings.views import matrix as views

urlpatterns = [
    path("formacion/matriz/", views.matrix, name="matrix"),
    path(
        "formacion/falta/<uuid:requirement>/<uuid:organisation>/",
        views.matrix_gap,
        name="matrix-gap",
    ),
    path(
        "formacion/falta/<uuid:requirement>/<uuid:organisation>/invitar/",
        views.matrix_invite,
        name="matrix-invite",
    ),
    path(
        "formacion/falta/inscripciones/<uuid:pk>/deshacer/",
        views.invitation_undo,
        name="invitation-undo",
    ),
]
