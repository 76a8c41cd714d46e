"""The calendar feed: one person's sessions, an address that can be ended, and nothing of any child."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from sessions_app import confirming, rota_feed, staffing
from sessions_app.rota_feed import feed, feed_url, new_address
from tests.factories import PlaceFactory, StaffAssignmentFactory, household, london, ready_session
from tests.sessions_app.mail_scenes import NOW, PASSCODE, START, ZOOM_ID, planned
from whippersnappers.logs import scrubbed

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(coordinator):
    (_,), (kid,) = household()
    kid.known_as = "Zephyrine"
    kid.save()
    return planned(coordinator, children=[kid], title="Drums with zephyrine")


def me(session):
    return session.assignments.select_related("staff__user").get(role="lead")


def events(profile, now=NOW):
    return Calendar.from_ical(feed(profile, now)).walk("VEVENT")


def path(profile) -> str:
    return feed_url(profile).removeprefix("http://localhost:8000")


def test_an_entry_says_when_where_and_what_i_do_and_names_no_child(session):
    mine = me(session)
    raw = feed(mine.staff, NOW)
    [event] = events(mine.staff)
    assert event["SUMMARY"] == "Whippersnappers: a session with us"
    assert (event["DTSTART"].dt, event["LOCATION"]) == (START, "Zoom")
    assert event["DESCRIPTION"].startswith("You lead it.")
    assert event["URL"] == f"http://localhost:8000/admin/sessions_app/session/{session.pk}/change/"
    unfolded = raw.replace(b"\r\n ", b"").decode()
    assert [word for word in ("ephyrine", PASSCODE, ZOOM_ID, "/join/", mine.staff.user.email) if word in unfolded] == []


def test_in_person_it_names_the_place(coordinator):
    place = PlaceFactory(name="The Hall", address="1 Station Road\nLondon")
    session = planned(coordinator, children=household()[1], delivery="in_person", place=place)
    assert events(me(session).staff)[0]["LOCATION"] == "The Hall, 1 Station Road, London"


@pytest.mark.parametrize(
    ("start", "utc"), [("2027-03-26 16:00", b"20270326T160000Z"), ("2027-03-29 16:00", b"20270329T150000Z")]
)
def test_times_are_in_utc_on_both_sides_of_the_clock_change(coordinator, start, utc):
    session = planned(coordinator, children=household()[1], start=london(start))
    assert b"DTSTART:" + utc in feed(me(session).staff, NOW)


def test_drafts_others_sessions_and_what_is_off_are_not_in_it(coordinator, session):
    mine = me(session)
    draft = ready_session(starts_at=START + timedelta(days=1))
    StaffAssignmentFactory(session=draft, staff=mine.staff)
    planned(coordinator, children=household()[1], start=START + timedelta(days=2))
    assert len(events(mine.staff)) == 1
    staffing.drop_out(mine.pk, reason="", by=mine.staff.user, now=NOW)
    assert events(mine.staff) == []
    staffing.come_back(mine.pk, by=mine.staff.user, now=NOW)
    assert len(events(mine.staff)) == 1
    confirming.cancel(session.pk, reason="The hall is closed", by=coordinator, now=NOW)
    assert events(mine.staff) == []


def test_old_sessions_leave_it(session):
    assert len(events(me(session).staff, START + timedelta(days=30))) == 1
    assert events(me(session).staff, START + timedelta(days=31)) == []


def test_it_needs_no_sign_in_is_kept_by_nobody_and_says_when_nothing_is_new(session):
    client, address = Client(), path(me(session).staff)
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "no-store" in answer["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_new_address_ends_the_old_one(session):
    staff = me(session).staff
    old = path(staff)
    new_address(staff, by=staff.user, now=NOW)
    assert (Client().get(old).status_code, Client().get(path(staff)).status_code) == (404, 200)
    staff.user.is_active = False
    staff.user.save()
    assert Client().get(path(staff)).status_code == 404


@pytest.mark.parametrize("token", ["x", "a" * 54, "%00", "é"])
def test_a_made_up_address_is_not_found(db, token):
    assert Client().get(reverse("rota_feed", args=[token])).status_code == 404


def test_no_other_kind_of_link_opens_it(session):
    invitation = session.invitations.get()
    staff = me(session).staff
    assert rota_feed.find(f"{invitation.pk}") is None
    token = path(staff).removeprefix("/rota/").removesuffix(".ics")
    assert Client().get(reverse("join", args=[token])).status_code == 404
    assert token not in scrubbed(f"GET {path(staff)}")


def test_it_costs_the_same_with_one_session_and_with_ten(coordinator, session):
    staff = me(session).staff

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            feed(staff, NOW)
        return len(captured)

    with_one = cost()
    for number in range(1, 10):
        other = planned(coordinator, children=household()[1], start=START + timedelta(days=number))
        StaffAssignmentFactory(session=other, staff=staff)
    assert (with_one, cost()) == (2, 2)
