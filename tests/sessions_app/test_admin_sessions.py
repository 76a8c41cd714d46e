"""Planning a session on its form: what is stored, what is refused, and in which words."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app import confirming, planning
from sessions_app.admin.session_inlines import StaffFormSet
from sessions_app.models import Session, SessionItem, SessionStep, StaffAssignment
from tests.factories import (
    PlaceFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    london,
    ready_session,
    tomorrow_at,
)
from tests.sessions_app.staff_forms import add_line, as_posted, errors_of, text_of
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db

ADD = "admin:sessions_app_session_add"


def page_of(session: Session) -> str:
    return reverse("admin:sessions_app_session_change", args=[session.pk])


@pytest.fixture
def planner(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def blank(planner: Client, **fields: Any) -> dict[str, str]:
    """The data of a new session, filled in so that it can be saved."""
    day = f"{tomorrow_at(16):%Y-%m-%d}"
    filled = {"title": "Drums", "kind": "small_group", "delivery": "remote", "capacity": "12"}
    return as_posted(planner.get(reverse(ADD))) | filled | {"day": day, "starts": "16:00", "ends": "16:45"} | fields


def test_a_session_is_planned_with_all_that_belongs_to_it(planner: Client, coordinator: User) -> None:
    maya = StaffProfileFactory()
    data = add_line(blank(planner), "steps", title="Hello song", detail="We sing.", position="")
    data = add_line(data, "steps", title="Drums", position="")
    data = add_line(data, "items", name="A pan", needed="on", note="to drum on", position="")
    data = add_line(data, "assignments", staff=maya.pk, role="lead")
    response = planner.post(reverse(ADD), data)
    session = Session.objects.get()
    assert response.url == page_of(session)
    assert (session.title, session.state, session.capacity) == ("Drums", "draft", 12)
    assert (session.starts_at, session.ends_at) == (tomorrow_at(16), tomorrow_at(16, 45))
    assert [(s.position, s.title) for s in session.steps.all()] == [(1, "Hello song"), (2, "Drums")]
    assert [(i.position, i.name, i.needed) for i in session.items.all()] == [(1, "A pan", True)]
    assert [(a.staff, a.role) for a in session.assignments.all()] == [(maya, "lead")]
    events = AuditEvent.objects.values_list("event", "actor").order_by("sequence")
    by = f"user:{coordinator.pk}"
    assert list(events) == [("session.planned", by), ("session.staff_assigned", by)]
    assert "Saved as a draft." in text_of(planner.get(page_of(session)))


SPRING = "The clocks go forward that night: 1:30am is skipped. Choose another time."
AUTUMN = "The clocks go back that night: 1:30am happens twice. Choose another time."


@pytest.mark.parametrize(
    ("fields", "at", "said"),
    [
        ({"day": "30/02/2027"}, "day", "There is no such day: write it like 24/11/2026."),
        ({"day": "2027-02-29"}, "day", "There is no such day: write it like 24/11/2026."),
        ({"day": ""}, "day", "Say on which day."),
        ({"starts": "25:00"}, "starts", "There is no such time: write it like 16:00."),
        ({"ends": "15:30"}, "ends", "The session must end after it starts."),
        ({"ends": "16:00"}, "ends", "The session must end after it starts."),
        ({"day": "2027-03-28", "starts": "01:30", "ends": "03:00"}, "starts", SPRING),
        ({"day": "2027-03-28", "starts": "00:30", "ends": "01:30"}, "ends", SPRING),
        ({"day": "2027-10-31", "starts": "01:30", "ends": "03:00"}, "starts", AUTUMN),
    ],
)
def test_a_time_that_cannot_be_is_refused_at_its_field(planner: Client, fields: Any, at: str, said: str) -> None:
    page = planner.post(reverse(ADD), blank(planner, **fields))
    assert page.status_code == 200
    assert errors_of(page) == {at: [said]}
    assert not Session.objects.exists()


@pytest.mark.parametrize("day", ["24/11/2027", "2027-11-24", "24 November 2027"])
def test_a_day_may_be_written_as_people_write_it(planner: Client, day: str) -> None:
    planner.post(reverse(ADD), blank(planner, day=day))
    assert Session.objects.get().starts_at == london("2027-11-24 16:00")


def test_props_and_nothing_needed_cannot_both_be(planner: Client) -> None:
    data = add_line(blank(planner, nothing_needed="on"), "items", name="A pan", position="")
    page = planner.post(reverse(ADD), data)
    said = "“Nothing needed” is ticked and props are listed: untick it, or take the list away."
    assert errors_of(page) == {"items": [said]}
    assert not SessionItem.objects.exists()


def test_nothing_needed_is_an_answer(planner: Client) -> None:
    planner.post(reverse(ADD), blank(planner, nothing_needed="on"))
    assert Session.objects.get().nothing_needed is True


@pytest.mark.parametrize(("where", "line"), [("summary", {}), ("steps", {"detail": "Please send us your password."})])
def test_a_text_that_asks_for_a_password_is_refused_at_its_field(planner: Client, where: str, line: Any) -> None:
    ask = "Please send us your password."
    data = blank(planner, summary=ask) if where == "summary" else blank(planner)
    if line:
        data = add_line(data, "steps", title="Sign in", position="", **line)
    page = planner.post(reverse(ADD), data)
    assert errors_of(page) == {
        where: [f"We never ask families for passwords or login details (N1). Change this: “{ask}”"]
    }
    assert not Session.objects.exists()


def busy_person() -> Any:
    elsewhere = SessionFactory(title="Story time", starts_at=tomorrow_at(16, 30), ends_at=tomorrow_at(17))
    return StaffAssignmentFactory(session=elsewhere, staff__user__name="Maya Lind").staff


CLASH = "Maya Lind is at “Story time” on "


def test_a_clash_is_named_at_the_person(planner: Client) -> None:
    data = add_line(blank(planner), "assignments", staff=busy_person().pk, role="lead")
    page = planner.post(reverse(ADD), data)
    [said] = errors_of(page)["assignments"]
    assert said.startswith(CLASH)
    assert said.endswith("4:30pm to 5:00pm: choose another time or another person.")
    assert Session.objects.count() == 1


def test_a_clash_that_only_postgres_sees_is_a_sentence_too(planner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # Somebody else assigned the person between our look and our insert.
    monkeypatch.setattr(StaffFormSet, "clean", lambda formset: None)
    data = add_line(blank(planner), "assignments", staff=busy_person().pk, role="lead")
    page = planner.post(reverse(ADD), data | {"summary": "All that was typed"})
    assert page.status_code == 200
    [said] = errors_of(page)["__all__"]
    assert said.startswith(CLASH)
    assert "All that was typed" in text_of(page)
    assert Session.objects.count() == 1
    assert not AuditEvent.objects.exists()


def test_moving_a_draft_onto_a_clash_is_refused_at_the_time(planner: Client) -> None:
    maya = busy_person()
    session = SessionFactory(starts_at=tomorrow_at(10), ends_at=tomorrow_at(11))
    StaffAssignmentFactory(session=session, staff=maya)
    data = as_posted(planner.get(page_of(session))) | {"starts": "16:00", "ends": "17:00"}
    page = planner.post(page_of(session), data)
    [said] = errors_of(page)["starts"]
    assert said.startswith(CLASH)
    session.refresh_from_db()
    assert session.starts_at == tomorrow_at(10)


def test_the_same_person_twice_is_refused(planner: Client) -> None:
    maya = StaffProfileFactory(user__name="Maya Lind")
    data = add_line(blank(planner), "assignments", staff=maya.pk, role="lead")
    data = add_line(data, "assignments", staff=maya.pk, role="support")
    page = planner.post(reverse(ADD), data)
    assert "Maya Lind is on this session already." in errors_of(page)["assignments"]


def test_taking_somebody_off_a_draft_keeps_the_trace(planner: Client) -> None:
    session = ready_session()
    data = as_posted(planner.get(page_of(session)))
    planner.post(page_of(session), data | {"assignments-0-DELETE": "on"})
    assert session.assignments.filter(withdrawn_at=None).count() == 1
    assert StaffAssignment.objects.exclude(withdrawn_at=None).get().session == session


def test_a_clearance_gap_is_said_beside_the_person(planner: Client) -> None:
    session = SessionFactory()
    StaffAssignmentFactory(session=session, staff__dbs_valid_until=None)
    assert "DBS is not recorded" in text_of(planner.get(page_of(session)))


def confirmed(coordinator: User) -> Session:
    return confirming.confirm(ready_session().pk, by=coordinator, now=timezone.now())


def test_an_edit_of_a_confirmed_session_is_told_to_families(planner: Client, coordinator: User) -> None:
    session = confirmed(coordinator)
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
    page = planner.get(page_of(session))
    assert "in one mail in 5 minutes." in text_of(page)
    planner.post(page_of(session), add_line(as_posted(page), "steps", title="Goodbye", position=""))
    session.refresh_from_db()
    assert session.revision == 2
    waiting = OutgoingMail.objects.filter(state="waiting", kind="changed")
    assert waiting.count() == 1
    assert timedelta(minutes=4) < waiting.get().not_before - timezone.now() < timedelta(minutes=6)


def test_saving_a_confirmed_session_unchanged_tells_nobody(planner: Client, coordinator: User) -> None:
    session = confirmed(coordinator)
    planner.post(page_of(session), as_posted(planner.get(page_of(session))))
    session.refresh_from_db()
    assert session.revision == 1
    assert not OutgoingMail.objects.filter(kind="changed").exists()


def test_the_time_of_a_confirmed_session_is_not_on_the_form(planner: Client, coordinator: User) -> None:
    session = confirmed(coordinator)
    before = session.starts_at
    data = as_posted(planner.get(page_of(session)))
    assert "day" not in data
    planner.post(page_of(session), data | {"day": "2030-01-01", "starts": "10:00", "ends": "11:00"})
    session.refresh_from_db()
    assert session.starts_at == before


def test_two_people_do_not_undo_each_others_work(planner: Client, coordinator: User) -> None:
    session = ready_session()
    mine = as_posted(planner.get(page_of(session))) | {"title": "My title"}
    session.title = "Their title"
    planning.save_session(session, by=coordinator, now=timezone.now())
    page = planner.post(page_of(session), mine)
    said = errors_of(page)["__all__"]
    assert said[0].startswith("Somebody else changed this session while you had it open.")
    assert said[1:] == ["Title: stored is “Their title”."]
    session.refresh_from_db()
    assert session.title == "Their title"
    again = as_posted(page)
    assert again["title"] == "My title"
    planner.post(page_of(session), again)
    session.refresh_from_db()
    assert session.title == "My title"


def test_what_is_stored_now_is_said_in_words(planner: Client) -> None:
    hall = PlaceFactory(name="Brockwell Hall")
    session = ready_session(place=hall, delivery="in_person")
    mine = as_posted(planner.get(page_of(session))) | {
        "kind": "one_to_one",
        "place": str(PlaceFactory().pk),
        "starts": "16:15",
        "nothing_needed": "on",
    }
    Session.objects.filter(pk=session.pk).update(summary="Theirs")
    said = errors_of(planner.post(page_of(session), mine))["__all__"]
    assert sorted(said[1:]) == [
        "From: stored is “16:00”.",
        "Kind: stored is “Small group”.",
        "Nothing needed: stored is “no”.",
        "Place: stored is “Brockwell Hall”.",
        "What it is, for families: stored is “Theirs”.",
    ]


def test_a_line_that_somebody_took_away_comes_back_with_what_was_typed(planner: Client) -> None:
    session = ready_session()
    mine = as_posted(planner.get(page_of(session))) | {"steps-0-title": "Hello song, longer", "steps-0-detail": "Mine"}
    SessionStep.objects.filter(session=session, position=1).delete()
    page = planner.post(page_of(session), mine)
    assert "__all__" in errors_of(page)
    planner.post(page_of(session), as_posted(page))
    assert [(s.title, s.detail) for s in session.steps.all()] == [("Hello song, longer", "Mine"), ("Drums", "")]


def test_a_session_that_was_cancelled_meanwhile_is_not_changed(planner: Client, coordinator: User) -> None:
    session = ready_session()
    mine = as_posted(planner.get(page_of(session))) | {"title": "My title"}
    confirming.cancel(session.pk, reason="Ill", by=coordinator, now=timezone.now())
    assert planner.post(page_of(session), mine).status_code == 403
    session.refresh_from_db()
    assert session.title == "Drums and songs"


def test_a_form_with_a_broken_count_of_lines_is_no_server_error(planner: Client) -> None:
    page = planner.post(reverse(ADD), blank(planner) | {"steps-TOTAL_FORMS": "many"})
    assert page.status_code == 200
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_one_is_told(coordinator: User) -> None:
    session = ready_session()
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(coordinator)
    data = [as_posted(client.get(page_of(session))) | {"title": f"Title {i}"} for i, client in enumerate(clients)]
    ready = Barrier(2)

    def save(number: int) -> int:
        try:
            ready.wait(timeout=10)
            return clients[number].post(page_of(session), data[number]).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(save, range(2)))
    assert sorted(statuses) == [200, 302]
    session.refresh_from_db()
    assert session.title == f"Title {statuses.index(302)}"
