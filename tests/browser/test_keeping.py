"""What lasts: linked concerns, figures, holds, and destroying by two, looked at as people do."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from safeguarding import handling
from safeguarding.models import Concern
from safeguarding.retention.reviewing import open_reviews
from safeguarding.vocabulary import State
from tests.browser.eyes import Eyes, Screen
from tests.factories import ChildFactory, UserFactory
from tests.safeguarding.scenes import REASON, deputy_named, raised
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lead(live_server: LiveServer) -> User:
    return UserFactory(roles=[Role.LEAD], name="Lena Frost", email="lena@whippersnappers.org")


@pytest.mark.parametrize("screen", list(Screen))
def test_from_linked_to_destroyed(eyes: Eyes, screen: Screen, lead: User) -> None:
    # Given two concerns of long ago that name one child, one of them kept for as long as it must be
    child, now, deputy = ChildFactory(date_of_birth=date(1980, 5, 3)), timezone.now(), deputy_named()
    old, other = raised(children=[child]), raised(children=[child])
    handling.move(old.pk, State.ERROR, reason=REASON, by=lead, now=now)
    Concern.objects.filter(pk=old.pk).update(submitted_at=datetime(1999, 1, 1, tzinfo=UTC))
    assert open_reviews(now) == 1
    page = eyes.page
    eyes.use(screen)
    eyes.sign_in(lead)
    # When the Lead links them
    eyes.go(f"/safeguarding/concerns/{old.pk}/link/")
    page.get_by_label(other.reference).check()
    page.get_by_label("Why do they belong together?").fill("The same child.")
    eyes.check("safeguarding-link")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("link", name=other.reference, exact=True)).to_be_visible()
    eyes.check("safeguarding-linked")
    # And looks at the figures
    eyes.go("/safeguarding/figures/")
    expect(page.get_by_role("heading", name="Raised in each quarter")).to_be_visible()
    eyes.check("safeguarding-figures")
    # And proposes to destroy the old one, which the overview asks about
    eyes.go("/safeguarding/")
    expect(page.get_by_role("heading", name="Kept for as long as they must be")).to_be_visible()
    eyes.go(f"/safeguarding/concerns/{old.pk}/destroy/")
    page.get_by_label("Why need it not be kept any more?").fill("Nobody needs it.")
    page.get_by_role("button", name="Propose it").click()
    # Then she cannot agree herself
    expect(page.get_by_text("Proposed. Somebody else has to agree.")).to_be_visible()
    expect(page.get_by_role("link", name="Agree to destroy it")).to_have_count(0)
    # And when the deputy does, a certificate is all that is left
    eyes.sign_in(deputy)
    eyes.go(f"/safeguarding/concerns/{old.pk}/")
    page.get_by_role("link", name="Agree to destroy it").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Destroy it for ever").click()
    expect(page.get_by_text("The certificate is kept")).to_be_visible()
    eyes.go("/safeguarding/destroyed/")
    expect(page.get_by_text(old.reference)).to_be_visible()
    eyes.check("safeguarding-destroyed")
    assert Concern.objects.get() == other
