from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "network.api"
    label = "api"
    verbose_name = "API"
