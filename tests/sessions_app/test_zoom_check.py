"""`manage.py check_zoom` against the simulator: what it says and how it ends."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sessions_app.zoom.checkup import SCOPES
from sessions_app.zoom.webhooks import EVENTS
from tests.factories import StaffProfileFactory, ZoomHostFactory
from tests.live_factories import ZoomEventFactory
from tests.zoom_simulator import HOST, STAFF, Simulator

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(zoom: Simulator) -> Simulator:
    """A portal with one host and one member of staff, both in Zoom."""
    ZoomHostFactory.create(email=HOST)
    StaffProfileFactory.create(zoom_email=STAFF)
    StaffProfileFactory.create(zoom_email="")
    return zoom


def check(*arguments: str) -> tuple[int, str]:
    """How the command ends and what it has said."""
    out = StringIO()
    try:
        call_command("check_zoom", *arguments, stdout=out, no_color=True)
    except CommandError as error:
        return error.returncode, f"{out.getvalue()}{error}"
    return 0, out.getvalue()


def to_change(text: str) -> list[str]:
    """The findings that must be changed."""
    return [line for line in text.splitlines() if line.startswith("CHANGE")]


def test_an_account_that_is_right(account: Simulator) -> None:
    status, text = check()
    assert (status, to_change(text)) == (0, [])
    assert text.splitlines()[-1] == "Zoom is ready for the portal."
    assert f"OK      {HOST}, trial meeting: Made, changed, read back and deleted" in text
    assert f"OK      {STAFF}: Can be alternative host." in text


def test_the_trial_meeting_is_gone_afterwards(account: Simulator) -> None:
    check()
    assert len(account.calls("meetingCreate")) == 1
    assert account.meetings == []


def test_the_trial_meeting_is_gone_even_when_its_answer_was_lost(account: Simulator) -> None:
    account.fault("meetingCreate", "drop_after")
    status, text = check()
    assert (status, account.meetings) == (2, [])
    assert "UNKNOWN" in text


def test_without_a_trial_meeting_nothing_is_made(account: Simulator) -> None:
    assert check("--no-trial-meeting")[0] == 0
    assert account.calls("meetingCreate", "meetingDelete") == []


def test_the_check_takes_a_new_token_and_shares_it(account: Simulator) -> None:
    check()
    first = account.store.token["value"]
    check()
    assert account.store.token["value"] != first
    assert {call["status"] for call in account.store.calls} <= {200, 201, 204}


def test_credentials_that_are_not_set(account: Simulator, settings: Any) -> None:
    settings.ZOOM_CLIENT_ID = ""
    status, text = check()
    assert status == 1
    assert to_change(text) == [
        "CHANGE  credentials: The portal has no Zoom credentials: set ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and "
        "ZOOM_CLIENT_SECRET."
    ]


def test_credentials_that_zoom_refuses(account: Simulator, settings: Any) -> None:
    settings.ZOOM_CLIENT_SECRET = "wrong"
    status, text = check()
    assert status == 1
    assert "Zoom refuses the portal's credentials: Invalid client_id or client_secret." in text
    assert "see that it is activated" in text


def test_zoom_being_away_is_not_called_wrong(account: Simulator) -> None:
    account.fault("token", "server_error", times=None)
    status, text = check()
    assert (status, to_change(text)) == (2, [])
    assert "Please try again later" in text


@pytest.mark.parametrize("scope", SCOPES)
def test_each_missing_scope_is_named(account: Simulator, scope: str) -> None:
    account.store.credentials.scopes = [each for each in SCOPES if each != scope]
    status, text = check()
    assert status == 1
    assert f"CHANGE  scopes: The app lacks {scope}." in text
    assert "under Scopes add" in text


def test_no_host_at_all(zoom: Simulator) -> None:
    status, text = check()
    assert status == 1
    assert "The portal knows no Zoom host" in text


@pytest.mark.parametrize(
    ("users", "words"),
    [
        ([STAFF], f"CHANGE  {HOST}: Zoom has no such user."),
        ([STAFF, {"email": HOST, "type": 1}], f"CHANGE  {HOST}: This user has no licence"),
        ([HOST], f"CHANGE  {STAFF}: Zoom has no such user; sessions of theirs would fail."),
        ([HOST, {"email": STAFF, "type": 1}], f"CHANGE  {STAFF}: Not a licensed, active user"),
    ],
)
def test_hosts_and_staff_without_a_licence(account: Simulator, users: list, words: str) -> None:
    account.users(*users)
    status, text = check()
    assert (status, len(to_change(text))) == (1, 1)
    assert words in text


def test_an_inactive_host(account: Simulator) -> None:
    user = account.store.find_user(HOST)
    assert user is not None
    user["status"] = "inactive"
    assert f"CHANGE  {HOST}: This user is inactive." in check()[1]


def test_recording_on_computers_has_to_be_off(account: Simulator) -> None:
    account.users({"email": HOST, "settings": {"recording": {"local_recording": True}}}, STAFF)
    status, text = check()
    assert (status, len(to_change(text))) == (1, 1)
    assert f"CHANGE  {HOST}, recording: Sessions can be recorded on a computer" in text
    assert "switch “Record to computer files” off and press the lock beside it" in text


def test_cloud_recording_is_only_mentioned(account: Simulator) -> None:
    account.users({"email": HOST, "settings": {"recording": {"cloud_recording": False}}}, STAFF)
    status, text = check()
    assert status == 0
    assert "NOTE    " + HOST + ", recording: Cloud recording is off" in text


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("waiting_room", False, "switch “Waiting Room” on"),
        ("auto_recording", "cloud", "switch “Automatic recording” off"),
        ("meeting_authentication", True, "switch “Only authenticated users can join meetings” off"),
        ("focus_mode", False, "switch “Focus mode” on"),
    ],
)
def test_each_setting_that_the_account_overrides_is_named_with_its_place(
    account: Simulator, key: str, value: object, where: str
) -> None:
    account.control("PUT", "locks", {key: value})
    status, text = check()
    assert (status, len(to_change(text))) == (1, 1)
    assert key in to_change(text)[0]
    assert where in text


def test_local_recording_is_always_mentioned_because_locks_cannot_be_seen(account: Simulator) -> None:
    assert "NOTE    the account: Zoom does not tell the portal whether a setting is locked" in check()[1]


def test_how_to_have_zoom_tell_is_said_until_it_does(account: Simulator, settings: Any) -> None:
    settings.SITE_URL = "https://portal.whippersnappers.org"
    text = check()[1]
    assert "NOTE    webhook: Zoom has told the portal nothing yet." in text
    assert "https://portal.whippersnappers.org/zoom/webhook/" in text
    assert all(event in text for event in EVENTS)
    event = ZoomEventFactory(received_at=timezone.now() - timedelta(days=15))
    assert "NOTE    webhook: Zoom has told the portal nothing since" in check()[1]
    ZoomEventFactory(meeting=event.meeting)
    assert "OK      webhook: Zoom tells the portal what happens in meetings." in check()[1]


def test_without_the_secret_of_the_webhook_something_must_be_changed(account: Simulator, settings: Any) -> None:
    settings.ZOOM_WEBHOOK_SECRET = ""
    status, text = check()
    assert (status, len(to_change(text))) == (1, 1)
    assert "ZOOM_WEBHOOK_SECRET is not set" in text
