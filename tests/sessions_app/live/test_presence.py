"""Who is there, for how long, and since when fewer than two members of staff are."""

from datetime import timedelta

import pytest

from sessions_app.live import presence
from sessions_app.live.presence import Stretch
from tests.factories import StaffAssignmentFactory, StaffProfileFactory
from tests.live_factories import ConfirmedFactory, PresenceFactory
from tests.sessions_app.live.stories import FOUR, at
from tests.sessions_app.live.test_piecing import minute

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return ConfirmedFactory(starts_at=FOUR, confirmed_at=FOUR - timedelta(days=7))


@pytest.fixture
def two(session):
    return [StaffAssignmentFactory(session=session).staff for _ in range(2)]


def there(session, since, until=None, **who):
    until = at(until) if until is not None else None
    if "staff" in who:
        who["known_by"] = "sign_in"
    return PresenceFactory(session=session, since=at(since), until=until, **who)


def test_two_cleared_assigned_members_keep_the_rule(session, two):
    for staff in two:
        there(session, 0, staff=staff)
    there(session, 5)
    found = presence.two_members(session, at(10))
    assert (set(found.staff), found.others, found.is_kept, found.is_broken) == (set(two), 1, True, False)


def test_one_who_leaves_breaks_it_after_the_time_of_grace(session, two):
    there(session, 0, staff=two[0])
    there(session, 0, 10, staff=two[1])
    there(session, 5)
    found = presence.two_members(session, at(10.5))
    assert (found.is_kept, minute(found.short_since), found.is_broken) == (False, 10, False)
    assert presence.two_members(session, at(10.51)).is_broken


@pytest.mark.parametrize("second", ["unassigned", "not cleared", "withdrawn", "same person twice", "only the name"])
def test_who_does_not_count(session, two, second):
    there(session, 0, staff=two[0])
    there(session, 5)
    if second == "unassigned":
        there(session, 0, staff=StaffProfileFactory())
    elif second == "same person twice":
        there(session, 0, staff=two[0])
    elif second == "only the name":
        there(session, 5, name=str(two[1]))
    else:
        there(session, 0, staff=two[1])
        if second == "withdrawn":
            session.assignments.filter(staff=two[1]).update(withdrawn_at=FOUR)
        else:
            two[1].dbs_valid_until = FOUR.date() - timedelta(days=1)
            two[1].save()
    found = presence.two_members(session, at(20))
    assert (len(found.staff), found.is_broken, minute(found.short_since)) == (1, True, 5)


def test_staff_among_themselves_are_no_breach(session, two):
    there(session, 0, staff=two[0])
    assert presence.two_members(session, at(20)).short_since is None
    there(session, 1, 3)
    assert presence.two_members(session, at(20)).short_since is None


def test_the_hosts_sign_in_is_no_family_and_nobody_who_counts(session, two):
    there(session, 0, known_by="host_start")
    assert (presence.two_members(session, at(20)).others, presence.two_members(session, at(20)).short_since) == (
        0,
        None,
    )
    there(session, 5)
    there(session, 5, staff=two[0])
    found = presence.two_members(session, at(20))
    assert (len(found.staff), found.others, minute(found.short_since)) == (1, 1, 5)


def test_every_time_with_fewer_than_two_is_found(session, two):
    there(session, 0, 20, staff=two[0])
    there(session, 25, 45, staff=two[0])
    there(session, 2, 45, staff=two[1])
    there(session, 1, 44)
    rows = presence.stays(session)
    found = presence.shortfalls(rows, presence.counted_staff(session))
    assert [(minute(s), minute(u)) for s, u in found] == [(1, 2), (20, 25)]
    assert presence.covered(found, at(60)) == timedelta(minutes=6)


def test_minutes_of_two_devices_count_once(session, two):
    there(session, 0, 30, staff=two[0])
    there(session, 10, 40, staff=two[0])
    there(session, 50, staff=two[0])
    there(session, 0, 99, staff=two[0], where="waiting")
    assert presence.staff_minutes(session, at(55)) == {two[0].pk: 45}
    assert presence.family_minutes(session, at(55)) == {}


def test_overlapping_stretches_count_once():
    assert presence.covered([Stretch(at(0), at(10)), Stretch(at(5), at(7)), Stretch(at(9), None)], at(12)) == timedelta(
        minutes=12
    )


def test_who_waits_is_not_in(session):
    waits, is_in = there(session, 0, where="waiting"), there(session, 0)
    there(session, 0, 1)
    assert (presence.people_waiting(session), presence.people_in(session)) == ([waits], [is_in])
