from django.urls import path

from network.reports import views

urlpatterns = [
    path("cifras/", views.figure_list, name="figure-list"),
    path("cifras/<slug:name>/", views.figure_detail, name="figure-detail"),
]
