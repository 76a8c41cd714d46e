"""What somebody probably holds in their hands. A guess: every page lets people say otherwise."""

import re

from families.models import HelpRequest

Device = HelpRequest.Device

_TABLET = re.compile(r"iPad|Tablet|PlayBook|Silk(?!.*Mobile)|Android(?!.*Mobile)|Kindle")
_PHONE = re.compile(r"iPhone|iPod|Mobi|Android")


def guessed_device(user_agent: str) -> HelpRequest.Device:
    """The kind of device from what the browser says of itself. iPads often say that they are computers."""
    if _TABLET.search(user_agent):
        return Device.TABLET
    return Device.PHONE if _PHONE.search(user_agent) else Device.COMPUTER
