from django.urls import path

from trainings.views import rosters as views

EDITION = "formacion/ediciones/<uuid:pk>/"
LINE = "formacion/inscripciones/<uuid:pk>/"

urlpatterns = [
    path("formacion/inscripciones/", views.roster_list, name="roster-list"),
    path(f"{EDITION}inscritas/", views.edition_roster, name="edition-roster"),
    path(f"{EDITION}inscritas/cambiar/", views.roster_change, name="roster-change"),
    path(f"{EDITION}inscritas/agregar/", views.edition_enrol, name="edition-enrol"),
    path(f"{EDITION}espera/pasar/", views.edition_promote, name="edition-promote"),
    path(f"{EDITION}logistica/", views.edition_logistics, name="edition-logistics"),
    path(f"{LINE}necesidades/", views.enrolment_needs, name="enrolment-needs"),
    path(f"{LINE}quien-es/", views.walk_in_join, name="walk-in-join"),
    path(f"{LINE}separar/", views.walk_in_separate, name="walk-in-separate"),
    path("personas/<uuid:pk>/calendario.ics", views.person_calendar, name="person-calendar"),
]
