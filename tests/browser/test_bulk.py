"""One step for many sessions in a real browser: ticked, looked at, pressed, followed and undone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from sessions_app.bulk import running
from sessions_app.models import BulkRun, Session
from tests.browser.eyes import Eyes, Screen
from tests.factories import GroupFactory, SessionFactory, StaffProfileFactory, household, tomorrow_at
from tests.sessions_app.bulk_scenes import chosen, drafts, known
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "admin:sessions_app_session_changelist"


@pytest.fixture
def staff_eyes(eyes: Eyes, coordinator: User) -> Eyes:
    eyes.sign_in(coordinator)
    return eyes


def test_a_term_is_confirmed_by_mouse_and_taken_back(staff_eyes: Eyes, screen: Screen) -> None:
    # Given eight drafts that are ready and one that is not
    eyes, page = staff_eyes, staff_eyes.page
    children = [household()[1][0], household(email="")[1][0]]
    drafts(8, children=children)
    SessionFactory(title="Not ready", starts_at=tomorrow_at(9))
    eyes.use(screen)
    # When all are ticked and the step is chosen
    eyes.go(reverse(LIST))
    if screen == Screen.DESKTOP:
        page.locator("#action-toggle").check()
    else:
        for box in page.locator("input.action-select").all():
            box.check()
    page.locator("select[name=action]").select_option(label="Confirm …")
    eyes.check("bulk-list")
    page.get_by_role("button", name="Run").click()
    # Then one page says what would happen, and why one is left out
    expect(page.get_by_text("8 can be confirmed, 1 cannot: see why below.")).to_be_visible()
    expect(page.get_by_text("This reaches 2 parents and carers: 1 by mail, 1 by phone.")).to_be_visible()
    expect(page.get_by_role("link", name="Say what will happen: add at least one step.")).to_be_visible()
    eyes.check("bulk-confirm")
    # When it is pressed, Then the page follows the work without being loaded again
    page.get_by_role("button", name="Confirm 8 sessions").click()
    expect(page.get_by_text("0 of 8 sessions done.")).to_be_visible()
    eyes.check("bulk-working")
    run = BulkRun.objects.get()
    running.work(str(run.pk))
    expect(page.get_by_text("8 sessions confirmed, 1 left out.")).to_be_visible()
    expect(page.get_by_text("Nothing has left the house yet.")).to_be_visible()
    eyes.check("bulk-done")
    # When it is undone, Then all are drafts again
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undoing: 0 of 8 sessions done.")).to_be_visible()
    running.work(str(run.pk))
    expect(page.get_by_text("8 sessions as before, 1 left out.")).to_be_visible()
    eyes.check("bulk-undone")
    assert not Session.objects.exclude(state="draft").exists()
    eyes.follow(page.get_by_role("link", name="Earlier steps for many sessions"))
    eyes.check("bulk-latest")


def test_staff_are_changed_by_keyboard_alone(staff_eyes: Eyes, coordinator: User) -> None:
    eyes, page = staff_eyes, staff_eyes.page
    sessions = drafts(2)
    StaffProfileFactory(user__name="Tom Brennan")
    eyes.use(Screen.DESKTOP)
    eyes.go(reverse(LIST))
    for box in page.locator("input.action-select").all():
        box.focus()
        page.keyboard.press("Space")
    page.locator("select[name=action]").focus()
    page.keyboard.type("Change")
    page.get_by_role("button", name="Run").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Take off")).to_be_visible()
    page.get_by_label("Put on").focus()
    page.keyboard.type("Tom")
    page.get_by_label("As").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("All 2 can be changed.")).to_be_visible()
    eyes.check("bulk-staff")
    page.get_by_role("button", name="Change 2 sessions").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Staff of 2 sessions changed.")).to_be_visible()
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 sessions as before.")).to_be_visible()
    assert [session.assignments.count() for session in sessions] == [2, 2]


def test_the_other_steps_are_fit_to_be_seen(staff_eyes: Eyes, screen: Screen, coordinator: User) -> None:
    sessions = [*known(drafts(2), coordinator), *drafts(1, days=6)]
    group = GroupFactory(name="Drummers")
    group.children.set([household()[1][0] for _ in range(3)])
    staff_eyes.use(screen)
    for kind, ask in {
        "cancel": "",
        "invite": f"?show=yes&group={group.pk}",
        "staff": "?show=yes",
        "prepare": "",
    }.items():
        run = chosen(kind, sessions, coordinator)
        staff_eyes.go(reverse("admin:sessions_app_session_bulk_run", args=[run.pk]) + ask)
        staff_eyes.check(f"bulk-{kind}")
