"""A place becomes free: staff fill the list, a family is asked by mail and takes the place on a phone."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from sessions_app import confirming, offers, waiting
from sessions_app.models import Booking, Session
from tests.browser.eyes import Eyes, Screen
from tests.factories import (
    BookingFactory,
    ChildFactory,
    GroupFactory,
    SessionFactory,
    household,
    ready_session,
    tomorrow_at,
)
from tests.mail_sink import Sink
from tests.outbox.conftest import use
from tests.sessions_app.mail_scenes import deliver, part, to
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_staff_fill_the_list_and_a_family_takes_the_place(eyes: Eyes, coordinator: User, live_server, settings) -> None:
    # Given a confirmed session with one place, taken, and a group of two, one of whom is elsewhere at that time
    page, settings.SITE_URL = eyes.page, live_server.url
    start = tomorrow_at(16) + timedelta(days=4)
    draft = ready_session(children=household()[1], capacity=1, starts_at=start, title="Drums and songs")
    session = confirming.confirm(draft.pk, by=coordinator, now=timezone.now())
    (mother,), (aisha,) = household(email="ada@example.com")
    _, (ben,) = household()
    group = GroupFactory(name="Drummers")
    group.children.set([aisha, ben])
    BookingFactory(session=SessionFactory(title="Story time", starts_at=start), child=ben)
    # When staff invite the group
    eyes.sign_in(coordinator)
    eyes.use(Screen.DESKTOP)
    eyes.go(reverse("admin:sessions_app_session_invite", args=[session.pk]))
    page.get_by_label("Drummers (2 children)").check()
    page.get_by_role("button", name="Give them a place").click()
    # Then what would happen is shown first
    expect(page.get_by_text("No place left, 2 chosen: 0 would be invited, 2 would wait.")).to_be_visible()
    expect(page.get_by_text("Also in “Story time”")).to_be_visible()
    for screen in Screen:
        eyes.use(screen)
        eyes.check("waiting-decide")
    assert Booking.objects.filter(session=session).count() == 1
    eyes.use(Screen.DESKTOP)
    page.get_by_role("button", name="Yes, do this").click()
    expect(page.get_by_text("2 are on the waiting list.")).to_be_visible()
    # When the one who has the place is taken out
    assert session.bookings.all().waiting()[0].child == aisha
    page.get_by_role("link", name=re.compile("^Take .* out$")).click()
    page.get_by_role("button", name="Take the child out").click()
    expect(page.get_by_text("0 of 1 place taken, 1 offered").first).to_be_visible()
    for screen in Screen:
        eyes.use(screen)
        eyes.check("waiting-list")
    # Then the family has a mail, and takes the place on a phone without signing in
    with Sink() as sink:
        use(settings, sink.url)
        deliver(timezone.now())
        (mail,) = to(sink, "ada@example.com")
    link = re.search(r"https?://\S+/place/\S+", part(mail, "text/plain"))
    assert link
    page.context.clear_cookies()
    eyes.use(Screen.PHONE)
    page.goto(link.group())
    expect(page.get_by_text("Please answer by")).to_be_visible()
    eyes.check("place-open")
    page.get_by_role("button", name="Yes, we take it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"{aisha.known_as} has the place")).to_be_visible()
    eyes.check("place-taken")
    assert Booking.objects.get(session=session, child=aisha).state == Booking.State.COMING
    # And at home it is among the planned ones
    eyes.sign_in(mother.user)
    eyes.go("/portal/")
    expect(page.get_by_role("heading", name="Drums and songs")).to_be_visible()


def test_the_other_pages_of_waiting_lists(eyes: Eyes, coordinator: User) -> None:
    start, now = tomorrow_at(16) + timedelta(days=4), timezone.now()
    draft = ready_session(children=household()[1], capacity=1, starts_at=start)
    session = confirming.confirm(draft.pk, by=coordinator, now=now)
    (mother,), (first, second) = household(children=2)
    waiting.join_waiting_list(session.pk, [first, second], by=coordinator, now=now)
    Session.objects.filter(pk=session.pk).update(capacity=2)
    offers.lapse_due(now)
    eyes.sign_in(coordinator)
    places = {child: Booking.objects.get(session=session, child=child).pk for child in (first, second)}
    addresses = {
        "waiting-term": reverse("admin:waiting_this_term"),
        "waiting-answer": reverse("admin:sessions_app_session_note_answer", args=[session.pk, places[first]]),
        "waiting-offer": reverse("admin:sessions_app_session_offer", args=[session.pk, places[second]]),
        "waiting-up": reverse("admin:sessions_app_session_move_up", args=[session.pk, places[second]]),
    }
    for screen in Screen:
        eyes.use(screen)
        for name, address in addresses.items():
            eyes.go(address)
            eyes.check(name)
    eyes.page.context.clear_cookies()
    eyes.sign_in(mother.user)
    for screen in Screen:
        eyes.use(screen)
        eyes.go("/portal/")
        expect(eyes.page.get_by_text("is second on the list.")).to_be_visible()
        eyes.check("place-home")


def test_staff_paste_names_and_see_whom_we_found(eyes: Eyes, coordinator: User, live_server) -> None:
    # Given children two of whom have the same name
    page, session = eyes.page, ready_session(children=[], capacity=5)
    for first, last in [("Fia", "O’Brien"), ("Mia", "Smith"), ("Mia", "Smith"), ("Michael", "Begum")]:
        ChildFactory(known_as=first, first_name=first, last_name=last)
    # When staff paste a list of names
    eyes.sign_in(coordinator)
    eyes.use(Screen.DESKTOP)
    eyes.go(reverse("admin:sessions_app_session_invite", args=[session.pk]))
    page.get_by_label("Or paste names").fill("Fia OBrien\nMicheal Begum\nMia Smith\nNowhere Man")
    page.get_by_role("button", name="Give them a place").click()
    # Then they see who was found, who is unclear and who is not there
    expect(page.get_by_text("Found: 2.")).to_be_visible()
    expect(page.get_by_text("(you wrote “Micheal Begum”)")).to_be_visible()
    expect(page.get_by_label("Or paste names")).to_have_value("Nowhere Man")
    for screen in Screen:
        eyes.use(screen)
        eyes.check("invite-names")
    # When they tick who is meant and press again, all three have a place
    page.get_by_label("Mia Smith").first.check()
    page.get_by_role("button", name="Give them a place").click()
    expect(page.get_by_text("3 children have a place now.")).to_be_visible()
