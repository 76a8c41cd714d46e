"""The real `manage.py demo`: it comes up, lets everybody in, carries a newcomer through the
README's walk, stops cleanly, and comes back with its data."""

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser

from demo.launch import NEWS
from demo.sample.people import PERSONAS
from tests.demo.running import SECONDS_TO_GO, Demo
from tests.demo.walk import open_tomorrows_draft, resolve_its_blockers, subjects

pytestmark = pytest.mark.faults
INVITATION = "Your invitation: Drums and songs: rain and thunder"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "var"


@pytest.fixture(scope="module")
def first_run(data: Path) -> Iterator[Demo]:
    demo = Demo(data)
    demo.wait_until_ready()
    yield demo
    demo.end()


def test_one_ready_line_names_the_addresses(first_run):
    assert [line for line in first_run.lines if line.startswith(NEWS)] == first_run.lines[:1]
    ready = [line for line in first_run.lines if "ready" in line.split()]
    assert ready == first_run.lines[-1:]
    assert first_run.url("/demo/") in ready[0]


def test_everybody_can_sign_in_with_one_press(first_run):
    landed = {}
    for key in PERSONAS:
        with requests.Session() as browser:
            answer = browser.post(first_run.url("/demo/sign-in/"), data={"persona": key}, timeout=30)
            landed[key] = (answer.status_code, answer.url.removeprefix(first_run.url("")))
    assert landed == {key: (200, "/portal/" if who.is_guardian else "/admin/") for key, who in PERSONAS.items()}


def test_what_the_worker_sends_is_in_the_mailbox(first_run):
    # The sample has a session that somebody dropped out of: the coordinator is told by mail.
    page = ""
    ends = time.monotonic() + 30
    while "cora@whippersnappers.org" not in page and time.monotonic() < ends:
        page = requests.get(first_run.url("/demo/mailbox/"), timeout=10).text
        time.sleep(0.3)
    assert "cora@whippersnappers.org" in page


def test_a_page_without_style_sheets_would_be_noticed(first_run):
    assert requests.get(first_run.url("/static/css/site.css"), timeout=10).status_code == 200


@pytest.mark.browser
def test_the_walk_of_the_readme(first_run: Demo, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    # Given tomorrow's draft, opened by the coordinator
    open_tomorrows_draft(first_run, page)
    # When its blockers are resolved and it is confirmed
    resolve_its_blockers(page)
    page.get_by_role("link", name="Confirm", exact=True).click()
    page.get_by_text("This reaches 13 parents and carers").wait_for()
    page.get_by_role("button", name="Confirm and invite").click()
    page.get_by_text("Confirmed. This reaches").wait_for()
    # Then each of the eleven guardians with an address has an invitation within seconds, and Patrick none
    ends = time.monotonic() + 20
    while len(invited := subjects(first_run, INVITATION)) < 11:
        assert time.monotonic() < ends, invited
        time.sleep(0.2)
    assert len(invited) == 11
    # By day, some of them have another mail: of a session that the sample invites to just then.
    got = {name: subjects(first_run, name) for name in ("hannah.whitfield", "mark.ellis", "patrick.doyle")}
    invitations = {name: len([s for s in mails if s.startswith(INVITATION)]) for name, mails in got.items()}
    assert invitations == {"hannah.whitfield": 1, "mark.ellis": 1, "patrick.doyle": 0}
    assert got["patrick.doyle"] == []
    # And the meeting is in Zoom, with the Meeting ID that Mark's mail names
    page.goto(first_run.url("/demo/mailbox/?to=mark.ellis"))
    page.locator("a.mail", has_text="rain and thunder").click()
    meeting_id = re.search(r"Meeting ID: ([\d ]+\d)", page.locator(".letter").inner_text())
    assert meeting_id is not None
    assert meeting_id[1] in requests.get(first_run.zoom_url("/"), timeout=10).text
    # When the button in Mark's mail is pressed while Cora is signed in, then nothing is said but whose it is not
    page.frame_locator("iframe").get_by_role("link", name="Go to your session").click()
    page.wait_for_url(first_run.url("/join/**"))
    assert page.locator("h1").inner_text() == "This link belongs to somebody else"
    # When she signs out there, then that is the join page, and it says when it opens
    page.get_by_role("button", name="Sign out, and use it").click()
    page.get_by_role("heading", name="Drums and songs").wait_for()
    assert page.locator("h1").inner_text().split() == ["Drums", "and", "songs:", "rain", "and", "thunder"]
    assert page.get_by_text("The button to join comes at 3:45pm").is_visible()
    page.close()


def test_ctrl_c_stops_all_of_it_and_a_second_start_keeps_the_data_even_if_killed(first_run, data):
    # Given a demo that runs
    assert first_run.process.poll() is None
    # When somebody presses Ctrl-C
    first_run.process.send_signal(signal.SIGINT)
    # Then it ends well and leaves nothing behind
    assert first_run.process.wait(SECONDS_TO_GO) == 0
    assert first_run.wait_until_gone() == []
    # When it is started again
    mails = len(list((data / "mailbox").glob("*.eml")))
    again = Demo(data)
    try:
        again.wait_until_ready()
        # Then the data is there: nothing was made anew, and no mail is missing
        assert not [line for line in again.lines if line.startswith(NEWS)]
        assert len(list((data / "mailbox").glob("*.eml"))) >= mails > 0
    finally:
        # When it is killed outright
        again.end()
    # Then the keeper clears up behind it
    assert again.wait_until_gone() == []
