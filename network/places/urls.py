from django.urls import path

from network.places import views

urlpatterns = [
    path("zonas/", views.zone_list, name="zone-list"),
    path("zonas/registrar/", views.zone_register, name="zone-register"),
    path("zonas/<uuid:pk>/corregir/", views.zone_edit, name="zone-edit"),
]
