"""What a downloaded list of sessions says."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.utils import timezone

from sessions_app.admin.cards import card
from sessions_app.admin.session_list import gather_lines
from sessions_app.contacting import contacted_by_session

_FOR_ALL = {
    "Session": "title",
    "Kind": "kind",
    "Delivery": "delivery",
    "Starts": "starts_at",
    "Ends": "ends_at",
    "Where": "line.where",
    "Staff": "line.staff_names",
    "State": "line.state",
    "Places": "capacity",
    "Taken": "line.taken",
}
_FOR_PLANNING = {"To mend": "to_mend", "Contacted": "contacted"}


class ExportsSessions:
    """The columns of the list, times as times and numbers as numbers."""

    def get_export_columns(self, request: HttpRequest) -> dict[str, str]:
        return _FOR_ALL | _FOR_PLANNING if request.user.has_perm("sessions_app.change_session") else _FOR_ALL

    def ready_for_export(self, request: HttpRequest, rows: list[Any]) -> None:
        """As in the list; but of sessions that nobody can mend any more, which are most, only what is asked here."""
        now, plans = timezone.now(), request.user.has_perm("sessions_app.change_session")
        ahead = [session for session in rows if session.ends_at > now]
        gather_lines(ahead, now, plans=plans)
        past = [session for session in rows if session.ends_at <= now]
        prefetch_related_objects(past, "place", "bookings", "assignments__staff")
        contacted = contacted_by_session([session.pk for session in past]) if plans else {}
        for session in past:
            session.line, session.contacted = card(session, now), contacted.get(session.pk)
