from django.urls import path

from network.home import searching, staff, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("inicio/", staff.home, name="home"),
    path("buscar/", searching.search, name="search"),
    path("ui/", views.components, name="components"),
    path("idioma/", views.language_choose, name="language-choose"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security, name="security"),
]
