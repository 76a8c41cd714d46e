"""The list of sessions: its filters and columns."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
from unfold.utils import parse_date_str
from unfold.views import ChangeList

from sessions_app.admin.cards import SessionCard, card
from sessions_app.contacting import Contacted, contacted_by_session
from sessions_app.models import Session, StaffAssignment, StaffProfile
from sessions_app.readiness import blockers, gate_facts
from whippersnappers.dates import local

DELIVERED: dict[str, str] = {Session.Delivery.REMOTE: "by Zoom", Session.Delivery.IN_PERSON: "in person"}


class WhenFilter(admin.SimpleListFilter):
    """Which part of the calendar; what is ahead unless asked otherwise."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("today", "Today"), ("week", "Next seven days"), ("past", "Past"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield {**first, "display": "Today and later"}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        midnight = local(timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)
        ahead = queryset.filter(ends_at__gt=midnight)
        match self.value():
            case "today":
                return ahead.filter(starts_at__lt=midnight + timedelta(days=1))
            case "week":
                return ahead.filter(starts_at__lt=midnight + timedelta(days=8))
            case "past":
                return queryset.filter(ends_at__lte=timezone.now()).order_by("-starts_at")
            case "all":
                return queryset
        return queryset if _asks_for_days(request) else ahead


def _asks_for_days(request: HttpRequest) -> bool:
    return bool(request.GET.get("starts_at_from") or request.GET.get("starts_at_to"))


class StaffFilter(DropdownFilter):
    """Sessions that somebody delivers."""

    title = "staff"
    parameter_name = "staff"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        if not request.user.has_perm("sessions_app.view_staffprofile"):
            return []
        people = StaffProfile.objects.select_related("user").order_by("user__name")
        return [(str(profile.pk), str(profile)) for profile in people]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        if not self.value():
            return queryset
        try:
            staff = uuid.UUID(self.value())
        except ValueError:
            return queryset.none()
        present = StaffAssignment.objects.filter(staff=staff, withdrawn_at=None)
        return queryset.filter(pk__in=present.values("session"))


class DaysFilter(RangeDateFilter):
    """From one day to another, both included, on London's calendar."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        name = self.parameter_name
        first = parse_date_str(self.used_parameters.get(f"{name}_from") or "")
        last = parse_date_str(self.used_parameters.get(f"{name}_to") or "")
        if first:
            queryset = queryset.filter(**{f"{name}__date__gte": first})
        return queryset.filter(**{f"{name}__date__lte": last}) if last else queryset


class BlockedFilter(admin.SimpleListFilter):
    """Sessions ahead that have something to mend, or nothing."""

    title = "ready"
    parameter_name = "blocked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("yes", "Something to mend"), ("no", "Nothing to mend")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        if self.value() not in ("yes", "no"):
            return queryset
        now = timezone.now()
        states = [Session.State.DRAFT, Session.State.CONFIRMED]
        ahead = gate_facts(queryset.filter(state__in=states, ends_at__gt=now))
        wanted = self.value() == "yes"
        return queryset.filter(pk__in=[s.pk for s in ahead if bool(blockers(s, now)) == wanted])


class SessionChangeList(ChangeList):
    """One page of sessions, with what every line says gathered in a fixed number of queries."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        # The page is not fetched yet, so it comes with what its lines say.
        page: list[Any] = list(gate_facts(self.result_list))  # type: ignore[has-type]
        say_lines(page, timezone.now(), plans=request.user.has_perm("sessions_app.change_session"))
        self.result_list = page


def say_lines(sessions: list[Any], now: datetime, *, plans: bool) -> None:
    """Give each session its `line` and, for those who plan, how many families have been `contacted`.

    The sessions come from `gate_facts`.
    """
    contacted = contacted_by_session([session.pk for session in sessions]) if plans else {}
    for session in sessions:
        session.line = card(session, now)
        session.contacted = contacted.get(session.pk)


def mends_said(line: SessionCard, now: datetime) -> str:
    """How much is to be mended, as a column says it."""
    if line.session.ends_at <= now or line.session.state not in (Session.State.DRAFT, Session.State.CONFIRMED):
        return "–"
    return f"{len(line.mends)} to mend" if line.mends else "Ready"


def contacted_said(contacted: Contacted | None, state: str) -> str:
    """How many families have been contacted, as a column says it (W2)."""
    if contacted is None or state == Session.State.DRAFT:
        return "–"
    return f"{contacted.reached} of {contacted.wanted}"


def two_lines(first: str, second: str) -> SafeString:
    """A cell with what matters on top, and what is good to know below."""
    return format_html('<span class="st-cell"><b>{}</b><span>{}</span></span>', first, second)
