"""What stands around every families' page: the ways to the others, and whether it is drawn in easy read."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from families.models import Guardian
from families.portal.guards import guardian_behind
from whippersnappers import layout


@dataclass(frozen=True)
class Place:
    """One entry of the navigation: its address, its word, its pictogram, and the addresses that belong to it."""

    route: str
    word: str
    pictogram: str
    under: tuple[str, ...]


# The order of a parent's day. Four at most: they share the width of a phone.
PLACES = [
    Place("portal", "Sessions", "calendar", ("/portal/sessions/", "/join/", "/place/")),
    Place("portal_children", "Children", "child", ("/portal/children/",)),
    Place("portal_zoom", "Zoom help", "help", ("/portal/zoom/", "/portal/help/")),
    Place(
        "portal_me",
        "Me",
        "person",
        ("/portal/me/", "/portal/my-data/", "/portal/agreement/", "/portal/devices/", "/portal/calendar/"),
    ),
]


@dataclass(frozen=True)
class Entry:
    """A place as one page shows it: `current` is what aria-current says there, or empty."""

    place: Place
    current: str


class Frame:
    """What a page's template needs for its frame. `reader` is whose link in a mail leads here, signed in or not.

    Asks nothing before a template looks: staff pages and pages for strangers cost no query.
    """

    def __init__(self, request: HttpRequest, reader: Guardian | None = None) -> None:
        self._request = request
        self._reader = reader
        # Whether a picture of the library has been drawn on the page, so that its foot names who made it.
        self.shows_pictures = False

    @cached_property
    def guardian(self) -> Guardian | None:
        """The parent or carer who is signed in."""
        return guardian_behind(getattr(self._request, "user", None))

    @cached_property
    def is_easy(self) -> bool:
        """Whether whoever looks reads in easy read: as who is signed in likes it, otherwise as was chosen on this
        device, otherwise as whose link it is."""
        if self.guardian is not None:
            return self.guardian.easy_read
        if not self.is_strangers:
            return False
        chosen = layout.of_device(self._request)
        return chosen if chosen is not None else self._reader is not None and self._reader.easy_read

    @property
    def is_strangers(self) -> bool:
        """Whether nobody is signed in."""
        user = getattr(self._request, "user", None)
        return user is not None and not user.is_authenticated

    @property
    def address(self) -> str:
        """Where a switch on this page comes back to."""
        return self._request.get_full_path()

    @property
    def entries(self) -> list[Entry]:
        """The navigation as this page shows it."""
        return [Entry(place, _current(place, self._request)) for place in PLACES]


def _current(place: Place, request: HttpRequest) -> str:
    match = request.resolver_match
    if match is not None and match.url_name == place.route:
        return "page"
    return "true" if request.path.startswith(place.under) else ""


def context(request: HttpRequest) -> dict[str, Any]:
    """Template context: `frame`, on every page. A page behind a link in a mail gives its own, with the reader."""
    return {"frame": Frame(request)}
