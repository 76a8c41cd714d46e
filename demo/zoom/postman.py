"""Brings what waits in the outbox to the portal, by the real clock, and lets Zoom notice lost connections."""

import json
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import requests

from demo.zoom.outbox import Delivery, SignedRequest
from demo.zoom.scripts import notice_lost
from demo.zoom.signing import encrypted_token
from demo.zoom.store import Store

# Zoom waits so long for an answer, in seconds, and asks an address again whether it knows the secret.
PATIENCE: Final = 3
VALID_FOR: Final = timedelta(hours=72)
_LOOK_EVERY: Final = 0.2
_VALIDATE_AGAIN: Final = timedelta(seconds=5)
_GOOD: Final = (200, 204)


class Postman(threading.Thread):
    """A thread that empties the outbox until it is stopped."""

    def __init__(self, store: Store, clock: Callable[[], datetime] | None = None) -> None:
        super().__init__(name="postman", daemon=True)
        self.store = store
        self.clock = clock or (lambda: datetime.now(UTC))
        self._stopping = threading.Event()
        self._http = requests.Session()
        # Nothing of the surroundings, such as a proxy, may come between.
        self._http.trust_env = False

    def run(self) -> None:
        """Go round until told to stop."""
        while not self._stopping.wait(_LOOK_EVERY):
            self.round()

    def stop(self) -> None:
        """Stop after what is on its way now."""
        self._stopping.set()
        self.join(PATIENCE + 1)
        self._http.close()

    def round(self) -> None:
        """Do what is due now."""
        now = self.clock()
        with self.store.lock:
            meetings = list(self.store.meetings.values())
            if any(notice_lost(self.store, meeting, now) for meeting in meetings):
                self.store.save()
        outbox = self.store.outbox
        if outbox.address and outbox.validate_at <= now:
            self._validate(now)
        for delivery in outbox.take(now):
            self._deliver(delivery)

    def _deliver(self, delivery: Delivery) -> None:
        outbox = self.store.outbox
        now = self.clock()
        if not outbox.address:
            outbox.answered(delivery, now, "nobody to tell", good=True)
            return
        request = outbox.sign(delivery, now)
        status, said = self._post(request)
        outbox.answered(delivery, now, str(status) if status else said, good=status in _GOOD)

    def _validate(self, now: datetime) -> None:
        """Ask the address whether it knows the secret. Until it does, ask again."""
        outbox = self.store.outbox
        plain = secrets.token_urlsafe(16)
        event = "endpoint.url_validation"
        body = {"event": event, "event_ts": round(now.timestamp() * 1000), "payload": {"plainToken": plain}}
        request = outbox.sign(Delivery(event, 0, "", json.dumps(body).encode(), now), now)
        status, said = self._post(request)
        right = {"plainToken": plain, "encryptedToken": encrypted_token(outbox.secret, plain)}
        good = status == requests.codes.ok and _object(said) == right
        pause = VALID_FOR if good else _VALIDATE_AGAIN
        outbox.validated(now, "" if good else str(status) if status else said, again_at=now + pause)

    def _post(self, request: SignedRequest) -> tuple[int, str]:
        """The status and the text of an answer; status 0 where none came in time."""
        try:
            answer = self._http.post(
                self.store.outbox.address,
                request.body,
                headers=request.headers,
                timeout=PATIENCE,
                allow_redirects=False,
            )
        except requests.Timeout:
            return 0, "no answer within 3 seconds"
        except requests.RequestException:
            return 0, "no connection"
        return answer.status_code, answer.text


def _object(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
