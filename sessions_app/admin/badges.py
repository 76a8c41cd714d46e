"""What waits for somebody: the numbers beside the navigation's lines, all of them counted by one query."""

from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone

from families.models import DataRequest, HelpRequest, Proposal
from sessions_app.models import PhoneTask, PolicyAlert
from whippersnappers.outbox.models import OutgoingMail


def calls_to_make(request: HttpRequest) -> int:
    """People whom nobody has reached by phone yet."""
    return _counts(request)["calls"]


def mails_that_did_not_go(request: HttpRequest) -> int:
    """Mails that were given up."""
    return _counts(request)["mails"]


def proposals_waiting(request: HttpRequest) -> int:
    """Changes that families propose and nobody has answered."""
    return _counts(request)["proposals"]


def data_requests_open(request: HttpRequest) -> int:
    """Requests about data without an answer; the law counts their days."""
    return _counts(request)["data_requests"]


def requests_for_help(request: HttpRequest) -> int:
    """Families that asked for help with Zoom and wait."""
    return _counts(request)["help"]


def policy_alerts_waiting(request: HttpRequest) -> int:
    """Policy alerts for coordinators of which nobody has said yet what came of it."""
    return _counts(request)["alerts"]


def _counts(request: Any) -> dict[str, int]:
    """Counted when the first line asks, and kept for the others of the same page."""
    if not hasattr(request, "badges"):
        calls = _count("calls", PhoneTask.objects.to_make(timezone.now()).each_person_once())
        mails = _count("mails", OutgoingMail.objects.filter(state=OutgoingMail.State.DEAD))
        proposals = _count("proposals", Proposal.objects.waiting())
        data_requests = _count("data_requests", DataRequest.objects.open())
        helped = _count("help", HelpRequest.objects.waiting())
        alerts = _count("alerts", PolicyAlert.objects.operational().unsettled())
        request.badges = dict(calls.union(mails, proposals, data_requests, helped, alerts, all=True))
    return request.badges


def _count(name: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    # Not `Count`, for which Django would group the rows.
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return rows.order_by().values_list(Value(name), number)
