"""Asking Zoom afterwards: whatever was lost on the way, the final record is the same."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from demo.zoom.scripts import one_meeting
from sessions_app.live import reconciling
from sessions_app.live.forgetting import forget
from sessions_app.live.watching import follow_and_look, watch_running
from sessions_app.models import Meeting, MeetingRun, PolicyAlert, Presence, Reconciling, ZoomEvent, ZoomReport
from sessions_app.zoom.gateway import ZoomGateway
from tests.live_factories import (
    ConfirmedFactory,
    MeetingFactory,
    MeetingRunFactory,
    ZoomEventFactory,
    ZoomReportFactory,
)
from tests.live_scripts import HOST, played
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db

FOUR = datetime(2026, 11, 24, 16, tzinfo=UTC)
OVER = FOUR + timedelta(minutes=61)


def at(minutes):
    return FOUR + timedelta(minutes=minutes)


@pytest.fixture
def gateway():
    return ZoomGateway(tries=1)


def held(zoom, **session):
    """A session's meeting that the simulator knows too."""
    fields = {"starts_at": FOUR, "confirmed_at": FOUR - timedelta(days=7), "kind": "one_to_one", **session}
    meeting = MeetingFactory(session=ConfirmedFactory(**fields))
    account = one_meeting(int(meeting.zoom_id), host=HOST, secret="webhook-secret")
    zoom.store.users |= account.users
    zoom.store.meetings |= account.meetings
    return meeting


def play(zoom, meeting, script, *trouble):
    """Play a script; a worker follows after each scene."""
    for scene in played(script, meeting, begins=at(-5), trouble=trouble, store=zoom.store):
        follow_and_look(meeting.pk, scene.at)


def record(meeting):
    """The final record, without the numbers that differ from meeting to meeting."""
    runs = list(MeetingRun.objects.filter(meeting=meeting))
    stays = Presence.objects.filter(session=meeting.session).order_by("since", "participant", "where")
    meeting.session.refresh_from_db()
    return {
        "runs": [(run.started_at, run.started_known, run.ended_at, run.ended_known) for run in runs],
        "recordings": [(one.started_at, one.stopped_at) for run in runs for one in run.recordings.all()],
        "stays": [(s.where, s.participant, s.name, s.since, s.until, s.since_known, s.until_known) for s in stays],
        "session": (meeting.session.state, meeting.session.began_at, meeting.session.finished_at),
    }


@pytest.mark.parametrize("script", ["ended_and_restarted", "stray_recording", "uninvited_joiner"])
def test_whatever_was_lost_the_final_record_is_the_same(zoom, gateway, script):
    records = []
    for trouble in ([], ["lose_all"], ["lose_some"], ["lose_some", "reorder"], ["repeat", "delay"]):
        meeting = held(zoom)
        play(zoom, meeting, script, *trouble)
        reconciling.reconcile_due(OVER, gateway=gateway)
        assert Reconciling.objects.get(meeting=meeting).done_at == OVER
        assert set(MeetingRun.objects.filter(meeting=meeting).values_list("reconciled_at", flat=True)) == {OVER}
        records.append(record(meeting))
        # Hosts hold one meeting at a time, here as in life.
        Meeting.objects.update(is_wanted=False)
    assert records[0]["stays"] != []
    assert all(each == records[0] for each in records)


def test_a_session_of_which_nothing_was_heard_is_known_afterwards(zoom, gateway, coordinator):
    meeting = held(zoom)
    play(zoom, meeting, "nothing_heard")
    assert not ZoomEvent.objects.exists()
    watch_running(at(56))
    assert [(a.kind, a.ended_at) for a in PolicyAlert.objects.all()] == [("nothing_heard_from_zoom", None)]
    reconciling.reconcile_due(OVER, gateway=gateway)
    meeting.session.refresh_from_db()
    assert (meeting.session.state, MeetingRun.objects.get().heard_of) == ("delivered", "report")
    assert PolicyAlert.objects.get(kind="nothing_heard_from_zoom").ended_at == OVER
    assert AuditEvent.objects.filter(event="meeting.reconciled", actor="system:reconciling").count() == 1


def test_nobody_is_asked_before_it_is_over_and_only_once(zoom, gateway):
    meeting = held(zoom)
    play(zoom, meeting, "good_one_to_one")
    reconciling.reconcile_due(at(59), gateway=gateway)
    assert zoom.calls("pastMeetings") == []
    for minutes in (61, 62, 600):
        reconciling.reconcile_due(at(minutes), gateway=gateway)
    assert len(zoom.calls("pastMeetings")) == 1


def test_an_answer_that_fails_is_asked_for_again_later(zoom, gateway):
    held(zoom)
    second = held(zoom, starts_at=FOUR + timedelta(minutes=1))
    zoom.fault("pastMeetings", "server_error", times=1)
    reconciling.reconcile_due(at(62), gateway=gateway)
    tried = Reconciling.objects.exclude(problem="").get()
    # When Zoom does not answer, the others wait for the next time.
    assert (tried.attempts, tried.done_at, Reconciling.objects.get(meeting=second).attempts) == (1, None, 0)
    assert at(62) < tried.due_at <= at(65)
    zoom.fault("pastMeetings", "daily_limit", times=1)
    reconciling.reconcile_due(at(65), gateway=gateway)
    assert Reconciling.objects.filter(due_at__gt=at(65)).exists()


def test_a_meeting_that_zoom_does_not_know_was_not_held(zoom, gateway):
    meeting = MeetingFactory(session=ConfirmedFactory(starts_at=FOUR, confirmed_at=FOUR))
    reconciling.reconcile_due(OVER, gateway=gateway)
    row = Reconciling.objects.get()
    assert (row.done_at, "not there yet" in row.problem) == (None, True)
    reconciling.reconcile_due(at(45 + 361), gateway=gateway)
    assert Reconciling.objects.get().done_at == at(45 + 361)
    assert not MeetingRun.objects.filter(meeting=meeting).exists()


def test_without_a_right_to_reports_the_shorter_list_serves(zoom, gateway):
    meeting = held(zoom)
    play(zoom, meeting, "nothing_heard")
    zoom.fault("reportMeetingParticipants", "scope", times=None)
    reconciling.reconcile_due(OVER, gateway=gateway)
    assert (Reconciling.objects.get().done_at, Presence.objects.exists()) == (OVER, True)


def test_an_empty_report_is_one_that_is_not_ready(zoom, gateway):
    meeting = held(zoom)
    play(zoom, meeting, "good_one_to_one")
    (instance,) = zoom.store.meetings[int(meeting.zoom_id)]["past"]
    people, instance["people"] = instance["people"], []
    reconciling.reconcile_due(OVER, gateway=gateway)
    assert (ZoomReport.objects.count(), Presence.objects.count() > 0) == (0, True)
    instance["people"] = people
    reconciling.reconcile_due(OVER + timedelta(hours=1), gateway=gateway)
    assert (ZoomReport.objects.count(), Reconciling.objects.get().done_at) == (1, OVER + timedelta(hours=1))


def test_a_run_that_comes_later_is_asked_about_too(zoom, gateway):
    meeting = held(zoom)
    play(zoom, meeting, "good_one_to_one")
    reconciling.reconcile_due(OVER, gateway=gateway)
    MeetingRunFactory(meeting=meeting, started_at=at(70), ended_at=at(80))
    reconciling.open_due(at(96))
    assert Reconciling.objects.get().done_at is None


def test_two_workers_do_not_ask_twice(zoom, gateway):
    meeting = held(zoom)
    reconciling.open_due(OVER)
    row = Reconciling.objects.get(meeting=meeting)
    assert reconciling._take(row.pk, OVER) is not None
    assert reconciling._take(row.pk, OVER) is None


@pytest.mark.parametrize("why", ["in person", "cancelled", "draft", "not made"])
def test_who_is_not_asked_about(why):
    state = {"cancelled": "cancelled", "draft": "draft"}.get(why, "confirmed")
    session = ConfirmedFactory(starts_at=FOUR, state=state, cancelled_at=FOUR if why == "cancelled" else None)
    if why != "in person":
        MeetingFactory(session=session, state="wanted", zoom_id="" if why == "not made" else "1")
    reconciling.open_due(OVER)
    assert not Reconciling.objects.exists()


def test_what_came_goes_after_three_months_and_what_follows_from_it_stays(zoom, gateway):
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    run = MeetingRunFactory()
    for factory in (ZoomEventFactory, ZoomReportFactory):
        factory(received_at=now - timedelta(days=91))
        factory(received_at=now - timedelta(days=89))
    forget(now)
    assert (ZoomEvent.objects.count(), ZoomReport.objects.count(), MeetingRun.objects.get()) == (1, 1, run)
