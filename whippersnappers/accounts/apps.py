from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "whippersnappers.accounts"
    verbose_name = "People and access"

    def ready(self) -> None:
        # Needs the models of allauth, so it cannot be imported above.
        import_module("whippersnappers.accounts.second_factors")
        # What each app has to put right when an account is closed.
        autodiscover_modules("leaving")
