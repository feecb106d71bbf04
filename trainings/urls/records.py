from django.urls import path

from trainings.views import records as views

PLACE = "formacion/registros-en-papel/"
urlpatterns = [
    path(PLACE, views.record_list, name="training-record-list"),
    path(f"{PLACE}<uuid:pk>/", views.record_detail, name="training-record-detail"),
    path(f"{PLACE}<uuid:pk>/verificar/", views.record_verify, name="training-record-verify"),
    path(f"{PLACE}<uuid:pk>/papel/", views.record_evidence, name="training-record-evidence"),
    path(f"{PLACE}<uuid:pk>/anular/", views.record_void, name="training-record-void"),
]
