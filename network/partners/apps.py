from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "network.partners"
    label = "partners"
    verbose_name = "Aliados"
