"""The pages of a step for many sessions: what would happen, one press, what came of it."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sessions_app import confirming, staffing
from sessions_app.bulk import running
from sessions_app.models import Booking, BulkItem, BulkRun, Session, ZoomHost
from tests.factories import (
    BookingFactory,
    ChildFactory,
    GroupFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    household,
)
from tests.sessions_app.bulk_scenes import chosen, drafts, known, outcome, started, states
from tests.sessions_app.staff_forms import text_of
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
LIST = "admin:sessions_app_session_changelist"


@pytest.fixture
def planner(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def page_of(run: BulkRun, name: str = "run") -> str:
    return reverse(f"admin:sessions_app_session_bulk_{name}", args=[run.pk])


def tick(planner: Client, kind: str, sessions: list[Session], **more: str) -> BulkRun:
    """Tick sessions in the list, choose a step and press Run."""
    data = {"action": f"{kind}_many", "_selected_action": [str(session.pk) for session in sessions], **more}
    response = planner.post(reverse(LIST), data)
    assert response.status_code == 302, text_of(response)[:2000]
    return BulkRun.objects.latest("created_at")


def press(planner: Client, run: BulkRun, **fields: Any) -> Any:
    """Press the button of the page as it stands."""
    page = planner.get(page_of(run), {**fields, "show": "yes"} if fields else {})
    return planner.post(page_of(run), {"seen": page.context["seen"], **fields})


def test_confirming_twelve_says_what_can_be_done_and_for_whom_and_does_it(planner: Client) -> None:
    children = [household()[1][0], household(email="")[1][0]]
    sessions = drafts(3, children=children)
    blocked = SessionFactory(title="Not ready", starts_at=sessions[0].starts_at)
    run = tick(planner, "confirm", [*sessions, blocked])
    page = planner.get(page_of(run))
    text = text_of(page)
    assert page.context["title"] == "Confirm 4 sessions"
    assert page.context["summary"] == "3 can be confirmed, 1 cannot: see why below."
    assert page.context["reach"].sentence == "This reaches 2 parents and carers: 1 by mail, 1 by phone."
    assert "Whoever is in several of them gets one mail" in text
    assert f'<a href="/admin/sessions_app/session/{blocked.pk}/change/#steps-group">Say what will happen' in text
    assert not OutgoingMail.objects.exists()
    answer = press(planner, run)
    assert answer.url == page_of(run)
    assert "3 sessions confirmed, 1 left out." in text_of(planner.get(page_of(run)))
    assert Session.objects.filter(state="confirmed").count() == 3
    assert OutgoingMail.objects.filter(kind="invitation").count() == 3


def test_a_second_press_and_an_old_page_are_harmless(planner: Client) -> None:
    run = tick(planner, "confirm", drafts(2))
    press(planner, run)
    mails = OutgoingMail.objects.count()
    planner.post(page_of(run), {"seen": "1,2"})
    assert OutgoingMail.objects.count() == mails
    assert states(BulkRun.objects.get(pk=run.pk)) == ["done", "done"]


def test_all_that_match_the_filter_are_taken_not_only_the_page(planner: Client) -> None:
    sessions = drafts(3)
    SessionFactory(title="Something else")
    data = {"action": "confirm_many", "select_across": "1", "_selected_action": [str(sessions[0].pk)]}
    planner.post(reverse(LIST) + "?q=Session", data)
    assert set(BulkItem.objects.values_list("session", flat=True)) == {session.pk for session in sessions}


def test_no_selection_says_so(planner: Client) -> None:
    drafts(1)
    page = planner.post(reverse(LIST), {"action": "confirm_many", "index": "0"}, follow=True)
    assert "Items must be selected" in text_of(page)
    assert not BulkRun.objects.exists()


def test_what_changed_between_look_and_press_is_said_session_by_session(planner: Client, coordinator: User) -> None:
    taken, vanished, over, spoilt, fine = drafts(5)
    late = SessionFactory(title="Late", starts_at=fine.starts_at)
    run = tick(planner, "confirm", [taken, vanished, over, spoilt, fine, late])
    seen = planner.get(page_of(run)).context["seen"]
    confirming.confirm(taken.pk, by=coordinator, now=timezone.now())
    vanished.delete()
    confirming.cancel(over.pk, reason="Snow.", by=coordinator, now=timezone.now())
    staffing.drop_out(spoilt.assignments.all()[0].pk, reason="", by=coordinator, now=timezone.now())
    planner.post(page_of(run), {"seen": seen})
    said = dict(BulkItem.objects.filter(run=run).values_list("session__title", "message"))
    assert said["Session 0"] == "It is confirmed already."
    assert said[None] == "This session does not exist any more."
    assert said["Session 2"] == "It is cancelled."
    assert "Two cleared members of staff must be there" in said["Session 3"]
    assert said["Session 4"] == "Confirmed; 1 parent or carer invited."
    assert planner.get(page_of(run)).status_code == 200


def test_what_became_possible_after_the_look_is_left_alone(planner: Client, coordinator: User) -> None:
    sessions = drafts(2)
    run = tick(planner, "confirm", sessions)
    planner.post(page_of(run), {"seen": "1"})
    assert states(run) == ["done", "left_out"]


def test_hosts_must_do_for_all_of_them(planner: Client) -> None:
    first, second = drafts(1), drafts(1)
    ZoomHost.objects.exclude(pk=ZoomHost.objects.all()[0].pk).update(is_active=False)
    run = tick(planner, "confirm", first + second)
    page = planner.get(page_of(run))
    assert page.context["summary"] == "1 can be confirmed, 1 cannot: see why below."
    assert "The other sessions take every Zoom host at this time" in text_of(page)


def test_a_cancel_reason_is_asked_for_and_must_not_ask_for_a_password(planner: Client, coordinator: User) -> None:
    heard, draft = known(drafts(1), coordinator)[0], drafts(1, days=5)[0]
    run = tick(planner, "cancel", [heard, draft])
    page = planner.get(page_of(run))
    assert page.context["reach"].sentence == "This reaches 1 parent or carer: 1 by mail, 0 by phone."
    assert "A draft: nobody has to be told." in text_of(page)
    assert "Say why, in words that families may read." in text_of(press(planner, run))
    refused = planner.post(page_of(run), {"seen": "1,2", "reason": "Send us your Zoom password."})
    assert "We never ask families for passwords" in text_of(refused)
    assert 'value="Send us your Zoom password."' in text_of(refused)
    planner.post(page_of(run), {"seen": "1,2", "reason": "Maya is ill. We are sorry."})
    assert set(Session.objects.values_list("state", "cancel_reason")) == {("cancelled", "Maya is ill. We are sorry.")}


def test_inviting_a_group_shows_clashes_full_sessions_and_who_is_in_already(planner: Client) -> None:
    pip, olive, sam = (household()[1][0] for _ in range(3))
    group = GroupFactory(name="Drummers")
    group.children.set([pip, olive, sam])
    first, full = drafts(2, children=[sam])
    Session.objects.filter(pk=full.pk).update(capacity=2)
    same_time = SessionFactory(title="Story time", starts_at=first.starts_at)
    BookingFactory(session=same_time, child=pip)
    run = tick(planner, "invite", [first, full])
    assert "able" in planner.get(page_of(run)).context
    page = planner.get(page_of(run), {"group": str(group.pk), "leave_out_busy": "on", "show": "yes"})
    text = text_of(page)
    assert f"{pip} is at “Story time” at that time, so left out." in text
    assert "1 child gets a place, 1 had one already." in text
    assert "Only 1 place is free, but 2 children would be added." in text
    planner.post(page_of(run), {"seen": page.context["seen"], "group": str(group.pk), "leave_out_busy": "on"})
    assert set(first.bookings.values_list("child", flat=True)) == {sam.pk, olive.pk}
    assert Booking.objects.filter(session=full).count() == 1


def test_where_places_are_too_few_the_others_wait_and_who_waited_comes_first_next_time(planner: Client) -> None:
    ada, bo, cy = (ChildFactory(known_as=name, last_name="Reed") for name in ("Ada", "Bo", "Cy"))
    group = GroupFactory()
    group.children.set([ada, bo, cy])
    first, second = drafts(2, children=[])
    Session.objects.update(capacity=2)
    asked = {"group": str(group.pk), "let_wait": "on"}
    run = tick(planner, "invite", [first, second])
    text = text_of(planner.get(page_of(run), asked | {"show": "yes"}))
    assert "2 children get a place: Ada Reed, Bo Reed." in text
    assert "1 child waits, in this order: Cy Reed." in text
    assert "2 children get a place: Cy Reed, Ada Reed." in text
    press(planner, run, **asked)
    assert outcome(run) == [("done", "2 children have a place now, 1 child waits.")] * 2
    assert list(first.bookings.all().waiting().values_list("child", flat=True)) == [cy.pk]
    assert list(second.bookings.all().waiting().values_list("child", flat=True)) == [bo.pk]


def test_a_full_session_lets_all_of_them_wait_behind_who_waits_already(planner: Client) -> None:
    pip, group, (full,) = household()[1][0], GroupFactory(), drafts(1, children=[household()[1][0]])
    Session.objects.update(capacity=1)
    early = BookingFactory(session=full, state="waiting", waiting_since=timezone.now(), queue_at=timezone.now())
    group.children.set([pip])
    run = tick(planner, "invite", [full])
    asked = {"group": str(group.pk), "let_wait": "on"}
    assert "No place is free." in text_of(planner.get(page_of(run), asked | {"show": "yes"}))
    press(planner, run, **asked)
    assert [b.child_id for b in full.bookings.all().waiting()] == [early.child_id, pip.pk]
    again = tick(planner, "invite", [full])
    page = planner.get(page_of(again), asked | {"show": "yes"})
    assert "No place is free, and everybody waits already." in text_of(page)


def test_others_who_wait_are_named_before_a_group_gets_the_places(planner: Client) -> None:
    group, (draft,) = GroupFactory(), drafts(1, children=[])
    group.children.set(household()[1])
    BookingFactory(session=draft, state="waiting", waiting_since=timezone.now(), queue_at=timezone.now())
    run = tick(planner, "invite", [draft])
    page = planner.get(page_of(run), {"group": str(group.pk), "let_wait": "on", "show": "yes"})
    assert "1 child who is not in the group waits already" in text_of(page)


def test_a_child_is_not_put_into_two_overlapping_sessions_of_one_run(planner: Client) -> None:
    child, group = household()[1][0], GroupFactory()
    group.children.set([child])
    run = tick(planner, "invite", drafts(1) + drafts(1))
    press(planner, run, group=str(group.pk), leave_out_busy="on")
    assert Booking.objects.filter(child=child).count() == 1


def test_an_empty_group_and_no_group_are_said_at_the_field(planner: Client) -> None:
    run = tick(planner, "invite", drafts(1))
    empty = GroupFactory()
    page = planner.get(page_of(run), {"group": str(empty.pk), "show": "yes"})
    assert "Nobody is in this group: put children into it first." in text_of(page)
    assert "Choose a group." in text_of(planner.get(page_of(run), {"show": "yes"}))


def test_one_person_for_another_with_clashes_and_absences_said_before(planner: Client, coordinator: User) -> None:
    maya, tom = StaffProfileFactory(user__name="Maya Lind"), StaffProfileFactory(user__name="Tom Brennan")
    can, clash, without = drafts(3)
    for session in (can, clash):
        StaffAssignmentFactory(session=session, staff=maya)
    StaffAssignmentFactory(session=SessionFactory(title="Puppets", starts_at=clash.starts_at), staff=tom)
    run = tick(planner, "staff", [can, clash, without])
    page = planner.get(page_of(run), {"off": str(maya.pk), "on": str(tom.pk), "role": "", "show": "yes"})
    assert page.context["summary"] == "1 can be changed, 2 cannot: see why below."
    assert "Tom Brennan is at “Puppets”" in text_of(page)
    assert "Maya Lind is not on it." in text_of(page)
    press(planner, run, off=str(maya.pk), on=str(tom.pk), role="")
    assert outcome(run)[0] == ("done", "Tom Brennan is on it, Maya Lind is off it.")


def test_staff_forms_say_what_is_missing(planner: Client) -> None:
    maya = StaffProfileFactory()
    run = tick(planner, "staff", drafts(1))
    assert "Choose whom to take off" in text_of(planner.get(page_of(run), {"off": "", "on": "", "show": "yes"}))
    same = planner.get(page_of(run), {"off": str(maya.pk), "on": str(maya.pk), "show": "yes"})
    assert "This is the same person: choose somebody else." in text_of(same)


def test_taking_somebody_off_warns_that_too_few_are_left(planner: Client, coordinator: User) -> None:
    [session] = known(drafts(1), coordinator)
    run = tick(planner, "staff", [session])
    page = planner.get(page_of(run), {"off": str(session.assignments.all()[0].staff_id), "show": "yes"})
    assert "Fewer than two cleared members of staff are left. It will need staff again." in text_of(page)


def test_the_pre_session_mail_goes_to_whoever_was_not_prepared(planner: Client, coordinator: User) -> None:
    sessions = known(drafts(1, children=[household()[1][0], household(email="")[1][0]]), coordinator)
    run = tick(planner, "prepare", [*sessions, *drafts(1, days=5)])
    page = planner.get(page_of(run))
    # Who is called to be invited is prepared in the same call.
    assert page.context["reach"].sentence == "This reaches 1 parent or carer: 1 by mail, 0 by phone."
    assert "It is a draft: families do not know of it yet." in text_of(page)
    press(planner, run)
    assert OutgoingMail.objects.filter(kind="presession").count() == 1
    again = tick(planner, "prepare", sessions)
    assert "Everybody has been told how to prepare" in text_of(planner.get(page_of(again)))


def test_undo_is_offered_while_nothing_has_left_and_does_it(planner: Client) -> None:
    run = tick(planner, "confirm", drafts(2))
    press(planner, run)
    text = text_of(planner.get(page_of(run)))
    assert re.search(r"Nothing has left the house yet. The mails go in 1 minute \d\d seconds|in 2 minutes; until", text)
    planner.post(page_of(run, "undo"))
    text = text_of(planner.get(page_of(run)))
    assert "2 sessions as before." in text
    assert ">Undo<" not in text
    assert Session.objects.filter(state="draft").count() == 2


def test_mails_can_be_let_go_and_then_undo_is_over(planner: Client) -> None:
    run = tick(planner, "confirm", drafts(1))
    press(planner, run)
    planner.post(page_of(run, "send_now"))
    assert not OutgoingMail.objects.filter(not_before__gt=timezone.now()).exists()
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now(), attempts=1)
    text = text_of(planner.get(page_of(run)))
    assert "Mails about it have gone, so it cannot be undone any more." in text
    assert ">Undo<" not in text


def test_many_sessions_show_progress_and_can_be_stopped(planner: Client, coordinator: User) -> None:
    run = tick(planner, "confirm", drafts(running.AT_ONCE + 1))
    press(planner, run)
    assert "0 of 6 sessions done." in text_of(planner.get(page_of(run)))
    assert "HX-Refresh" not in planner.get(page_of(run, "progress"), {"of": "work"}).headers
    planner.post(page_of(run, "undo"))
    run.refresh_from_db()
    assert set(states(run)) == {"left_out"}
    assert run.state == "undone"
    assert planner.get(page_of(run, "progress"), {"of": "work"}).headers["HX-Refresh"] == "true"
    assert not Session.objects.exclude(state="draft").exists()


def test_earlier_steps_are_found_again(planner: Client, coordinator: User) -> None:
    run = started("confirm", drafts(1), coordinator)
    chosen("cancel", drafts(1, days=6), coordinator)
    page = planner.get(reverse("admin:sessions_app_session_bulk"))
    assert list(page.context["runs"]) == [run]


def test_looking_costs_the_same_with_one_session_and_with_thirty(planner: Client, coordinator: User) -> None:
    maya, tom, child, group = StaffProfileFactory(), StaffProfileFactory(), household()[1][0], GroupFactory()
    group.children.set([child])
    asked = {
        "invite": {"group": str(group.pk), "show": "yes"},
        "staff": {"off": str(maya.pk), "on": str(tom.pk), "show": "yes"},
    }
    sessions = drafts(30, children=household()[1])
    for session in sessions:
        StaffAssignmentFactory(session=session, staff=maya)

    def queries(kind: str, count: int) -> int:
        run = chosen(kind, sessions[:count], coordinator)
        with CaptureQueriesContext(connection) as captured:
            page = planner.get(page_of(run), asked.get(kind, {}))
        assert len(page.context["able"]) == count
        return len(captured)

    queries("confirm", 1)  # what Django looks up once and then remembers
    drafts_cost = {kind: (queries(kind, 1), queries(kind, 30)) for kind in ("confirm", "invite", "staff")}
    Session.objects.update(state="confirmed", confirmed_at=timezone.now())
    known_cost = {kind: (queries(kind, 1), queries(kind, 30)) for kind in ("cancel", "invite", "staff", "prepare")}
    assert drafts_cost == {"confirm": (13, 13), "invite": (15, 15), "staff": (15, 15)}
    assert known_cost == {"cancel": (13, 13), "invite": (16, 16), "staff": (15, 15), "prepare": (14, 14)}


def test_a_result_costs_the_same_with_one_session_and_with_thirty(planner: Client, coordinator: User) -> None:
    counts = []
    for number in (1, 5):
        run = started("confirm", drafts(number, days=number * 5), coordinator)
        with CaptureQueriesContext(connection) as captured:
            planner.get(page_of(run))
        counts.append(len(captured))
    assert counts[0] == counts[1]
