"""What families wait for, on the staff home page: help, answers about data, answers to changes. One query for all.

Each list is the first few rows of its table and how many there are. What a row needs of others, names above all,
comes along in the same query, and the rows are put together here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, DateTimeField, F, QuerySet, Value, Window
from django.db.models.functions import Cast

from families.models import Child, DataRequest, Guardian, HelpRequest, Proposal
from sessions_app.admin.helping import with_next_session
from whippersnappers.accounts.models import User

HELP, DATA, CHANGES = "help", "data", "changes"
PERMISSIONS = {
    HELP: "families.change_helprequest",
    DATA: "families.change_datarequest",
    CHANGES: "families.change_proposal",
}


@dataclass(frozen=True)
class _Found:
    """One row of the query; `what` is the code of the row's choice, `also` another time that its kind needs."""

    kind: str
    pk: UUID
    first_name: str
    last_name: str
    known_as: str | None
    childs_last_name: str
    what: str
    at: datetime
    also: datetime | None
    count: int

    @property
    def guardian(self) -> Guardian:
        return Guardian(first_name=self.first_name, last_name=self.last_name)

    @property
    def child(self) -> Child | None:
        return None if self.known_as is None else Child(known_as=self.known_as, last_name=self.childs_last_name)


def families_waiting(user: User, now: datetime, most: int) -> Mapping[str, tuple[int, list[Any]]]:
    """By kind that the user may answer: how many wait, and the first `most` of them, as objects to be shown.

    The objects know what the page shows of them and no more, and are not for saving.
    """
    asked = [rows(now)[:most] for kind, rows in _ROWS.items() if user.has_perm(PERMISSIONS[kind])]
    if not asked:
        return {}
    shown: dict[str, tuple[int, list[Any]]] = {}
    for row in asked[0].union(*asked[1:], all=True):
        found = _Found(*row)
        _, so_far = shown.get(found.kind, (0, []))
        shown[found.kind] = (found.count, [*so_far, _SHOWN[found.kind](found, now)])
    return shown


def _columns(
    kind: str, rows: QuerySet[Any], guardian: str, what: str, at: str, also: Any = None, child: str = ""
) -> QuerySet[Any, Any]:
    nobody = Value(None, output_field=CharField())
    return rows.order_by(at).values_list(
        Value(kind, output_field=CharField()),
        F("pk"),
        F(f"{guardian}__first_name"),
        F(f"{guardian}__last_name"),
        F(f"{child}__known_as") if child else nobody,
        F(f"{child}__last_name") if child else nobody,
        F(what),
        F(at),
        Cast(also, DateTimeField()),
        Window(Count("pk")),
    )


def _help(now: datetime) -> QuerySet[Any, Any]:
    asked = with_next_session(HelpRequest.objects.waiting(), now)
    return _columns(HELP, asked, "guardian", "device", "asked_at", F("next_session_at"))


def _data(now: datetime) -> QuerySet[Any, Any]:
    return _columns(DATA, DataRequest.objects.open(), "guardian", "kind", "received_at", F("extended_at"))


def _changes(now: datetime) -> QuerySet[Any, Any]:
    waiting = Proposal.objects.waiting()
    return _columns(CHANGES, waiting, "proposed_by", "field", "proposed_at", Value(None), child="child")


def _help_shown(found: _Found, now: datetime) -> HelpRequest:
    asked: Any = HelpRequest(pk=found.pk, guardian=found.guardian, device=found.what, asked_at=found.at)
    asked.next_session_at = found.also
    return asked


def _data_shown(found: _Found, now: datetime) -> DataRequest:
    asked: Any = DataRequest(pk=found.pk, guardian=found.guardian, kind=found.what, received_at=found.at)
    asked.extended_at = found.also
    asked.clock = asked.clock_said(now)
    return asked


def _change_shown(found: _Found, now: datetime) -> Proposal:
    return Proposal(pk=found.pk, child=found.child, proposed_by=found.guardian, field=found.what, proposed_at=found.at)


_ROWS: Mapping[str, Callable[[datetime], QuerySet[Any, Any]]] = {HELP: _help, DATA: _data, CHANGES: _changes}
_SHOWN: Mapping[str, Callable[[_Found, datetime], Any]] = {
    HELP: _help_shown,
    DATA: _data_shown,
    CHANGES: _change_shown,
}
