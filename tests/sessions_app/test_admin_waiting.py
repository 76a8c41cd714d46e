"""Waiting lists on the staff pages: who waits, offering, answering for a family, fair shares, and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sessions_app import booking, offers, waiting
from sessions_app.models import Booking, PhoneTask, PlaceOffer, Session, Term
from sessions_app.overlaps import overlaps
from tests.factories import BookingFactory, GroupFactory, SessionFactory, household, ready_session, tomorrow_at
from tests.sessions_app.offer_scenes import a_place, asked, booking_of, full_session, wait_in_line
from tests.sessions_app.staff_forms import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, coordinator) -> Client:
    client.force_login(coordinator)
    return client


def full(coordinator, **fields):
    return full_session(coordinator, starts_at=tomorrow_at(16) + timedelta(days=3), now=timezone.now(), **fields)


def step(session, name, *args) -> str:
    return reverse(f"admin:sessions_app_session_{name}", args=[session.pk, *args])


def press(staff, session, name, place=None, **data):
    return staff.post(step(session, name, *([place.pk] if place else [])), data)


# --- Inviting


def invite(staff, session, children, **more):
    return press(staff, session, "invite", child=[child.pk for child in children], **more)


def test_with_room_and_nobody_elsewhere_one_press_invites(staff):
    session = ready_session(children=[], capacity=2)
    children = household(children=2)[1]
    assert invite(staff, session, children).status_code == 302
    assert session.bookings.count() == 2


def test_too_few_places_are_shown_before_anybody_is_invited(staff, coordinator):
    # Given three places, five children, one of whom has waited in vain before
    session = ready_session(children=[], capacity=3)
    children = household(children=5)[1]
    before = SessionFactory(starts_at=session.starts_at + timedelta(days=1))
    wait_in_line(before, since=timezone.now() - timedelta(days=3), child=children[4])
    Term.objects.create(
        name="Autumn", first_day=timezone.localdate() - timedelta(days=9), last_day=timezone.localdate() + timedelta(9)
    )
    # When they are chosen
    page = invite(staff, session, children)
    # Then nothing has happened, and the one who waited comes first
    assert session.bookings.count() == 0
    plan = page.context["form"].plan
    assert plan.sentence == "3 places left, 5 chosen: 3 would be invited, 2 would wait."
    assert plan.sentence in text_of(page)
    assert [line.choice for line in plan.lines] == ["place"] * 3 + ["wait"] * 2
    assert plan.lines[0].child == children[4]
    # When the coordinator leaves one out and presses
    decided = {f"for-{line.child.pk}": line.choice for line in plan.lines}
    decided[f"for-{plan.lines[3].child.pk}"] = "out"
    done = invite(staff, session, children, shown=plan.mark, **decided)
    assert done.status_code == 302
    invited = {line.child.pk for line in plan.lines[:3]}
    assert set(session.bookings.all().holding_a_place().values_list("child", flat=True)) == invited
    assert [b.child for b in session.bookings.all().waiting()] == [plan.lines[4].child]


def test_more_ticked_than_there_are_places_is_a_sentence_and_keeps_the_choices(staff):
    session = ready_session(children=[], capacity=1)
    children = household(children=2)[1]
    plan = invite(staff, session, children).context["form"].plan
    page = invite(staff, session, children, shown=plan.mark, **{f"for-{c.pk}": "place" for c in children})
    assert "1 place left, but 2 are to get one: let 1 more wait." in text_of(page)
    assert [line.choice for line in page.context["form"].plan.lines] == ["place", "place"]
    assert session.bookings.count() == 0


def test_what_changed_since_it_was_shown_is_shown_again(staff, coordinator):
    session = ready_session(children=[], capacity=2)
    children = household(children=3)[1]
    plan = invite(staff, session, children).context["form"].plan
    booking.invite_children(session.pk, household()[1], by=coordinator, now=timezone.now())
    decided = {f"for-{line.child.pk}": line.choice for line in plan.lines}
    page = invite(staff, session, children, shown=plan.mark, **decided)
    assert "1 place left, 3 chosen" in text_of(page)
    assert session.bookings.count() == 1


def test_a_child_in_two_sessions_at_once_is_shown_before(staff):
    session = ready_session(children=[], title="Stories")
    aisha, ben = household(children=2)[1]
    group = GroupFactory()
    group.children.set([aisha, ben])
    at_the_same_time = SessionFactory(title="Drums", starts_at=session.starts_at + timedelta(minutes=30))
    BookingFactory(session=at_the_same_time, child=aisha, state=Booking.State.COMING)
    BookingFactory(session=SessionFactory(title="Later", starts_at=session.ends_at), child=ben)
    BookingFactory(session=SessionFactory(title="Only waits", starts_at=session.starts_at), child=ben, state="waiting")
    page = press(staff, session, "invite", groups=[group.pk])
    text = text_of(page)
    assert "1 child is somewhere else at that time." in text
    assert "Also in “Drums”" in text
    assert "Later" not in text
    assert "Only waits" not in text
    plan = page.context["form"].plan
    press(staff, session, "invite", groups=[group.pk], shown=plan.mark, **{f"for-{aisha.pk}": "out"})
    assert [b.child for b in session.bookings.all()] == [ben]


def test_overlaps_among_sessions_that_are_planned_together_cost_one_query(django_assert_num_queries):
    start = tomorrow_at(10)
    together = [SessionFactory(starts_at=start + timedelta(minutes=30 * n)) for n in range(3)]
    child = household()[1][0]
    with django_assert_num_queries(1):
        found = overlaps(together, [child.pk])
    assert {key[0]: [s.pk for s in others] for key, others in found.items()} == {
        together[0].pk: [together[1].pk],
        together[1].pk: [together[0].pk, together[2].pk],
        together[2].pk: [together[1].pk],
    }


# --- The list


def test_the_list_shows_order_shares_and_offers(staff, coordinator):
    session, (first, second) = full(coordinator)
    booking.withdraw(a_place(session).pk, by=coordinator, now=timezone.now())
    waiting.move_up(booking_of(session, second).pk, reason="Missed out", by=coordinator, now=timezone.now())
    page = staff.get(reverse("admin:sessions_app_session_change", args=[session.pk]))
    text = text_of(page)
    assert [line.booking.child for line in page.context["waiting"].lines] == [second, first]
    for shown in (
        "Waiting list",
        "Moved up: Missed out",
        "Waited 1×, got a place 0×",
        "the 12 weeks around",
        "1 offered",
    ):
        assert shown in text


def test_passing_over_asks_for_a_reason_and_then_offers(staff, coordinator):
    session, (first, second) = full(coordinator)
    Session.objects.filter(pk=session.pk).update(capacity=2)
    place = booking_of(session, second)
    assert f"This passes over {first}" in text_of(staff.get(step(session, "offer", place.pk)))
    assert "Say why this child" in text_of(press(staff, session, "offer", place, reason=" "))
    for _ in range(2):
        answer = press(staff, session, "offer", place, reason="Missed out three times")
    assert asked(session) == [second.pk]
    assert "has an offer that waits" in text_of(answer)


def test_staff_note_what_a_family_said_on_the_phone(staff, coordinator):
    session, _ = full(coordinator, waiters=0)
    (guardian,), (child,) = household(email="", phone="07700 900123")
    waiting.join_waiting_list(session.pk, [child], by=coordinator, now=timezone.now())
    booking.withdraw(a_place(session).pk, by=coordinator, now=timezone.now())
    (call,) = PhoneTask.objects.filter(guardian=guardian)
    page = text_of(staff.get(reverse("admin:sessions_app_phonetask_change", args=[call.pk])))
    assert f"for {child.known_as}. Would they like it?" in page
    assert "Meeting ID" not in page
    place = booking_of(session, child)
    assert step(session, "note_answer", place.pk) in page
    assert "Say what they answered." in text_of(press(staff, session, "note_answer", place, guardian=guardian.pk))
    for _ in range(2):
        press(staff, session, "note_answer", place, guardian=guardian.pk, answer="take")
    call.refresh_from_db()
    assert (call.outcome, call.attempts) == ("reached", 1)
    assert booking_of(session, child).state == Booking.State.COMING
    assert PlaceOffer.objects.get(booking=place).answered_by == guardian


def test_a_call_about_an_offer_that_is_over_says_so(staff, coordinator):
    session, _ = full(coordinator, waiters=0)
    (guardian,), (child,) = household(email="", phone="07700 900123")
    waiting.join_waiting_list(session.pk, [child], by=coordinator, now=timezone.now())
    booking.withdraw(a_place(session).pk, by=coordinator, now=timezone.now())
    call = PhoneTask.objects.get(guardian=guardian)
    offers.decline(PlaceOffer.objects.get().pk, by=coordinator, now=timezone.now())
    assert "this offer is over" in text_of(staff.get(reverse("admin:sessions_app_phonetask_change", args=[call.pk])))


def test_in_a_draft_staff_give_places_themselves(staff, coordinator):
    session = ready_session(capacity=2)
    children = household(children=2)[1]
    waiting.join_waiting_list(session.pk, children, by=coordinator, now=timezone.now())
    assert "Give free places yourself" in text_of(
        staff.get(reverse("admin:sessions_app_session_change", args=[session.pk]))
    )
    assert press(staff, session, "place", booking_of(session, children[1])).status_code == 200
    assert press(staff, session, "place", booking_of(session, children[1]), reason="Was ill").status_code == 302
    assert booking_of(session, children[1]).state == Booking.State.INVITED
    full_now = press(staff, session, "place", booking_of(session, children[0]))
    assert "No place is left" in text_of(full_now)


def test_taking_off_taking_back_and_moving_up_twice_do_no_harm(staff, coordinator):
    session, (first, second, third) = full(coordinator, waiters=3)
    booking.withdraw(a_place(session).pk, by=coordinator, now=timezone.now())
    for name, child, data in (
        ("take_back", first, {}),
        ("move_up", third, {"reason": "Missed out"}),
        ("take_off_list", second, {}),
    ):
        for _ in range(2):
            assert press(staff, session, name, booking_of(session, child), **data).status_code in (200, 302)
    assert [b.child for b in session.bookings.all().waiting()] == [third, first]
    assert asked(session) == [third.pk]


# --- Fair shares


def test_waiting_this_term_counts_and_sorts(staff):
    today = timezone.localdate()
    term = Term.objects.create(name="This term", first_day=today - timedelta(30), last_day=today + timedelta(30))
    past = Term.objects.create(name="Before", first_day=today - timedelta(90), last_day=today - timedelta(31))
    often, once = household(children=2)[1]
    for days in (1, 2, 3):
        wait_in_line(SessionFactory(starts_at=tomorrow_at(9) + timedelta(days)), since=timezone.now(), child=often)
    got = wait_in_line(SessionFactory(starts_at=tomorrow_at(11)), since=timezone.now(), child=once)
    Booking.objects.filter(pk=got.pk).update(state=Booking.State.COMING)
    called_off = SessionFactory(starts_at=tomorrow_at(13), state="cancelled", cancelled_at=timezone.now())
    wait_in_line(called_off, since=timezone.now(), child=once)
    address = reverse("admin:waiting_this_term")
    rows = staff.get(address).context["page"].object_list
    assert [(c.pk, c.waited, c.got, c.places) for c in rows] == [(often.pk, 3, 0, 0), (once.pk, 1, 1, 1)]
    rows = staff.get(address, {"o": "places", "term": term.pk}).context["page"].object_list
    assert [c.pk for c in rows] == [often.pk, once.pk]
    rows = staff.get(address, {"o": "name"}).context["page"].object_list
    assert [c.pk for c in rows] == [c.pk for c in sorted([often, once], key=lambda c: c.known_as)]
    assert "Nobody waited" in text_of(staff.get(address, {"term": past.pk}))
    for odd in ({"term": "x"}, {"o": "'; --"}, {"p": "no"}, {"p": "99"}):
        assert staff.get(address, odd).status_code == 200


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_pages_cost_the_same_with_one_child_and_with_thirty(staff, coordinator):
    session, _ = full(coordinator, waiters=1)
    addresses = [
        reverse("admin:sessions_app_session_change", args=[session.pk]),
        reverse("admin:waiting_this_term"),
        step(session, "offer", session.bookings.all().waiting()[0].pk),
    ]
    [queries(staff, address) for address in addresses]  # what Django looks up once and then remembers
    with_one = [queries(staff, address) for address in addresses]
    for number in range(29):
        wait_in_line(session, since=timezone.now() + timedelta(seconds=number))
    assert [queries(staff, address) for address in addresses] == with_one
