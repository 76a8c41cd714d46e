"""The mail log: who sees it, what it never shows, and sending again."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.mail_kinds import OTHERS, SECRETIVE, put
from tests.mail_sink import Sink
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox import claiming, resending
from whippersnappers.outbox.delivery import deliver
from whippersnappers.outbox.explaining import COLOURS, story, without_ways_in
from whippersnappers.outbox.models import MailServerPause, OutgoingMail

State = OutgoingMail.State
pytestmark = pytest.mark.django_db
LIST = "/admin/outbox/outgoingmail/"


def page(mail: OutgoingMail, what: str = "change") -> str:
    return reverse(f"admin:outbox_outgoingmail_{what}", args=[mail.pk])


def dead(mail: OutgoingMail) -> OutgoingMail:
    [claimed] = claiming.claim(timezone.now())
    claiming.note_dead(claimed, "The mail server refused it: 550 no such person", timezone.now())
    return OutgoingMail.objects.get(pk=mail.pk)


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


# --- Who sees what -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["practitioner", "lead", "trustee", "administrator"])
def test_only_the_coordinator_sees_the_log(client: Client, who: str, request: pytest.FixtureRequest) -> None:
    mail = put()
    client.force_login(request.getfixturevalue(who))
    for url in (LIST, page(mail)):
        assert client.get(url).status_code in (403, 404)
    assert client.post(page(mail, "again")).status_code in (403, 404)
    assert AuditEvent.objects.count() == 0


def test_the_list_names_each_mail_and_how_it_stands(desk: Client) -> None:
    dead(put(1, to="gone@example.com"))
    put(2, to="later@example.com", not_before=timezone.now() + timedelta(hours=2))
    text = desk.get(LIST).content.decode()
    for words in ("gone@example.com", "Could not be sent", "550 no such person", "later@example.com", "It will go on"):
        assert words in text


def test_a_kind_for_other_eyes_is_not_there_at_all(desk: Client) -> None:
    put(1, to="family@example.com")
    hidden = put(2, kind=OTHERS, to="lead@example.com")
    text = desk.get(LIST).content.decode()
    assert ("family@example.com" in text, "lead@example.com" in text) == (True, False)
    assert "Test mail about a concern" not in text
    assert desk.get(page(hidden)).status_code == 404
    assert desk.post(page(hidden, "again")).status_code == 404


def test_search_and_filters(desk: Client) -> None:
    dead(put(1, to="gone@example.com", about="session:1"))
    put(2, to="fine@example.com")
    for query in ("?q=gone", "?state__exact=dead", "?q=session:1"):
        text = desk.get(LIST + query).content.decode()
        assert ("gone@example.com" in text, "fine@example.com" in text) == (True, False), query
    assert "gone@example.com" in desk.get(f"{LIST}?kind=for_tests").content.decode()


def test_the_list_needs_the_same_queries_for_one_and_for_thirty(desk: Client, django_assert_num_queries: Any) -> None:
    def count() -> int:
        with django_assert_num_queries(QUERIES):
            return desk.get(LIST).content.decode().count("@example.com</")

    put(0)
    desk.get(LIST)
    assert count() == 1
    for number in range(1, 30):
        put(number)
    assert count() == 30


QUERIES = 7


def test_every_state_has_a_colour_and_a_story() -> None:
    assert set(COLOURS) == set(State)
    mail = put(now=timezone.now())
    for state in State:
        mail.state, mail.reason = state, "It says why."
        assert story(mail, timezone.now(), paused=False)
    mail.state = State.WAITING
    assert "held back" in story(mail, timezone.now(), paused=True)


# --- What a mail says --------------------------------------------------------------------------------------
def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(desk: Client) -> None:
    mail = put(context={"html": "<html><body><p>Hello</p><script>alert(1)</script></body></html>", "calendar": True})
    response = desk.get(page(mail))
    text = response.content.decode()
    # The frame's document inherits the page's policy; the sandbox forbids what that would allow.
    assert 'sandbox="" srcdoc="&lt;html&gt;' in text
    assert "<script>alert(1)</script>" not in text
    assert "BEGIN:VCALENDAR" in text
    assert "img-src 'self' data:" in response["Content-Security-Policy"]


def test_a_code_is_never_shown(desk: Client, sink: Sink) -> None:
    mail = put(secret="481516")
    shown = desk.get(page(mail)).content.decode()
    assert "481516" not in shown + desk.get(LIST).content.decode()
    assert "nobody else may read it" in shown
    deliver(threads=1)
    assert "nobody else may read it" in desk.get(page(mail)).content.decode()


def test_a_mail_that_opens_an_account_is_never_shown(desk: Client) -> None:
    mail = put(kind=SECRETIVE, context={"text": "https://example.org/set-password/abc", "html": "<p>secret-way</p>"})
    text = desk.get(page(mail)).content.decode()
    assert ("set-password" in text, "secret-way" in text) == (False, False)


def test_links_that_belong_to_a_family_are_struck_out(desk: Client) -> None:
    token = "eyJ0eXAiOiJKV1QiLCJhbGciOi_x"
    html = f'<html><body><a href="http://localhost:8000/join/{token}/">Join</a></body></html>'
    mail = put(context={"text": f"Join: http://localhost:8000/join/{token}/ now\n", "html": html})
    shown = desk.get(page(mail)).content.decode()
    assert token not in shown
    assert shown.count("http://localhost:8000/join/…/") == 2


def test_ordinary_links_stay() -> None:
    text = "See https://www.whippersnappers.org/policies/safeguarding and http://localhost:8000/portal/"
    assert without_ways_in(text) == text


def test_a_mail_whose_subject_is_gone_still_opens(desk: Client) -> None:
    mail = put(context={"render": "fail"})
    assert "not there any more" in desk.get(page(mail)).content.decode()


# --- Sending again -----------------------------------------------------------------------------------------
def test_a_dead_mail_goes_again_under_its_first_message_id(desk: Client, coordinator: User, sink: Sink) -> None:
    mail = dead(put(to="ada@example.com"))
    response = desk.post(page(mail, "again"), follow=True)
    assert "The mail to ada@example.com goes within the next minute." in response.content.decode()
    assert deliver(threads=1) == {"sent": 1}
    assert sink.message_ids == [mail.message_id]
    event = AuditEvent.objects.get(event="mail.sent_again")
    assert (event.actor, event.target_id) == (f"user:{coordinator.pk}", str(mail.pk))


def test_a_sent_mail_goes_once_more_as_a_new_one(coordinator: User, sink: Sink) -> None:
    mail, now = put(), timezone.now()
    deliver(threads=1)
    first = resending.resend(mail.pk, by=coordinator, now=now)
    deliver(threads=1)
    second = resending.resend(first.pk, by=coordinator, now=now)
    deliver(threads=1)
    assert [first.key, second.key] == ["for-tests:1:again:1", "for-tests:1:again:2"]
    assert sink.message_ids == [mail.message_id, first.message_id, second.message_id]
    assert len(set(sink.message_ids)) == 3


def test_a_waiting_mail_goes_at_once(coordinator: User, sink: Sink) -> None:
    mail = put(not_before=timezone.now() + timedelta(days=1))
    resending.resend(mail.pk, by=coordinator, now=timezone.now())
    assert deliver(threads=1) == {"sent": 1}
    assert sink.message_ids == [mail.message_id]


@pytest.mark.parametrize("fields", [{"secret": "1234"}, {"kind": SECRETIVE}])
def test_what_lets_somebody_in_is_not_sent_again(coordinator: User, sink: Sink, fields: dict[str, Any]) -> None:
    mail = put(**fields)
    deliver(threads=1)
    with pytest.raises(ValidationError, match="only that person can ask for a new one"):
        resending.resend(mail.pk, by=coordinator, now=timezone.now())
    assert OutgoingMail.objects.count() == 1


def test_what_is_being_sent_or_too_late_is_not_sent_again(desk: Client, coordinator: User) -> None:
    now = timezone.now()
    sending, late = put(1), put(2, not_before=now + timedelta(days=1), expires_at=now + timedelta(hours=1))
    claiming.claim(timezone.now())
    with pytest.raises(ValidationError, match="being sent right now"):
        resending.resend(sending.pk, by=coordinator, now=now)
    with pytest.raises(ValidationError, match="too late"):
        resending.resend(late.pk, by=coordinator, now=now + timedelta(hours=1))
    shown = desk.post(page(sending, "again"), follow=True).content.decode()
    assert "It is being sent right now" in shown


def test_nobody_else_sends_again_or_ends_a_pause(administrator: User, lead: User) -> None:
    mail = put()
    claiming.pause("No.", timezone.now())
    for person in (administrator, lead):
        with pytest.raises(PermissionDenied):
            resending.resend(mail.pk, by=person, now=timezone.now())
        with pytest.raises(PermissionDenied):
            resending.end_pause(by=person, now=timezone.now())
    assert MailServerPause.objects.exists()


def test_the_banner_of_a_paused_queue_and_its_button(desk: Client) -> None:
    put()
    claiming.pause("The mail server refused our sign-in: 535 no.", timezone.now())
    text = desk.get(LIST).content.decode()
    assert "The mail server refused our sign-in: 535 no." in text
    assert "All mail is held back" in text
    desk.post("/admin/outbox/outgoingmail/end-pause/")
    assert not MailServerPause.objects.exists()
    assert AuditEvent.objects.filter(event="mail.pause_ended").count() == 1
    assert "All mail is held back" not in desk.get(LIST).content.decode()
