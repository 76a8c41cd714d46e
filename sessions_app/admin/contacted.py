"""The week's families: contacted or not, join page opened, answered, call open; session by session (W2)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from sessions_app.admin.mending import page_of
from sessions_app.contacting import FamilyContact, families_by_session
from sessions_app.models import PhoneTask, Session
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.admin_site import staff_site

# Families know of these, and need to be prepared for them.
TOLD = [Session.State.CONFIRMED, Session.State.LIVE, Session.State.DELIVERED]
YEARS = range(2000, 2100)


class Show(models.TextChoices):
    """Which families the page lists."""

    ALL = "", "Everybody"
    WAITING = "waiting", "Not contacted yet"
    CALLS = "calls", "Call open"
    UNANSWERED = "unanswered", "Not answered yet"


@dataclass(frozen=True)
class Fact:
    """One thing known of a family, in words and with a sign; `url` leads to the call or mail."""

    icon: str
    word: str
    tone: str = ""
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class Row:
    """One family in one session."""

    family: FamilyContact
    facts: list[Fact]

    def is_shown(self, show: str) -> bool:
        match show:
            case Show.WAITING:
                return not self.family.is_contacted
            case Show.CALLS:
                return bool(self.family.open_calls)
            case Show.UNANSWERED:
                return len(self.family.coming) < len(self.family.children)
        return True


@dataclass(frozen=True)
class SessionRows:
    """One session of the week: all its families, and those of them that are shown."""

    session: Session
    url: str
    rows: list[Row]
    shown: list[Row]
    not_coming: list[str]

    @property
    def contacted(self) -> int:
        return sum(row.family.is_contacted for row in self.rows)


@dataclass(frozen=True)
class Week:
    """The page's content; `start` is Monday midnight in London."""

    start: datetime
    show: str
    sessions: list[SessionRows]

    @property
    def last_day(self) -> datetime:
        return self.start + timedelta(days=6)

    @property
    def families(self) -> int:
        """How many different families the week reaches."""
        return len({row.family.family.pk for each in self.sessions for row in each.rows})

    @property
    def not_contacted(self) -> int:
        """How many of them have not been contacted about every session of theirs."""
        rows = [row.family for each in self.sessions for row in each.rows]
        return len({household.family.pk for household in rows if not household.is_contacted})

    @property
    def calls_open(self) -> int:
        """The people who are still to be called, once for all their sessions."""
        return len({call.guardian_id for each in self.sessions for row in each.rows for call in row.family.open_calls})

    @property
    def is_empty(self) -> bool:
        return not any(each.shown for each in self.sessions)


@require_safe
def contacted_page(request: HttpRequest) -> HttpResponse:
    """One week, `?week=2026-W48` or the one of `?day=2026-11-24`; this one unless asked otherwise."""
    if not request.user.has_perm("sessions_app.view_phonetask"):
        raise PermissionDenied
    now = timezone.now()
    start, mistake = _asked_week(request, now)
    show = request.GET.get("show", "")
    week = week_of(start, show if show in Show.values else "", user=signed_in(request), now=now)
    context = {
        **staff_site().each_context(request),
        "title": "Who has been contacted",
        "week": week,
        "mistake": mistake,
        "choices": Show.choices,
        "name": week_name(start),
        "previous": week_name(start - timedelta(days=1)),
        "next": week_name(start + timedelta(days=7)),
        "this": week_name(now),
        "now": now,
    }
    return TemplateResponse(request, "staff/contacted.html", context)


def _asked_week(request: HttpRequest, now: datetime) -> tuple[datetime, str]:
    """The week that the address asks for, and what is wrong with the address, if anything."""
    week, day = request.GET.get("week", ""), request.GET.get("day", "")
    if not week and not day:
        return dates.week_of(now), ""
    try:
        asked = date.fromisoformat(day or f"{week}-1")
        if asked.year not in YEARS:
            raise ValueError(asked)
    except ValueError:
        return dates.week_of(now), "There is no such day. This is the present week; choose another day."
    return dates.week_of(datetime(asked.year, asked.month, asked.day, 12, tzinfo=dates.LONDON)), ""


def week_name(at: datetime) -> str:
    """The week's name in addresses, as ISO 8601 has it: `2026-W48`."""
    return f"{dates.local(at):%G-W%V}"


def week_of(start: datetime, show: str, *, user: Any, now: datetime) -> Week:
    """The sessions of the week that families know of; seven queries however many there are."""
    # On London's clock: the week in which the clocks change is an hour shorter or longer.
    end = start + timedelta(days=7)
    found = Session.objects.visible_to(user).filter(state__in=TOLD, starts_at__gte=start, starts_at__lt=end)
    sessions = list(found.order_by("starts_at", "title"))
    contacts = families_by_session([session.pk for session in sessions])
    each = []
    for session in sessions:
        rows = [Row(family, facts(family, session, now)) for family in contacts[session.pk].families]
        shown = [row for row in rows if row.is_shown(show)]
        each.append(SessionRows(session, page_of(session), rows, shown, contacts[session.pk].not_coming))
    return Week(start, show, each)


def facts(family: FamilyContact, session: Session, now: datetime) -> list[Fact]:
    """The four things that the page says of a family, in the order of its columns."""
    return [_contacted(family, now), _opened(family), _answered(family), _call(family, session, now)]


def _contacted(family: FamilyContact, now: datetime) -> Fact:
    by = [contact.prepared_by for contact in family.contacts]
    done = [each for each in by if each is not None]
    if len(done) == len(by):
        return Fact("check_circle", "Contacted", "success", _how(done[0], now), _url(done[0]))
    word = f"{len(done)} of {len(by)} contacted" if done else "Not contacted yet"
    mail = next((c.mails[0] for c in family.contacts if c.prepared_by is None and c.mails), None)
    if mail is None:
        return Fact("error", word, "warning")
    detail = f"{mail.kind.capitalize()} mail: {mail.get_state_display().lower()}"
    return Fact("error", word, "warning", detail, _url(mail))


def _how(by: Any, now: datetime) -> str:
    what, at = ("Call", by.done_at) if isinstance(by, PhoneTask) else ("Mail", by.sent_at)
    return f"{what}, {dates.near_day(at, now=now)} {dates.clock(at)}" if at else what


def _url(by: Any) -> str:
    page = "sessions_app_phonetask" if isinstance(by, PhoneTask) else "outbox_outgoingmail"
    return reverse(f"admin:{page}_change", args=[by.pk])


def _opened(family: FamilyContact) -> Fact:
    if any(contact.has_joined for contact in family.contacts):
        return Fact("videocam", "Went to Zoom", "success")
    if any(contact.has_opened for contact in family.contacts):
        return Fact("visibility", "Opened the join page", "success")
    return Fact("visibility_off", "Join page not opened")


def _answered(family: FamilyContact) -> Fact:
    coming, children = len(family.coming), len(family.children)
    if coming == children:
        return Fact("event_available", "Coming", "success")
    return Fact("help", f"{coming} of {children} coming" if coming else "No answer yet")


def _call(family: FamilyContact, session: Session, now: datetime) -> Fact:
    for contact in family.contacts:
        for call in contact.open_calls:
            word = "Call open" if session.ends_at > now else "Call never made"
            tried = f", tried {call.attempts}×" if call.attempts else ""
            return Fact("call", word, "warning", f"{contact.reach.guardian}{tried}", _url(call))
    done = next((call for contact in family.contacts for call in contact.calls), None)
    if done is None:
        return Fact("remove", "No call needed")
    return Fact("phone_enabled", done.get_outcome_display() or "Not needed any more", url=_url(done))


staff_site().register_page("contacted/", contacted_page, "contacted")
