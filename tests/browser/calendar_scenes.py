"""A week of the calendar as its browser tests need it, and where things stand in it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page

from sessions_app.models import Holiday, Session
from tests.factories import SessionFactory, StaffAssignmentFactory, StaffProfileFactory, ZoomHostFactory
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.dates import LONDON, week_of


def monday() -> date:
    """Next week's: a week that lies wholly ahead."""
    return week_of(timezone.now()).date() + timedelta(days=7)


def on(weekday: int, hour: int) -> datetime:
    day = monday() + timedelta(days=weekday)
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)


def at(weekday: int, hour: int, title: str, **fields: Any) -> Session:
    start = on(weekday, hour)
    return SessionFactory(title=title, starts_at=start, ends_at=start + timedelta(minutes=45), **fields)


def address(view: str, day: date | None = None) -> str:
    return reverse("admin:calendar") + (f"?view={view}&on={day or monday()}" if view else "")


def block(page: Page, session: Session) -> Locator:
    return page.locator(f'[data-session="{session.pk}"]:not(.fc-event-mirror)').first


def start_of(session: Session) -> datetime:
    return Session.objects.get(pk=session.pk).starts_at


def times_of(session: Session) -> str:
    """From when to when it is now: `14:00 to 14:45`."""
    session = Session.objects.get(pk=session.pk)
    return " to ".join(f"{dates.local(at):%H:%M}" for at in (session.starts_at, session.ends_at))


@pytest.fixture
def draft(coordinator: User) -> Session:
    """A draft on Wednesday at four; Maya, who leads it, is elsewhere on Thursday at ten."""
    ZoomHostFactory()
    maya = StaffProfileFactory(user__name="Maya Lind", first_name="Maya")
    draft = at(2, 16, "Drums and songs")
    StaffAssignmentFactory(session=draft, staff=maya, role="lead")
    StaffAssignmentFactory(session=at(3, 10, "Story time", kind="one_to_one"), staff=maya)
    Holiday.objects.create(name="Inset day", first_day=monday(), last_day=monday())
    return draft
