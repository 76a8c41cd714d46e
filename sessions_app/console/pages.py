"""The pages of the console."""

from django.http import HttpResponse

from sessions_app.console.page import draw, live_part
from sessions_app.console.visiting import Visit, console_view


@console_view("GET", "HEAD")
def console(visit: Visit) -> HttpResponse:
    """Everything about one session on the day, on one page."""
    return draw(visit)


@console_view("GET", "HEAD")
def live(visit: Visit) -> HttpResponse:
    """The part that stays live; nothing but the time where it looks as it did."""
    return live_part(visit)
