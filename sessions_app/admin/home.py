"""The staff home page: what is today, what comes, and what needs somebody first.

Each person sees the parts that their roles permit; the number of queries does not grow with the rows.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from sessions_app.admin.cards import SessionCard, cards
from sessions_app.admin.home_rows import ALERTS, CHANGES, DATA, HELP, PLACES, as_shown, waiting_at_home
from sessions_app.models import Meeting, PhoneTask, Session, StaffProfile, SwapRequest
from sessions_app.records import at_home
from sessions_app.to_read import BEGUN, TO_READ, Begun, ToRead, begun_of, to_read_of
from sessions_app.waiting_rows import WaitingRow
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.trouble import trouble

WEEK = timedelta(days=7)
# How long before a clearance runs out the home page begins to say so.
CLEARANCE_WARNING = timedelta(days=60)
SHOWN = 5
# Where all of what families wait for is.
PAGES = {
    ALERTS: "sessions_app_policyalert",
    HELP: "families_helprequest",
    DATA: "families_datarequest",
    CHANGES: "families_proposal",
    PLACES: "sessions_app_session",
}


@dataclass(frozen=True)
class Day:
    """One day of the week ahead."""

    name: str
    sessions: list[SessionCard]


@dataclass(frozen=True)
class Waiting:
    """A list of things that wait for somebody: the first few of `count`, and where all are."""

    count: int
    rows: list[Any]
    url: str


@dataclass
class Home:
    """What the page shows; a part that this person may not see is None or empty."""

    greeting: str
    today: list[SessionCard] = field(default_factory=list)
    week: list[Day] = field(default_factory=list)
    later: list[SessionCard] = field(default_factory=list)
    reopened: list[SessionCard] = field(default_factory=list)
    plans: bool = False
    delivers: bool = False
    alerts: Waiting | None = None
    calls: Waiting | None = None
    help: Waiting | None = None
    places: Waiting | None = None
    mails: Waiting | None = None
    proposals: Waiting | None = None
    data_requests: Waiting | None = None
    meetings: Waiting | None = None
    clearance: Waiting | None = None
    swaps: list[SwapRequest] = field(default_factory=list)
    mail_trouble: list[str] = field(default_factory=list)
    to_read: list[ToRead] = field(default_factory=list)
    begun: list[Begun] = field(default_factory=list)
    own_records: Waiting | None = None
    late_records: Waiting | None = None


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's callback for the admin's index page."""
    now = timezone.now()
    assert isinstance(request.user, User)  # the site lets in nobody else
    context.update(title="Home", subtitle=None, home=home_for(request.user, now), now=now)
    return context


def home_for(user: User, now: datetime) -> Home:
    """The home page of `user`."""
    home = Home(greeting=_greeting(user, now))
    home.plans = user.has_perm("sessions_app.change_session")
    home.delivers = not home.plans and user.has_perm("sessions_app.view_session")
    if home.plans or home.delivers:
        _add_sessions(home, user, now)
    if home.plans:
        home.meetings = _failed_meetings(now)
        home.clearance = _clearance(now)
        home.swaps = _swaps(now)
    if user.has_perm("sessions_app.change_phonetask"):
        home.calls = _calls(now)
    _add_what_waits(home, user, now)
    if user.has_perm("outbox.view_outgoingmail") and admin.site.is_registered(OutgoingMail):
        home.mails = _mails()
        home.mail_trouble = trouble(now)
    return home


def _greeting(user: User, now: datetime) -> str:
    hour = dates.local(now).hour
    part = "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
    return f"Good {part}, {user.get_short_name()}"


def _add_sessions(home: Home, user: User, now: datetime) -> None:
    midnight = dates.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    ahead = Session.objects.visible_to(user).planned().filter(ends_at__gt=midnight)
    if home.plans:
        reopened = Q(gate_reopened_at__isnull=False, ends_at__gt=now)
        found = cards(ahead.filter(Q(starts_at__lt=midnight + WEEK + timedelta(days=1)) | reopened), now)
        home.reopened = [card for card in found if card.reopened]
    else:
        # Those without the plan in hand see what is settled: a draft may still change in every way.
        found = cards(ahead.exclude(state=Session.State.DRAFT), now)
    _spread(home, found, now)


def _spread(home: Home, found: list[SessionCard], now: datetime) -> None:
    """Put each session under today, its day of the week ahead, or later."""
    today, week = dates.local(now).date(), defaultdict(list)
    for card in found:
        day = dates.local(card.session.starts_at).date()
        if day <= today:
            home.today.append(card)
        elif day <= today + WEEK:
            week[dates.near_day(card.session.starts_at, now=now)].append(card)
        else:
            home.later.append(card)
    home.week = [Day(name, rows) for name, rows in week.items()]


def _waiting(rows: QuerySet[Any], page: str, query: str = "") -> Waiting:
    first = list(rows.annotate(count_of_all=Window(Count("pk")))[:SHOWN])
    return Waiting(first[0].count_of_all if first else 0, first, reverse(f"admin:{page}_changelist") + query)


def _failed_meetings(now: datetime) -> Waiting:
    failed = Meeting.objects.filter(state=Meeting.State.FAILED, is_wanted=True, session__ends_at__gt=now)
    rows = failed.select_related("session").order_by("session__starts_at")
    return _waiting(rows, "sessions_app_meeting", "?state__exact=failed")


def _calls(now: datetime) -> Waiting:
    calls = PhoneTask.objects.to_make(now).each_person_once()
    return _waiting(calls.select_related("session", "guardian"), "sessions_app_phonetask")


def _add_what_waits(home: Home, user: User, now: datetime) -> None:
    waits = waiting_at_home(user, now, SHOWN)
    lists = {
        kind: Waiting(rows[0].count if rows else 0, [as_shown(row, now) for row in rows], _list_of(kind))
        for kind, rows in waits.items()
        if kind in PAGES
    }
    home.help, home.data_requests, home.proposals = (lists.get(kind) for kind in (HELP, DATA, CHANGES))
    home.places, home.alerts = lists.get(PLACES), lists.get(ALERTS)
    home.to_read, home.begun = to_read_of(waits.get(TO_READ, [])), begun_of(waits.get(BEGUN, []))
    home.own_records = _records(waits.get(at_home.OWN, []), reverse("admin:my_records"), now)
    late = reverse("admin:sessions_app_sessionrecord_changelist")
    home.late_records = _records(waits.get(at_home.LATE, []), f"{late}?overdue=yes", now)


def _records(rows: list[WaitingRow], url: str, now: datetime) -> Waiting | None:
    return Waiting(rows[0].count, list(at_home.as_shown(rows, now)), url) if rows else None


def _list_of(kind: str) -> str:
    return reverse(f"admin:{PAGES[kind]}_changelist")


def _mails() -> Waiting:
    dead = OutgoingMail.objects.filter(state=OutgoingMail.State.DEAD).order_by("-created_at")
    waiting = _waiting(dead, "outbox_outgoingmail", "?state__exact=dead")
    labels = {kind.name: kind.label for kind in catalogue.all_kinds()}
    for mail in waiting.rows:
        mail.what = labels.get(mail.kind, mail.kind)
    return waiting


def _swaps(now: datetime) -> list[SwapRequest]:
    """Swaps that staff have agreed on; they are few, and each needs a yes or a no."""
    agreed = SwapRequest.objects.pending(now).filter(state=SwapRequest.State.AGREED)
    return list(agreed.select_related("assignment__session", "assignment__staff__user", "agreed_by__user"))


def _clearance(now: datetime) -> Waiting:
    today = dates.local(now).date()
    soon = today + CLEARANCE_WARNING
    lapsing = Q(dbs_valid_until=None) | Q(training_valid_until=None)
    lapsing |= Q(dbs_valid_until__lte=soon) | Q(training_valid_until__lte=soon)
    ahead = Count("assignments", filter=Q(assignments__holds=True, assignments__session__ends_at__gt=now))
    rows = StaffProfile.objects.filter(lapsing, user__is_active=True).select_related("user").annotate(ahead=ahead)
    waiting = _waiting(
        rows.order_by("dbs_valid_until", "training_valid_until"), "sessions_app_staffprofile", "?clearance=gaps"
    )
    for profile in waiting.rows:
        profile.gaps = profile.clearance_gaps(soon)
    return waiting
