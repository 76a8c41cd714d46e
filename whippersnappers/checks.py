"""Settings that break a promise to families, found whenever the portal starts or is checked."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from whippersnappers.production import from_address_fault


def from_address(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Families get mail from an address of the organisation's own domain only (W1)."""
    fault = from_address_fault(settings.DEFAULT_FROM_EMAIL, settings.ORGANISATION_DOMAIN)
    return [Error(f"{fault}.", id="whippersnappers.E001")] if fault else []
