"""My records: what somebody has to write or to countersign, and what is done."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from sessions_app.admin.records import state_said
from sessions_app.models import SessionRecord
from sessions_app.models.records import WRITE_OWN
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.admin_site import staff_site

DONE_SHOWN = 10


def my_records(request: HttpRequest) -> HttpResponse:
    """Everything about one person's own records, the most urgent first."""
    user, now = signed_in(request), timezone.now()
    if not user.has_perm(WRITE_OWN):
        raise PermissionDenied
    waiting = _rows(SessionRecord.objects.waiting_for(user).order_by("session__ends_at"), now)
    own = SessionRecord.objects.of_staff(user).exclude(pk__in=[row["record"].pk for row in waiting])
    context = staff_site().each_context(request) | {
        "title": "My records",
        "to_write": [row for row in waiting if not row["record"].is_signed],
        "to_countersign": [row for row in waiting if row["record"].is_signed],
        "with_others": _rows(own.unfinished().order_by("session__ends_at"), now),
        "done": _rows(own.filter(state=SessionRecord.State.COMPLETE).order_by("-scheduled_start")[:DONE_SHOWN], now),
        "now": now,
    }
    return TemplateResponse(request, "staff/my_records.html", context)


def _rows(records: Any, now: Any) -> list[dict[str, Any]]:
    return [
        {
            "record": one,
            "label": state_said(one, now),
            "due": f"{dates.near_day(one.due_at, now=now)}, {dates.clock(one.due_at)}",
        }
        for one in records.select_related("session", "child", "author__user", "countersigned_by__user")
    ]


staff_site().register_page("my-records/", my_records, "my_records")
