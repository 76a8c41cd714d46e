from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin import sites
from django.core.checks import register
from django.utils.module_loading import import_string

from whippersnappers.admin_site import StaffSite
from whippersnappers.checks import from_address


class GroundConfig(AppConfig):
    name = "whippersnappers"
    verbose_name = "Whippersnappers"
    default = True

    def ready(self) -> None:
        register(from_address)
        # It asks the models, which are there only now.
        register(import_string("whippersnappers.key_checks.keys_that_fit"))


class StaffPagesConfig(AppConfig):
    """Unfold, with our own site. It stands before the admin in INSTALLED_APPS, whose pages register there."""

    name = "unfold"

    def ready(self) -> None:
        admin.site = sites.site = StaffSite()
