"""What hinders a session at another time is said before it is moved, and nothing is changed by asking."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sessions_app import confirming
from sessions_app.absences import whole_days
from sessions_app.models import Absence, Booking, Holiday, Meeting, Session, ZoomHost
from sessions_app.moving import MOVED_MEANWHILE, hindrances_between, is_movable, mark_of, move, what_hinders
from tests.factories import (
    BookingFactory,
    SessionFactory,
    StaffAssignmentFactory,
    ZoomHostFactory,
    london,
    ready_session,
)
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

NOW = london("2026-11-20 10:00")
LENGTH = timedelta(minutes=45)
HOURS = "Sessions take place between 08:00 and 20:00: choose another time."
PASSED = "This time has passed: choose a time still to come."
NO_HOST = "No Zoom host is free at this time: choose another time, or free a host."

pytestmark = pytest.mark.django_db


def at(when: str, **fields: object) -> Session:
    start = london(when)
    return SessionFactory(starts_at=start, ends_at=start + LENGTH, **fields)


def said(session: Session, when: str, length: timedelta = LENGTH) -> list[tuple[str, bool]]:
    return [(h.says, h.refuses) for h in what_hinders(session, london(when), london(when) + length, NOW)]


@pytest.fixture
def session(db: None) -> Session:
    ZoomHostFactory()
    return at("2026-11-24 16:00")


def test_nothing_hinders_at_a_good_time(session: Session) -> None:
    assert said(session, "2026-11-25 16:00") == []
    assert said(session, "2026-11-24 16:15") == []  # its own time is no clash


@pytest.mark.parametrize(
    ("when", "length", "expected"),
    [
        ("2026-11-25 08:00", 45, []),
        ("2026-11-25 07:59", 45, [(HOURS, True)]),
        ("2026-11-25 19:15", 45, []),
        ("2026-11-25 19:16", 45, [(HOURS, True)]),
        ("2026-11-25 23:30", 60, [(HOURS, True)]),
        ("2026-11-20 09:59", 45, [(PASSED, True)]),
        ("2026-11-18 12:00", 45, [(PASSED, True)]),
        ("2026-11-20 10:00", 45, []),
    ],
)
def test_our_hours_and_the_past(session: Session, when: str, length: int, expected: list[object]) -> None:
    assert said(session, when, timedelta(minutes=length)) == expected


@pytest.mark.parametrize("day", ["2027-03-28", "2026-10-25", "2027-03-29", "2026-10-26"])
def test_our_hours_are_the_walls_on_both_sides_of_a_clock_change(session: Session, day: str) -> None:
    now = london("2026-10-01 10:00")

    def hinders(clock: str) -> list[str]:
        start = london(f"{day} {clock}")
        return [h.says for h in what_hinders(session, start, start + LENGTH, now)]

    assert [hinders("08:00"), hinders("07:45"), hinders("19:15"), hinders("19:30")] == [[], [HOURS], [], [HOURS]]


def test_staff_who_are_elsewhere_are_named_with_where(session: Session) -> None:
    mine = StaffAssignmentFactory(session=session, staff__user__name="Maya Lind")
    StaffAssignmentFactory(session=at("2026-11-25 10:00", title="Story time"), staff=mine.staff)
    StaffAssignmentFactory(session=at("2026-11-25 12:00", state="cancelled", cancelled_at=NOW), staff=mine.staff)
    there = "Maya Lind is at “Story time” on Wednesday 25 November, 10:00am to 10:45am"
    where = f"{there}: choose another time or another person."
    assert said(session, "2026-11-25 10:30") == [(where, True)]
    assert said(session, "2026-11-25 10:45") == []
    assert said(session, "2026-11-25 12:00") == []


def test_a_child_in_another_session_is_said_but_does_not_refuse(session: Session) -> None:
    booking = BookingFactory(session=session, child__known_as="Pip", child__last_name="Green")
    other = at("2026-11-25 10:00", title="Story time")
    BookingFactory(session=other, child=booking.child)
    BookingFactory(session=at("2026-11-25 12:00"), child=booking.child, state=Booking.State.WITHDRAWN)
    where = "Pip Green has a place in “Story time” on Wednesday 25 November, 10:00am to 10:45am."
    assert said(session, "2026-11-25 10:00") == [(where, False)]
    assert said(session, "2026-11-25 12:00") == []


def test_somebody_who_is_away_is_said_but_does_not_refuse(session: Session) -> None:
    mine = StaffAssignmentFactory(session=session, staff__user__name="Maya Lind")
    gone = StaffAssignmentFactory(session=session, withdrawn_at=NOW)
    for staff in (mine.staff, gone.staff):
        Absence.objects.create(staff=staff, kind="sickness", period=whole_days(date(2026, 11, 25), date(2026, 11, 25)))
    away = "Maya Lind is away at that time: find somebody else."
    assert said(session, "2026-11-25 10:00") == [(away, False)]
    assert said(session, "2026-11-26 10:00") == []


def test_a_holiday_is_said_but_does_not_refuse(session: Session) -> None:
    Holiday.objects.create(name="Christmas", first_day=date(2026, 12, 21), last_day=date(2027, 1, 1))
    assert said(session, "2026-12-20 16:00") == []
    assert said(session, "2026-12-21 08:00") == [("We plan nothing on this day: Christmas.", False)]
    assert said(session, "2027-01-01 19:15") == [("We plan nothing on this day: Christmas.", False)]
    assert said(session, "2027-01-02 08:00") == []


def meeting_at(when: str, host: ZoomHost) -> None:
    Meeting.objects.create(session=at(when, state="confirmed", confirmed_at=NOW), host=host)


def test_one_host_must_be_free_for_the_whole_session(session: Session) -> None:
    """Two hosts that are busy one after the other leave no host for a session across both."""
    meeting_at("2026-11-25 10:00", ZoomHost.objects.get())
    meeting_at("2026-11-25 10:45", ZoomHostFactory())
    assert said(session, "2026-11-25 10:30", timedelta(minutes=30)) == [(NO_HOST, False)]
    assert said(session, "2026-11-25 10:00", timedelta(minutes=45)) == []
    Session.objects.filter(pk=session.pk).update(delivery="in_person")
    session.refresh_from_db()
    assert said(session, "2026-11-25 10:30", timedelta(minutes=30)) == []


def test_without_a_host_a_confirmed_session_cannot_move(coordinator: User) -> None:
    session = ready_session(starts_at=london("2026-11-24 16:00"))
    confirming.confirm(session.pk, by=coordinator, now=NOW)
    session.refresh_from_db()
    assert said(session, "2026-11-24 16:15") == []  # its own meeting does not hinder
    meeting_at("2026-11-25 10:00", ZoomHostFactory())
    host = Meeting.objects.get(session=session).host
    meeting_at("2026-11-25 10:00", host)
    assert said(session, "2026-11-25 10:00") == [(NO_HOST, True)]
    with pytest.raises(ValidationError, match="No Zoom host is free"):
        confirming.reschedule(
            session.pk,
            starts_at=london("2026-11-25 10:00"),
            ends_at=london("2026-11-25 10:45"),
            by=coordinator,
            now=NOW,
        )


def crowd(session: Session, number: int) -> None:
    for n in range(number):
        mine = StaffAssignmentFactory(session=session)
        booking = BookingFactory(session=session)
        other = at(f"2026-11-{25 + n // 12} {8 + n % 12:02}:00", state="confirmed", confirmed_at=NOW)
        StaffAssignmentFactory(session=other, staff=mine.staff)
        BookingFactory(session=other, child=booking.child)
        Meeting.objects.create(session=other, host=ZoomHostFactory())
        Holiday.objects.create(name=f"Holiday {n}", first_day=date(2026, 11, 25), last_day=date(2026, 11, 25))


@pytest.mark.parametrize("number", [1, 30])
def test_asking_costs_the_same_with_one_clash_and_with_thirty(session: Session, number: int) -> None:
    crowd(session, number)
    with CaptureQueriesContext(connection) as captured:
        found = hindrances_between(session, london("2026-11-23 00:00"), london("2026-11-30 00:00"), NOW)
    assert len(captured) == 6
    assert sum("is at" in h.says for h in found.stretches) == number


def test_asking_changes_nothing(session: Session) -> None:
    crowd(session, 2)
    before = (Session.objects.get(pk=session.pk).starts_at, AuditEvent.objects.count())
    what_hinders(session, london("2026-11-25 08:00"), london("2026-11-25 08:45"), NOW)
    assert (Session.objects.get(pk=session.pk).starts_at, AuditEvent.objects.count()) == before


def moved(session: Session, when: str, seen: str, by: User) -> datetime:
    start = london(when)
    return move(session.pk, starts_at=start, ends_at=start + LENGTH, seen=seen, by=by, now=NOW).starts_at


def test_a_move_of_a_time_that_somebody_else_changed_meanwhile_is_refused(session: Session, coordinator: User) -> None:
    seen = mark_of(session)
    assert moved(session, "2026-11-25 10:00", seen, coordinator) == london("2026-11-25 10:00")
    with pytest.raises(ValidationError) as refused:
        moved(session, "2026-11-26 10:00", seen, coordinator)
    assert refused.value.messages == [MOVED_MEANWHILE]
    session.refresh_from_db()
    assert session.starts_at == london("2026-11-25 10:00")
    assert moved(session, "2026-11-24 16:00", mark_of(session), coordinator) == london("2026-11-24 16:00")


@pytest.mark.parametrize(
    ("state", "when", "expected"),
    [
        ("draft", "2026-11-24 16:00", True),
        ("draft", "2026-11-19 16:00", False),
        ("confirmed", "2026-11-24 16:00", True),
        ("live", "2026-11-20 09:45", False),
        ("delivered", "2026-11-19 16:00", False),
        ("cancelled", "2026-11-24 16:00", False),
    ],
)
def test_what_can_be_moved_at_all(state: str, when: str, expected: bool) -> None:
    start = london(when)
    assert is_movable(Session(state=state, starts_at=start, ends_at=start + LENGTH), NOW) is expected
