from django.urls import path

from network.partners import views

urlpatterns = [
    path("aliados/", views.institution_list, name="institution-list"),
    path("aliados/registrar/", views.institution_register, name="institution-register"),
    path("aliados/<uuid:pk>/", views.institution_detail, name="institution-detail"),
    path("aliados/<uuid:pk>/corregir/", views.institution_edit, name="institution-edit"),
    path("programas/", views.programme_list, name="programme-list"),
    path("programas/registrar/", views.programme_register, name="programme-register"),
    path("programas/<uuid:pk>/", views.programme_detail, name="programme-detail"),
    path("programas/<uuid:pk>/corregir/", views.programme_edit, name="programme-edit"),
]
