"""Keys that do not open what is stored: said when the portal is about to start, not when somebody needs the words."""

from typing import Any

from django.core.checks import CheckMessage, Error

from whippersnappers.rotating import faults


def keys_that_fit(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Both keysets are there and open what is stored.

    Asked where the database may be asked: by `migrate`, which runs before everything else, and `check --database`.
    """
    return [Error(fault, id="whippersnappers.E002") for fault in faults()] if databases else []
