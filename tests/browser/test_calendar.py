"""The calendar in a real browser: every view looked at, sessions moved by mouse and by keyboard."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from sessions_app import confirming
from sessions_app.models import Session
from tests.browser.calendar_scenes import address, at, block, draft, monday, on, start_of, times_of
from tests.browser.eyes import Eyes, Screen
from tests.factories import BookingFactory, StaffAssignmentFactory, household, ready_session
from whippersnappers.accounts.models import User
from whippersnappers.dates import LONDON

__all__ = ["draft"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def calendar(eyes: Eyes, coordinator: User, draft: Session) -> Eyes:
    eyes.sign_in(coordinator)
    eyes.use(Screen.DESKTOP)
    eyes.page.set_viewport_size({"width": 1280, "height": 1500})
    return eyes


def carry(page: Page, session: Session, day: date, clock: str) -> None:
    """Take a session up and hold it over another time of the week, its first quarter of an hour under the pointer."""
    box = block(page, session).bounding_box()
    column = page.locator(f'.fc-timegrid-col[data-date="{day}"]').bounding_box()
    row = page.locator(f'.fc-timegrid-slot-lane[data-time="{clock}:00"]').bounding_box()
    assert box is not None
    assert column is not None
    assert row is not None
    with page.expect_response("**/hindrances/*"):
        page.mouse.move(box["x"] + 40, box["y"] + 5)
        page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 30, steps=3)
    page.mouse.move(column["x"] + 40, row["y"] + 5, steps=8)


def test_a_draft_is_dragged_to_another_day_and_back(calendar: Eyes, draft: Session) -> None:
    page, thursday = calendar.page, monday() + timedelta(days=3)
    calendar.go(address("week"))
    # When it is held over a time at which Maya is elsewhere, that is said before it is dropped
    carry(page, draft, thursday, "10:00")
    expect(page.locator("#cal-hint")).to_contain_text("Maya Lind is at “Story time”")
    expect(page.locator(".cal-no").first).to_be_visible()
    page.mouse.up()
    expect(page.locator("#cal-said")).to_contain_text("Not moved. Maya Lind is at “Story time”")
    assert start_of(draft) == on(2, 16)
    # When it is dragged over closed hours, or Escape is pressed, it stays too
    carry(page, draft, thursday, "20:00")
    expect(page.locator("#cal-hint")).to_contain_text("Sessions take place between 08:00 and 20:00")
    page.mouse.up()
    carry(page, draft, thursday, "14:00")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator("#cal-said")).to_contain_text("Left where it was.")
    assert start_of(draft) == on(2, 16)
    # When it is dropped at a good time, it has moved, and Undo moves it back
    carry(page, draft, thursday, "14:00")
    expect(page.locator("#cal-hint")).to_be_hidden()
    page.mouse.up()
    expect(page.locator("#cal-said")).to_contain_text("Moved to Thursday")
    assert start_of(draft) == on(3, 14)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#cal-said")).to_contain_text("It is as it was.")
    assert start_of(draft) == on(2, 16)
    expect(block(page, draft)).to_contain_text("4:00pm")


def pull(page: Page, session: Session, clock: str) -> None:
    """Take a session by its lower edge and pull that to another time of the day."""
    expect(page.locator(".cal-no, .fc-event-mirror")).to_have_count(0)  # what was held before is let go of
    edge = block(page, session).locator(".fc-event-resizer-end")
    with page.expect_response("**/hindrances/*"):
        edge.hover()  # waits until the edge stands still and nothing lies over it
        page.mouse.down()
    box, whole = edge.bounding_box(), block(page, session).bounding_box()
    row = page.locator(f'.fc-timegrid-slot-lane[data-time="{clock}:00"]').bounding_box()
    assert box is not None
    assert whole is not None
    assert row is not None
    middle, held = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle, row["y"] + 10, steps=8)
    page.mouse.move(middle, held + row["y"] - whole["y"] - whole["height"] - 1, steps=3)


def test_the_end_is_pulled_to_another_time(calendar: Eyes, coordinator: User, draft: Session) -> None:
    page = calendar.page
    StaffAssignmentFactory(session=at(2, 18, "Evening songs"), staff=draft.assignments.get().staff)
    calendar.go(address("week"))
    # A clash is said before the edge is let go, and nothing changes then
    pull(page, draft, "18:30")
    expect(page.locator("#cal-hint")).to_contain_text("Maya Lind is at “Evening songs”")
    page.mouse.up()
    expect(page.locator("#cal-said")).to_contain_text("Not moved. Maya Lind is at “Evening songs”")
    # An end before the start cannot be pulled
    pull(page, draft, "15:00")
    page.mouse.up()
    assert times_of(draft) == "16:00 to 16:45"
    # In steps of five minutes, as in the form, and Undo brings it back
    pull(page, draft, "17:15")
    page.mouse.up()
    expect(page.locator("#cal-said")).to_contain_text("It now lasts 1 hour 15 minutes")
    assert times_of(draft) == "16:00 to 17:15"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#cal-said")).to_contain_text("It is as it was.")
    assert times_of(draft) == "16:00 to 16:45"
    # Families who know of it are told: that is asked first
    confirmed = ready_session(title="Sign and sing", starts_at=on(4, 10), children=household()[1])
    confirming.confirm(confirmed.pk, by=coordinator, now=timezone.now())
    page.reload()
    pull(page, confirmed, "11:30")
    page.mouse.up()
    dialog = page.get_by_role("dialog", name="Sign and sing")
    expect(dialog).to_contain_text("This reaches 1 parent or carer")
    dialog.get_by_role("button", name="Move the session").click()
    expect(page.locator("#cal-said")).to_contain_text("It now lasts 1 hour 30 minutes")
    # In the month, where nobody sees when it ends, it has no edge
    calendar.go(address("month"))
    expect(block(page, draft)).to_be_visible()
    expect(page.locator(".fc-event-resizer")).to_have_count(0)


def test_arrow_keys_move_a_session_and_its_end(calendar: Eyes, draft: Session) -> None:
    page, keyboard, hint = calendar.page, calendar.page.keyboard, calendar.page.locator("#cal-hint")
    calendar.go(address("week"))
    block(page, draft).focus()
    with page.expect_response("**/hindrances/*"):
        keyboard.press("m")
    for _ in range(24):
        keyboard.press("ArrowUp")
    keyboard.press("ArrowRight")
    # What hinders is said with the time, and Enter does not put it there
    expect(hint).to_contain_text("10:00am to 10:45am")
    expect(hint).to_contain_text("Maya Lind is at “Story time”")
    calendar.check("staff-calendar-held")
    keyboard.press("Enter")
    expect(hint).to_be_visible()
    # One hour later it fits; five minutes longer, and Enter puts it there
    for _ in range(4):
        keyboard.press("ArrowDown")
    keyboard.press("Shift+ArrowDown")
    expect(hint).to_have_text(re.compile("Thursday .*, 11:00am to 11:50am$"))
    keyboard.press("Enter")
    expect(page.locator("#cal-said")).to_contain_text("Moved to Thursday")
    assert (start_of(draft), times_of(draft)) == (on(3, 11), "11:00 to 11:50")
    # One is where one was; Escape leaves it there, and no session ends before it starts
    expect(block(page, draft)).to_be_focused()
    with page.expect_response("**/hindrances/*"):
        keyboard.press("m")
    for _ in range(20):
        keyboard.press("Shift+ArrowUp")
    expect(hint).to_contain_text("11:00am to 11:05am")
    keyboard.press("Escape")
    expect(page.locator("#cal-said")).to_contain_text("Left where it was.")
    assert times_of(draft) == "11:00 to 11:50"


def test_a_confirmed_session_moves_after_one_look_at_whom_it_reaches(calendar: Eyes, coordinator: User) -> None:
    page, friday = calendar.page, monday() + timedelta(days=4)
    session = ready_session(title="Sign and sing", starts_at=on(2, 10), children=household(guardians=2)[1])
    confirming.confirm(session.pk, by=coordinator, now=timezone.now())
    calendar.go(address("week"))
    carry(page, session, friday, "11:00")
    page.mouse.up()
    dialog = page.get_by_role("dialog", name="Sign and sing")
    expect(dialog).to_contain_text("This reaches 2 parents and carers: 2 by mail, 0 by phone.")
    calendar.check("staff-calendar-dropped")
    dialog.get_by_role("button", name="Leave it as it is").click()
    expect(dialog).to_be_hidden()
    assert start_of(session) == on(2, 10)
    carry(page, session, friday, "11:00")
    page.mouse.up()
    dialog.get_by_role("button", name="Move the session").click()
    expect(page.locator("#cal-said")).to_contain_text("Moved to Friday")
    assert start_of(session) == on(4, 11)


def test_a_session_is_moved_by_keyboard(calendar: Eyes, draft: Session) -> None:
    page, keyboard = calendar.page, calendar.page.keyboard
    pip = BookingFactory(session=draft, child__known_as="Pip", child__last_name="Green")
    BookingFactory(session=at(4, 10, "Music for one"), child=pip.child)
    calendar.go(address("week"))
    # When it is opened and another time is typed, a clash is said at once
    block(page, draft).focus()
    keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Drums and songs")
    expect(dialog).to_be_visible()
    calendar.check("staff-calendar-glance")
    dialog.get_by_role("button", name="Move", exact=True).press("Enter")
    expect(dialog.get_by_label("Day")).to_be_focused()
    dialog.get_by_label("Day").fill(str(monday() + timedelta(days=3)))
    dialog.get_by_label("From").fill("10:00")
    dialog.get_by_label("To").fill("10:45")
    keyboard.press("Tab")
    expect(dialog.get_by_text("Maya Lind is at “Story time”")).to_be_visible()
    calendar.expected = "422 (Unprocessable"
    with page.expect_response("**/move/"):
        dialog.get_by_role("button", name="Move the session").press("Enter")
    expect(dialog).to_be_visible()
    assert start_of(draft) == on(2, 16)
    # A child who is elsewhere is a warning that one may pass over
    dialog.get_by_label("Day").fill(str(monday() + timedelta(days=4)))
    keyboard.press("Tab")
    expect(dialog.get_by_text("Pip Green has a place in “Music for one”")).to_be_visible()
    calendar.check("staff-calendar-warned")
    dialog.get_by_label("Move it anyway").press("Space")
    dialog.get_by_role("button", name="Move the session").press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#cal-said")).to_contain_text("Moved to Friday")
    assert start_of(draft) == on(4, 10)
    # Escape closes what was opened, and one is where one was
    block(page, draft).press("Enter")
    expect(dialog).to_be_visible()
    keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(block(page, draft)).to_be_focused()


def test_views_and_filters_stand_in_the_address(calendar: Eyes, draft: Session) -> None:
    page, base = calendar.page, calendar.base + reverse("admin:calendar")
    calendar.go(reverse("admin:calendar"))
    expect(page).to_have_url(base + f"?view=week&on={timezone.localdate(timezone=LONDON)}")
    page.get_by_role("link", name="Later").click()
    expect(block(page, draft)).to_be_visible()
    page.get_by_role("link", name="Month", exact=True).click()
    shown = base + f"?view=month&on={timezone.localdate(timezone=LONDON) + timedelta(days=7)}"
    expect(page).to_have_url(shown)
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Kind", exact=True).select_option("Small group")
    expect(page.get_by_text("Story time")).to_have_count(0)
    expect(page).to_have_url(shown + "&kind=small_group")
    page.reload()
    expect(page.get_by_label("Kind", exact=True)).to_have_value("small_group")
    page.go_back()
    expect(page).to_have_url(shown)
    page.go_back()
    expect(page.get_by_role("link", name="Week", exact=True)).to_have_attribute("aria-current", "page")
    expect(block(page, draft)).to_be_visible()


def test_every_view_is_clean(calendar: Eyes, draft: Session, screen: Screen) -> None:
    at(2, 16, "At the same time", kind="group_entertainment")
    at(2, 9, "Called off", state="cancelled", cancelled_at=timezone.now())
    calendar.use(screen)
    for view in ("month", "week", "day", "agenda"):
        calendar.go(address(view, monday() + timedelta(days=2)))
        named = calendar.page.get_by_role("link", name="Drums and songs", exact=True)
        expect(named if view == "agenda" else block(calendar.page, draft)).to_be_visible()
        calendar.check(f"staff-calendar-{view}")
    # Where no view is asked for, a phone has the list.
    calendar.go(reverse("admin:calendar"))
    current = calendar.page.get_by_role("navigation", name="Views").locator("[aria-current=page]")
    expect(current).to_have_text("Week" if screen == Screen.DESKTOP else "Agenda")
