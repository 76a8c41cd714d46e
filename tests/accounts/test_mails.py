"""What is said about signing in, as it arrives at a mail server."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import environ
import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory
from tests.mail_sink import Sink
from whippersnappers.accounts import emails, people
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.outbox.delivery import deliver
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.sweeping import sweep

pytestmark = pytest.mark.django_db
ASK, ENTER = "/accounts/login/code/", "/accounts/login/code/confirm/"


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with Sink() as sink:
        settings.EMAIL_CONFIG = environ.Env.email_url_config(sink.url)
        yield sink


@pytest.fixture
def parent() -> User:
    return UserFactory(email="parent@example.com", name="Pat Adeyemi", roles=[Role.GUARDIAN])


def parts(message: EmailMessage) -> tuple[str, str]:
    """The plain and the HTML text."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def test_a_parent_signs_in_with_what_arrives(client: Client, sink: Sink, parent: User) -> None:
    client.post(ASK, {"email": "Parent@Example.com"})
    deliver(threads=1)
    (received,) = sink.mails
    plain, html = parts(received.message)
    (code,) = set(re.findall(r"\b\d{6}\b", plain))
    assert code in html
    assert code not in received.message["Subject"]
    assert received.message["To"] == "Pat Adeyemi <parent@example.com>"
    assert client.post(ENTER, {"code": f" {code[:3]} {code[3:]} "}).url == "/portal/"
    assert OutgoingMail.objects.get().secret == ""


def test_a_code_is_wiped_when_its_mail_could_not_go_in_time(client: Client, sink: Sink, parent: User) -> None:
    client.post(ASK, {"email": parent.email})
    mail = OutgoingMail.objects.get()
    assert mail.secret
    late = timezone.now() + timedelta(minutes=16)
    sweep(clock=lambda: late)
    mail.refresh_from_db()
    assert (mail.state, mail.secret, sink.mails) == ("cancelled", "", [])


def test_a_code_is_not_sent_after_the_address_changed(client: Client, sink: Sink, parent: User) -> None:
    client.post(ASK, {"email": parent.email})
    people.change_email(parent, "new@example.com", by="system:command", now=timezone.now())
    deliver(threads=1)
    assert [(m.recipients, m.message["Subject"]) for m in sink.mails] == [
        (["parent@example.com"], "The e-mail address of your account was changed")
    ]


def test_new_staff_find_a_link_and_what_comes_next(sink: Sink, administrator: User, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    people.create_staff("sam@whippersnappers.org", "Sam Okoro", [Role.LEAD], by=administrator, now=timezone.now())
    deliver(threads=1)
    plain, html = parts(sink.mails[0].message)
    (link,) = set(re.findall(r"http://localhost:8000/accounts/password/reset/key/\S+", plain))
    assert f'href="{link}"' in html
    assert "Safeguarding Lead" in plain
    assert "second step" in plain
    assert Client().get(urlsplit(link).path).status_code == 302


def test_whoever_chose_a_password_meanwhile_gets_no_welcome(sink: Sink, administrator: User) -> None:
    sam = people.create_staff("sam@whippersnappers.org", "Sam", [Role.LEAD], by=administrator, now=timezone.now())
    sam.set_password("chosen with the printed link")
    sam.save()
    deliver(threads=1)
    assert sink.mails == []
    assert OutgoingMail.objects.get().state == "cancelled"


@pytest.mark.parametrize("what", emails.NOTICES)
def test_every_notice_says_what_and_when_and_whom_to_tell(sink: Sink, administrator: User, what: str) -> None:
    emails.send_security_notice(administrator, what, now=timezone.now())
    deliver(threads=1)
    message = sink.mails[0].message
    plain, html = parts(message)
    assert message["Subject"] == emails.NOTICES[what]
    for text in (plain, html):
        assert emails.NOTICES[what] in text
        assert "support@whippersnappers.org" in text
        assert "We will never ask for your password" in text


def test_every_notice_that_second_factors_cause_has_its_words() -> None:
    caused = {f"{kind}_{how}" for kind in ("totp", "webauthn") for how in ("added", "removed")}
    assert caused | set(emails.NOTICE_OF_TEMPLATE.values()) <= set(emails.NOTICES)
