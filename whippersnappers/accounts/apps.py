from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "whippersnappers.accounts"
    verbose_name = "People and access"
