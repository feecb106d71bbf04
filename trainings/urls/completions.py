from django.urls import path

from trainings.views import completions as views

urlpatterns = [
    path("formacion/resultados/", views.completion_list, name="completion-list"),
    path(
        "formacion/ediciones/<uuid:pk>/completaron/",
        views.edition_completion,
        name="edition-completion",
    ),
    path("formacion/resultados/<uuid:pk>/anular/", views.completion_void, name="completion-void"),
]
