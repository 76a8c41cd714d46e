from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class FamiliesConfig(AppConfig):
    name = "families"
    verbose_name = "Families"

    def ready(self) -> None:
        # What hangs on a consent, or on who stands for whom, is said by the apps above.
        autodiscover_modules("following_consents", "following_standings")
