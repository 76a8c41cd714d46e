from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin import sites

from whippersnappers.admin_site import StaffSite


class GroundConfig(AppConfig):
    name = "whippersnappers"
    verbose_name = "Whippersnappers"
    default = True


class StaffPagesConfig(AppConfig):
    """Unfold, with our own site. It stands before the admin in INSTALLED_APPS, whose pages register there."""

    name = "unfold"

    def ready(self) -> None:
        admin.site = sites.site = StaffSite()
