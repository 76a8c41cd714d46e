"""Whoever looks after safeguarding tells an agency, and gives them a PDF from which other people are left out."""

import hashlib
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from safeguarding.models import ConcernPerson, Disclosure
from safeguarding.vocabulary import PersonRole
from tests.accounts.test_staff_door import totp_now
from tests.browser.eyes import Eyes, Screen
from tests.factories import ChildFactory, UserFactory
from tests.safeguarding.scenes import triaged
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lead(live_server: LiveServer) -> User:
    return UserFactory(roles=[Role.LEAD], name="Lena Frost", email="lena@whippersnappers.org")


def test_from_a_referral_to_a_file_with_names_withheld(eyes: Eyes, screen: Screen, lead: User) -> None:
    # Given a concern in which a neighbour is named, and a Lead with an authenticator app
    pip = ChildFactory(known_as="Pip", first_name="Philip", last_name="Green")
    words = {"what_happened": "Pip said that Mrs Grey had shouted at him.", "when_and_where": "At 3 Elm Street."}
    concern = triaged(lead, children=[pip], words=words)
    ConcernPerson.objects.create(concern=concern, role=PersonRole.WITNESS, words="Mrs Grey")
    secret = generate_totp_secret()
    TOTP.activate(lead, secret)
    page = eyes.page
    eyes.use(screen)
    eyes.sign_in(lead)
    # When she notes that she told children's services
    eyes.go(f"/safeguarding/concerns/{concern.pk}/")
    page.get_by_role("link", name="Note a referral").click()
    page.get_by_label("Children's social care (MASH)").check()
    page.get_by_label("By phone").check()
    page.get_by_label("Who took it?").fill("J. Hart, duty desk")
    page.get_by_label("Why do you refer it?").fill("He is afraid to go home.")
    page.get_by_role("button", name="Keep it").click()
    # And makes a PDF for them
    eyes.follow(page.get_by_role("link", name="Make a PDF to share"))
    eyes.check("bundle-choose")
    page.get_by_role("button", name="Look at the text").click()
    sheet = page.locator(".sheet")
    expect(sheet.get_by_text("Pip said that [name withheld] had shouted at him.")).to_be_visible()
    page.get_by_label("Which other words are withheld?").fill("3 Elm Street")
    page.get_by_role("button", name="Show it so").click()
    expect(sheet.get_by_text("At [withheld].")).to_be_visible()
    eyes.check("bundle-look")
    page.get_by_role("button", name="Go on").click()
    # To whom: the referral has said most of it
    expect(page.get_by_label("Children's social care (MASH)")).to_be_checked()
    page.get_by_label("Called back").check()
    page.get_by_label("By secure e-mail").check()
    page.get_by_label("To protect a child or an adult at risk").check()
    page.get_by_label("They were not asked").check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Say who agreed, or why it is shared without their yes.")).to_be_visible()
    page.get_by_label("Who agreed, when and how?").fill("It could put him at risk.")
    page.get_by_label("Lena Frost").check()
    eyes.check("bundle-to")
    page.get_by_role("button", name="Go on").click()
    # Then her second factor is asked for again
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    page.get_by_label("Code").fill(totp_now(secret))
    eyes.follow(page.get_by_role("button", name="Go on"))
    eyes.check("bundle-send")
    page.get_by_role("button", name="Make the PDF, and write it down").click()
    expect(page.get_by_role("heading", name="The PDF is made, and it is written down")).to_be_visible()
    eyes.check("bundle-sent")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the PDF").click()
    # And the file is the one whose fingerprint stands in the log
    entry = Disclosure.objects.get()
    assert download.value.suggested_filename == f"confidential-{str(entry.pk)[:8]}.pdf"
    assert hashlib.sha256(Path(download.value.path()).read_bytes()).hexdigest() == entry.sha256
    page.get_by_role("link", name="What left").click()
    page.get_by_text("To whom, by which right, who decided").click()
    expect(page.get_by_text(entry.sha256)).to_be_visible()
    eyes.check("what-left")
    eyes.go(f"/safeguarding/concerns/{concern.pk}/")
    eyes.check("concern-shared")
    # And a printer gets nothing of it
    page.emulate_media(media="print")
    expect(page.get_by_text("This page is not for paper")).to_be_visible()
    expect(page.locator("main")).to_be_hidden()
