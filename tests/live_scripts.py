"""Whole sessions of the Zoom simulator's scripts, played into the portal without waiting."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import time_machine
from django.conf import settings
from django.test import Client

from demo.zoom.outbox import SignedRequest
from demo.zoom.scripts import Cast, Scene, one_meeting, play
from demo.zoom.store import Store
from sessions_app.models import Meeting

HOST = "zoom1@whippersnappers.org"


def played(
    name: str,
    meeting: Meeting,
    *,
    begins: datetime,
    cast: Cast | None = None,
    trouble: Iterable[str] = (),
    store: Store | None = None,
) -> Iterator[Scene]:
    """Play a script with the meeting's Meeting ID; each webhook is posted to the portal at its own time.

    While the caller has a scene, the clock stands at its moment. Go through to the end: only then is it now again.
    `trouble` names switches of the outbox. `store` is that of a running simulator (`zoom.store`) whose meeting this is;
    without one there is an account of its own, and nothing answers the portal's calls.
    """
    number = int(meeting.zoom_id)
    store = store or one_meeting(number, host=HOST, secret=settings.ZOOM_WEBHOOK_SECRET)
    store.outbox.secret = settings.ZOOM_WEBHOOK_SECRET
    store.outbox.trouble = set(trouble)
    client = Client(enforce_csrf_checks=True)
    with time_machine.travel(begins, tick=False) as clock:

        def send(request: SignedRequest) -> int:
            clock.move_to(request.at)
            return post(request, client).status_code

        for scene in play(name, store, number, begins=begins, send=send, cast=cast):
            clock.move_to(scene.at)
            yield scene


def post(request: SignedRequest, client: Client) -> Any:
    """One request to the portal, as it stands."""
    headers = {name: value for name, value in request.headers.items() if name.startswith("x-zm-")}
    return client.post("/zoom/webhook/", request.body, content_type="application/json", headers=headers)
