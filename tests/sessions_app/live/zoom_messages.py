"""Webhooks as Zoom sends them."""

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone

from sessions_app.zoom.webhooks import signature

SECRET = "webhook-secret"
_numbers = count(1)


def envelope(event: str, at: datetime, number: Any, uuid: str = "instance==", **payload: Any) -> dict[str, Any]:
    """One event's body, before it is text."""
    about = {
        "id": number,
        "uuid": uuid,
        "host_id": "h",
        "topic": "t",
        "type": 2,
        "timezone": "Europe/London",
        **payload,
    }
    return {
        "event": event,
        "event_ts": int(at.timestamp() * 1000),
        "payload": {"account_id": "account", "object": about},
    }


def signed(body: bytes, *, at: datetime | None = None, secret: str = SECRET, request_id: str = "") -> dict[str, str]:
    """The headers with which Zoom would send this body."""
    timestamp = str(int((at or timezone.now()).timestamp()))
    return {
        "x-zm-signature": signature(secret, timestamp, body),
        "x-zm-request-timestamp": timestamp,
        "x-zm-request-id": request_id or f"id-{next(_numbers)}",
    }


def post(body: Any, client: Client | None = None, headers: dict[str, str] | None = None, **signing: Any) -> Any:
    """Send it to the portal; a message that is not bytes yet is made JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = signed(content, **signing) if headers is None else headers
    client = client or Client(enforce_csrf_checks=True)
    return client.post("/zoom/webhook/", content, content_type="application/json", headers=headers)


def minutes_ago(minutes: float) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)
