"""The gateway against the simulator: every defect of zoomus mended, every answer a typed error."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from django.db import connection, transaction
from zoomus import ZoomClient

from sessions_app.models import ZoomToken
from sessions_app.zoom import gateway as gateway_module
from sessions_app.zoom import operations, tokens
from sessions_app.zoom.answers import read_answer
from sessions_app.zoom.client import SharedTokenClient
from sessions_app.zoom.errors import (
    MeetingNotFound,
    UserNotFound,
    ZoomAuthError,
    ZoomError,
    ZoomNotConfigured,
    ZoomRateLimited,
    ZoomRefused,
    ZoomScopeMissing,
    ZoomUnavailable,
    ZoomUnclear,
    ZoomValidationError,
)
from sessions_app.zoom.gateway import ZoomGateway
from sessions_app.zoom.meetings import MeetingSpec, create_request, zoom_time
from tests.factories import london
from tests.zoom_simulator import HOST, STAFF, Simulator

pytestmark = pytest.mark.django_db

SPEC = MeetingSpec(
    topic="Whippersnappers small group",
    starts_at=london("2026-11-24 16:00"),
    minutes=45,
    passcode="abcd2345",
    reference="whippersnappers:1",
    kind="small_group",
    alternative_hosts=(STAFF,),
)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "_FIRST_PAUSE", 0.01)


@pytest.fixture
def gateway() -> ZoomGateway:
    return ZoomGateway(timeout=1)


# --- Defect: the constructor fetches a token, without time-out or status check ----------------------------
def test_making_a_client_sends_nothing(zoom: Simulator) -> None:
    token = tokens.Token("value", zoom.url + "/v2", frozenset(), datetime(2030, 1, 1, tzinfo=UTC))
    client = SharedTokenClient(token, timeout=3)
    assert isinstance(client, ZoomClient)
    assert zoom.store.token == {}


def test_a_client_never_fetches_a_token_of_its_own(zoom: Simulator) -> None:
    token = tokens.Token("value", zoom.url + "/v2", frozenset(), datetime(2030, 1, 1, tzinfo=UTC))
    client = SharedTokenClient(token, timeout=3)
    with pytest.raises(NotImplementedError):
        client.refresh_token()
    assert zoom.store.token == {}


def test_bad_credentials_are_an_error_and_never_bearer_none(zoom: Simulator, settings: Any) -> None:
    settings.ZOOM_CLIENT_SECRET = "wrong"
    with pytest.raises(ZoomAuthError, match="refuses the portal's credentials: Invalid client_id"):
        ZoomGateway().get_user(HOST)
    assert zoom.calls("user") == []


def test_no_credentials_are_an_error_before_anything_is_sent(zoom: Simulator, settings: Any) -> None:
    settings.ZOOM_ACCOUNT_ID = ""
    with pytest.raises(ZoomNotConfigured, match="ZOOM_ACCOUNT_ID"):
        ZoomGateway().get_user(HOST)
    assert zoom.store.token == {}


@pytest.mark.parametrize(
    ("kind", "more"),
    [("html", {}), ("html_error", {"status": 502}), ("server_error", {}), ("drop_before", {})],
)
def test_a_sign_in_that_is_down_is_unavailable(zoom: Simulator, kind: str, more: dict) -> None:
    zoom.fault("token", kind, times=None, **more)
    with pytest.raises(ZoomUnavailable, match="sign-in"):
        ZoomGateway(tries=1).get_user(HOST)
    assert ZoomToken.objects.count() == 0


def test_the_sign_in_has_a_time_out(zoom: Simulator) -> None:
    zoom.fault("token", "timeout_before", seconds=20)
    begun = time.monotonic()
    with pytest.raises(ZoomUnavailable, match="sign-in did not answer"):
        ZoomGateway(timeout=1, tries=1).get_user(HOST)
    assert time.monotonic() - begun < 3


def test_the_token_never_shows_in_a_crash_report(zoom: Simulator) -> None:
    token = tokens.current_token()
    assert token.value == zoom.store.token["value"]
    assert token.value not in repr(token)
    assert SPEC.passcode not in repr(SPEC)


# --- The shared token -------------------------------------------------------------------------------------
def test_one_token_serves_many_calls_and_lies_encrypted_in_postgres(zoom: Simulator, gateway: ZoomGateway) -> None:
    gateway.get_user(HOST)
    value = zoom.store.token["value"]
    ZoomGateway().get_user(HOST)
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token FROM sessions_app_zoomtoken")
        stored = bytes(cursor.fetchone()[0])
    assert zoom.store.token["value"] == value
    assert value.encode() not in stored
    assert ZoomToken.objects.get().access_token == value


def test_a_token_is_renewed_before_it_ends(zoom: Simulator, gateway: ZoomGateway) -> None:
    gateway.get_user(HOST)
    first = zoom.store.token["value"]
    ZoomToken.objects.update(expires_at=datetime.now(UTC) + timedelta(seconds=30))
    gateway.get_user(HOST)
    assert zoom.store.token["value"] != first
    assert [call["status"] for call in zoom.calls("user")] == [200, 200]


def test_another_app_never_uses_the_token_of_the_one_before(
    zoom: Simulator, gateway: ZoomGateway, settings: Any
) -> None:
    gateway.get_user(HOST)
    first = zoom.store.token["value"]
    settings.ZOOM_CLIENT_SECRET = zoom.store.credentials.client_secret = "rotated"
    gateway.get_user(HOST)
    assert zoom.store.token["value"] != first
    assert ZoomToken.objects.count() == 1


def test_the_regional_address_of_the_answer_is_used(zoom: Simulator, gateway: ZoomGateway, settings: Any) -> None:
    settings.ZOOM_API_URL = "http://127.0.0.1:1/v2"
    assert gateway.get_user(HOST)["email"] == HOST
    assert ZoomToken.objects.get().api_url == f"{zoom.url}/v2"


@pytest.mark.parametrize("suffix", ["", "/", "/oauth/token"])
def test_the_oauth_address_may_be_the_server_or_the_whole_path(zoom: Simulator, settings: Any, suffix: str) -> None:
    settings.ZOOM_OAUTH_URL = zoom.url + suffix
    assert ZoomGateway().get_user(HOST)["email"] == HOST


def test_a_token_never_travels_less_protected_than_it_was_asked_for(settings: Any) -> None:
    settings.ZOOM_OAUTH_URL = "https://zoom.us"
    settings.ZOOM_API_URL = "https://api.zoom.us/v2"
    assert tokens._api_base("https://api-eu.zoom.us") == "https://api-eu.zoom.us/v2"
    assert tokens._api_base(None) == "https://api.zoom.us/v2"
    for unsafe in ("http://api.zoom.us", "api.zoom.us"):
        with pytest.raises(ZoomUnavailable):
            tokens._api_base(unsafe)


@pytest.mark.django_db(transaction=True)
def test_workers_that_need_a_token_at_once_fetch_one(zoom: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    counted = zoom.store.new_token

    def counting(*arguments: Any) -> str:
        taken.append("token")
        time.sleep(0.1)
        return counted(*arguments)

    monkeypatch.setattr(zoom.store, "new_token", counting)
    results = in_threads(8, lambda: ZoomGateway().get_user(HOST)["email"])
    assert results == [HOST] * 8
    assert taken == ["token"]


@pytest.mark.django_db(transaction=True)
def test_workers_whose_token_was_ended_renew_it_once(zoom: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    ZoomGateway().get_user(HOST)
    zoom.control("POST", "token/revoke")
    taken: list[str] = []
    counted = zoom.store.new_token

    def counting(*arguments: Any) -> str:
        taken.append("token")
        return counted(*arguments)

    monkeypatch.setattr(zoom.store, "new_token", counting)
    results = in_threads(6, lambda: ZoomGateway().get_user(HOST)["email"])
    assert results == [HOST] * 6
    assert taken == ["token"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_inside_a_transaction(zoom: Simulator) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        ZoomGateway().get_user(HOST)
    assert zoom.store.token == {}


# --- Defect: no expiry, no retry, no status check ---------------------------------------------------------
def test_after_a_401_the_cache_is_read_again_first(zoom: Simulator, gateway: ZoomGateway) -> None:
    gateway.get_user(HOST)
    stale = tokens.current_token()
    tokens._keep(tokens.Token(zoom.token(), stale.api_url, stale.scopes, stale.expires_at))
    value = zoom.store.token["value"]
    renewed = tokens.replace_token(stale.value)
    assert renewed.value == value
    assert zoom.store.token["value"] == value


def test_after_a_401_the_token_is_renewed_once_and_the_call_repeated_once(
    zoom: Simulator, gateway: ZoomGateway
) -> None:
    gateway.get_user(HOST)
    zoom.control("POST", "token/revoke")
    made = gateway.create_meeting(HOST, SPEC)
    assert [call["status"] for call in zoom.calls("meetingCreate")] == [401, 201]
    assert [meeting["id"] for meeting in zoom.meetings] == [made["id"]]


def test_a_second_401_is_an_error(zoom: Simulator, gateway: ZoomGateway) -> None:
    zoom.fault("user", "unauthorized", times=None)
    with pytest.raises(ZoomAuthError) as caught:
        gateway.get_user(HOST)
    assert (caught.value.code, caught.value.retryable) == (124, False)
    assert len(zoom.calls("user")) == 2


@pytest.mark.parametrize("kind", ["server_error", "drop_before", "html", "html_error"])
@pytest.mark.parametrize("name", ["meeting", "meetingUpdate", "meetingDelete", "meetingStatus"])
def test_get_patch_delete_and_put_are_repeated(zoom: Simulator, gateway: ZoomGateway, kind: str, name: str) -> None:
    number = gateway.create_meeting(HOST, SPEC)["id"]
    zoom.control("POST", f"meetings/{number}/start" if name == "meetingStatus" else "token/revoke")
    zoom.fault(name, kind, times=2)
    calls: dict[str, Callable[[], object]] = {
        "meeting": lambda: gateway.get_meeting(number)["id"],
        "meetingUpdate": lambda: gateway.update_meeting(number, SPEC),
        "meetingDelete": lambda: gateway.delete_meeting(number),
        "meetingStatus": lambda: gateway.end_meeting(number),
    }
    expected = {"meeting": number, "meetingUpdate": None, "meetingDelete": True, "meetingStatus": None}
    assert calls[name]() == expected[name]
    assert [call["fault"] for call in zoom.calls(name) if call["status"] != 401] == [kind, kind, ""]


def test_repeating_ends(zoom: Simulator, gateway: ZoomGateway) -> None:
    zoom.fault("user", "server_error", times=None, status=503)
    with pytest.raises(ZoomUnavailable) as caught:
        gateway.get_user(HOST)
    assert (caught.value.status, caught.value.retryable, len(zoom.calls("user"))) == (503, True, 3)


@pytest.mark.parametrize(
    ("kind", "created"),
    [
        ("server_error", 0),
        ("server_error_after", 1),
        ("drop_before", 0),
        ("drop_after", 1),
        ("html", 0),
        ("html_after", 1),
        ("timeout_before", 0),
        ("timeout_after", 1),
    ],
)
def test_creating_is_never_repeated_and_its_error_says_unclear(
    zoom: Simulator, gateway: ZoomGateway, kind: str, created: int
) -> None:
    zoom.fault("meetingCreate", kind, times=None, seconds=3)
    with pytest.raises(ZoomUnclear, match="it may have worked"):
        gateway.create_meeting(HOST, SPEC)
    assert (len(zoom.calls("meetingCreate")), len(zoom.meetings)) == (1, created)


def test_deleting_after_a_lost_answer_is_success(zoom: Simulator, gateway: ZoomGateway) -> None:
    number = gateway.create_meeting(HOST, SPEC)["id"]
    zoom.fault("meetingDelete", "drop_after")
    assert gateway.delete_meeting(number) is False
    assert zoom.meetings == []


# --- Defect: the time-out never reaches the components ----------------------------------------------------
def test_every_component_has_the_time_out() -> None:
    token = tokens.Token("value", "http://127.0.0.1:1/v2", frozenset(), datetime(2030, 1, 1, tzinfo=UTC))
    client = SharedTokenClient(token, timeout=3)
    assert {component.timeout for component in client.components.values()} == {3}
    assert (client.timeout, client.meeting.config["token"]) == (3, "value")


def test_a_call_that_hangs_ends_with_the_time_out(zoom: Simulator) -> None:
    zoom.fault("user", "timeout_before", seconds=20)
    begun = time.monotonic()
    with pytest.raises(ZoomUnavailable, match="ReadTimeout"):
        ZoomGateway(timeout=1, tries=1).get_user(HOST)
    assert 0.9 < time.monotonic() - begun < 3


# --- Defect: user_id and id leak into bodies and queries --------------------------------------------------
def test_bodies_and_queries_hold_only_what_the_schema_knows(zoom: Simulator) -> None:
    sent: list[requests.PreparedRequest] = []
    gateway = ZoomGateway(observe=lambda response: sent.append(response.request))
    number = gateway.create_meeting(HOST, SPEC)["id"]
    gateway.update_meeting(number, SPEC)
    gateway.get_meeting(number)
    assert [meeting["id"] for meeting in gateway.list_meetings(HOST)] == [number]
    gateway.delete_meeting(number)
    for request in sent:
        assert "user_id" not in str(request.body)
        assert "id=" not in str(request.url).partition("?")[2]
    assert len(sent) == 5


# --- Defect: local time with a Z --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wall_clock", "sent"),
    [
        ("2026-07-01 10:00", "2026-07-01T09:00:00Z"),
        ("2026-12-01 10:00", "2026-12-01T10:00:00Z"),
        ("2026-03-29 00:30", "2026-03-29T00:30:00Z"),
        ("2026-03-29 02:30", "2026-03-29T01:30:00Z"),
        ("2026-10-25 00:30", "2026-10-24T23:30:00Z"),
        ("2026-10-25 02:30", "2026-10-25T02:30:00Z"),
        ("2028-02-29 23:59", "2028-02-29T23:59:00Z"),
    ],
)
def test_times_go_out_in_utc(wall_clock: str, sent: str) -> None:
    assert zoom_time(london(wall_clock)) == sent


def test_a_summer_meeting_is_stored_at_the_right_moment(zoom: Simulator, gateway: ZoomGateway) -> None:
    spec = MeetingSpec("A group", london("2026-07-01 10:00"), 45, "abcd2345", "r", "small_group")
    made = gateway.create_meeting(HOST, spec)
    assert made["start_time"] == "2026-07-01T09:00:00Z"
    assert create_request(spec)["timezone"] == "Europe/London"


# --- Defect: UUIDs are not always encoded -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("uuid", "encoded"),
    [
        ("abc==", "abc%3D%3D"),
        ("ab/c==", "ab%2Fc%3D%3D"),
        ("/abc==", "%252Fabc%253D%253D"),
        ("ab//c==", "ab%252F%252Fc%253D%253D"),
        ("abc/", "abc%2F"),
        ("a+b", "a%2Bb"),
    ],
)
def test_uuids_are_encoded_and_arrive(zoom: Simulator, gateway: ZoomGateway, uuid: str, encoded: str) -> None:
    number = gateway.create_meeting(HOST, SPEC)["id"]
    zoom.control("POST", f"meetings/{number}/uuid", {"uuid": uuid})
    zoom.control("POST", f"meetings/{number}/start")
    zoom.control("POST", f"meetings/{number}/end")
    assert operations.encode_uuid(uuid) == encoded
    assert gateway.past_meeting(uuid)["id"] == number


# --- Typed errors -----------------------------------------------------------------------------------------
def test_not_found_is_told_apart(zoom: Simulator, gateway: ZoomGateway) -> None:
    with pytest.raises(MeetingNotFound):
        gateway.get_meeting(123)
    with pytest.raises(UserNotFound):
        gateway.create_meeting("nobody@example.org", SPEC)
    assert zoom.meetings == []


def test_a_404_page_is_not_a_missing_meeting(zoom: Simulator, gateway: ZoomGateway) -> None:
    number = gateway.create_meeting(HOST, SPEC)["id"]
    zoom.fault("meetingDelete", "html_error", status=404, times=None)
    with pytest.raises(ZoomUnavailable):
        gateway.delete_meeting(number)
    assert len(zoom.meetings) == 1


def test_a_missing_scope_is_named(zoom: Simulator, gateway: ZoomGateway) -> None:
    gateway.get_user(HOST)
    zoom.store.credentials.scopes = []
    with pytest.raises(ZoomScopeMissing, match="user:read:user"):
        gateway.get_user(HOST)
    assert len(zoom.calls("user")) == 2


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_missing_scope_is_known_by_its_code_whatever_the_status(status: int) -> None:
    response = requests.Response()
    response.status_code = status
    response._content = b'{"code": 4711, "message": "does not contain scopes:[x]"}'
    with pytest.raises(ZoomScopeMissing) as caught:
        read_answer(operations.GET_USER, response, datetime(2026, 11, 24, tzinfo=UTC))
    assert (caught.value.status, caught.value.code) == (status, 4711)


def test_a_validation_error_names_the_fields(zoom: Simulator, gateway: ZoomGateway) -> None:
    zoom.users(HOST)
    with pytest.raises(ZoomValidationError, match="alternative_hosts") as caught:
        gateway.create_meeting(HOST, SPEC)
    assert [problem.field for problem in caught.value.fields] == ["settings.alternative_hosts"]


def test_other_refusals_keep_their_code(zoom: Simulator, gateway: ZoomGateway) -> None:
    number = gateway.create_meeting(HOST, SPEC)["id"]
    with pytest.raises(ZoomRefused, match="not in progress") as caught:
        gateway.end_meeting(number)
    assert (caught.value.status, caught.value.code, caught.value.retryable) == (400, 3000, False)


@pytest.mark.parametrize(
    ("kind", "retry_after", "daily", "seconds"),
    [("rate_limit", "7", False, 7), ("rate_limit", "soon", False, 2), ("daily_limit", "", True, None)],
)
def test_rate_limits_say_until_when(
    zoom: Simulator, gateway: ZoomGateway, kind: str, retry_after: str, daily: bool, seconds: int | None
) -> None:
    zoom.fault("meetingCreate", kind, retry_after=retry_after)
    now = datetime.now(UTC)
    with pytest.raises(ZoomRateLimited) as caught:
        gateway.create_meeting(HOST, SPEC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    wanted = now + timedelta(seconds=seconds) if seconds else midnight
    assert abs(caught.value.retry_at - wanted) < timedelta(seconds=2)
    assert (caught.value.daily, len(zoom.calls("meetingCreate"))) == (daily, 1)


def test_every_error_is_one_family_with_words_for_staff() -> None:
    assert issubclass(ZoomNotConfigured, ZoomError)
    assert str(ZoomUnavailable("Zoom did not answer")) == "Zoom did not answer"


# --- Lists ------------------------------------------------------------------------------------------------
def test_all_pages_of_a_list_are_read(zoom: Simulator, gateway: ZoomGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "_PAGE_SIZE", 2)
    made = {gateway.create_meeting(HOST, SPEC)["id"] for _ in range(5)}
    assert {meeting["id"] for meeting in gateway.list_meetings(HOST)} == made
    assert len(zoom.calls("meetings")) == 3


def in_threads(count: int, work: Callable[[], Any]) -> list[Any]:
    """Do the work at once in so many threads, each with a database connection of its own."""
    results: list[Any] = []
    gate = threading.Barrier(count)

    def run() -> None:
        try:
            gate.wait(10)
            results.append(work())
        except Exception as error:  # noqa: BLE001 - handed to the test, which compares it
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results
