"""A family asks for help in one press; staff see it until somebody has helped (F1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from families.helping import HELP_ASKED, ask_for_help, finish, help_due
from families.models import HelpRequest
from sessions_app.admin.helping import with_next_session
from sessions_app.invitations import join_token
from sessions_app.models import Booking, Invitation
from tests.factories import household, london
from tests.sessions_app.family_scenes import invited
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


@pytest.fixture
def guardian() -> Any:
    return household(phone="07700 900123")[0][0]


def ask(guardian: Any, **said: str) -> HelpRequest:
    return ask_for_help(guardian, device="phone", by=guardian.user, now=timezone.now(), **said)


def mails() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind=HELP_ASKED))


def test_one_press_reaches_the_support_contact_and_the_page_says_so(client, guardian, settings):
    client.force_login(guardian.user)
    answer = client.post("/portal/help/", {}, headers={"User-Agent": IPHONE}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [("/portal/help/", 302)]
    assert "We have your message" in page
    assert guardian.phone in page
    asked = HelpRequest.objects.get()
    assert (asked.guardian, asked.device, asked.done_at) == (guardian, "phone", None)
    assert [mail.to for mail in mails()] == [settings.ORGANISATION_SUPPORT_EMAIL]


def test_the_mail_has_the_familys_name_and_device_and_nothing_that_was_typed(guardian):
    child = guardian.guardianships.get().child
    ask(guardian, trying="hear", words=f"{child.known_as} is frightened of the noise", test_result="Camera: works")
    rendered = catalogue.kind_of(HELP_ASKED).render(mails()[0], timezone.now())
    for said in (rendered.text, rendered.html):
        assert guardian.full_name in said
        assert guardian.family.name in said
        assert "Phone" in said
        assert "Hear and be heard" in said
        assert "frightened" not in said
        assert child.known_as not in said
        assert "Camera" not in said
    assert guardian.full_name not in rendered.subject
    assert rendered.reply_to == guardian.email


def test_a_second_press_is_the_same_request_and_more_words_join_it(guardian):
    first = ask(guardian, words="No sound")
    assert ask(guardian, words="No sound") == first
    ask(guardian)
    ask(guardian, words="Now no picture too", test_result="Camera: busy")
    asked = HelpRequest.objects.get()
    assert asked.words == "No sound\n\nNow no picture too"
    assert asked.test_result == "Camera: busy"
    assert len(mails()) == 1
    assert sorted(AuditEvent.objects.filter(event__startswith="help.").values_list("event", flat=True)) == [
        "help.added_to",
        "help.asked",
    ]


def test_what_they_wrote_is_in_no_event_and_encrypted(guardian):
    ask(guardian, words="canary-help", test_result="canary-test")
    assert "canary" not in " ".join(str(event.detail) for event in AuditEvent.objects.all())
    assert "canary" not in str(mails()[0].context)


def test_once_somebody_has_helped_the_mail_is_taken_back_and_another_press_is_a_new_one(guardian, coordinator):
    asked = ask(guardian)
    for _ in range(2):
        finish(asked, note="Turned up the volume", by=coordinator, now=timezone.now())
    assert [mail.state for mail in mails()] == [OutgoingMail.State.CANCELLED]
    assert AuditEvent.objects.filter(event="help.given").count() == 1
    assert ask(guardian) != asked
    assert HelpRequest.objects.waiting().count() == 1


def test_the_link_of_a_mail_asks_without_signing_in(client, guardian):
    invitation = invited(guardian)
    for _ in range(2):
        answer = client.post(f"/join/{join_token(invitation)}/help/", follow=True)
    assert "We have your message" in answer.content.decode()
    assert HelpRequest.objects.get().guardian == guardian


def test_a_link_without_force_asks_for_nothing(client, guardian):
    token = join_token(invited(guardian))
    Invitation.objects.update(token_version=7)
    client.post(f"/join/{token}/help/")
    assert client.post("/join/unknown/help/").status_code == 404
    assert not HelpRequest.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"words": "x" * 1_000_000},
        {"words": "a\x00b"},
        {"device": "toaster"},
        {"trying": "\x00"},
        {"test_result": "\x00"},
    ],
)
def test_bad_input_is_a_plain_sentence_or_nothing(client, guardian, typed):
    client.force_login(guardian.user)
    answer = client.post("/portal/help/", {"words": "emoji 🥁 مرحبا", **typed})
    assert answer.status_code == 200
    assert not HelpRequest.objects.exists()
    assert client.post("/portal/help/", {"words": "emoji 🥁 مرحبا"}).status_code == 302
    assert HelpRequest.objects.get().words == "emoji 🥁 مرحبا"


@pytest.mark.parametrize(
    ("asked", "session", "due"),
    [
        ("2026-11-25 10:00", None, "2026-11-26 10:00"),
        ("2026-11-27 10:00", None, "2026-11-30 10:00"),
        ("2026-11-25 10:00", "2026-11-25 16:00", "2026-11-25 15:00"),
        ("2026-11-25 10:00", "2026-12-25 16:00", "2026-11-26 10:00"),
    ],
)
def test_until_when_somebody_should_have_helped(asked, session, due):
    assert help_due(london(asked), london(session) if session else None) == london(due)


def test_staff_see_who_when_and_until_when_and_note_how_it_went(client, guardian, coordinator):
    invitation = invited(guardian, starts_in=timedelta(hours=3))
    asked = ask(guardian, trying="see", words="All is black", test_result="Camera: dark")
    client.force_login(coordinator)
    listed = client.get("/admin/families/helprequest/").content.decode()
    home = client.get("/admin/").content.decode()
    for page in (listed, home):
        assert guardian.full_name in page
    page = client.get(f"/admin/families/helprequest/{asked.pk}/change/").content.decode()
    for shown in (guardian.phone, "All is black", "Camera: dark", "Next session by Zoom"):
        assert shown in page
    (row,) = with_next_session(HelpRequest.objects.all(), timezone.now())
    assert row.next_session_at == invitation.session.starts_at

    refused = client.post(f"/admin/families/helprequest/{asked.pk}/change/", {"note": " "})
    assert "Please say in a few words how it went." in refused.content.decode()
    client.post(f"/admin/families/helprequest/{asked.pk}/change/", {"note": "A cap was on it"})
    asked.refresh_from_db()
    assert (asked.note, asked.done_by) == ("A cap was on it", coordinator)
    client.get("/admin/")  # which takes the message away
    assert guardian.full_name not in client.get("/admin/families/helprequest/").content.decode()
    assert "A cap was on it" in client.get(f"/admin/families/helprequest/{asked.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("hours", "change", "word"),
    [(1, {}, "Overdue"), (30, {}, "Due: "), (1, {"state": Booking.State.NOT_COMING}, "Due: ")],
)
def test_it_is_overdue_before_the_next_session(client, guardian, coordinator, hours, change, word):
    invitation = invited(guardian, starts_in=timedelta(hours=hours) - timedelta(minutes=5))
    Booking.objects.filter(session=invitation.session).update(**(change or {"state": Booking.State.INVITED}))
    ask(guardian)
    client.force_login(coordinator)
    assert word in client.get("/admin/families/helprequest/").content.decode()


def test_the_list_costs_the_same_for_thirty(client, coordinator, django_assert_num_queries):
    client.force_login(coordinator)
    ask(household()[0][0])
    client.get("/admin/families/helprequest/")
    with django_assert_num_queries(6):
        client.get("/admin/families/helprequest/")
    for _ in range(29):
        ask(household()[0][0])
    with django_assert_num_queries(6):
        client.get("/admin/families/helprequest/")


def test_a_stranger_is_led_to_sign_in():
    answer = Client().post("/portal/help/")
    assert (answer.status_code, HelpRequest.objects.count()) == (302, 0)
