"""Which days a view shows and which sessions are in them, around both clock changes too."""

from datetime import date, timedelta

import pytest

from sessions_app.calendar import Span, View, Wanted, midnight, sessions_between, span_of
from sessions_app.models import Booking, Session
from tests.factories import (
    BookingFactory,
    ChildFactory,
    PlaceFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    london,
)
from whippersnappers.accounts.models import User


@pytest.mark.parametrize(
    ("view", "on", "first", "last", "previous", "title"),
    [
        ("month", "2026-11-24", "2026-11-01", "2026-11-30", "2026-10-01", "November 2026"),
        ("month", "2027-01-31", "2027-01-01", "2027-01-31", "2026-12-01", "January 2027"),
        ("month", "2028-02-29", "2028-02-01", "2028-02-29", "2028-01-01", "February 2028"),
        ("week", "2026-11-29", "2026-11-23", "2026-11-29", "2026-11-16", "23 to 29 November 2026"),
        ("week", "2026-12-31", "2026-12-28", "2027-01-03", "2026-12-21", "28 December 2026 to 3 January 2027"),
        ("day", "2026-11-24", "2026-11-24", "2026-11-24", "2026-11-23", "Tuesday 24 November 2026"),
        ("agenda", "2026-11-24", "2026-11-24", "2026-12-21", "2026-10-27", "24 November to 21 December 2026"),
    ],
)
def test_the_days_of_a_view(view, on, first, last, previous, title):
    span = span_of(View(view), date.fromisoformat(on))
    assert (str(span.first), str(span.last), str(span.previous), span.title) == (first, last, previous, title)


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("on", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2026, 12, 31)])
def test_one_stretch_follows_the_other_without_a_gap(view: View, on: date) -> None:
    span = span_of(view, on)
    assert span.first <= on < span.end
    assert span_of(view, span.previous).end == span.first
    assert isinstance(span_of(view, span.end), Span)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-24", 24)])
def test_a_day_is_as_long_as_londons(day, hours):
    first = date.fromisoformat(day)
    begins, ends = midnight(first), midnight(first + timedelta(days=1))
    assert ends.timestamp() - begins.timestamp() == hours * 3600


def shown(user: User, first: str, end: str, **wanted: object) -> list[str]:
    found = sessions_between(user, date.fromisoformat(first), date.fromisoformat(end), Wanted(**wanted))
    return [session.title for session in found.order_by("starts_at")]


def at(when: str, title: str, **fields: object) -> Session:
    start = london(when)
    return SessionFactory(title=title, starts_at=start, ends_at=start + timedelta(minutes=45), **fields)


@pytest.mark.parametrize("sunday", ["2026-03-29", "2026-10-25"])
def test_sessions_on_both_sides_of_a_clock_change_are_in_their_own_week(sunday: str, coordinator: User) -> None:
    change = date.fromisoformat(sunday)
    monday, before = change + timedelta(days=1), change - timedelta(days=6)
    at(f"{sunday} 19:15", "sunday")
    at(f"{monday} 08:00", "monday")
    at(f"{before} 08:00", "monday before")
    assert shown(coordinator, str(before), str(monday)) == ["monday before", "sunday"]
    assert shown(coordinator, str(monday), str(monday + timedelta(days=7))) == ["monday"]


def test_what_reaches_over_midnight_is_in_both_days(coordinator: User) -> None:
    at("2026-11-24 23:30", "late")
    assert shown(coordinator, "2026-11-24", "2026-11-25") == ["late"]
    assert shown(coordinator, "2026-11-25", "2026-11-26") == ["late"]
    assert shown(coordinator, "2026-11-26", "2026-11-27") == []


def test_a_practitioner_sees_own_sessions_only(practitioner: User) -> None:
    me = StaffProfileFactory(user=practitioner)
    StaffAssignmentFactory(session=at("2026-11-24 10:00", "mine"), staff=me)
    StaffAssignmentFactory(
        session=at("2026-11-24 12:00", "was mine"), staff=me, withdrawn_at=london("2026-11-20 10:00")
    )
    StaffAssignmentFactory(session=at("2026-11-24 10:00", "theirs"))
    assert shown(practitioner, "2026-11-24", "2026-11-25") == ["mine"]


def test_filters(coordinator: User) -> None:
    maya, child, hall = StaffProfileFactory(), ChildFactory(), PlaceFactory()
    StaffAssignmentFactory(session=at("2026-11-24 09:00", "maya"), staff=maya)
    StaffAssignmentFactory(session=at("2026-11-24 10:00", "not maya"))
    BookingFactory(session=at("2026-11-24 11:00", "child"), child=child)
    BookingFactory(session=at("2026-11-24 12:00", "child left"), child=child, state=Booking.State.WITHDRAWN)
    at("2026-11-24 13:00", "hall", place=hall, delivery="in_person")
    at("2026-11-24 14:00", "one", kind="one_to_one")
    off = at("2026-11-24 15:00", "off", state="cancelled", cancelled_at=london("2026-11-20 10:00"))
    day = ("2026-11-24", "2026-11-25")
    assert shown(coordinator, *day, staff=maya.pk) == ["maya"]
    assert shown(coordinator, *day, child=child.pk) == ["child"]
    assert shown(coordinator, *day, place=hall.pk) == ["hall"]
    assert shown(coordinator, *day, kind="one_to_one") == ["one"]
    assert shown(coordinator, *day, state="cancelled") == [off.title]
    assert shown(coordinator, *day) == ["maya", "not maya", "child", "child left", "hall", "one"]
    assert shown(coordinator, *day, staff=maya.pk, child=child.pk) == []
