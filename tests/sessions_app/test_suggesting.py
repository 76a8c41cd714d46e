"""Who could take a free place, in which order, and why."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sessions_app import absences, filling, staffing, suggesting
from sessions_app.absences import DayHours, whole_days
from sessions_app.models import Session, Skill, StaffAssignment, Term
from tests.factories import (
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    UserFactory,
    london,
    ready_session,
)

pytestmark = pytest.mark.django_db
NOW = london("2026-11-16 10:00")
START = london("2026-11-24 16:00")


def person(name: str, **fields):
    return StaffProfileFactory(user=UserFactory(name=name), **fields)


def one_short(**fields) -> Session:
    """A session with its lead alone."""
    session = ready_session(starts_at=START, **fields)
    support = session.assignments.select_related("staff").get(role="support")
    support.delete()
    support.staff.delete()
    return session


def busy(staff, start, *, hours: int = 1, **fields) -> StaffAssignment:
    other = SessionFactory(starts_at=start, ends_at=start + timedelta(hours=hours), **fields)
    return StaffAssignmentFactory(session=other, staff=staff)


def suggested(session: Session) -> dict[str, str]:
    found = suggesting.suggest_for(session)
    return {str(one.staff): one.why for one in found.people}


def test_only_those_who_are_cleared_free_and_there(coordinator):
    session = one_short()
    person("Free")
    person("Lapsed", dbs_valid_until=date(2026, 11, 23))
    gone = person("Gone")
    gone.user.is_active = False
    gone.user.save()
    busy(person("Busy"), START + timedelta(minutes=30))
    absences.enter_absence(
        person("Away"), "holiday", *whole_days(date(2026, 11, 24), date(2026, 11, 24)), by=coordinator, now=NOW
    )
    busy(person("Cancelled elsewhere"), START, state="cancelled", cancelled_at=NOW)
    busy(person("Just before"), START - timedelta(hours=1))
    assert set(suggested(session)) == {"Free", "Cancelled elsewhere", "Just before"}


def test_inside_hours_first_then_skills_then_fewest_hours(coordinator):
    session = one_short()
    makaton = Skill.objects.create(name="Makaton")
    session.wanted_skills.add(makaton)
    signing_busy, signing, idle, rested_outside = (person(n) for n in ("Signs, busy", "Signs", "Idle", "Outside"))
    for one in (signing_busy, signing):
        one.skills.add(makaton)
    busy(signing_busy, START - timedelta(days=3), hours=2)
    busy(signing, START + timedelta(days=3))
    # Three weeks off counts for nothing.
    busy(idle, START - timedelta(weeks=3), hours=9)
    absences.set_working_hours(rested_outside, [DayHours(1, time(9), time(12))], by=coordinator, now=NOW)
    assert suggested(session) == {
        "Signs": "free, cleared, Makaton, 1 hour in these 4 weeks",
        "Signs, busy": "free, cleared, Makaton, 2 hours in these 4 weeks",
        "Idle": "free, cleared, no hours in these 4 weeks",
        "Outside": "free, cleared, outside their usual hours, no hours in these 4 weeks",
    }
    assert list(suggested(session)) == ["Signs", "Signs, busy", "Idle", "Outside"]


def test_whoever_went_off_is_not_suggested_again(coordinator):
    session = one_short()
    tom = person("Tom")
    assignment = staffing.assign(session.pk, tom, "support", by=coordinator, now=NOW)
    staffing.drop_out(assignment.pk, reason="", by=tom.user, now=NOW)
    assert suggested(session) == {}


def test_hours_are_those_of_the_term_when_there_is_one():
    Term.objects.create(name="Autumn", first_day=date(2026, 9, 7), last_day=date(2026, 12, 18))
    session = one_short()
    steady = person("Steady")
    busy(steady, london("2026-09-07 00:00"))
    busy(steady, london("2026-12-18 23:00"))
    busy(steady, london("2026-12-19 00:00"))
    assert suggested(session)["Steady"] == "free, cleared, 2 hours this term"


def test_a_full_session_needs_nobody_and_one_without_a_lead_needs_a_lead():
    full = ready_session(starts_at=START)
    assert suggesting.suggest_for(full) is None
    leaderless = ready_session(starts_at=START + timedelta(days=1))
    leaderless.assignments.get(role="lead").delete()
    assert suggesting.suggest_for(leaderless).place.role == "lead"


def test_many_sessions_cost_the_same_queries_as_one():
    def cost() -> int:
        loaded = suggesting.for_suggesting(Session.objects.all())
        with CaptureQueriesContext(connection) as captured:
            suggesting.suggest(loaded)
        return len(captured)

    one_short()
    person("Free").skills.add(Skill.objects.create(name="Music"))
    with_one = cost()
    for number in range(1, 20):
        busy(person(f"P{number}"), START + timedelta(days=number))
    assert (with_one, cost()) == (9, 9)


def test_one_press_puts_the_suggested_person_on_instead_of_whoever_is_away(coordinator):
    session = ready_session(starts_at=START)
    support = session.assignments.get(role="support")
    tuesday = whole_days(date(2026, 11, 24), date(2026, 11, 24))
    absences.enter_absence(support.staff, "sickness", *tuesday, by=coordinator, now=NOW)
    tom = person("Tom")
    for _ in range(2):
        filling.put_on(session.pk, tom, by=coordinator, now=NOW)
    present = session.assignments.filter(withdrawn_at=None).select_related("staff__user")
    assert {(str(a.staff), a.role) for a in present} >= {("Tom", "support")}
    assert present.count() == 2
    with pytest.raises(ValidationError, match="filled by now"):
        filling.put_on(session.pk, person("Late"), by=coordinator, now=NOW)


def test_somebody_who_is_taken_meanwhile_is_refused_in_words(coordinator):
    session, tom = one_short(), person("Tom")
    busy(tom, START)
    with pytest.raises(ValidationError, match="Tom is not free and cleared"):
        filling.put_on(session.pk, tom, by=coordinator, now=NOW)
    staffing.assign(session.pk, person("Ann"), "support", by=coordinator, now=NOW)
    assert suggesting.suggest_for(session) is None
