"""The record of a 1:1 in a real browser: written in a few presses, countersigned, read by who answers for it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from sessions_app.models import SessionRecord
from sessions_app.records import signing
from tests.browser.eyes import Eyes, Screen
from tests.live_factories import MeetingFactory, MeetingRunFactory, PresenceFactory
from tests.sessions_app.records.scenes import scene
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_two_people_make_a_record_and_the_coordinator_reads_it(eyes: Eyes, screen: Screen, coordinator: User) -> None:
    # Given a 1:1 that ended an hour ago, of which Zoom told all but when the family left
    now = timezone.now()
    here = scene(now - timedelta(hours=1))
    session, guardian = here.session, here.child.guardianships.get().guardian
    MeetingRunFactory(
        meeting=MeetingFactory(session=session),
        started_at=session.starts_at,
        ended_at=session.ends_at,
        ended_known=True,
    )
    for staff in (here.lead, here.second):
        PresenceFactory(session=session, staff=staff, known_by="sign_in", until=session.ends_at)
    PresenceFactory(session=session, guardian=guardian, known_by="name", until=session.ends_at, until_known=False)
    late = scene(now - timedelta(days=3), lead=here.lead)
    late.complete(now)
    signing.amend(late.record.pk, "The tune was hummed all evening.", "The family told us", by=coordinator, now=now)
    page = eyes.page
    eyes.use(screen)
    # When Maya follows the way from home, and signs too early
    eyes.sign_in(here.lead.user)
    eyes.go(reverse("admin:index"))
    eyes.check("records-home")
    eyes.follow(page.get_by_role("link", name=str(here.child)))
    eyes.follow(page.get_by_role("link", name="Write it"))
    expect(page.get_by_text("When it ended was not heard")).to_be_visible()
    eyes.check("records-write")
    page.get_by_label("Yes", exact=True).check()
    for step in ("Hello song", "Drums"):
        page.get_by_role("group", name=step).get_by_label("Done").check()
    page.get_by_label("How did").fill("Laughed at every echo.")
    eyes.follow(page.get_by_role("button", name="Sign it"))
    # Then the one thing that is missing is asked for, and nothing is lost
    expect(page.get_by_text("Say what matters next time.")).to_be_visible()
    expect(page.get_by_label("How did")).to_have_value("Laughed at every echo.")
    eyes.check("records-write-mistake")
    page.get_by_label("Next time").fill("Bring the big pan.")
    eyes.follow(page.get_by_role("button", name="Sign it"))
    expect(page.get_by_text("Tom Brennan can countersign it now.")).to_be_visible()
    eyes.check("records-signed")
    # When Tom reads and countersigns it
    eyes.sign_in(here.second.user)
    eyes.go(reverse("admin:my_records"))
    eyes.check("records-mine")
    eyes.follow(page.get_by_role("link", name=str(here.child)))
    page.get_by_text("Something is missing or wrong").click()
    eyes.check("records-countersign")
    eyes.follow(page.get_by_role("button", name="Countersign"))
    expect(page.get_by_text("The record is complete")).to_be_visible()
    assert SessionRecord.objects.get(pk=here.record.pk).state == "complete"
    eyes.go(reverse("admin:sessions_app_session_change", args=[session.pk]))
    expect(page.get_by_role("heading", name="Records")).to_be_visible()
    eyes.check("records-session")
    # Then the coordinator finds both, and what was added to one of them
    eyes.sign_in(coordinator)
    eyes.go(reverse("admin:sessions_app_sessionrecord_changelist"))
    eyes.check("records-list")
    eyes.go(reverse("admin:sessions_app_sessionrecord_change", args=[late.record.pk]))
    expect(page.get_by_text("The tune was hummed all evening.")).to_be_visible()
    page.get_by_text("Add to this record").click()
    eyes.check("records-read")
