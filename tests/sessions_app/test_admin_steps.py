"""The steps that reach families: each first says whom it reaches, and only a press does it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app import confirming
from sessions_app.models import Booking, Session, StaffAssignment
from tests.factories import (
    BookingFactory,
    ChildFactory,
    GroupFactory,
    SessionFactory,
    StaffAssignmentFactory,
    household,
    ready_session,
    tomorrow_at,
)
from tests.sessions_app.staff_forms import text_of
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


def step(name: str, session: Session, *more: Any) -> str:
    return reverse(f"admin:sessions_app_session_{name}", args=[session.pk, *more])


def page_of(session: Session) -> str:
    return reverse("admin:sessions_app_session_change", args=[session.pk])


@pytest.fixture
def planner(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


@pytest.fixture
def known(coordinator: User) -> Session:
    """A confirmed session that families know of: the invitations have gone."""
    session = confirming.confirm(ready_session().pk, by=coordinator, now=timezone.now())
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
    return session


def test_confirming_says_whom_it_reaches_and_then_does_it(planner: Client) -> None:
    children = [household()[1][0], household(email="")[1][0], household(prefers="phone", phone="07700 900123")[1][0]]
    session = ready_session(children=children)
    page = planner.get(step("confirm", session))
    assert (
        page.context["reach"].sentence
        == "This reaches 3 parents and carers: 2 by mail, 2 by phone (1 of them both ways)."
    )
    assert "no e-mail address" in text_of(page)
    session.refresh_from_db()
    assert session.state == "draft"
    assert not OutgoingMail.objects.exists()
    assert planner.post(step("confirm", session)).url == page_of(session)
    session.refresh_from_db()
    assert session.state == "confirmed"
    assert OutgoingMail.objects.filter(kind="invitation").count() == 2
    assert session.phone_tasks.count() == 2


def test_a_child_for_whom_nobody_can_be_reached_is_named(planner: Client) -> None:
    alone = ChildFactory(known_as="Robin", last_name="Hood")
    page = planner.get(step("confirm", ready_session(children=[alone])))
    assert "Nobody can be reached for Robin Hood" in text_of(page)


def test_confirming_twice_invites_once(planner: Client) -> None:
    session = ready_session()
    planner.post(step("confirm", session))
    page = planner.post(step("confirm", session))
    assert "This session is confirmed already." in text_of(page)
    assert OutgoingMail.objects.filter(kind="invitation").count() == 1


def test_a_blocked_session_shows_every_blocker_with_its_clause_and_the_way_to_mend_it(planner: Client) -> None:
    session = SessionFactory()
    page = planner.get(step("confirm", session))
    found = [(m.clause.value, m.url.removeprefix(page_of(session))) for m in page.context["card"].mends]
    assert found == [
        ("W2", "#steps-group"),
        ("W2", "#items-group"),
        ("W5", "#assignments-group"),
        ("W5", "#assignments-group"),
        ("F7", "#families"),
        ("W1", "#id_day"),
    ]
    assert "Confirm and invite" not in text_of(page)
    planner.post(step("confirm", session))
    session.refresh_from_db()
    assert session.state == "draft"


def test_every_place_to_mend_is_on_the_page(planner: Client) -> None:
    session = SessionFactory(delivery="in_person")
    html = text_of(planner.get(page_of(session)))
    for anchor in ("steps-group", "items-group", "assignments-group", "families", "id_day", "id_title", "id_place"):
        assert f'id="{anchor}"' in html


def test_moving_a_confirmed_session_tells_families_old_and_new(planner: Client, known: Session) -> None:
    page = planner.get(step("reschedule", known))
    assert page.context["reach"].sentence == "This reaches 1 parent or carer: 1 by mail, 0 by phone."
    day = f"{tomorrow_at(16):%Y-%m-%d}"
    response = planner.post(step("reschedule", known), {"day": day, "starts": "17:00", "ends": "17:45"})
    assert response.url == page_of(known)
    known.refresh_from_db()
    assert (known.starts_at, known.revision) == (tomorrow_at(17), 2)
    assert OutgoingMail.objects.filter(kind="changed", state="waiting").count() == 1


@pytest.mark.parametrize(
    ("times", "at", "said"),
    [
        (("10:00", "09:00"), "ends", "The session must end after it starts."),
        (("16:00", "16:45"), "starts", "This is the time it has now: choose another."),
    ],
)
def test_a_move_that_cannot_be_is_refused_at_its_field(
    planner: Client, known: Session, times: tuple[str, str], at: str, said: str
) -> None:
    data = {"day": f"{tomorrow_at(16):%Y-%m-%d}", "starts": times[0], "ends": times[1]}
    page = planner.post(step("reschedule", known), data)
    assert page.context["form"].errors == {at: [said]}


def test_a_move_into_the_past_is_refused(planner: Client, known: Session) -> None:
    page = planner.post(step("reschedule", known), {"day": "2020-01-06", "starts": "10:00", "ends": "11:00"})
    assert page.context["form"].errors == {"starts": ["This time has passed: choose a time still to come."]}


def test_a_move_onto_a_clash_names_it(planner: Client, known: Session) -> None:
    maya = known.assignments.first().staff
    elsewhere = SessionFactory(title="Story time", starts_at=tomorrow_at(18), ends_at=tomorrow_at(19))
    StaffAssignmentFactory(session=elsewhere, staff=maya)
    data = {"day": f"{tomorrow_at(16):%Y-%m-%d}", "starts": "18:30", "ends": "19:30"}
    page = planner.post(step("reschedule", known), data)
    [said] = page.context["form"].errors["starts"]
    assert "is at “Story time” on" in said


def test_cancelling_needs_a_reason_and_reaches_everybody(planner: Client, known: Session) -> None:
    page = planner.post(step("cancel", known), {"reason": ""})
    assert page.context["form"].errors == {"reason": ["Say why, in words that families may read."]}
    planner.post(step("cancel", known), {"reason": "Maya is ill."})
    known.refresh_from_db()
    assert (known.state, known.cancel_reason) == ("cancelled", "Maya is ill.")
    assert OutgoingMail.objects.filter(kind="cancelled").count() == 1
    assert "Maya is ill." in text_of(planner.get(page_of(known)))


def test_a_cancelled_session_offers_no_step(planner: Client, known: Session, coordinator: User) -> None:
    confirming.cancel(known.pk, reason="Ill", by=coordinator, now=timezone.now())
    for name in ("confirm", "reschedule", "cancel", "invite"):
        page = planner.post(step(name, known), {"reason": "Again"})
        assert "nothing about it can be changed any more" in text_of(page)
    assert OutgoingMail.objects.filter(kind="cancelled").count() == 1


def test_children_and_groups_are_invited_once_each(planner: Client) -> None:
    session = SessionFactory(capacity=5)
    drummers = GroupFactory(name="Drummers")
    kids = [ChildFactory() for _ in range(3)]
    drummers.children.set(kids)
    page = planner.get(step("invite", session))
    assert "5 places left of 5." in text_of(page)
    assert "Drummers (3 children)" in text_of(page)
    planner.post(step("invite", session), {"child": [kids[0].pk], "groups": [drummers.pk]})
    assert {b.child for b in session.bookings.all()} == set(kids)
    response = planner.post(step("invite", session), {"child": [kids[0].pk]}, follow=True)
    assert "Nobody new was added; 1 had one already." in text_of(response)


def test_more_children_than_places_is_a_sentence_and_adds_nobody(planner: Client) -> None:
    session = SessionFactory(capacity=1)
    page = planner.post(step("invite", session), {"child": [ChildFactory().pk, ChildFactory().pk]})
    [said] = page.context["form"].errors["__all__"]
    assert said == "Nobody is invited yet. Please look at this first, then press again."
    assert "1 place left, 2 chosen: 1 would be invited, 1 would wait." in text_of(page)
    assert not session.bookings.exists()


def test_inviting_nobody_says_so(planner: Client) -> None:
    page = planner.post(step("invite", SessionFactory()), {})
    assert page.context["form"].errors == {"__all__": ["Choose at least one child or group."]}


def test_a_late_child_of_a_confirmed_session_is_invited_at_once(planner: Client, known: Session) -> None:
    adults, kids = household()
    planner.post(step("invite", known), {"child": [kids[0].pk]})
    assert OutgoingMail.objects.filter(kind="invitation", person=f"guardian:{adults[0].pk}").count() == 1


def test_taking_a_child_out_tells_only_those_it_concerns(planner: Client, known: Session) -> None:
    booking = known.bookings.get()
    page = planner.get(step("take_out", known, booking.pk))
    assert page.context["reach"].sentence == "This reaches 1 parent or carer: 1 by mail, 0 by phone."
    planner.post(step("take_out", known, booking.pk))
    booking.refresh_from_db()
    assert booking.state == Booking.State.WITHDRAWN
    again = planner.post(step("take_out", known, booking.pk))
    assert "has no place in this session any more." in text_of(again)


def test_taking_out_one_of_two_siblings_reaches_nobody_else(planner: Client, coordinator: User) -> None:
    siblings = household(children=2)[1]
    session = confirming.confirm(ready_session(children=siblings).pk, by=coordinator, now=timezone.now())
    page = planner.get(step("take_out", session, session.bookings.first().pk))
    assert page.status_code == 200
    assert page.context["reach"].mailed == []


def test_somebody_drops_out_and_the_gate_is_seen_open(planner: Client, known: Session) -> None:
    gone = known.assignments.first()
    response = planner.post(step("drop_out", known, gone.pk), {"reason": "Ill"}, follow=True)
    known.refresh_from_db()
    assert known.gate_reopened_at is not None
    assert StaffAssignment.objects.get(pk=gone.pk).withdrawn_reason == "Ill"
    assert "Two cleared members of staff must be there; one is so far." in text_of(response)
    home = planner.get(reverse("admin:index"))
    assert [card.session for card in home.context["home"].reopened] == [known]


@pytest.mark.parametrize("name", ["confirm", "reschedule", "cancel", "invite"])
def test_a_practitioner_cannot_take_a_step(name: str, client: Client, practitioner: User) -> None:
    session = ready_session(state="confirmed", confirmed_at=timezone.now())
    client.force_login(practitioner)
    assert client.get(step(name, session)).status_code == 404
    StaffAssignmentFactory(session=session, staff__user=practitioner)
    assert client.get(step(name, session)).status_code == 403
    assert client.post(step(name, session), {"reason": "x"}).status_code == 403
    session.refresh_from_db()
    assert session.state == "confirmed"


def test_every_mail_can_be_read_before_confirming(planner: Client) -> None:
    session = ready_session()
    page = planner.get(step("mails", session))
    for kind, label in page.context["kinds"]:
        shown = planner.get(step("mails", session), {"mail": kind})
        assert shown.context["label"] == label
        inside = planner.get(step("mail_html", session), {"mail": kind})
        assert inside.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "<html" in inside.content.decode()
    assert planner.get(step("mails", session), {"mail": "no-such"}).status_code == 404
    assert not OutgoingMail.objects.exists()


def test_a_session_that_is_over_is_only_to_read(planner: Client) -> None:
    over = SessionFactory(starts_at=tomorrow_at(10) - timedelta(days=9), state="delivered", confirmed_at=timezone.now())
    page = planner.get(page_of(over))
    assert "adminform" not in page.context
    assert planner.post(page_of(over), {"title": "x"}).status_code == 403


def test_both_children_of_a_family_are_shown_beside_their_guardian(planner: Client, coordinator: User) -> None:
    adults, kids = household(children=2)
    session = ready_session(children=[kids[0]])
    BookingFactory(session=session, child=kids[1])
    confirming.confirm(session.pk, by=coordinator, now=timezone.now())
    [contact] = planner.get(page_of(session)).context["contacts"]
    assert contact.reach.guardian == adults[0]
    assert {child.pk for child in contact.reach.children} == {kid.pk for kid in kids}
    assert contact.is_contacted is False
    OutgoingMail.objects.filter(person=f"guardian:{adults[0].pk}").update(state="sent", sent_at=timezone.now())
    [contact] = planner.get(page_of(session)).context["contacts"]
    assert contact.is_contacted is True


@pytest.mark.parametrize("delivery", ["remote", "in_person"])
def test_the_mails_of_a_bare_draft_can_be_read_too(planner: Client, delivery: str) -> None:
    session = SessionFactory(delivery=delivery)
    for kind, _ in planner.get(step("mails", session)).context["kinds"]:
        assert planner.get(step("mails", session), {"mail": kind}).status_code == 200


def test_confirming_says_when_families_hear_again(planner: Client) -> None:
    soon, later = ready_session(), ready_session(starts_at=tomorrow_at(16) + timedelta(days=20))
    soon_said, later_said = (planner.get(step("confirm", s)).context["explain"] for s in (soon, later))
    assert "It starts soon, so the invitation also says how to prepare." in soon_said
    assert sum(line.startswith("A mail on how to prepare follows on ") for line in later_said) == 1
    assert sum(line.endswith(", 9:00am.") for line in later_said) == 1


def test_a_session_that_somebody_else_moved_meanwhile_is_looked_at_first(planner: Client) -> None:
    session = ready_session()
    address, day = step("reschedule", session), f"{tomorrow_at(16) + timedelta(days=1):%Y-%m-%d}"
    mine, theirs = (planner.get(address).context["mark"] for _ in range(2))
    assert planner.post(address, {"day": day, "starts": "10:00", "ends": "11:00", "seen": theirs}).status_code == 302
    page = planner.post(address, {"day": day, "starts": "14:00", "ends": "15:00", "seen": mine})
    assert "Somebody else moved this session meanwhile." in text_of(page)
    assert 'value="14:00"' in text_of(page)
    # What is seen now is another time: the next press holds
    again = {"day": day, "starts": "14:00", "ends": "15:00", "seen": page.context["mark"]}
    assert planner.post(address, again).status_code == 302
