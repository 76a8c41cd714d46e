"""What a downloaded list of sessions says."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from sessions_app.admin.session_list import say_lines
from sessions_app.models import Session
from sessions_app.readiness import gate_facts

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
        """As in the list."""
        plans = request.user.has_perm("sessions_app.change_session")
        found: list[Any] = list(gate_facts(Session.objects.filter(pk__in=[row.pk for row in rows])))
        say_lines(found, timezone.now(), plans=plans)
        said = {session.pk: session for session in found}
        for row in rows:
            row.line, row.contacted = said[row.pk].line, said[row.pk].contacted
