"""Keeping the places of in-person sessions and the Zoom hosts of remote ones."""

from datetime import datetime
from typing import Any

from django.db import models, transaction

from sessions_app import planning
from sessions_app.models import Place, Session, ZoomHost
from whippersnappers.audit.trail import record


def save_place(place: Place, *, by: Any, now: datetime) -> Place:
    """Store a place; families whose confirmed session is there are told when its address changed.

    Raises ValidationError keyed by field.
    """
    with transaction.atomic():
        _store(place, "place", by=by, now=now)
        here = Session.objects.filter(place=place, state=Session.State.CONFIRMED, ends_at__gt=now)
        for session_id in here.values_list("pk", flat=True):
            planning.settle(session_id, by=by, now=now)
    return place


def save_host(host: ZoomHost, *, by: Any, now: datetime) -> ZoomHost:
    """Store a Zoom host. One that is taken out of use keeps the meetings it has."""
    with transaction.atomic():
        _store(host, "zoom_host", by=by, now=now)
    return host


def _store(thing: models.Model, name: str, *, by: Any, now: datetime) -> None:
    is_new = thing._state.adding
    thing.full_clean()
    thing.save()
    record(f"{name}.added" if is_new else f"{name}.edited", by=by, target=thing, now=now)
