"""The overview: what waits for whoever looks after safeguarding, the most urgent first."""

from datetime import datetime

from django.http import HttpRequest

from safeguarding.gathering.overview import overview
from safeguarding.reading import Page, confidential
from whippersnappers.accounts.models import User


def state(user: User, now: datetime) -> tuple[object, ...]:
    """What the overview would look like, told by counts and times alone."""
    return overview(user, now).facts


@confidential(state=state)
def home(request: HttpRequest, user: User, now: datetime) -> Page:
    """Everything that waits."""
    seen = overview(user, now)
    return Page(
        "concern.overview_read",
        "safeguarding/dashboard/home.html",
        {"overview": seen},
        detail={"shown": seen.shown, "concerns": seen.concerns},
        facts=seen.facts,
    )
