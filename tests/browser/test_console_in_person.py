"""A session in person, run from two phones: one of them loses its connection for a while, and nothing is lost."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from sessions_app.live import presses
from sessions_app.live.presses import Pressed
from sessions_app.models import ConsolePress, DeliveryCheck
from tests.browser.eyes import Eyes, Screen
from tests.sessions_app.console.scenes import Scene, checked, scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WAIT = 12_000


@pytest.fixture
def soon(live_server: LiveServer) -> Scene:
    return scene()


def test_a_session_in_person(eyes: Eyes, soon: Scene) -> None:
    page, context = eyes.page, eyes.page.context
    kept = page.locator("[data-kept]")
    # Given Maya at the console with her phone, who answers the checklist
    eyes.use(Screen.PHONE)
    eyes.sign_in(soon.maya)
    eyes.go(f"/live/{soon.session.pk}/")
    expect(page.get_by_role("heading", name="No member of staff is here yet")).to_be_visible()
    eyes.check("console-before")
    for box in ("I am dressed", "The room is safe", "I use warm"):
        page.get_by_label(box).check()
    page.get_by_label("Nobody else").check()
    eyes.follow(page.get_by_role("button", name="Keep my answers"))
    assert DeliveryCheck.objects.get().is_complete
    # When she signs in, and Tom does the same on his own phone, her page tells by itself
    page.get_by_role("button", name="I am here").click()
    expect(page.get_by_role("heading", name="Only one member of staff is here")).to_be_visible(timeout=WAIT)
    press = ConsolePress.objects.get(what="signed_in")
    checked(soon, soon.tom, at=press.received_at)
    toms = Pressed(soon.tom.pk, "signed_in", press.received_at, press.received_at)
    presses.keep(soon.session.pk, [toms], by=soon.tom, now=press.received_at)
    expect(page.get_by_role("heading", name="Two members of staff are here")).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name="Arrived Pip").click()
    expect(page.get_by_text("Register 1 of 2 here")).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name="We begin").click()
    expect(page.get_by_text("Began at")).to_be_visible(timeout=WAIT)
    eyes.check("console-begun")
    # Then the connection is lost: presses stay on the phone, said to be there, and the page says how old it is
    eyes.expected = "ERR_INTERNET_DISCONNECTED"
    context.set_offline(True)
    page.get_by_role("button", name="Arrived Rose").click()
    page.get_by_role("button", name="Left Pip").click()
    expect(kept).to_have_text("2 presses are kept on this phone, not sent yet.")
    expect(page.locator("#lost")).to_contain_text("No connection since", timeout=WAIT)
    expect(page.locator("#live .is-kept")).to_have_count(2)
    stored = str(page.evaluate("JSON.stringify(localStorage)"))
    assert not [name for name in ("Pip", "Rose", "Maya") if name in stored]
    page.evaluate("scrollTo(0, 0)")
    eyes.check("console-offline")
    assert ConsolePress.objects.filter(what="left").count() == 0
    # And are sent once, with the phone's time, when it is back, also when the answer to the first try was lost
    page.route("**/presses/", lambda route: (route.fetch(), route.abort()), times=1)
    eyes.expected = "ERR_"
    context.set_offline(False)
    expect(kept).to_have_text("", timeout=WAIT)
    expect(page.get_by_text("Register 1 of 2 here")).to_be_visible(timeout=WAIT)
    expect(page.locator("#lost")).to_be_hidden(timeout=WAIT)
    told = ConsolePress.objects.exclude(what="signed_in").order_by("pressed_at").values_list("what", "booking")
    pip, rose = (place.pk for place in soon.places)
    assert list(told) == [("arrived", pip), ("began", None), ("arrived", rose), ("left", pip)]
    # A press by mistake is taken back
    page.get_by_role("button", name="Take back the last press for Pip").click()
    expect(page.get_by_text("Register 2 of 2 here")).to_be_visible(timeout=WAIT)
    page.get_by_text("We end", exact=True).click()
    page.get_by_role("button", name="Yes, we end").click()
    expect(page.get_by_text("until")).to_be_visible(timeout=WAIT)
    # Then who attended is there already, to be corrected: by the clock nobody stayed long
    eyes.use(Screen.DESKTOP)
    eyes.go(f"/live/{soon.session.pk}/")
    eyes.check("console-ended")
    eyes.follow(page.get_by_role("link", name="Say who attended"))
    for child in ("Pip", "Rose"):
        page.get_by_role("group", name=child).get_by_label("Attended").check()
    eyes.check("console-attendance")
    eyes.follow(page.get_by_role("button", name="Keep who attended"))
    expect(page.get_by_text("It is kept who attended.").first).to_be_visible()
    assert set(soon.session.bookings.values_list("attendance", flat=True)) == {"attended"}
    soon.session.refresh_from_db()
    assert soon.session.state == "delivered"
