"""The staff pages in a real browser: a coordinator's whole way with a session, and every page looked at."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from sessions_app import confirming
from sessions_app.models import Meeting, PhoneTask, Session
from tests.browser.eyes import Eyes, Screen
from tests.factories import (
    GroupFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    ZoomHostFactory,
    household,
    ready_session,
    tomorrow_at,
)
from whippersnappers import dates
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def page_of(session: Session) -> str:
    return reverse("admin:sessions_app_session_change", args=[session.pk])


@pytest.fixture
def staff_eyes(eyes: Eyes, coordinator: User) -> Eyes:
    eyes.sign_in(coordinator)
    return eyes


def test_a_coordinator_plans_mends_and_confirms_a_session(staff_eyes: Eyes) -> None:
    # Given two members of staff, a Zoom host and a group of children
    eyes, page = staff_eyes, staff_eyes.page
    StaffProfileFactory(user__name="Maya Lind")
    StaffProfileFactory(user__name="Tom Brennan")
    ZoomHostFactory()
    drummers = GroupFactory(name="Drummers")
    drummers.children.set([household()[1][0] for _ in range(3)])
    # When a session is planned with one step and one person
    eyes.use(Screen.DESKTOP)
    eyes.go(reverse("admin:index"))
    page.get_by_role("link", name="Plan a session").click()
    day = f"{tomorrow_at(16):%Y-%m-%d}"
    page.locator("#id_title").fill("Drums and songs")
    page.locator("#id_kind").select_option("small_group")
    for field, value in {"day": day, "starts": "16:00", "ends": "16:45", "capacity": "10"}.items():
        page.locator(f"#id_{field}").fill(value)
    page.get_by_text("Add another Step").click()
    page.locator("#id_steps-0-title").fill("Hello song")
    page.get_by_text("Add another Person").click()
    choose_staff(page, 0, "Maya", "Maya Lind")
    page.locator("#id_assignments-0-role").select_option("lead")
    page.get_by_role("button", name="Save").click()
    # Then it is a draft that says what is missing, each line leading to its place
    expect(page.get_by_text("Saved as a draft.")).to_be_visible()
    expect(page.get_by_text("3 things are missing before it can be confirmed:")).to_be_visible()
    eyes.check("staff-draft")
    page.get_by_role("link", name="Say what families need to bring").click()
    expect(page.locator("#items-group")).to_be_in_viewport()
    # When the rest is mended
    page.get_by_label("Nothing needed").check()
    page.get_by_text("Add another Person").click()
    choose_staff(page, 1, "Tom", "Tom Brennan")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Nobody is invited yet.").click()
    page.get_by_role("link", name="Invite children").click()
    page.get_by_label("Drummers (3 children)").check()
    page.get_by_role("button", name="Give them a place").click()
    expect(page.get_by_text("Nothing is missing. You can confirm it.")).to_be_visible()
    page.get_by_role("link", name="Confirm").click()
    expect(page.get_by_text("This reaches 3 parents and carers: 3 by mail, 0 by phone.")).to_be_visible()
    eyes.check("staff-confirm")
    page.get_by_role("button", name="Confirm and invite").click()
    # Then families know, and everybody can see who was contacted
    expect(page.get_by_text("Families know of this session.")).to_be_visible()
    assert Session.objects.get().state == "confirmed"
    assert page.get_by_text("Not contacted").count() == 3
    eyes.check("staff-confirmed")


def choose_staff(page: Any, row: int, typed: str, name: str) -> None:
    """Find a person in the list that searches as one types."""
    page.locator(f"#assignments-{row} .select2-selection, #id_assignments-{row}-staff + .select2").first.click()
    page.keyboard.type(typed)
    page.get_by_role("option", name=name).click()


def test_the_place_is_asked_for_only_when_people_meet_in_person(staff_eyes: Eyes) -> None:
    page = staff_eyes.page
    staff_eyes.use(Screen.DESKTOP)
    staff_eyes.go(reverse("admin:sessions_app_session_add"))
    expect(page.locator("#id_place")).to_be_hidden()
    page.get_by_label("Delivery").select_option("in_person")
    expect(page.locator("#id_place")).to_be_visible()
    assert page.get_by_label("Delivery").input_value() == "in_person"


def test_the_menu_opens_by_keyboard_on_a_phone(staff_eyes: Eyes) -> None:
    page = staff_eyes.page
    staff_eyes.use(Screen.PHONE)
    staff_eyes.go(reverse("admin:index"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.get_by_role("button", name="Menu", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Phone list")).to_be_visible()
    page.get_by_role("button", name="Close the menu").press("Enter")
    expect(page.get_by_role("link", name="Phone list")).to_be_hidden()
    assert staff_eyes.troubles == []


@pytest.fixture
def scene(coordinator: User) -> dict[str, str]:
    """The addresses of pages with something on them."""
    children = [household()[1][0], household(email="", phone="07700 900123")[1][0]]
    known = confirming.confirm(ready_session(children=children, title="Drums").pk, by=coordinator, now=timezone.now())
    Session.objects.filter(pk=known.pk).update(gate_reopened_at=timezone.now())
    StaffProfileFactory(user__name="Lapsed", dbs_valid_until=None)
    draft = SessionFactory(title="Story time", starts_at=tomorrow_at(10))
    meeting = known.meetings.get()
    Meeting.objects.filter(pk=meeting.pk).update(state="failed", problem="Room 1 has no licence.")
    return {
        "home": reverse("admin:index"),
        "list": reverse("admin:sessions_app_session_changelist"),
        "add": reverse("admin:sessions_app_session_add"),
        "known": page_of(known),
        "blocked": reverse("admin:sessions_app_session_confirm", args=[draft.pk]),
        "move": reverse("admin:sessions_app_session_reschedule", args=[known.pk]),
        "cancel": reverse("admin:sessions_app_session_cancel", args=[known.pk]),
        "invite": reverse("admin:sessions_app_session_invite", args=[known.pk]),
        "mails": reverse("admin:sessions_app_session_mails", args=[known.pk]),
        "staff": reverse("admin:sessions_app_staffprofile_changelist"),
        "person": reverse("admin:sessions_app_staffprofile_change", args=[known.assignments.first().staff_id]),
        "meetings": reverse("admin:sessions_app_meeting_changelist"),
        "meeting": reverse("admin:sessions_app_meeting_change", args=[meeting.pk]),
        "calls": reverse("admin:sessions_app_phonetask_changelist"),
        "call-sheet": reverse("admin:sessions_app_phonetask_sheet"),
        "contacted": f"{reverse('admin:contacted')}?day={dates.local(known.starts_at):%Y-%m-%d}",
        "call": reverse("admin:sessions_app_phonetask_change", args=[PhoneTask.objects.get().pk]),
        "ways-in": reverse("admin:sessions_app_invitation_changelist"),
        "way-in": reverse("admin:sessions_app_invitation_change", args=[known.invitations.first().pk]),
    }


def test_a_day_that_does_not_exist_is_said_at_its_field(staff_eyes: Eyes, screen: Screen) -> None:
    eyes, page = staff_eyes, staff_eyes.page
    eyes.use(screen)
    eyes.go(reverse("admin:sessions_app_session_add"))
    page.locator("#id_title").fill("Drums and songs")
    page.locator("#id_starts").fill("16:00")
    # Month, day, year: this browser is an American one
    page.locator("#id_day").press_sequentially("02302027")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There is no such day")
    expect(page.locator("#id_day")).to_be_focused()
    expect(page.locator("#id_title")).to_have_value("Drums and songs")
    eyes.check("staff-no-such-day")
    # Mended, it is sent, and what else is missing is said plainly
    page.locator("#id_day").fill("2027-03-02")
    page.locator("#id_title").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Fill this in.").first).to_be_visible()
    expect(page.get_by_text("There is no such day")).to_have_count(0)


def test_every_staff_page_reads_well(staff_eyes: Eyes, screen: Screen, scene: dict[str, str]) -> None:
    staff_eyes.use(screen)
    for name, address in scene.items():
        staff_eyes.go(address)
        staff_eyes.check(f"staff-{name}")
    assert len(scene) == 19


def test_a_practitioners_pages_read_well(eyes: Eyes, practitioner: User, screen: Screen) -> None:
    session = ready_session(state="confirmed", confirmed_at=timezone.now())
    StaffAssignmentFactory(session=session, staff__user=practitioner)
    eyes.sign_in(practitioner)
    eyes.use(screen)
    child = session.bookings.get().child
    for name, address in {
        "delivering": reverse("admin:index"),
        "own-sessions": reverse("admin:sessions_app_session_changelist"),
        "own-session": page_of(session),
        "own-children": reverse("admin:sessions_app_childinmysessions_changelist"),
        "own-child": reverse("admin:sessions_app_childinmysessions_change", args=[child.pk]),
    }.items():
        eyes.go(address)
        eyes.check(f"staff-{name}")
    assert eyes.page.get_by_text(child.known_as).count() > 0


def test_without_javascript_the_pages_are_there(
    browser: Browser, live_server: LiveServer, coordinator: User, screen: Screen, scene: dict[str, str]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    eyes = Eyes(context.new_page(), live_server.url)
    eyes.sign_in(coordinator)
    eyes.use(screen)
    page = eyes.page
    # What Unfold hides until its scripts have run is to be seen: the page, the menu, and the way out
    eyes.go(scene["home"])
    expect(page.get_by_role("heading", name="Cora")).to_be_visible()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.locator("#nav-sidebar").get_by_text("Calendar", exact=True).click()
    expect(page.get_by_role("heading", name="Tomorrow")).to_be_visible()
    # A list lies bare, not under its filters, and can be filtered
    page.locator("#nav-sidebar a").get_by_text("Sessions", exact=True).click()
    page.get_by_label("By kind").select_option(label="Group entertainment")
    page.get_by_role("button", name="Apply Filters").click()
    expect(page.get_by_text("0 sessions")).to_be_visible()
    context.close()
