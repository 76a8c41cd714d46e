"""One meeting a session, whatever happens on the way: the worker side against the simulator."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sessions_app import meeting_claims
from sessions_app.confirming import cancel, confirm, reschedule
from sessions_app.meetings import ensure_due, ensure_meeting, sweep_meetings
from sessions_app.models import Meeting, Session, StaffAssignment, ZoomHost
from sessions_app.zoom import gateway as gateway_module
from sessions_app.zoom.gateway import ZoomGateway
from sessions_app.zoom.meetings import agenda_for
from tests.factories import (
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    UserFactory,
    ZoomHostFactory,
    household,
    ready_session,
)
from tests.zoom_simulator import HOST, STAFF, Simulator
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
State = Meeting.State


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "_FIRST_PAUSE", 0.01)


def wanted(**session: Any) -> Meeting:
    """A confirmed session's meeting, not made yet, with one member of staff who can be host."""
    made = SessionFactory.create(**session)
    StaffAssignmentFactory.create(session=made, staff=StaffProfileFactory.create(zoom_email=STAFF))
    StaffAssignmentFactory.create(session=made, staff=StaffProfileFactory.create(zoom_email=""))
    return Meeting.objects.create(session=made, host=ZoomHostFactory.create(email=HOST))


def ensure(meeting: Meeting, **gateway: Any) -> Meeting:
    """One attempt; the row as it is afterwards."""
    ensure_meeting(meeting.pk, gateway=ZoomGateway(timeout=1, **gateway))
    return Meeting.objects.get(pk=meeting.pk)


def let_time_pass(meeting: Meeting) -> None:
    """The lease has ended and the next attempt is due."""
    past = timezone.now() - timedelta(seconds=1)
    Meeting.objects.filter(pk=meeting.pk).update(next_attempt_at=past)
    Meeting.objects.filter(pk=meeting.pk, lease_until__isnull=False).update(lease_until=past)


# --- Making ------------------------------------------------------------------------------------------------
def test_a_wanted_meeting_is_made_with_the_policys_settings_and_read_back(zoom: Simulator) -> None:
    meeting = ensure(wanted(kind=Session.Kind.GROUP_ENTERTAINMENT))
    (stored,) = zoom.meetings
    assert (meeting.state, meeting.zoom_id, meeting.zoom_uuid) == (State.READY, str(stored["id"]), stored["uuid"])
    assert (meeting.applied_version, meeting.problem, meeting.attempts) == (1, "", 0)
    assert (meeting.lease_owner, meeting.lease_until, meeting.next_attempt_at) == (None, None, None)
    assert meeting.passcode == stored["password"]
    assert meeting.join_url.startswith(f"{zoom.url}/j/{stored['id']}?pwd=")
    assert stored["agenda"].startswith(f"Portal reference {meeting.reference}.")
    assert stored["settings"]["waiting_room"] is True
    assert stored["settings"]["focus_mode"] is True
    assert stored["settings"]["alternative_hosts"] == STAFF
    assert meeting.settings_kept["auto_recording"] == "none"


def test_zoom_never_hears_the_title_which_may_hold_a_name(zoom: Simulator) -> None:
    ensure(wanted(title="Drums with Amina", kind=Session.Kind.ONE_TO_ONE))
    assert [meeting["topic"] for meeting in zoom.meetings] == ["Whippersnappers: 1:1"]
    assert "Amina" not in str(zoom.meetings)


def test_the_hosts_link_is_never_stored(zoom: Simulator) -> None:
    meeting = ensure(wanted())
    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM sessions_app_meeting m")
        row = cursor.fetchone()[0]
    assert "zak" not in row
    assert "zak" not in meeting.join_url
    # Passcode and link are sealed in the database.
    assert meeting.passcode not in row


def test_a_second_run_does_nothing(zoom: Simulator) -> None:
    meeting = ensure(wanted())
    before = len(zoom.store.calls)
    ensure(meeting)
    assert (len(zoom.store.calls), sweep_meetings(timezone.now())) == (before, [])


def test_being_ready_is_in_the_audit_trail(zoom: Simulator) -> None:
    meeting = ensure(wanted())
    events = AuditEvent.objects.filter(target_id=str(meeting.pk)).values_list("event", "actor")
    assert list(events) == [("meeting.ready", "system:meetings")]


def test_the_host_is_not_an_alternative_to_itself(zoom: Simulator) -> None:
    meeting = wanted()
    StaffAssignmentFactory.create(session=meeting.session, staff=StaffProfileFactory.create(zoom_email=HOST.upper()))
    left = StaffAssignmentFactory.create(
        session=meeting.session, staff=StaffProfileFactory.create(zoom_email="left@whippersnappers.org")
    )
    StaffAssignment.objects.filter(pk=left.pk).update(withdrawn_at=timezone.now())
    ensure(meeting)
    assert [stored["settings"]["alternative_hosts"] for stored in zoom.meetings] == [STAFF]


# --- What is due -------------------------------------------------------------------------------------------
def test_the_sweep_finds_what_is_due_and_the_nearest_first(zoom: Simulator) -> None:
    now = timezone.now()
    host = ZoomHostFactory.create(email=HOST)

    def row(days: float, **fields: Any) -> Meeting:
        starts = now + timedelta(days=days)
        session = SessionFactory.create(starts_at=starts, ends_at=starts + timedelta(minutes=30))
        return Meeting.objects.create(session=session, host=host, **fields)

    later, sooner = row(3), row(2)
    unwanted = row(4, state=State.READY, zoom_id="1", applied_version=1, is_wanted=False)
    changed = row(5, state=State.READY, zoom_id="2", version=2, applied_version=1)
    row(6, state=State.READY, zoom_id="3", applied_version=1)
    row(7, next_attempt_at=now + timedelta(minutes=1))
    row(8, lease_owner=later.pk, lease_until=now + timedelta(minutes=1))
    row(9, state=State.DELETED, is_wanted=False)
    row(-3)
    assert sweep_meetings(now) == [sooner.pk, later.pk, unwanted.pk, changed.pk]


# --- Unclear answers, crashes, races -----------------------------------------------------------------------
@pytest.mark.parametrize(
    "kind",
    [
        "timeout_before",
        "timeout_after",
        "drop_before",
        "drop_after",
        "server_error",
        "server_error_after",
        "html",
        "html_after",
    ],
)
def test_an_unclear_answer_ends_with_one_meeting(zoom: Simulator, kind: str) -> None:
    zoom.fault("meetingCreate", kind, seconds=3)
    meeting = ensure(wanted())
    assert (meeting.state, meeting.zoom_id) == (State.CREATING, "")
    assert "may have worked" in meeting.problem
    assert ensure(meeting).attempts == 1, "nobody may look before the lost call has had its time"
    let_time_pass(meeting)
    meeting = ensure(meeting)
    assert (meeting.state, [str(m["id"]) for m in zoom.meetings]) == (State.READY, [meeting.zoom_id])


def test_trying_again_by_hand_waits_for_a_lost_call_too(zoom: Simulator) -> None:
    zoom.fault("meetingCreate", "drop_after")
    meeting = ensure(wanted())
    Meeting.objects.filter(pk=meeting.pk).update(next_attempt_at=None, attempts=0)
    assert ensure(meeting).state == State.CREATING
    assert len(zoom.calls("meetingCreate")) == 1


@pytest.mark.parametrize("operation", ["create_meeting", "get_meeting", "update_meeting", "list_meetings"])
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_call_ends_with_one_meeting(
    zoom: Simulator, monkeypatch: pytest.MonkeyPatch, operation: str, after: bool
) -> None:
    """The worker is gone before or after a call; its successor finds the row with an ended lease."""

    class Killed(BaseException):
        pass

    real = getattr(ZoomGateway, operation)

    def dying(self: ZoomGateway, *arguments: Any) -> Any:
        if after:
            result = real(self, *arguments)
            list(result if operation == "list_meetings" else [])
        raise Killed

    meeting = wanted()
    if operation in ("update_meeting", "list_meetings"):
        zoom.fault("meetingCreate", "drop_after")
        ensure(meeting)
        let_time_pass(meeting)
    monkeypatch.setattr(ZoomGateway, operation, dying)
    with pytest.raises(Killed):
        ensure(meeting)
    monkeypatch.setattr(ZoomGateway, operation, real)
    assert sweep_meetings(timezone.now()) == [], "the lease keeps others away"
    let_time_pass(meeting)
    assert sweep_meetings(timezone.now()) == [meeting.pk]
    meeting = ensure(meeting)
    assert (meeting.state, [str(m["id"]) for m in zoom.meetings]) == (State.READY, [meeting.zoom_id])


def test_a_meeting_found_twice_is_made_one(zoom: Simulator) -> None:
    meeting = wanted()
    zoom.token()
    body = {"topic": "x", "agenda": agenda_for(meeting.reference), "start_time": "2030-01-01T10:00:00Z"}
    for _ in range(3):
        zoom.request("POST", f"/users/{HOST}/meetings", json=body)
    zoom.request("POST", f"/users/{HOST}/meetings", json={**body, "agenda": "somebody else's"})
    Meeting.objects.filter(pk=meeting.pk).update(state=State.CREATING)
    meeting = ensure(meeting)
    mine = [m for m in zoom.meetings if m["agenda"] != "somebody else's"]
    assert [str(m["id"]) for m in mine] == [meeting.zoom_id]
    assert len(zoom.meetings) == 2


def test_a_worker_that_lost_its_claim_takes_back_what_it_made(zoom: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stalled between its last look and the call; meanwhile another has made the meeting."""
    meeting = wanted()
    create = ZoomGateway.create_meeting

    def stalled(self: ZoomGateway, *arguments: Any) -> Any:
        monkeypatch.setattr(ZoomGateway, "create_meeting", create)
        Meeting.objects.filter(pk=meeting.pk).update(lease_owner=None, lease_until=None, next_attempt_at=None)
        ensure_meeting(meeting.pk)
        return create(self, *arguments)

    monkeypatch.setattr(ZoomGateway, "create_meeting", stalled)
    meeting = ensure(meeting)
    assert (meeting.state, [str(m["id"]) for m in zoom.meetings]) == (State.READY, [meeting.zoom_id])


@pytest.mark.django_db(transaction=True)
def test_workers_that_race_make_one_meeting(zoom: Simulator) -> None:
    meeting = wanted()
    gate = threading.Barrier(6)

    def run() -> None:
        try:
            gate.wait(10)
            ensure_meeting(meeting.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    meeting.refresh_from_db()
    assert (meeting.state, [str(m["id"]) for m in zoom.meetings]) == (State.READY, [meeting.zoom_id])
    assert len(zoom.calls("meetingCreate")) == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_done_inside_a_transaction(zoom: Simulator) -> None:
    meeting = wanted()
    with transaction.atomic(), pytest.raises(RuntimeError):
        ensure_meeting(meeting.pk)
    assert zoom.store.calls == []


# --- Settings that Zoom did not keep -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("override", "named"),
    [
        ({"waiting_room": False}, "waiting_room"),
        ({"auto_recording": "cloud"}, "auto_recording"),
        ({"join_before_host": True}, "join_before_host"),
        ({"meeting_authentication": True}, "meeting_authentication"),
        ({"alternative_hosts": ""}, "alternative_hosts"),
    ],
)
def test_a_safety_setting_that_zoom_did_not_keep_fails_the_meeting_and_is_named(
    zoom: Simulator, override: dict, named: str
) -> None:
    zoom.control("PUT", "locks", override)
    meeting = ensure(wanted())
    assert (meeting.state, meeting.is_ready) == (State.FAILED, False)
    assert named in meeting.problem
    assert meeting.settings_kept[named] == override[named]
    zoom.control("PUT", "locks", {})
    let_time_pass(meeting)
    meeting = ensure(meeting)
    assert (meeting.state, meeting.problem, len(zoom.meetings)) == (State.READY, "", 1)


def test_a_ready_meeting_whose_change_unlocks_the_door_is_not_ready_any_more(zoom: Simulator) -> None:
    meeting = ensure(wanted())
    Meeting.objects.filter(pk=meeting.pk).update(version=2)
    zoom.fault("meetingUpdate", "override", settings={"waiting_room": False})
    meeting = ensure(meeting)
    assert (meeting.state, meeting.is_ready) == (State.FAILED, False)


def test_a_time_that_zoom_did_not_keep_fails_the_meeting_too(zoom: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ZoomGateway.get_meeting
    monkeypatch.setattr(ZoomGateway, "get_meeting", lambda *a: {**real(*a), "start_time": "2030-01-01T00:00:00Z"})
    meeting = ensure(wanted())
    assert meeting.state == State.FAILED
    assert "Zoom has 2030-01-01T00:00:00Z" in meeting.problem


# --- Refusals and outages ----------------------------------------------------------------------------------
def test_rate_limits_are_honoured_to_the_second(zoom: Simulator) -> None:
    zoom.fault("meetingCreate", "rate_limit", retry_after="40")
    begun = timezone.now()
    meeting = ensure(wanted())
    assert (meeting.state, meeting.attempts, meeting.lease_until) == (State.WANTED, 0, None)
    assert meeting.next_attempt_at is not None
    assert timedelta(seconds=40) < meeting.next_attempt_at - begun < timedelta(seconds=48)


def test_the_daily_limit_waits_for_midnight_in_utc(zoom: Simulator) -> None:
    zoom.fault("meetingCreate", "daily_limit")
    now = datetime.now(UTC)
    meeting = ensure(wanted())
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert meeting.next_attempt_at is not None
    assert timedelta(0) < meeting.next_attempt_at - midnight < timedelta(seconds=8)


@pytest.mark.parametrize(
    ("spoil", "mend", "words"),
    [
        (
            lambda zoom: setattr(zoom.store.credentials, "client_secret", "other"),
            lambda zoom: setattr(zoom.store.credentials, "client_secret", "client-secret"),
            "refuses the portal's credentials",
        ),
        (lambda zoom: zoom.users(STAFF), lambda zoom: zoom.users(HOST, STAFF), "User does not exist"),
        (lambda zoom: zoom.users(HOST), lambda zoom: zoom.users(HOST, STAFF), "alternative_hosts"),
        (
            lambda zoom: setattr(zoom.store.credentials, "scopes", ["meeting:read:meeting:admin"]),
            lambda zoom: setattr(zoom.store.credentials, "scopes", None),
            "meeting:write:meeting",
        ),
    ],
    ids=["credentials", "no such host", "no such alternative host", "scope"],
)
def test_what_somebody_has_to_put_right_fails_with_words_and_heals(
    zoom: Simulator, spoil: Callable[[Simulator], None], mend: Callable[[Simulator], None], words: str
) -> None:
    spoil(zoom)
    meeting = ensure(wanted())
    assert (meeting.state, zoom.meetings) == (State.FAILED, [])
    assert words in meeting.problem
    assert "put this right" in meeting.problem
    mend(zoom)
    let_time_pass(meeting)
    assert ensure(meeting).state == State.READY
    assert len(zoom.meetings) == 1


def test_an_outage_backs_off_and_heals(zoom: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting_claims.random, "random", lambda: 1.0)
    zoom.fault("token", "server_error", times=None, status=503)
    meeting, pauses = wanted(), []
    for _ in range(4):
        begun = timezone.now()
        meeting = ensure(meeting)
        assert meeting.next_attempt_at is not None
        pauses.append(round((meeting.next_attempt_at - begun).total_seconds() / 10) * 10)
        let_time_pass(meeting)
    assert (meeting.state, pauses) == (State.WANTED, [30, 60, 120, 240])
    zoom.control("DELETE", "faults")
    assert ensure(meeting).state == State.READY


def test_a_sweep_goes_through_all_that_is_due_but_not_while_zoom_is_away(zoom: Simulator) -> None:
    host, rows = ZoomHostFactory.create(email=HOST), []
    for hours in range(3):
        starts = timezone.now() + timedelta(days=1, hours=hours)
        session = SessionFactory.create(starts_at=starts, ends_at=starts + timedelta(minutes=30))
        rows.append(Meeting.objects.create(session=session, host=host))
    zoom.fault("token", "server_error", times=None, status=503)
    ensure_due(timezone.now())
    assert [Meeting.objects.get(pk=row.pk).attempts for row in rows] == [1, 0, 0]
    zoom.control("DELETE", "faults")
    zoom.fault("meetingCreate", "rate_limit")
    ensure_due(timezone.now())
    states = [Meeting.objects.get(pk=row.pk).state for row in rows]
    assert states == [State.WANTED, State.WANTED, State.READY], "one waits for the outage, one for its limit"


def test_pauses_are_spread_and_never_longer_than_an_hour() -> None:
    pauses = {meeting_claims.pause(30, meeting_claims.FIRST_RETRY) for _ in range(50)}
    assert len(pauses) == 50
    assert max(pauses) <= timedelta(hours=1)


def test_an_ended_token_is_no_problem(zoom: Simulator) -> None:
    meeting = ensure(wanted())
    zoom.control("POST", "token/revoke")
    Meeting.objects.filter(pk=meeting.pk).update(version=2)
    assert (ensure(meeting).applied_version, len(zoom.meetings)) == (2, 1)


# --- From confirming to cancelling -------------------------------------------------------------------------
def test_a_session_and_its_meeting_from_first_to_last(zoom: Simulator) -> None:
    adults, children = household()
    coordinator = UserFactory.create(roles=[Role.COORDINATOR])
    session = ready_session(children=children)
    ZoomHost.objects.update(email=HOST)
    confirm(session.pk, by=coordinator, now=timezone.now())
    meeting = Meeting.objects.get(session=session)
    (invitation,) = OutgoingMail.objects.filter(person=f"guardian:{adults[0].pk}")
    assert sweep_meetings(timezone.now()) == [meeting.pk]

    meeting = ensure(meeting)
    invitation.refresh_from_db()
    assert (meeting.is_ready, invitation.not_before <= timezone.now()) == (True, True)

    move = {"starts_at": session.starts_at + timedelta(hours=1), "ends_at": session.ends_at + timedelta(hours=1)}
    reschedule(session.pk, **move, by=coordinator, now=timezone.now())
    ensure(meeting)
    assert [m["start_time"] for m in zoom.meetings] == [
        move["starts_at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ]

    cancel(session.pk, reason="The drummer is ill.", by=coordinator, now=timezone.now())
    assert (ensure(meeting).state, zoom.meetings) == (State.DELETED, [])
    assert len(zoom.calls("meetingCreate")) == 1


def test_families_are_told_of_the_meeting_that_replaces_a_lost_one(zoom: Simulator) -> None:
    coordinator = UserFactory.create(roles=[Role.COORDINATOR])
    session = ready_session()
    ZoomHost.objects.update(email=HOST)
    confirm(session.pk, by=coordinator, now=timezone.now())
    meeting = ensure(Meeting.objects.get(session=session))
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
    zoom.request("DELETE", f"/meetings/{meeting.zoom_id}")
    Meeting.objects.filter(pk=meeting.pk).update(version=2)
    ensure(meeting)
    another = ensure(Meeting.objects.get(session=session, is_wanted=True))
    session.refresh_from_db()
    assert (another.is_ready, session.revision) == (True, 2)
    assert OutgoingMail.objects.filter(kind="changed", about=f"session:{session.pk}", state="waiting").count() == 1


# --- Changing and removing ---------------------------------------------------------------------------------
def test_a_moved_session_moves_its_meeting(zoom: Simulator) -> None:
    meeting = ensure(wanted())
    session = meeting.session
    session.starts_at += timedelta(hours=1)
    session.ends_at += timedelta(hours=1, minutes=15)
    session.save()
    Meeting.objects.filter(pk=meeting.pk).update(version=2)
    after = ensure(meeting)
    (stored,) = zoom.meetings
    assert (stored["id"], stored["duration"]) == (int(meeting.zoom_id), 60)
    assert stored["start_time"] == session.starts_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (after.state, after.applied_version, after.join_url) == (State.READY, 2, meeting.join_url)


def test_a_change_during_an_attempt_is_brought_over_right_after_it(
    zoom: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = wanted()
    real = ZoomGateway.get_meeting

    def changing(self: ZoomGateway, number: int) -> Any:
        Meeting.objects.filter(pk=meeting.pk, version=1).update(version=2)
        return real(self, number)

    monkeypatch.setattr(ZoomGateway, "get_meeting", changing)
    assert ensure(meeting).applied_version == 2
    assert len(zoom.calls("meetingUpdate")) == 1


def test_a_change_that_zoom_refuses_leaves_the_meeting_as_it_was_seen(zoom: Simulator) -> None:
    meeting = ensure(wanted())
    Meeting.objects.filter(pk=meeting.pk).update(version=2)
    zoom.users(HOST)
    meeting = ensure(meeting)
    assert (meeting.state, meeting.applied_version, meeting.is_ready) == (State.READY, 1, True)
    assert "alternative_hosts" in meeting.problem
    assert meeting.next_attempt_at is not None


def test_a_meeting_that_is_not_wanted_is_deleted(zoom: Simulator) -> None:
    meeting = ensure(wanted())
    Meeting.objects.filter(pk=meeting.pk).update(is_wanted=False, version=2)
    meeting = ensure(meeting)
    assert (meeting.state, zoom.meetings, sweep_meetings(timezone.now())) == (State.DELETED, [], [])


def test_a_meeting_that_is_gone_already_counts_as_deleted(zoom: Simulator) -> None:
    meeting = ensure(wanted())
    zoom.request("DELETE", f"/meetings/{meeting.zoom_id}")
    Meeting.objects.filter(pk=meeting.pk).update(is_wanted=False, version=2)
    assert ensure(meeting).state == State.DELETED
    assert [call["status"] for call in zoom.calls("meetingDelete")] == [204, 404]


def test_a_running_meeting_is_ended_and_deleted(zoom: Simulator) -> None:
    meeting = ensure(wanted())
    zoom.control("POST", f"meetings/{meeting.zoom_id}/start")
    Meeting.objects.filter(pk=meeting.pk).update(is_wanted=False, version=2)
    assert (ensure(meeting).state, zoom.meetings) == (State.DELETED, [])


def test_a_meeting_cancelled_before_it_was_made_is_never_made(zoom: Simulator) -> None:
    meeting = wanted()
    Meeting.objects.filter(pk=meeting.pk).update(is_wanted=False, version=2)
    assert ensure(meeting).state == State.DELETED
    assert zoom.store.calls == []


def test_a_meeting_cancelled_after_an_unclear_answer_is_found_and_deleted(zoom: Simulator) -> None:
    zoom.fault("meetingCreate", "timeout_after", seconds=3)
    meeting = ensure(wanted())
    assert len(zoom.meetings) == 1
    Meeting.objects.filter(pk=meeting.pk).update(is_wanted=False, version=2)
    let_time_pass(meeting)
    assert (ensure(meeting).state, zoom.meetings) == (State.DELETED, [])


def test_a_meeting_that_somebody_deleted_in_zoom_is_replaced(zoom: Simulator) -> None:
    meeting = ensure(wanted())
    zoom.request("DELETE", f"/meetings/{meeting.zoom_id}")
    Meeting.objects.filter(pk=meeting.pk).update(version=2)
    lost = ensure(meeting)
    another = Meeting.objects.get(session=meeting.session, is_wanted=True)
    assert (lost.state, lost.is_wanted, another.state) == (State.DELETED, False, State.WANTED)
    assert ensure(another).state == State.READY
    assert [str(m["id"]) for m in zoom.meetings] == [Meeting.objects.get(pk=another.pk).zoom_id]


def test_every_state_is_either_worked_on_or_left_alone() -> None:
    """A forgotten state fails here: for each, what is due when it is wanted, changed, not wanted."""
    host = ZoomHostFactory.create(email=HOST)
    found = {}
    for hours, state in enumerate(State.values):
        starts = timezone.now() + timedelta(days=1, hours=hours)
        session = SessionFactory.create(starts_at=starts, ends_at=starts + timedelta(minutes=30))
        meeting = Meeting.objects.create(session=session, host=host, state=state, zoom_id=str(hours))
        rows = Meeting.objects.filter(pk=meeting.pk)
        seen = []
        for values in ({"applied_version": 1}, {"version": 2}, {"is_wanted": False}):
            rows.update(**values)
            seen.append(meeting.pk in sweep_meetings(timezone.now()))
        found[state] = seen
    assert found == {
        State.WANTED: [True, True, True],
        State.CREATING: [True, True, True],
        State.READY: [False, True, True],
        State.FAILED: [True, True, True],
        State.ENDED: [False, False, False],
        State.DELETED: [False, False, False],
    }
