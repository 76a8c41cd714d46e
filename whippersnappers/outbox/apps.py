from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.module_loading import autodiscover_modules

from whippersnappers.outbox.checks import mail_settings


class OutboxConfig(AppConfig):
    name = "whippersnappers.outbox"
    verbose_name = "Mail"

    def ready(self) -> None:
        # Each app's `emails` module registers the kinds of mail it can render.
        autodiscover_modules("emails")
        register(mail_settings, Tags.compatibility)
