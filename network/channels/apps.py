from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "network.channels"
    label = "channels"
    verbose_name = "Canales"
