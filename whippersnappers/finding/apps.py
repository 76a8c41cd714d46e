from django.apps import AppConfig


class FindingConfig(AppConfig):
    name = "whippersnappers.finding"
    verbose_name = "Search"
