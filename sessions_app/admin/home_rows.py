"""What waits on the staff home page: policy alerts, help, answers about data, answers to changes; what is to be read,
what was begun; records to write, and late ones. One query for all.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Value

from families.models import DataRequest, HelpRequest, Proposal
from sessions_app.admin.helping import with_next_session
from sessions_app.filling_by_phone import NEXT_CHILD, TO_RING, sessions_to_fill
from sessions_app.models import PolicyAlert, Session
from sessions_app.models.policy_alerts import MOST_PRESSING_FIRST
from sessions_app.records import at_home
from sessions_app.to_read import rows_at_home
from sessions_app.waiting_rows import WaitingRow, as_rows
from whippersnappers.accounts.models import User

HELP, DATA, CHANGES, PLACES, ALERTS = "help", "data", "changes", "places", "alerts"
PERMISSIONS = {
    HELP: "families.change_helprequest",
    DATA: "families.change_datarequest",
    CHANGES: "families.change_proposal",
    PLACES: "sessions_app.change_session",
    ALERTS: "sessions_app.change_policyalert",
}


def waiting_at_home(user: User, now: datetime, most: int) -> Mapping[str, list[WaitingRow]]:
    """By kind: the first `most` of what this person may see to for others, and all that is the person's own.

    What they may see to is there as a key, also when nothing of it waits.
    """
    answers = [kind for kind in _ROWS if user.has_perm(PERMISSIONS[kind])]
    asked = [*(_ROWS[kind](now)[:most] for kind in answers), *rows_at_home(user, now)]
    asked += at_home.rows_at_home(user, now, most)
    found: dict[str, list[WaitingRow]] = {kind: [] for kind in answers}
    for row in asked[0].union(*asked[1:], all=True) if asked else ():
        waits = WaitingRow(*row)
        found.setdefault(waits.kind, []).append(waits)
    return found


def as_shown(row: WaitingRow, now: datetime) -> Any:
    """What waits, as an object to be shown: it knows what the page shows and no more, and is not saved."""
    return _SHOWN[row.kind](row, now)


def _help(now: datetime) -> QuerySet[Any, Any]:
    asked = with_next_session(HelpRequest.objects.waiting(), now)
    return as_rows(HELP, asked, F("device"), "asked_at", F("next_session_at"), guardian="guardian")


def _data(now: datetime) -> QuerySet[Any, Any]:
    return as_rows(DATA, DataRequest.objects.open(), F("kind"), "received_at", F("extended_at"), guardian="guardian")


def _changes(now: datetime) -> QuerySet[Any, Any]:
    waiting = Proposal.objects.waiting()
    return as_rows(CHANGES, waiting, F("field"), "proposed_at", Value(None), guardian="proposed_by", child="child")


def _places(now: datetime) -> QuerySet[Any, Any]:
    return as_rows(
        PLACES, sessions_to_fill(now), F("title"), "starts_at", guardian=TO_RING, child=NEXT_CHILD, ring=True
    )


def _alerts(now: datetime) -> QuerySet[Any, Any]:
    unsettled = PolicyAlert.objects.operational().unsettled()
    rows = as_rows(ALERTS, unsettled, F("kind"), "began_at", F("session__starts_at"))
    return rows.order_by(*MOST_PRESSING_FIRST)


def _help_shown(row: WaitingRow, now: datetime) -> HelpRequest:
    asked: Any = HelpRequest(pk=row.pk, guardian=row.guardian, device=row.what, asked_at=row.at)
    asked.next_session_at = row.also
    return asked


def _data_shown(row: WaitingRow, now: datetime) -> DataRequest:
    asked: Any = DataRequest(pk=row.pk, guardian=row.guardian, kind=row.what, received_at=row.at)
    asked.extended_at = row.also
    asked.clock = asked.clock_said(now)
    return asked


def _change_shown(row: WaitingRow, now: datetime) -> Proposal:
    return Proposal(pk=row.pk, child=row.child, proposed_by=row.guardian, field=row.what, proposed_at=row.at)


def _place_shown(row: WaitingRow, now: datetime) -> WaitingRow:
    """As it is: the session by its key and its title, who is next, and whom to ring."""
    return row


def _alert_shown(row: WaitingRow, now: datetime) -> PolicyAlert:
    return PolicyAlert(pk=row.pk, kind=row.what, began_at=row.at, session=Session(starts_at=row.also or row.at))


_ROWS: Mapping[str, Callable[[datetime], QuerySet[Any, Any]]] = {
    HELP: _help,
    DATA: _data,
    CHANGES: _changes,
    PLACES: _places,
    ALERTS: _alerts,
}
_SHOWN: Mapping[str, Callable[[WaitingRow, datetime], Any]] = {
    HELP: _help_shown,
    DATA: _data_shown,
    CHANGES: _change_shown,
    PLACES: _place_shown,
    ALERTS: _alert_shown,
}
