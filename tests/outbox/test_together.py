"""Several mails to one person that go as one: what leads, what travels, and that none is left behind."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tests.mail_kinds import OTHERS, put, was_called
from tests.mail_sink import Sink
from tests.outbox.scenes import again, send
from whippersnappers.outbox import claiming, queue, together
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.sweeping import expire

pytestmark = pytest.mark.django_db
State = OutgoingMail.State


def party(count: int = 3, **fields) -> list[OutgoingMail]:
    """So many mails to Ada, bundled."""
    mails = [put(n, to="ada@example.com", person="guardian:ada", **fields) for n in range(count)]
    assert bundle() == 1
    return [again(mail) for mail in mails]


def bundle() -> int:
    with transaction.atomic():
        return together.bundle(OutgoingMail.objects.all())


def test_they_go_as_one_mail_and_each_is_noted_as_sent(sink: Sink) -> None:
    first, *others = party()
    assert send() == {"sent": 1}
    assert [mail.message_id for mail in sink.mails] == [first.message_id]
    assert sink.mails[0].message["Subject"] == "3 things"
    for mail in (first, *others):
        assert again(mail).state == State.SENT
        assert was_called("sent", mail)
    assert send() == {}


def test_only_mails_of_one_person_and_of_kinds_that_go_together_do(sink: Sink) -> None:
    put(1, person="guardian:ada")
    put(2, person="guardian:ben")
    put(3, person="")
    put(4, person="")
    put(5, person="guardian:cem", kind=OTHERS)
    put(6, person="guardian:cem", kind=OTHERS)
    assert bundle() == 0
    assert send() == {"sent": 6}


def test_they_go_when_the_last_of_them_may(sink: Sink) -> None:
    now = timezone.now()
    put(1, person="guardian:ada", now=now)
    put(2, person="guardian:ada", now=now, not_before=now + timedelta(minutes=5))
    bundle()
    assert claiming.due(now).count() == 0
    assert send(now) == {}
    assert send(now + timedelta(minutes=5)) == {"sent": 1}
    assert len(sink.mails) == 1


def test_one_that_is_not_wanted_any_more_is_left_out(sink: Sink) -> None:
    _first, second, _third = party()
    OutgoingMail.objects.filter(pk=second.pk).update(context={"check": "not wanted"})
    assert send() == {"sent": 1}
    assert sink.mails[0].message["Subject"] == "2 things"
    assert again(second).state == State.CANCELLED


@pytest.mark.parametrize("how", ["taken out of the queue", "not wanted", "expired", "swept away"])
def test_what_travels_goes_on_in_another_when_its_leader_will_not_go(sink: Sink, how: str) -> None:
    first, *others = party(3)
    row = OutgoingMail.objects.filter(pk=first.pk)
    if how == "taken out of the queue":
        queue.cancel(row, "the session is cancelled")
    elif how == "swept away":
        row.update(expires_at=timezone.now() - timedelta(minutes=1))
        expire(timezone.now())
    elif how == "not wanted":
        row.update(context={"check": "not wanted"})
    else:
        row.update(expires_at=timezone.now() - timedelta(minutes=1))
    while send():
        pass
    assert again(first).state == State.CANCELLED
    assert [mail.message["Subject"] for mail in sink.mails] == ["2 things"]
    assert [again(mail).state for mail in others] == [State.SENT, State.SENT]


def test_a_leader_that_ended_in_some_other_way_leaves_nobody_behind(sink: Sink) -> None:
    first, *others = party(3)
    OutgoingMail.objects.filter(pk=first.pk).update(state=State.CANCELLED)
    assert send() == {"sent": 2}
    assert [again(mail).state for mail in others] == [State.SENT, State.SENT]


def test_one_that_is_not_ready_keeps_them_waiting_for_a_while_only(sink: Sink) -> None:
    _first, second, _third = party(3)
    now = timezone.now()
    OutgoingMail.objects.filter(pk=second.pk).update(context={"check": "not yet"})
    assert send(now) == {"waiting": 1}
    later = now + together.PATIENCE + timedelta(minutes=1)
    assert send(later) == {"sent": 1}
    assert sink.mails[0].message["Subject"] == "2 things"
    assert (again(second).state, again(second).travels_in) == (State.WAITING, None)


def test_a_leader_that_is_not_ready_is_left_behind_after_a_while(sink: Sink) -> None:
    first, *_others = party(3)
    now = timezone.now()
    OutgoingMail.objects.filter(pk=first.pk).update(context={"check": "not yet"})
    assert send(now) == {"waiting": 1}
    later = now + together.PATIENCE + timedelta(minutes=1)
    while send(later):
        pass
    assert [mail.message["Subject"] for mail in sink.mails] == ["2 things"]
    assert (again(first).state, again(first).leads) == (State.WAITING, False)


def test_a_refused_address_ends_all_of_them(sink: Sink) -> None:
    first, *others = party(3)
    sink.fault("RCPT", "550 5.1.1 no such person")
    assert send() == {"dead": 1}
    for mail in (first, *others):
        assert again(mail).state == State.DEAD
        assert was_called("dead", mail)


def test_what_cannot_be_put_together_goes_one_by_one(sink: Sink) -> None:
    mails = party(3)
    OutgoingMail.objects.filter(pk=mails[1].pk).update(context={"render": "fail together"})
    send()
    while send():
        pass
    assert len(sink.mails) == 3
    assert {again(mail).state for mail in mails} == {State.SENT}


def test_a_hook_that_fails_does_not_make_an_accepted_mail_look_unsent(sink: Sink) -> None:
    mails = party(3, context={"hook": "fail"})
    assert send() == {"sent": 1}
    assert {again(mail).state for mail in mails} == {State.SENT}
    assert send() == {}
