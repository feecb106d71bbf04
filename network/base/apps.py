from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "network.base"
    label = "base"
    verbose_name = "Ground"
