"""The console itself, and the part of it that stays live: asked for every few seconds, sent only when it changed."""

import hashlib
from typing import Any
from zoneinfo import ZoneInfo

from django.forms import Form
from django.http import HttpResponse
from django.template.loader import render_to_string

from sessions_app.console.facts import gather
from sessions_app.console.forms import ChecklistForm
from sessions_app.console.visiting import Visit
from sessions_app.live import attending, checklist
from sessions_app.models import Session
from sessions_app.portal import drawing
from whippersnappers.accounts.roles import Role

# What the page says it shows, so that the same is not sent again.
_SHOWN = "X-Shown"
_LONDON = ZoneInfo("Europe/London")


def draw(visit: Visit, *, checklist_form: Form | None = None, status: int = 200) -> HttpResponse:
    """The whole page, for whoever delivers the session or looks on."""
    context = live_context(visit)
    context |= {"checklist_form": checklist_form or ChecklistForm(None, visit.session), "part": _part(visit, context)}
    context["checklist_opens"] = checklist.opens_at(visit.session)
    over = context["session"].state == Session.State.DELIVERED
    context["may_say_attendance"] = over and (visit.delivers or visit.user.has_role(Role.COORDINATOR))
    context["attendance_said"] = over and attending.is_said(context["session"])
    return drawing.draw(visit.request, "console/console.html", context, context["facts"].meeting, status=status)


def live_part(visit: Visit) -> HttpResponse:
    """The live part alone, with since when it is true; 204 where the page shows exactly this already."""
    part = _part(visit, live_context(visit))
    same = visit.request.headers.get(_SHOWN) == part["mark"]
    response = HttpResponse(status=204) if same else HttpResponse(part["text"])
    response[_SHOWN], response["X-Facts-At"] = part["mark"], part["at"]
    return response


def live_context(visit: Visit) -> dict[str, Any]:
    """What the live part is drawn from."""
    facts = gather(visit.session, visit.now)
    own = next((line for line in facts.staff if visit.place and line.assignment.pk == visit.place.pk), None)
    return {"visit": visit, "session": facts.session, "facts": facts, "own": own, "now": visit.now}


def _part(visit: Visit, context: dict[str, Any]) -> dict[str, str]:
    """The live part: its text, a fingerprint of it, and since when it is true, by London's clock."""
    text = render_to_string("console/live.html", context, request=visit.request)
    at = visit.now.astimezone(_LONDON)
    mark = hashlib.sha256(text.encode()).hexdigest()[:24]
    return {"text": text, "mark": mark, "at": f"{at:%H:%M:%S}"}
