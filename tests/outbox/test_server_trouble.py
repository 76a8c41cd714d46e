"""What a mail server may do, and what becomes of the mails then."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.mail_kinds import put, was_called
from tests.mail_sink import DROP, FINE, HANG, Sink, free_port
from tests.outbox.conftest import use
from tests.outbox.scenes import again, send
from whippersnappers.outbox.models import MailServerPause, OutgoingMail

State = OutgoingMail.State
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_asked_to_come_later_it_backs_off_and_the_others_go_on(sink: Sink, stage: str) -> None:
    first, second = put(1), put(2)
    sink.fault(stage, "451 4.7.1 greylisted")
    assert send() == {"waiting": 1, "sent": 1}
    mail = again(first)
    assert (mail.state, mail.attempts, mail.unfinished) == (State.WAITING, 1, 0)
    assert mail.reason == "The mail server asked us to try later: 451 4.7.1 greylisted"
    assert again(second).state == State.SENT
    assert sink.connections == 1


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_refused_for_good_it_is_dead_and_its_kind_and_the_coordinator_hear_of_it(
    sink: Sink, coordinator: Any, stage: str
) -> None:
    first, second = put(1), put(2)
    sink.fault(stage, "550 5.1.1 no such person")
    assert send() == {"dead": 1, "sent": 1}
    mail = again(first)
    assert (mail.state, mail.reason) == (State.DEAD, "The mail server refused it: 550 5.1.1 no such person")
    assert mail.dead_at is not None
    assert was_called("dead", mail)
    assert again(second).state == State.SENT
    alert = OutgoingMail.objects.get(kind="dead_mails")
    assert (alert.to, alert.state) == (coordinator.email, State.WAITING)


def test_the_alert_says_how_many_and_does_not_alert_about_itself(sink: Sink, coordinator: Any) -> None:
    put(1), put(2)
    sink.fault("RCPT", "550 no", times=3)
    assert send() == {"dead": 2}
    later = timezone.now() + timedelta(minutes=3)
    assert send(later) == {"dead": 1}
    assert OutgoingMail.objects.filter(kind="dead_mails").count() == 1
    OutgoingMail.objects.filter(kind="dead_mails").update(state=State.WAITING, dead_at=None)
    assert send(later) == {"sent": 1}
    message = sink.mails[0].message
    assert message["Subject"] == "2 mails could not be sent"
    assert "/admin/outbox/outgoingmail/?state__exact=dead" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_an_alert_is_not_sent_when_the_mails_went_after_all(sink: Sink, coordinator: Any) -> None:
    mail = put(1)
    sink.fault("RCPT", "550 no")
    send()
    OutgoingMail.objects.filter(pk=mail.pk).update(state=State.WAITING, dead_at=None)
    send()
    assert send(timezone.now() + timedelta(minutes=3)) == {"cancelled": 1}
    assert [m.recipients for m in sink.mails] == [["person1@example.com"]]


@pytest.mark.parametrize(
    ("stage", "what", "kept"),
    [("EHLO", HANG, 0), ("MAIL", DROP, 0), ("DATA", DROP, 0), ("DATA", HANG, 0), ("KEPT", DROP, 1)],
)
def test_a_connection_that_breaks_puts_the_mail_off_and_ends_the_round(
    sink: Sink, settings: Any, stage: str, what: str, kept: int
) -> None:
    if what == HANG:
        settings.EMAIL_TIMEOUT = settings.EMAIL_ANSWER_TIMEOUT = 0.5
    first, second = put(1), put(2)
    sink.fault(stage, what)
    assert send() == {"waiting": 1}
    assert (again(first).state, again(first).attempts) == (State.WAITING, 1)
    assert (again(second).state, again(second).attempts) == (State.WAITING, 0)
    assert len(sink.mails) == kept
    OutgoingMail.objects.update(not_before=timezone.now())
    settings.EMAIL_TIMEOUT = settings.EMAIL_ANSWER_TIMEOUT = 10
    assert send() == {"sent": 2}
    assert sink.message_ids.count(first.message_id) == 1 + kept
    assert sink.message_ids.count(second.message_id) == 1


def test_a_server_that_hung_up_between_two_mails_is_called_again(sink: Sink) -> None:
    first, second = put(1), put(2)
    sink.fault("MAIL", FINE)
    sink.fault("MAIL", "421 too many mails on this connection")
    assert send() == {"sent": 2}
    assert [(again(first).attempts, again(second).attempts), sink.connections] == [(1, 1), 2]


def test_with_the_server_down_nothing_is_lost_and_only_one_mail_is_tried(settings: Any) -> None:
    use(settings, f"smtp://127.0.0.1:{free_port()}")
    first, second = put(1), put(2)
    assert send() == {"waiting": 1}
    assert (again(first).reason, again(first).attempts) == ("The mail server cannot be reached.", 1)
    assert (again(second).reason, again(second).attempts) == ("", 0)


def test_a_wrong_password_pauses_the_queue_and_blames_no_mail(settings: Any) -> None:
    with Sink(password="right") as sink:
        use(settings, sink.url.replace("right", "wrong"))
        mail = put(now=NOW)
        assert send(NOW) == {"waiting": 1}
        pause = MailServerPause.objects.get()
        assert (pause.since, again(mail).attempts, again(mail).not_before) == (NOW, 0, NOW)
        assert pause.reason.startswith("The mail server refused our sign-in: 535")
        assert send(NOW + timedelta(minutes=1)) == {}
        use(settings, sink.url)
        assert send(NOW + timedelta(minutes=11)) == {"sent": 1}
        assert not MailServerPause.objects.exists()
        assert sink.message_ids == [mail.message_id]


def test_a_password_that_stays_wrong_keeps_the_first_time(settings: Any) -> None:
    with Sink(password="right") as sink:
        use(settings, sink.url.replace("right", "wrong"))
        put(now=NOW)
        send(NOW)
        send(NOW + timedelta(minutes=11))
        pause = MailServerPause.objects.get()
        assert (pause.since, pause.until) == (NOW, NOW + timedelta(minutes=21))


def test_a_refused_sender_pauses_the_queue_too(sink: Sink) -> None:
    mail = put()
    sink.fault("MAIL", "553 5.7.1 sender not allowed")
    assert send() == {"waiting": 1}
    assert again(mail).attempts == 0
    assert (
        MailServerPause.objects.get().reason
        == "The mail server refuses our sender address: 553 5.7.1 sender not allowed"
    )
