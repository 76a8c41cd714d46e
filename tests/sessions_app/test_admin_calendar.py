"""The calendar's page, what its script asks for, and the move: for those who plan and those who deliver."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sessions_app import confirming
from sessions_app.models import Booking, Holiday, Session
from sessions_app.moving import MOVED_MEANWHILE, mark_of
from tests.factories import (
    BookingFactory,
    ChildFactory,
    PlaceFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    ZoomHostFactory,
    household,
    london,
    ready_session,
)
from tests.sessions_app.staff_forms import text_of
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
NOW = london("2026-11-20 10:00")
LENGTH = timedelta(minutes=45)
WEEK = {"start": "2026-11-23", "end": "2026-11-30"}
PAGE = "admin:calendar"
FEED = "admin:calendar_feed"


@pytest.fixture(autouse=True)
def now() -> Iterator[datetime]:
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def planner(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def at(when: str, **fields: Any) -> Session:
    start = london(when)
    return SessionFactory(starts_at=start, ends_at=start + LENGTH, **fields)


def feed(client: Client, **query: str) -> Any:
    return client.get(reverse(FEED), WEEK | query).json()


def answer(name: str, session: Session) -> str:
    return reverse(f"admin:calendar_{name}", args=[session.pk])


def to(day: str, starts: str, ends: str) -> dict[str, str]:
    return {"day": day, "starts": starts, "ends": ends}


# --- What is shown


def test_a_block_says_all_in_words(planner: Client) -> None:
    hall = PlaceFactory(name="Brockwell Hall")
    session = at("2026-11-24 16:00", delivery="in_person", place=hall, title="Drums", nothing_needed=True)
    for name in ("Maya", "Tom"):
        StaffAssignmentFactory(session=session, staff__first_name=name)
    (block,) = feed(planner)["sessions"]
    assert block["name"] == (
        "Drums, Tuesday 24 November, 4:00pm to 4:45pm, Small group, Brockwell Hall, Draft, 3 to mend, Maya, Tom"
    )
    assert (block["start"], block["end"]) == ("2026-11-24T16:00:00+00:00", "2026-11-24T16:45:00+00:00")
    assert (block["state"], block["kind"], block["to_mend"]) == ("draft", "small_group", "3 to mend")
    assert (block["editable"], block["told"]) == (True, False)
    assert block["url"] == reverse("admin:sessions_app_session_change", args=[session.pk])


@pytest.mark.parametrize(
    ("week", "end", "offsets"),
    [
        ("2026-10-19", "2026-11-02", ["+01:00", "+00:00"]),
        ("2027-03-22", "2027-04-05", ["+00:00", "+01:00"]),
    ],
)
def test_the_clock_on_the_wall_stays_across_a_clock_change(
    planner: Client, week: str, end: str, offsets: list[str]
) -> None:
    first = date.fromisoformat(week)
    for day in (first, first + timedelta(days=7)):
        at(f"{day} 16:00")
    starts = [block["start"] for block in feed(planner, start=week, end=end)["sessions"]]
    assert [text[10:19] for text in starts] == ["T16:00:00", "T16:00:00"]
    assert [text[19:] for text in starts] == offsets


def test_days_off_are_told(planner: Client) -> None:
    Holiday.objects.create(name="Inset day", first_day=date(2026, 11, 27), last_day=date(2026, 11, 27))
    Holiday.objects.create(name="Later", first_day=date(2026, 11, 30), last_day=date(2026, 12, 4))
    assert feed(planner)["off"] == [{"name": "Inset day", "first": "2026-11-27", "last": "2026-11-27"}]


def test_the_filters_narrow_feed_and_agenda_alike(planner: Client) -> None:
    maya = StaffProfileFactory(user__name="Maya Lind")
    StaffAssignmentFactory(session=at("2026-11-24 10:00", title="With Maya"), staff=maya)
    at("2026-11-24 12:00", title="Without her", kind="one_to_one")
    at("2026-11-24 14:00", title="Called off", state="cancelled", cancelled_at=NOW)
    ready_session(starts_at=london("2026-11-24 16:00"), title="All is ready")
    expected = {
        (): ["With Maya", "Without her", "All is ready"],
        (("staff", str(maya.pk)),): ["With Maya"],
        (("kind", "one_to_one"),): ["Without her"],
        (("show", "to_mend"),): ["With Maya", "Without her"],
        (("show", "cancelled"),): ["Called off"],
        (("staff", str(maya.pk)), ("kind", "one_to_one")): [],
    }
    for query, titles in expected.items():
        assert [block["title"] for block in feed(planner, **dict(query))["sessions"]] == titles
        page = planner.get(reverse(PAGE), {"view": "agenda", "on": "2026-11-24", **dict(query)})
        assert [card.session.title for day in page.context["agenda"] for card in day.sessions] == titles


@pytest.mark.parametrize("query", [{"staff": "nobody"}, {"child": "1"}, {"place": "x" * 500}, {"kind": "circus"}])
def test_a_filter_that_is_not_there_is_said_and_narrows_nothing(planner: Client, query: dict[str, str]) -> None:
    at("2026-11-24 10:00", title="Still shown")
    page = text_of(planner.get(reverse(PAGE), query))
    assert "This choice is not there any more: nothing is filtered by it." in page
    assert "Still shown" in page


@pytest.mark.parametrize(
    ("query", "view", "on"),
    [
        ({}, "agenda", "2026-11-20"),
        ({"view": "week", "on": "2026-11-24"}, "week", "2026-11-24"),
        ({"view": "fortnight", "on": "2026-02-30"}, "agenda", "2026-11-20"),
        ({"view": "month", "on": "9999-12-31"}, "month", "2026-11-20"),
        ({"view": "day", "on": "0001-01-01"}, "day", "2026-11-20"),
    ],
)
def test_what_the_address_asks_for(planner: Client, query: dict[str, str], view: str, on: str) -> None:
    span = planner.get(reverse(PAGE), query).context["span"]
    assert (span.view, str(span.on)) == (view, on)


def test_earlier_and_later_keep_the_filters(planner: Client) -> None:
    page = planner.get(reverse(PAGE), {"view": "agenda", "on": "2026-11-24", "kind": "one_to_one", "staff": ""})
    assert page.context["previous"] == "?view=agenda&on=2026-10-27&kind=one_to_one"
    assert page.context["next"] == "?view=agenda&on=2026-12-22&kind=one_to_one"
    assert page.context["today"] == "?view=agenda&kind=one_to_one"


@pytest.mark.parametrize(
    "query",
    [{"start": ""}, {"start": "2026-11-30"}, {"start": "soon"}, {"end": "2027-11-30"}, {"end": "2026-11-23"}],
)
def test_the_feed_is_asked_for_some_weeks_at_most(planner: Client, query: dict[str, str]) -> None:
    response = planner.get(reverse(FEED), WEEK | query)
    assert (response.status_code, list(response.json())) == (400, ["errors"])


def test_the_agenda_leads_to_the_form_that_moves(planner: Client) -> None:
    session, over = at("2026-11-24 10:00"), at("2026-11-24 12:00", state="cancelled", cancelled_at=NOW)
    page = text_of(planner.get(reverse(PAGE), {"view": "agenda"}))
    off = text_of(planner.get(reverse(PAGE), {"view": "agenda", "show": "cancelled"}))
    assert reverse("admin:sessions_app_session_reschedule", args=[session.pk]) in page
    assert reverse("admin:sessions_app_session_reschedule", args=[over.pk]) not in off


# --- Those who deliver


def test_a_practitioner_reads_own_sessions_and_moves_nothing(client: Client, practitioner: User) -> None:
    client.force_login(practitioner)
    mine = at("2026-11-24 10:00", title="Mine")
    StaffAssignmentFactory(session=mine, staff=StaffProfileFactory(user=practitioner))
    theirs, child, stranger = at("2026-11-24 12:00", title="Theirs"), ChildFactory(), ChildFactory()
    BookingFactory(session=mine, child=child)
    BookingFactory(session=theirs, child=stranger)
    assert [(block["title"], block["editable"]) for block in feed(client)["sessions"]] == [("Mine", False)]
    page = client.get(reverse(PAGE), {"view": "agenda"})
    assert "Theirs" not in text_of(page)
    assert "/reschedule/" not in text_of(page)
    assert list(page.context["filters"].fields["child"].queryset.values_list("pk", flat=True)) == [child.pk]
    assert sorted(page.context["filters"].fields) == ["child", "kind", "show"]
    assert "<form" not in text_of(client.get(answer("glance", mine)))
    assert client.get(answer("glance", theirs)).status_code == 404
    new_time = to("2026-11-25", "10:00", "10:45")
    assert client.get(answer("check", mine), new_time).status_code == 403
    assert client.get(answer("hindrances", mine), WEEK).status_code == 403
    assert client.post(answer("move", mine), new_time).status_code == 403
    assert client.post(answer("move", theirs), new_time).status_code == 404


# --- How much it asks of the database


def busy(number: int, user: User | None = None) -> None:
    start = london("2026-11-23 08:00") + timedelta(minutes=20 * number)
    session = SessionFactory(starts_at=start, ends_at=start + timedelta(minutes=20), place=PlaceFactory())
    StaffAssignmentFactory(session=session)
    BookingFactory(session=session, child=household()[1][0])
    Holiday.objects.create(name=f"Day {number}", first_day=date(2026, 11, 27), last_day=date(2026, 11, 27))


def queries(client: Client, address: str, **query: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, query).status_code == 200
    return len(captured)


def test_every_view_costs_the_same_with_one_session_and_with_thirty(planner: Client) -> None:
    def costs() -> dict[str, int]:
        pages = {view: queries(planner, reverse(PAGE), view=view, on="2026-11-23") for view in ("month", "agenda")}
        return pages | {"feed": queries(planner, reverse(FEED), **WEEK)}

    busy(0)
    with_one = costs()
    for number in range(1, 30):
        busy(number)
    assert len(feed(planner)["sessions"]) == 30
    assert (with_one, costs()) == ({"month": 5, "agenda": 8, "feed": 5},) * 2


# --- Moving


@pytest.fixture
def draft(db: None) -> Session:
    ZoomHostFactory()
    return at("2026-11-24 16:00", title="Drums")


def start_of(session: Session) -> datetime:
    return Session.objects.get(pk=session.pk).starts_at


def test_a_draft_moves_at_once_and_back_again(planner: Client, draft: Session) -> None:
    seen = {"seen": mark_of(draft)}
    done = planner.post(answer("move", draft), to("2026-11-26", "10:00", "10:45") | seen)
    assert (done.status_code, done.json()["said"]) == (200, "Moved to Thursday 26 November, 10:00am to 10:45am.")
    assert start_of(draft) == london("2026-11-26 10:00")
    back = to("2026-11-24", "16:00", "16:45") | {"seen": done.json()["mark"], "anyway": "on"}
    assert planner.post(answer("move", draft), back).status_code == 200
    assert start_of(draft) == london("2026-11-24 16:00")
    assert OutgoingMail.objects.count() == 0


def test_dropping_twice_says_so_and_moves_once(planner: Client, draft: Session) -> None:
    data = to("2026-11-26", "10:00", "10:45") | {"seen": mark_of(draft)}
    assert planner.post(answer("move", draft), data).status_code == 200
    again = planner.post(answer("move", draft), data)
    assert (again.status_code, again.json()) == (
        422,
        {"errors": {"starts": ["This is the time it has now: choose another."]}},
    )


def test_a_time_that_somebody_changed_meanwhile_is_not_overwritten(planner: Client, draft: Session) -> None:
    seen = mark_of(draft)
    planner.post(answer("move", draft), to("2026-11-26", "10:00", "10:45"))
    late = planner.post(answer("move", draft), to("2026-11-27", "10:00", "10:45") | {"seen": seen})
    assert (late.status_code, late.json()) == (422, {"errors": {"__all__": [MOVED_MEANWHILE]}})
    assert start_of(draft) == london("2026-11-26 10:00")


@pytest.mark.parametrize(
    ("time", "errors"),
    [
        (to("2026-11-26", "07:00", "07:45"), "Sessions take place between 08:00 and 20:00: choose another time."),
        (to("2026-11-19", "10:00", "10:45"), "This time has passed: choose a time still to come."),
        (to("2026-11-26", "10:00", "09:00"), "The session must end after it starts."),
        (to("2026-02-30", "10:00", "10:45"), "There is no such day: write it like 24/11/2026."),
        (
            to("2027-03-28", "01:30", "02:15"),
            "The clocks go forward that night: 1:30am is skipped. Choose another time.",
        ),
        (
            to("2026-10-25", "01:30", "02:15"),
            "The clocks go back that night: 1:30am happens twice. Choose another time.",
        ),
        (to("", "", ""), "Say on which day."),
    ],
)
def test_a_time_that_will_not_do_is_said_at_its_field(
    planner: Client, draft: Session, time: dict[str, str], errors: str
) -> None:
    refused = planner.post(answer("move", draft), time)
    assert refused.status_code == 422
    assert errors in [said for found in refused.json()["errors"].values() for said in found]
    assert start_of(draft) == london("2026-11-24 16:00")


def test_the_check_says_what_the_move_would_and_changes_nothing(planner: Client, draft: Session) -> None:
    mine = StaffAssignmentFactory(session=draft, staff__user__name="Maya Lind")
    StaffAssignmentFactory(session=at("2026-11-26 10:00", title="Story time"), staff=mine.staff)
    clash = to("2026-11-26", "10:15", "11:00")
    said = planner.get(answer("check", draft), clash).json()
    there = "Maya Lind is at “Story time” on Thursday 26 November, 10:00am to 10:45am"
    sentence = f"{there}: choose another time or another person."
    assert said == {"errors": {}, "hinders": [{"says": sentence, "refuses": True}]}
    assert start_of(draft) == london("2026-11-24 16:00")
    assert planner.post(answer("move", draft), clash).json() == {"errors": {"starts": [sentence]}}
    assert planner.get(answer("check", draft), to("2026-11-24", "16:00", "16:45")).json()["hinders"] == []
    assert list(planner.get(answer("check", draft), to("2026-13-01", "", "soon")).json()["errors"]) == [
        "day",
        "starts",
        "ends",
    ]


def test_what_hinders_is_told_for_all_days_at_once(planner: Client, draft: Session) -> None:
    mine = StaffAssignmentFactory(session=draft)
    StaffAssignmentFactory(session=at("2026-11-26 10:00"), staff=mine.staff)
    found = planner.get(answer("hindrances", draft), WEEK).json()
    clash = [s for s in found["stretches"] if "is at" in s["says"]]
    assert [(s["start"], s["end"], s["refuses"]) for s in clash] == [("2026-11-26T10:00", "2026-11-26T10:45", True)]
    nights = {(s["start"], s["end"]) for s in found["stretches"] if "between" in s["says"]}
    assert ("2026-11-23T00:00", "2026-11-23T08:00") in nights
    assert ("2026-11-29T20:00", "2026-11-30T00:00") in nights
    assert (found["hosts"], found["no_host"]["refuses"]) == ([[]], False)
    assert planner.get(answer("hindrances", draft), {"start": "x"}).status_code == 404


def test_a_child_elsewhere_is_warned_of_once_by_every_way(planner: Client, draft: Session) -> None:
    booking = BookingFactory(session=draft, child__known_as="Pip", child__last_name="Green")
    BookingFactory(session=at("2026-11-26 10:00", title="Story time"), child=booking.child)
    sentence = "Pip Green has a place in “Story time” on Thursday 26 November, 10:00am to 10:45am."
    new_time = to("2026-11-26", "10:00", "10:45")
    assert planner.post(answer("move", draft), new_time).json() == {"errors": {"__all__": [sentence]}}
    form = reverse("admin:sessions_app_session_reschedule", args=[draft.pk])
    warned = text_of(planner.post(form, new_time))
    assert sentence in warned
    assert "Move it anyway" in warned
    assert start_of(draft) == london("2026-11-24 16:00")
    assert planner.post(form, new_time | {"anyway": "on"}).status_code == 302
    assert start_of(draft) == london("2026-11-26 10:00")


def test_the_glance_of_a_confirmed_session_says_whom_a_move_reaches(planner: Client, coordinator: User) -> None:
    session = ready_session(starts_at=london("2026-11-24 16:00"), children=household(guardians=2)[1])
    confirming.confirm(session.pk, by=coordinator, now=NOW)
    session.refresh_from_db()
    OutgoingMail.objects.update(state=OutgoingMail.State.SENT, sent_at=NOW)
    page = planner.get(answer("glance", session), to("2026-11-26", "10:00", "10:45"))
    assert "This reaches 2 parents and carers: 2 by mail, 0 by phone." in text_of(page)
    assert 'value="2026-11-26"' in text_of(page)
    done = planner.post(answer("move", session), to("2026-11-26", "10:00", "10:45") | {"seen": mark_of(session)})
    assert done.status_code == 200
    assert OutgoingMail.objects.filter(kind="changed").count() == 2


@pytest.mark.parametrize(
    "fields", [{"state": "cancelled", "cancelled_at": NOW}, {"state": "delivered", "confirmed_at": NOW}]
)
def test_what_is_over_is_read_only(planner: Client, fields: dict[str, Any]) -> None:
    session = at("2026-11-24 16:00", **fields)
    assert "<form" not in text_of(planner.get(answer("glance", session)))
    refused = planner.post(answer("move", session), to("2026-11-26", "10:00", "10:45"))
    assert (refused.status_code, start_of(session)) == (422, london("2026-11-24 16:00"))
    assert Booking.objects.count() == 0
