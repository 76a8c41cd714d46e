from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SessionsConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "Sessions"

    def ready(self) -> None:
        # What staff have to read before a session is said by the apps above.
        autodiscover_modules("staff_must_read")
