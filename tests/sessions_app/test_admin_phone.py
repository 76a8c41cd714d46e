"""The phone list: worked through one call after the other, printed, and silent about what is not the caller's."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from families.models import Guardianship
from sessions_app import booking, confirming
from sessions_app.models import Booking, PhoneTask, Place, Session
from tests.factories import GuardianFactory, GuardianshipFactory, household, ready_session, tomorrow_at
from tests.sessions_app.mail_scenes import PASSCODE, make_ready
from tests.sessions_app.staff_forms import text_of
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def a_session(coordinator: User, *phones: str, start: Any = None, **fields: Any) -> Session:
    """A confirmed session of families that have a phone only."""
    children = [household(email="", phone=phone)[1][0] for phone in phones]
    start = start or tomorrow_at(16)
    fields = {"starts_at": start, "ends_at": start + timedelta(minutes=45), **fields}
    return confirming.confirm(ready_session(children=children, **fields).pk, by=coordinator, now=timezone.now())


def page_of(call: PhoneTask) -> str:
    return reverse("admin:sessions_app_phonetask_change", args=[call.pk])


def press(client: Client, call: PhoneTask, outcome: str, **fields: Any) -> Any:
    return client.post(page_of(call), {"outcome": outcome, "tried": call.attempts, **fields})


@pytest.fixture
def call(coordinator: User) -> PhoneTask:
    return PhoneTask.objects.get(session=a_session(coordinator, "07700 900123"))


def test_a_call_shows_the_number_and_what_to_say(planner: Client, call: PhoneTask) -> None:
    child = call.session.bookings.get().child
    child.medical_notes, child.access_needs = "nut allergy", "wheelchair"
    child.save()
    make_ready(call.session, zoom_id="84512345678")
    for address in (page_of(call), reverse("admin:sessions_app_phonetask_sheet")):
        html = text_of(planner.get(address))
        for said in ('href="tel:07700900123"', child.known_as, "Drums and songs", "Hello song, then Drums"):
            assert said in html
        for said in ("A pan and a wooden spoon", "845 1234 5678", PASSCODE):
            assert said in html
        assert [word for word in ("nut allergy", "wheelchair") if word in html] == []


def test_one_call_after_the_other_by_one_press_each(planner: Client, coordinator: User) -> None:
    a_session(coordinator, "07700 900003", start=tomorrow_at(18))
    a_session(coordinator, "07700 900001", "07700 900002")
    first, second, third = PhoneTask.objects.order_by("session__starts_at", "created_at", "pk")
    assert third.guardian.phone == "07700 900003"
    listed = reverse("admin:sessions_app_phonetask_changelist")
    assert planner.get(reverse("admin:sessions_app_phonetask_start"))["Location"] == page_of(first)
    assert "Call 1 of 3" in text_of(planner.get(page_of(first)))
    assert press(planner, first, "reached")["Location"] == page_of(second)
    # A press that was doubled leads to the same place, and a call that reached nobody stays on the list.
    assert press(planner, first, "reached")["Location"] == page_of(second)
    assert press(planner, second, "no_answer", note="Try after six")["Location"] == page_of(third)
    assert press(planner, third, "message_left")["Location"] == listed
    assert list(PhoneTask.objects.values_list("attempts", flat=True).order_by("attempts")) == [1, 1, 1]
    assert set(planner.get(listed).context["cl"].result_list) == {second, third}
    assert planner.get(reverse("admin:sessions_app_phonetask_start"))["Location"] == page_of(second)


def test_nobody_to_call(planner: Client) -> None:
    page = planner.get(reverse("admin:sessions_app_phonetask_start"), follow=True)
    assert "There is nobody to call." in text_of(page)
    assert "Nobody to call." in text_of(planner.get(reverse("admin:sessions_app_phonetask_sheet")))


def test_a_call_is_ticked_off_with_how_it_went(planner: Client, call: PhoneTask, coordinator: User) -> None:
    page = planner.post(page_of(call), {"note": "Rings at six"})
    assert page.context["form"].errors == {"outcome": ["Say how the call went."]}
    assert "Rings at six" in text_of(page)
    press(planner, call, "no_answer", note="Try after six")
    call.refresh_from_db()
    assert (call.attempts, call.done_at, call.note) == (1, None, "Try after six")
    press(planner, call, "reached")
    call.refresh_from_db()
    assert (call.attempts, call.done_by) == (2, coordinator)
    planner.post(reverse("admin:sessions_app_phonetask_reopen", args=[call.pk]))
    call.refresh_from_db()
    assert call.done_at is None


def test_what_a_colleague_noted_meanwhile_is_shown_and_another_press_counts(
    planner: Client, call: PhoneTask, lead: User
) -> None:
    PhoneTask.objects.filter(pk=call.pk).update(attempts=1, outcome="message_left")
    page = press(planner, call, "no_answer", note="Engaged")
    assert "Meanwhile a colleague noted: left a message." in text_of(page)
    assert "Engaged" in text_of(page)
    assert page.context["form"]["tried"].value() == 1
    assert planner.post(page_of(call), {"outcome": "no_answer", "tried": "1"}).status_code == 302
    assert PhoneTask.objects.get().attempts == 2


def test_a_guardian_who_was_restricted_is_not_to_be_called(planner: Client, call: PhoneTask) -> None:
    make_ready(call.session, zoom_id="84512345678")
    Guardianship.objects.update(restricted=True, restriction_review_on=timezone.localdate())
    html = text_of(planner.get(page_of(call)))
    assert "Do not call: this session is no business of theirs any more." in html
    kept = ("tel:", PASSCODE, "845 1234 5678", call.session.bookings.get().child.known_as)
    sheet = text_of(planner.get(reverse("admin:sessions_app_phonetask_sheet")))
    assert [said for said in kept if said in html or said in sheet] == []
    planner.post(reverse("admin:sessions_app_phonetask_take_off", args=[call.pk]))
    assert not PhoneTask.objects.filter(done_at=None).exists()
    assert AuditEvent.objects.filter(event="phonetask.taken_off").exists()


def test_separated_parents_are_each_told_of_the_own_children_alone(planner: Client, coordinator: User) -> None:
    (mother,), (shared,) = household(email="", phone="1")
    father = GuardianFactory(email="", phone="2", first_name="Sami")
    GuardianshipFactory(guardian=father, child=shared)
    (_aunt,), (half_sister,) = household(email="", phone="3")
    GuardianshipFactory(guardian=father, child=half_sister)
    session = ready_session(children=[shared, half_sister])
    confirming.confirm(session.pk, by=coordinator, now=timezone.now())
    html = text_of(planner.get(page_of(PhoneTask.objects.get(guardian=mother))))
    assert shared.known_as in html
    assert [name for name in (half_sister.known_as, "Sami") if name in html] == []


def test_a_place_taken_back_is_told_as_that(planner: Client, coordinator: User, call: PhoneTask) -> None:
    press(planner, call, "reached")
    place = Booking.objects.get(session=call.session_id)
    booking.withdraw(place.pk, by=coordinator, now=timezone.now())
    again = PhoneTask.objects.get(done_at=None)
    html = text_of(planner.get(page_of(again)))
    assert f"{place.child.known_as} has <strong>no place any more</strong> in Drums and songs" in html
    assert "is cancelled" not in html


def test_a_cancelled_session_is_told_as_that(planner: Client, coordinator: User, call: PhoneTask) -> None:
    press(planner, call, "reached")
    confirming.cancel(call.session_id, reason="The drummer is ill.", by=coordinator, now=timezone.now())
    again = PhoneTask.objects.get(done_at=None)
    assert "<strong>is cancelled</strong>. The drummer is ill." in text_of(planner.get(page_of(again)))


def test_a_call_that_nobody_made_in_time_is_listed_as_that(planner: Client, call: PhoneTask) -> None:
    over = timezone.now() - timedelta(hours=1)
    Session.objects.update(starts_at=over - timedelta(minutes=45), ends_at=over)
    assert "too late to call" in text_of(planner.get(page_of(call)))
    listed = reverse("admin:sessions_app_phonetask_changelist")
    found = [set(planner.get(listed, query).context["cl"].result_list) for query in ({}, {"calls": "never"})]
    assert found == [set(), {call}]
    assert "Never made" in text_of(planner.get(listed, {"calls": "never"}))


def test_one_call_settles_all_that_one_person_is_to_be_told(planner: Client, coordinator: User) -> None:
    child = household(email="", phone="07700 900123")[1][0]
    for days in range(3):
        start = tomorrow_at(16) + timedelta(days=days)
        times = {"starts_at": start, "ends_at": start + timedelta(minutes=45)}
        confirming.confirm(ready_session(children=[child], **times).pk, by=coordinator, now=timezone.now())
    a_session(coordinator, "07700 900999", start=tomorrow_at(18))
    first, *others = PhoneTask.objects.filter(guardian__phone="07700 900123").order_by("session__starts_at")
    page = planner.get(page_of(first))
    assert [other.task for other in page.context["also"]] == others
    stranger = PhoneTask.objects.get(guardian__phone="07700 900999")
    response = press(planner, first, "reached", also=[others[0].pk])
    assert response.url == page_of(stranger)
    done = {task.pk: bool(task.done_at) for task in PhoneTask.objects.all()}
    assert done == {first.pk: True, others[0].pk: True, others[1].pk: False, stranger.pk: False}
    # Somebody else's call cannot be ticked off along the way.
    press(planner, others[1], "reached", also=[stranger.pk])
    assert PhoneTask.objects.get(pk=stranger.pk).done_at is None


def test_the_list_has_one_row_for_each_person(planner: Client, coordinator: User) -> None:
    child = household(email="", phone="07700 900123", first_name="Siân")[1][0]
    titles = ["Boats", "Story time", "Music", "Dance", "Slow songs"]
    for days, title in enumerate(titles):
        start = tomorrow_at(16) + timedelta(days=days)
        times = {"starts_at": start, "ends_at": start + timedelta(minutes=45)}
        confirming.confirm(ready_session(children=[child], title=title, **times).pk, by=coordinator, now=timezone.now())
    a_session(coordinator, "07700 900999", start=tomorrow_at(18))
    first, *others = PhoneTask.objects.filter(guardian__phone="07700 900123").order_by("session__starts_at")
    PhoneTask.objects.filter(pk=others[-1].pk).update(attempts=2)
    stranger = PhoneTask.objects.get(guardian__phone="07700 900999")
    listed = reverse("admin:sessions_app_phonetask_changelist")
    page = planner.get(listed)
    assert list(page.context["cl"].result_list) == [first, stranger]
    html = text_of(page)
    assert [title for title in titles if title in html] == titles[:3]
    assert [said for said in ("And 2 more", "To call, tried 2×") if said not in html] == []
    # The number beside the navigation's line, the calls one by one, and the sheet count alike.
    assert page.context["request"].badges["calls"] == 2
    assert "Call 1 of 2" in text_of(planner.get(page_of(first)))
    sheet = planner.get(reverse("admin:sessions_app_phonetask_sheet"))
    assert (sheet.context["waiting"], len(sheet.context["people"])) == (2, 2)
    # Found by any of the sessions; with all of them in a file; apart where it is asked for all.
    assert list(planner.get(listed, {"q": "Slow songs"}).context["cl"].result_list) == [others[-1]]
    export = reverse("admin:list_export", args=["sessions_app.phonetask"])
    rows = b"".join(planner.post(export, {"format": "csv"}).streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert [[title in row for title in titles] for row in rows[1:]] == [[True] * 5, [False] * 5]
    assert set(planner.get(listed, {"calls": "all"}).context["cl"].result_list) == {first, *others, stranger}


def test_what_is_said_alike_of_several_sessions_is_said_once(planner: Client, coordinator: User) -> None:
    (parent,), (child,) = household(email="", phone="07700 900123")
    hall = Place.objects.create(name="The hall", address="1 High Street")
    for days, fields in enumerate(({}, {"title": "Story time"}, {}, {})):
        start = tomorrow_at(16) + timedelta(days=days)
        times = {"starts_at": start, "ends_at": start + timedelta(minutes=45), "delivery": "in_person", "place": hall}
        confirming.confirm(ready_session(children=[child], **times, **fields).pk, by=coordinator, now=timezone.now())
    a_session(coordinator, "07700 900999", start=tomorrow_at(18))
    sessions = list(Session.objects.filter(bookings__child=child).order_by("starts_at"))
    drums, story = [sessions[0], *sessions[2:]], [sessions[1]]
    page = planner.get(page_of(PhoneTask.objects.get(session=sessions[0])))
    assert [part.sessions for part in page.context["parts"]] == [drums, story]
    assert "1 of 2" in text_of(page)
    assert f"{child.known_as} has places on 3 days" in text_of(page)
    # On paper too, where everybody has one place, whatever the order of the calls
    sheet = planner.get(reverse("admin:sessions_app_phonetask_sheet"))
    first, _other = sheet.context["people"]
    assert [part.sessions for part in first] == [drums, story]
    assert text_of(sheet).count(str(parent)) == 1
    # What is told of one alone is a part of its own
    confirming.cancel(drums[1].pk, reason="The hall is closed.", by=coordinator, now=timezone.now())
    page = planner.get(page_of(PhoneTask.objects.get(session=sessions[0])))
    assert [part.sessions for part in page.context["parts"]] == [[drums[0], drums[2]], story]
