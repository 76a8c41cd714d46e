from django.apps import AppConfig


class GroundConfig(AppConfig):
    name = "whippersnappers"
    verbose_name = "Whippersnappers"
