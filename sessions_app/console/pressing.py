"""Presses of a session in person, as the script of the page sends them, and as a plain form without it does."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from sessions_app.console.visiting import Visit, console_view
from sessions_app.live import presses
from sessions_app.live.presses import Answer, Pressed
from sessions_app.models import ConsolePress

_UNREADABLE = "This press could not be read."


class Unreadable(ValueError):
    """What a device sent is not a press."""


@console_view("POST")
def pressed(visit: Visit) -> HttpResponse:
    """Keep what was pressed: JSON from the script, which kept it on the device, or one button of the form."""
    if visit.request.content_type == "application/json":
        return _from_device(visit)
    try:
        answers = presses.keep(visit.session.pk, [_of_form(visit)], by=visit.user, now=visit.now)
    except (Unreadable, ValidationError) as refused:
        answers = [Answer(uuid.uuid4(), kept=False, said=_said(refused))]
    for answer in answers:
        if not answer.kept:
            messages.error(visit.request, answer.said)
    return HttpResponseRedirect(reverse("live_console", args=[visit.session.pk]))


def _from_device(visit: Visit) -> HttpResponse:
    try:
        sent = _of_device(visit.request.body)
        answers = presses.keep(visit.session.pk, sent, by=visit.user, now=visit.now)
    except (Unreadable, ValidationError) as refused:
        return JsonResponse({"said": _said(refused)}, status=422)
    return JsonResponse({"answers": [{**vars(answer), "id": str(answer.id)} for answer in answers]})


def _said(refused: Exception) -> str:
    return " ".join(refused.messages) if isinstance(refused, ValidationError) else _UNREADABLE


def _of_device(body: bytes) -> list[Pressed]:
    """The presses of `{"sent_at": …, "presses": [{"id", "what", "at", …}, …]}`, in their order."""
    try:
        sent = json.loads(body)
        rows, sent_at = list(sent["presses"]), _moment(sent["sent_at"])
        if len(rows) > presses.MOST:
            raise Unreadable
        return [_press(row, sent_at) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable from error


def _press(row: Mapping[str, Any], sent_at: datetime) -> Pressed:
    what = ConsolePress.What(row["what"])
    about = uuid.UUID(row["about"]) if row.get("about") else None
    return Pressed(
        id=uuid.UUID(row["id"]),
        what=what,
        pressed_at=_moment(row["at"]),
        sent_at=sent_at,
        booking=about if what in ConsolePress.OF_CHILDREN else None,
        undoes=about if what == ConsolePress.What.TAKEN_BACK else None,
        despite=row.get("despite") is True,
    )


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or moment.utcoffset() is None:
        raise ValueError("not a moment with its time zone")
    return moment


def _of_form(visit: Visit) -> Pressed:
    """A button says what and about whom: `arrived:<booking>`. Its time is when it comes here."""
    what, _, about = visit.request.POST.get("press", "").partition(":")
    row = {"id": str(uuid.uuid4()), "what": what, "about": about, "at": visit.now.isoformat()}
    if about == "despite":
        row |= {"about": "", "despite": True}  # type: ignore[dict-item]
    try:
        return _press(row, visit.now)
    except ValueError as error:
        raise Unreadable from error
