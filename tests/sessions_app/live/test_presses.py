"""Presses of a session in person: each kept once, however late, often and out of order a device sends them."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.live import presses
from sessions_app.live.presence import stays, two_members
from sessions_app.live.presses import Pressed
from sessions_app.live.register import register
from sessions_app.models import ConsolePress, Session
from tests.factories import BookingFactory
from tests.sessions_app.console.scenes import Scene, checked, scene
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

MINUTE = timedelta(minutes=1)
What = ConsolePress.What


@pytest.fixture
def soon(db: Any) -> Scene:
    return scene()


def press(what: str, at: datetime, **fields: Any) -> Pressed:
    return Pressed(id=uuid4(), what=what, pressed_at=at, **{"sent_at": at, **fields})


def keep(soon: Scene, *pressed: Pressed, by: User | None = None, now: datetime) -> list[Any]:
    return presses.keep(soon.session.pk, pressed, by=by or soon.maya, now=now)


def test_a_press_sent_twice_is_one(soon: Scene) -> None:
    now = timezone.now()
    came = press(What.ARRIVED, now, booking=soon.places[0].pk)
    first = keep(soon, came, now=now)
    again = keep(soon, came, replace(came, sent_at=now + MINUTE), now=now + MINUTE)
    assert [answer.kept for answer in [*first, *again]] == [True, True, True]
    assert ConsolePress.objects.get().received_at == now
    assert AuditEvent.objects.filter(event="session.pressed").count() == 1


def test_what_was_kept_on_the_device_keeps_its_time(soon: Scene) -> None:
    at, came = timezone.now(), timezone.now() + 10 * MINUTE
    keep(soon, press(What.ARRIVED, at, sent_at=came, booking=soon.places[0].pk), now=came)
    kept = ConsolePress.objects.get()
    assert (kept.at, kept.came_late, kept.clock_off_by) == (at, True, timedelta(0))
    assert AuditEvent.objects.get(event="session.pressed").detail["late_seconds"] == 600


def test_a_wrong_clock_is_noticed_and_put_right(soon: Scene) -> None:
    # Given a phone that is seven minutes slow, and a press that waited on it for three minutes
    sent = timezone.now()
    phone = sent - 7 * MINUTE
    keep(soon, press(What.ARRIVED, phone - 3 * MINUTE, sent_at=phone, booking=soon.places[0].pk), now=sent)
    kept = ConsolePress.objects.get()
    assert (kept.clock_off_by, kept.at) == (7 * MINUTE, sent - 3 * MINUTE)
    # And one that is fast: nothing was pressed after it came
    keep(soon, press(What.LEFT, sent + 9 * MINUTE, booking=soon.places[0].pk), now=sent)
    assert ConsolePress.objects.get(what=What.LEFT).at == sent


def test_who_may_press_what(soon: Scene, coordinator: User) -> None:
    now, pip = timezone.now(), soon.places[0].pk
    with pytest.raises(ValidationError, match="not on this session’s staff"):
        keep(soon, press(What.SIGNED_IN, now), by=coordinator, now=now)
    elsewhere = BookingFactory().pk
    refused = {
        "no place in the session": press(What.ARRIVED, now, booking=elsewhere),
        "The console opens at": press(What.SIGNED_IN, now - timedelta(hours=5), sent_at=now),
        "cannot be taken back": press(What.TAKEN_BACK, now, undoes=uuid4()),
    }
    for said, pressed in refused.items():
        (answer,) = keep(soon, pressed, now=now)
        assert not answer.kept
        assert said in answer.said
    began = press(What.BEGAN, now, despite=True)
    (undone,) = keep(soon, began, press(What.TAKEN_BACK, now, undoes=began.id), now=now)[1:]
    assert not undone.kept
    Session.objects.filter(pk=soon.session.pk).update(state=Session.State.CANCELLED, cancelled_at=now)
    (off,) = keep(soon, press(What.ARRIVED, now, booking=pip), now=now)
    assert off.said == "This session is cancelled: nothing can be pressed for it."
    assert list(ConsolePress.objects.values_list("what", flat=True)) == [What.BEGAN]


def test_it_begins_with_two_and_their_checklists_or_all_the_same(soon: Scene) -> None:
    now = timezone.now()
    keep(soon, press(What.SIGNED_IN, now), now=now)
    (answer,) = keep(soon, press(What.BEGAN, now), now=now)
    assert answer.said == (
        "Two cleared members of staff must be here; so far: Maya. Maya has not completed the checklist."
        " Tom has not completed the checklist."
    )
    checked(soon, soon.maya, soon.tom, at=now)
    keep(soon, press(What.SIGNED_IN, now), by=soon.tom, now=now)
    assert keep(soon, press(What.BEGAN, now), now=now)[0].kept


def test_presses_become_stays_and_move_the_session_on(soon: Scene) -> None:
    now = timezone.now()
    pip, rose = (place.pk for place in soon.places)
    checked(soon, soon.maya, soon.tom, at=now)
    keep(soon, press(What.SIGNED_IN, now), press(What.ARRIVED, now, booking=pip), now=now)
    two = two_members(soon.session, now)
    assert ([staff.first_name for staff in two.staff], two.others, two.short_since) == (["Maya"], 1, now)
    keep(soon, press(What.SIGNED_IN, now + MINUTE), by=soon.tom, now=now + MINUTE)
    assert two_members(soon.session, now + MINUTE).is_kept
    mistaken = press(What.ARRIVED, now + MINUTE, booking=rose)
    keep(soon, press(What.BEGAN, now + MINUTE), mistaken, now=now + MINUTE)
    keep(soon, press(What.TAKEN_BACK, now + MINUTE, undoes=mistaken.id), now=now + MINUTE)
    keep(soon, press(What.ENDED, now + 40 * MINUTE), now=now + 40 * MINUTE)
    soon.session.refresh_from_db()
    times = (soon.session.began_at, soon.session.finished_at)
    assert (soon.session.state, *times) == (Session.State.DELIVERED, now + MINUTE, now + 40 * MINUTE)
    there = [(stay.participant.split(":")[0], stay.since, stay.until, stay.source) for stay in stays(soon.session)]
    assert sorted(there) == [
        ("child", now, now + 40 * MINUTE, "press"),
        ("person", now, now + 40 * MINUTE, "press"),
        ("person", now + MINUTE, now + 40 * MINUTE, "press"),
    ]
    # And a press that comes only now puts the times right, however late
    early = press(What.SIGNED_IN, now - 5 * MINUTE, sent_at=now + 60 * MINUTE)
    keep(soon, early, now=now + 60 * MINUTE)
    assert min(stay.since for stay in stays(soon.session)) == now - 5 * MINUTE
    toms = press(What.BEGAN, now - MINUTE, sent_at=now + 60 * MINUTE)
    keep(soon, toms, by=soon.tom, now=now + 60 * MINUTE)
    soon.session.refresh_from_db()
    assert (soon.session.began_at, soon.session.finished_at) == (now - MINUTE, now + 40 * MINUTE)
    assert AuditEvent.objects.filter(event="session.timed").count() == 1


def test_what_happened_without_a_connection_is_not_refused_afterwards(soon: Scene) -> None:
    now = timezone.now()
    late = press(What.BEGAN, now, sent_at=now + 10 * MINUTE)
    assert keep(soon, late, now=now + 10 * MINUTE)[0].kept


def _row(number: int, what: str, minute: int, who: int, undoes: int | None) -> ConsolePress:
    at = datetime(2026, 11, 25, 16, minute, tzinfo=timezone.get_default_timezone())
    child = UUID(int=who) if what in ConsolePress.OF_CHILDREN else None
    undone = UUID(int=undoes) if undoes is not None else None
    times = {"pressed_at": at, "sent_at": at, "received_at": at}
    return ConsolePress(
        id=UUID(int=number), staff_id=UUID(int=who), what=what, booking_id=child, undoes=undone, **times
    )


@st.composite
def many(draw: Any) -> list[ConsolePress]:
    rows = []
    for number in range(draw(st.integers(0, 14))):
        what = draw(st.sampled_from(list(What)))
        undoes = draw(st.integers(0, 14)) if what == What.TAKEN_BACK else None
        rows.append(_row(number, what, draw(st.integers(0, 59)), draw(st.integers(0, 2)), undoes))
    return rows


@settings(max_examples=200, deadline=None)
@given(rows=many(), seed=st.integers())
def test_the_register_is_the_same_in_any_order_and_however_often(rows: list[ConsolePress], seed: int) -> None:
    shuffled = rows + random.Random(seed).sample(rows, len(rows) // 2)
    random.Random(seed).shuffle(shuffled)
    found = register(rows)
    assert register(shuffled) == found
    assert all(stay.until is None or stay.until >= stay.since for stay in [*found.staff, *found.children])


def test_the_register_tells_stays_and_what_was_taken_back() -> None:
    rows = [
        _row(1, What.SIGNED_IN, 0, 1, None),
        _row(2, What.ARRIVED, 5, 7, None),
        _row(3, What.ARRIVED, 6, 7, None),
        _row(4, What.LEFT, 20, 7, None),
        _row(5, What.ARRIVED, 8, 8, None),
        _row(6, What.TAKEN_BACK, 9, 1, 5),
        _row(7, What.ARRIVED, 30, 7, None),
        _row(8, What.ENDED, 45, 1, None),
    ]
    found = register(rows)
    told = [(stay.who.int, stay.since.minute, stay.until and stay.until.minute) for stay in found.children]
    assert told == [(7, 5, 20), (7, 30, 45)]
    assert [(stay.who.int, stay.until and stay.until.minute) for stay in found.staff] == [(1, 45)]
    assert (found.began_at, found.ended_at and found.ended_at.minute) == (None, 45)
