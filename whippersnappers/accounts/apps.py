from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "whippersnappers.accounts"
    verbose_name = "People and access"

    def ready(self) -> None:
        # Needs the models of allauth, so it cannot be imported above.
        import_module("whippersnappers.accounts.second_factors")
