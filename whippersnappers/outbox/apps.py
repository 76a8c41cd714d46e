from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    name = "whippersnappers.outbox"
    verbose_name = "Mail"

    def ready(self) -> None:
        # Each app's `emails` module registers the kinds of mail it can render.
        autodiscover_modules("emails")
