"""The mail log in a real browser: a coordinator finds the mail that did not go, reads it and sends it again."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from sessions_app import confirming
from tests import mail_kinds
from tests.browser.eyes import Eyes, Screen
from tests.factories import PlaceFactory, household, ready_session
from tests.mail_kinds import put
from whippersnappers.accounts.models import User
from whippersnappers.outbox import claiming
from whippersnappers.outbox.models import OutgoingMail

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    mail_kinds.add()
    yield
    mail_kinds.remove()


def test_the_mail_that_did_not_go(eyes: Eyes, coordinator: User, screen: Screen) -> None:
    # Given an invitation that the mail server refused, and a queue that is paused
    now = timezone.now()
    _adults, children = household(email="ada@example.com")
    session = ready_session(children=children, delivery="in_person", place=PlaceFactory())
    confirming.confirm(session.pk, by=coordinator, now=now)
    put("other", to="waits@example.com", secret="481516")
    OutgoingMail.objects.filter(to="ada@example.com").update(priority=0)
    [mail] = claiming.claim(now)
    claiming.note_dead(mail, "The mail server refused it: 550 5.1.1 no such person", now)
    claiming.pause("The mail server refused our sign-in: 535 no.", now)
    # When the coordinator looks at the log
    eyes.use(screen)
    eyes.sign_in(coordinator)
    eyes.go(reverse("admin:outbox_outgoingmail_changelist"))
    page = eyes.page
    expect(page.get_by_text("The mail server refused our sign-in: 535 no.")).to_be_visible()
    eyes.check("mail-log")
    page.get_by_role("button", name="It is mended: try again now").click()
    expect(page.get_by_text("The portal tries the mail server again now.")).to_be_visible()
    # Then the mail can be read, without its way in, and sent again
    eyes.go(reverse("admin:outbox_outgoingmail_change", args=[mail.pk]))
    frame = page.frame_locator("iframe.st-mail")
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    for link in frame.get_by_role("link").all():
        assert "/join/" not in (link.get_attribute("href") or "").replace("/join/…/", "")
    eyes.check("mail-log-mail")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("The mail to ada@example.com goes within the next minute.")).to_be_visible()
    assert OutgoingMail.objects.get(pk=mail.pk).state == OutgoingMail.State.WAITING
