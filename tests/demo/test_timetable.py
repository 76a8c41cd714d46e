"""The sample charity's dates: it can be made at any hour of any day, and nobody is needed in two places."""

from datetime import UTC, datetime, time, timedelta
from itertools import combinations

import pytest

from demo.sample.charity import make_charity
from demo.sample.timetable import soon, timetable, tomorrows_draft
from sessions_app.models import Session
from sessions_app.readiness import blockers

NOW = datetime(2026, 11, 22, 18, 2, tzinfo=UTC)


@pytest.mark.parametrize("days", [6])
def test_the_charity_can_be_made_on_other_days_of_the_week(db, days):
    now = NOW + timedelta(days=days, hours=-5)
    make_charity(now)
    session = Session.objects.get(title__startswith="Drums and songs: rain and thunder")
    assert [blocker.code for blocker in blockers(session, now)] == ["props_unanswered", "too_few_staff"]


@pytest.mark.parametrize("hour", [0, 9, 15, 23])
@pytest.mark.parametrize("days", range(7))
def test_on_no_day_is_anybody_needed_in_two_places(days, hour):
    now = NOW.replace(hour=hour) + timedelta(days=days)
    planned = [*timetable(now), tomorrows_draft(now)]
    clashes = [
        (one.name, other.name)
        for one, other in combinations(planned, 2)
        if set(one.offer.staff) & set(other.offer.staff) and one.overlaps(other.starts_at, other.ends_at)
    ]
    assert clashes == []
    tom_is_free = not any(
        "Tom" in one.offer.staff and one.overlaps(planned[-1].starts_at, planned[-1].ends_at) for one in planned
    )
    assert tom_is_free


def test_a_session_is_about_to_begin_while_the_charity_is_open():
    opens, closes = time(8), time(20)
    at_noon = soon(datetime(2026, 11, 23, 12, 3, tzinfo=UTC), opens, closes)
    assert at_noon is not None
    assert at_noon.starts_at == datetime(2026, 11, 23, 12, 15, tzinfo=UTC)
    assert soon(datetime(2026, 11, 23, 19, 30, tzinfo=UTC), opens, closes) is None
    assert soon(datetime(2026, 11, 23, 23, 50, tzinfo=UTC), opens, closes) is None
    assert soon(datetime(2026, 11, 23, 5, 0, tzinfo=UTC), opens, closes) is None
