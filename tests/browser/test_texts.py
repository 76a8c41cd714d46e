"""Texts that families read, in a real browser: a hard sentence is named while it is typed; an activity is used."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from sessions_app.models import Activity, Session
from tests.browser.eyes import Eyes, Screen
from tests.factories import tomorrow_at
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HARD = (
    "Participants are encouraged to accumulate appropriate percussion instruments in advance of the scheduled "
    "activity, in consultation with their families."
)


@pytest.fixture
def band() -> Activity:
    activity = Activity.objects.create(name="Kitchen band", summary="We make a band from what is in the kitchen.")
    activity.steps.create(position=1, title="Hello song", detail="We say hello to each child by name.")
    activity.steps.create(position=2, title="The band", detail="Everybody plays.")
    activity.items.create(position=1, name="A pan and a spoon", note="to drum on")
    return activity


def test_a_session_is_made_from_an_activity_and_its_hard_sentence_is_named(
    eyes: Eyes, coordinator: User, band: Activity
) -> None:
    # Given a form in which nothing but the day is filled in
    page = eyes.page
    eyes.sign_in(coordinator)
    eyes.use(Screen.DESKTOP)
    eyes.go(reverse("admin:sessions_app_session_add"))
    page.locator("#id_kind").select_option("small_group")
    for field, value in {"day": f"{tomorrow_at(16):%Y-%m-%d}", "starts": "16:00", "ends": "16:45"}.items():
        page.locator(f"#id_{field}").fill(value)
    # When an activity is put into it
    page.get_by_text("Use an activity from the library").click()
    page.get_by_label("Activity", exact=True).select_option("Kitchen band")
    eyes.check("texts-choosing")
    page.get_by_role("button", name="Put it into the form").click()
    # Then its lines are there, and nothing is saved
    expect(page.locator("#id_title")).to_have_value("Kitchen band")
    expect(page.locator("#id_steps-1-title")).to_have_value("The band")
    expect(page.locator("#id_items-0-name")).to_have_value("A pan and a spoon")
    expect(page.locator("#id_starts")).to_have_value("16:00")
    assert Session.objects.count() == 0
    # When a hard sentence is typed
    page.locator("#id_summary").fill(f"We make a band. {HARD}")
    # Then it is named, its long words are marked, and it is said once
    advice = page.locator("#id_summary_advice")
    expect(advice).to_contain_text("shorten this")
    expect(advice.locator("mark").first).to_have_text("Participants")
    expect(page.get_by_role("status").filter(has_text="Reading age")).to_be_attached()
    eyes.check("texts-hard")
    eyes.use(Screen.PHONE)
    eyes.check("texts-hard")
    eyes.use(Screen.DESKTOP)
    # And a line that is added now is read along too
    page.get_by_text("Add another Step").click()
    page.locator("#id_steps-2-title").fill("Goodbye")
    page.locator("#id_steps-2-detail").fill("Send us your Zoom password.")
    expect(page.locator("#id_steps-2-detail_advice")).to_contain_text("This cannot be saved")
    eyes.check("texts-refused")
    page.locator("#id_steps-2-detail").fill("We wave.")
    expect(page.locator("#id_steps-2-detail_advice")).to_be_empty()
    # When the text is made easy and saved
    page.locator("#id_summary").fill("We make a band from pots and pans. Then we play a song.")
    expect(advice).to_contain_text("easy to read")
    # (the Enter key saves, although the library's button comes first)
    page.locator("#id_title").press("Enter")
    # Then the session has the activity's lines and the new one
    expect(page.get_by_text("Saved as a draft.")).to_be_visible()
    assert [step.title for step in Session.objects.get().steps.all()] == ["Hello song", "The band", "Goodbye"]
    eyes.check("texts-saved")
    # And why it is called off is read along as well
    page.get_by_role("link", name="Cancel session").click()
    page.get_by_label("Why is it cancelled?").fill("Tell us your login and we will ring you.")
    expect(page.locator("#id_reason_advice")).to_contain_text("This cannot be saved")
    eyes.check("texts-reason")


def test_the_library_is_looked_at(eyes: Eyes, coordinator: User, practitioner: User, band: Activity) -> None:
    address = reverse("admin:sessions_app_activity_change", args=[band.pk])
    for user, name in ((coordinator, "keeps"), (practitioner, "reads")):
        eyes.sign_in(user)
        for screen in Screen:
            eyes.use(screen)
            eyes.go(reverse("admin:sessions_app_activity_changelist"))
            eyes.check(f"activities-{name}")
            eyes.go(address)
            expect(
                eyes.page.get_by_text("Hello song").or_(eyes.page.locator("#id_steps-0-title")).first
            ).to_be_visible()
            eyes.check(f"activity-{name}")
