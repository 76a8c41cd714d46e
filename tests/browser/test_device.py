"""A parent on a phone tests the device and asks for help; and what the test says when something is missing."""

import pytest
from playwright.sync_api import Request, expect
from pytest_django.live_server_helper import LiveServer

from families.models import Guardian, HelpRequest
from tests.browser.eyes import Eyes, Screen
from tests.factories import household
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What Chromium throws when somebody presses “Block”, when nothing is plugged in, and when another call is on.
REFUSED = "navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{}'); }};"
DENIED, MISSING, BUSY = (REFUSED.format(f"{name}Error") for name in ("NotAllowed", "NotFound", "NotReadable"))
# A microphone that hears nothing but one click when it is turned on; time flies, so that nobody waits for it.
SILENT = """
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (!wanted.audio) return real(wanted);
  const sound = new AudioContext(), out = sound.createMediaStreamDestination();
  const click = sound.createBufferSource(), buffer = sound.createBuffer(1, 0.1 * sound.sampleRate, sound.sampleRate);
  buffer.getChannelData(0).fill(0.9);
  click.buffer = buffer;
  click.connect(out);
  click.start(sound.currentTime + 0.1);
  return out.stream;
};
const clock = Date.now, began = clock();
Date.now = () => began + (clock() - began) * 20;
"""
# Somebody pulls the camera out after a second.
PULLED = """
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const got = await real(wanted);
  if (wanted.video) setTimeout(() => got.getTracks()[0].dispatchEvent(new Event("ended")), 1000);
  return got;
};
"""
OLD = "Object.defineProperty(Navigator.prototype, 'mediaDevices', { get: () => undefined });"


@pytest.fixture
def guardian(live_server: LiveServer) -> Guardian:
    return household(phone="07700 900123")[0][0]


def says(eyes: Eyes, check: str, words: str) -> None:
    expect(eyes.page.locator(f'[data-check="{check}"] [data-says]:visible')).to_contain_text(words, timeout=15000)


def test_testing_the_device_and_asking_for_help(
    eyes: Eyes, screen: Screen, guardian: Guardian, coordinator: User
) -> None:
    # Given a parent at the guide for their device
    page, sent = eyes.page, []

    def watch(request: Request) -> None:
        if request.method != "GET" or request.post_data:
            sent.append(request.url)

    page.on("request", watch)
    eyes.use(screen)
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/portal/zoom/phone/")
    eyes.check("zoom-guide")
    # When they test everything
    eyes.follow(page.get_by_role("link", name="Test my device"))
    eyes.check("device-test-before")
    page.get_by_role("button", name="Start the test").click()
    says(eyes, "browser", "can do all that is needed")
    says(eyes, "camera", "Your camera works")
    says(eyes, "microphone", "Your microphone works")
    says(eyes, "speed", "Your internet is fast enough")
    page.get_by_role("button", name="Play a sound").click()
    page.get_by_role("button", name="No", exact=True).click()
    says(eyes, "loudspeaker", "Turn the volume up")
    eyes.check("device-test-after")
    # Then nothing has left the device
    assert sent == []
    page.get_by_role("button", name="Stop the test").click()
    expect(page.locator("#picture")).to_be_hidden()
    # And the help that they ask for knows what the test said
    page.get_by_role("button", name="I need help").click()
    expect(page.get_by_role("heading", name="We have your message")).to_be_visible()
    eyes.check("help-asked")
    asked = HelpRequest.objects.get()
    assert "Loudspeaker: Turn the volume up." in asked.test_result
    assert "Camera: Your camera works" in asked.test_result
    eyes.sign_in(coordinator)
    eyes.go(f"/admin/families/helprequest/{asked.pk}/change/")
    expect(page.get_by_text("Loudspeaker: Turn the volume up.")).to_be_visible()
    eyes.check("help-for-staff")
    eyes.go("/admin/families/helprequest/")
    eyes.check("help-list")


@pytest.mark.parametrize(
    ("script", "check", "words"),
    [
        (DENIED, "camera", "Your browser may not use the camera."),
        (DENIED, "microphone", "Your browser may not use the microphone."),
        (MISSING, "camera", "We found no camera."),
        (MISSING, "microphone", "We found no microphone and no camera."),
        (SILENT, "microphone", "Your microphone hears nothing."),
        (PULLED, "camera", "We found no camera."),
        (BUSY, "microphone", "Something else uses the microphone."),
        (OLD, "browser", "too old for video"),
    ],
    ids=["camera denied", "microphone denied", "no camera", "neither", "silent", "pulled", "busy", "old"],
)
def test_each_trouble_has_its_words(eyes: Eyes, guardian: Guardian, script: str, check: str, words: str) -> None:
    eyes.page.add_init_script(script)
    eyes.use(Screen.PHONE)
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/portal/zoom/test/")
    eyes.page.get_by_role("button", name="Start the test").click()
    says(eyes, check, words)
    expect(eyes.page.locator("#result")).to_contain_text(words)


def test_no_other_page_gets_the_camera(eyes: Eyes, guardian: Guardian) -> None:
    eyes.expected = "Permissions policy violation"
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/portal/zoom/")
    asked = "navigator.mediaDevices.getUserMedia({video: true}).then(() => 'given', (error) => error.name)"
    assert eyes.page.evaluate(asked) == "NotAllowedError"
