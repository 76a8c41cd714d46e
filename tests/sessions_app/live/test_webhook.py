"""`/zoom/webhook/`: what Zoom has signed is kept once, everything else changes nothing."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
import structlog
from django.utils import timezone

from sessions_app.live.webhook import LONGEST
from sessions_app.models import ZoomEvent
from tests.live_factories import MeetingFactory
from tests.sessions_app.live.zoom_messages import SECRET, envelope, minutes_ago, post, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting():
    return MeetingFactory(zoom_id="81234567890")


def kept():
    return list(ZoomEvent.objects.values_list("event", "request_id"))


def test_a_signed_event_is_kept_as_it_came(meeting):
    at = timezone.now().replace(microsecond=250_000)
    participant = {"user_id": "16778240", "user_name": "Zoë 🎈", "email": "", "join_time": "2026-11-24T16:00:02Z"}
    body = json.dumps(envelope("meeting.participant_joined", at, "81234567890", participant=participant), indent=3)
    answer = post(body.encode(), request_id="r-1")
    assert (answer.status_code, answer.content) == (200, b"")
    event = ZoomEvent.objects.get()
    assert (event.request_id, event.event, event.event_at) == ("r-1", "meeting.participant_joined", at)
    assert (event.meeting, event.meeting_uuid, event.followed_at) == (meeting, "instance==", None)
    assert event.body == body


def test_both_forms_of_the_meeting_id_find_the_meeting(meeting):
    for number in ("81234567890", 81234567890):
        assert post(envelope("recording.started", timezone.now(), number)).status_code == 200
    assert [event.meeting for event in ZoomEvent.objects.all()] == [meeting, meeting]


def test_what_zoom_sends_again_is_one_row(meeting):
    body = envelope("meeting.started", minutes_ago(2), "81234567890")
    first = post(body, request_id="same", at=minutes_ago(2))
    # Signed anew, as Zoom does.
    again = post(body, request_id="same")
    assert (first.status_code, again.status_code) == (200, 200)
    assert kept() == [("meeting.started", "same")]


def test_without_a_number_of_its_own_a_message_is_known_by_what_it_says(meeting):
    body = json.dumps(envelope("meeting.started", timezone.now(), "81234567890")).encode()
    for _ in range(2):
        headers = signed(body)
        del headers["x-zm-request-id"]
        assert post(body, headers=headers).status_code == 200
    assert ZoomEvent.objects.count() == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, headers: headers.pop("x-zm-signature"),
        lambda body, headers: headers.pop("x-zm-request-timestamp"),
        lambda body, headers: headers.update({"x-zm-signature": headers["x-zm-signature"][:-1] + "x"}),
        lambda body, headers: headers.update({"x-zm-signature": "v0=é"}),
        lambda body, headers: headers.update({"x-zm-request-timestamp": "1e9"}),
        lambda body, headers: headers.update({"x-zm-request-timestamp": "٣" * 10}),
        lambda body, headers: headers.update(signed(body + b" ")),
        lambda body, headers: headers.update(signed(body, secret="another")),
        lambda body, headers: headers.update(signed(body, secret="")),
        # The time alone is made new.
        lambda body, headers: headers.update(
            {**signed(body, at=minutes_ago(9)), "x-zm-request-timestamp": headers["x-zm-request-timestamp"]}
        ),
    ],
)
def test_what_is_forged_changes_nothing(meeting, spoil):
    body = json.dumps(envelope("meeting.started", timezone.now(), "81234567890")).encode()
    headers = signed(body)
    spoil(body, headers)
    assert post(body, headers=headers).status_code == 401
    assert kept() == []


@pytest.mark.parametrize(
    ("off_by", "status"),
    [
        (timedelta(minutes=-6), 401),
        (timedelta(minutes=6), 401),
        (timedelta(minutes=-4), 200),
        (timedelta(minutes=4), 200),
    ],
)
def test_only_what_was_sent_just_now_counts(meeting, off_by, status):
    body = envelope("meeting.started", timezone.now(), "81234567890")
    assert post(body, at=timezone.now() + off_by).status_code == status
    assert len(kept()) == (status == 200)


def test_a_message_recorded_on_its_way_is_of_no_use_later(meeting, time_machine):
    body = json.dumps(envelope("meeting.started", timezone.now(), "81234567890")).encode()
    headers = signed(body, request_id="once")
    assert post(body, headers=headers).status_code == 200
    time_machine.move_to(timezone.now() + timedelta(minutes=6))
    assert post(body, headers=headers).status_code == 401
    assert post(body, headers={**headers, "x-zm-request-id": "new"}).status_code == 401
    assert kept() == [("meeting.started", "once")]


def test_without_a_secret_nothing_is_believed(meeting, settings):
    settings.ZOOM_WEBHOOK_SECRET = ""
    body = envelope("meeting.started", timezone.now(), "81234567890")
    assert post(body, secret="").status_code == 401


def test_zoom_is_told_that_the_address_is_ours():
    body = {"event": "endpoint.url_validation", "event_ts": 1_764_000_000_000, "payload": {"plainToken": "qgg8vlvZRS6"}}
    answer = post(body)
    mark = hmac.new(SECRET.encode(), b"qgg8vlvZRS6", hashlib.sha256).hexdigest()
    assert (answer.status_code, answer.json()) == (200, {"plainToken": "qgg8vlvZRS6", "encryptedToken": mark})
    assert kept() == []


def test_nobody_has_the_portal_sign_for_them():
    """The answer to Zoom's question is a digest with the secret: of a token chosen well it would be a signature."""
    body = {"event": "endpoint.url_validation", "event_ts": 1, "payload": {"plainToken": "v0:1764000000:{}"}}
    assert post(body, secret="guessed").status_code == 401


def test_unknown_events_are_kept_and_unknown_meetings_refused(meeting):
    assert post(envelope("meeting.aura_read", timezone.now(), "81234567890"), request_id="odd").status_code == 200
    about = {
        "event": "user.presence_status_updated",
        "event_ts": 1_764_000_000_000,
        "payload": {"object": {"id": "zF_x"}},
    }
    assert post(about, request_id="of-no-meeting").status_code == 200
    assert post(envelope("meeting.started", timezone.now(), "89999999999"), request_id="strange").status_code == 404
    assert set(kept()) == {("meeting.aura_read", "odd"), ("user.presence_status_updated", "of-no-meeting")}
    # Nothing follows from what is about no meeting.
    assert [event.request_id for event in ZoomEvent.objects.filter(followed_at=None)] == ["odd"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"\xff\xfe",
        b'{"event": 5, "event_ts": 1}',
        b'{"event": "meeting.started"}',
        b'{"event": "meeting.started", "event_ts": true}',
        b'{"event": "meeting.started", "event_ts": 1e400}',
        b'{"event": "meeting.started", "event_ts": 99999999999999999999}',
        b'{"event": "meeting.\\u0000started", "event_ts": 1}',
        b'{"event": "meeting.started", "event_ts": 1, "payload": {"object": {"id": "1", "uuid": ["a"]}}}',
        b"[" * 5000,
    ],
)
def test_what_is_signed_and_still_nonsense_is_said_to_be(body):
    assert post(body).status_code == 400
    assert kept() == []


def test_it_is_no_place_for_long_letters(meeting):
    body = envelope("meeting.started", timezone.now(), "81234567890", topic="x" * LONGEST)
    assert post(body).status_code == 413
    assert kept() == []


def test_nothing_of_what_came_stands_in_the_log(meeting):
    participant = {"user_id": "1", "user_name": "Canary Name", "email": "canary@example.com"}
    good = envelope("meeting.participant_joined", timezone.now(), "81234567890", participant=participant)
    with structlog.testing.capture_logs() as lines:
        post(good)
        post(good, secret="forged")
        post(envelope("meeting.participant_joined", timezone.now(), "89999999999", participant=participant))
    assert "webhook_refused" in str(lines)
    assert [word for word in ("Canary", "canary", "81234567890", "89999999999") if word in str(lines)] == []


def test_it_costs_one_query(meeting, django_assert_num_queries):
    body = envelope("meeting.started", timezone.now(), "81234567890")
    post(body)
    with django_assert_num_queries(1):  # finds the meeting and keeps the row
        post(body)
