"""From messages in the store to runs, stays and recordings, by workers that may be killed or be many."""

import json
import random
import threading
from datetime import timedelta
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from sessions_app.live import following, presence, receiving, watching
from sessions_app.live.watching import follow_and_look
from sessions_app.models import MeetingRun, Presence, RecordingRun, Session, ZoomEvent
from tests.factories import BookingFactory, StaffProfileFactory, household
from tests.live_factories import (
    ConfirmedFactory,
    DoorDecisionFactory,
    HostStartFactory,
    MeetingFactory,
    ZoomEventFactory,
    ZoomReportFactory,
)
from tests.sessions_app.live.stories import FOUR, MAYA, Story, as_event, lively
from tests.sessions_app.live.test_piecing import minute
from tests.sessions_app.live.zoom_messages import post

LATER = FOUR + timedelta(hours=2)


@pytest.fixture
def meeting(db):
    session = ConfirmedFactory(starts_at=FOUR, confirmed_at=FOUR - timedelta(days=7))
    return MeetingFactory(session=session, zoom_id="81234567890", host__email="Host@whippersnappers.org")


def keep(meeting, messages):
    """Put messages into the store as if they had come in this order."""
    events = [as_event(message) for message in messages]
    for number, event in enumerate(events):
        event.meeting = meeting
        event.request_id = uuid4().hex
        event.received_at = FOUR + timedelta(seconds=number)
    ZoomEvent.objects.bulk_create(events)


def report(meeting, story):
    for uuid, body in story.report_bodies().items():
        ZoomReportFactory(meeting=meeting, meeting_uuid=uuid, body=body, received_at=LATER)


def record(session):
    """The final record as the tables have it."""
    people = [
        (p.pk, p.where, p.name, p.zoom_email, p.since, p.until, p.staff_id, p.guardian_id, p.known_by)
        for p in Presence.objects.filter(session=session)
    ]
    runs = [(r.pk, r.started_at, r.ended_at, r.reconciled_at) for r in MeetingRun.objects.filter(session=session)]
    recordings = [(r.started_at, r.stopped_at) for r in RecordingRun.objects.filter(run__session=session)]
    session.refresh_from_db()
    return people, runs, recordings, session.state, session.began_at, session.finished_at


def test_what_was_told_becomes_who_was_where(meeting):
    maya = StaffProfileFactory(zoom_email=MAYA.upper())
    (hannah,), (leo,) = household()
    hannah.first_name, hannah.last_name = "Hannah", "Green"
    hannah.save()
    BookingFactory(session=meeting.session, child=leo)
    tom = HostStartFactory(session=meeting.session, at=FOUR - timedelta(minutes=1)).staff
    for message in lively().messages:
        assert post(message, at=None).status_code == 200
    follow_and_look(meeting.pk, LATER)
    runs = [(minute(run.started_at), minute(run.ended_at), run.heard_of) for run in MeetingRun.objects.all()]
    assert runs == [(0, 25, "webhook"), (27, 45, "webhook")]
    inside = [(p.staff or p.guardian, p.known_by) for p in presence.stays(meeting.session) if p.where == "meeting"]
    first = [(tom, "host_start"), (maya, "sign_in"), *[(hannah, "name")] * 3]
    assert inside == [*first, (tom, "host_start"), (maya, "sign_in"), (hannah, "name")]
    waiting = [p for p in presence.stays(meeting.session) if p.where == "waiting"]
    assert [p.name for p in waiting if not p.known_by] == ["xX_ghost_Xx"]
    assert [minute(r.started_at) for r in RecordingRun.objects.all()] == [7]
    assert not ZoomEvent.objects.filter(followed_at=None).exists()
    session = Session.objects.get()
    assert (session.state, minute(session.began_at), minute(session.finished_at)) == ("delivered", 0, 45)


def test_three_dozen_random_ways_of_coming_leave_the_same_record(meeting):
    """The store itself, with its claims and rewriting: shuffled, lost, repeated, in pieces, the reports in between."""
    story, dice, records = lively(), random.Random(36), set()
    for _ in range(36):
        # As if nothing had come: only the tables that are worked out and what came are emptied.
        with connection.cursor() as cursor:
            tables = ("presence", "recordingrun", "meetingrun", "zoomreport", "zoomevent")
            deletes = "; ".join(f"DELETE FROM sessions_app_{table}" for table in tables)
            cursor.execute(
                f"SET LOCAL session_replication_role = replica; {deletes}; SET LOCAL session_replication_role = origin"
            )
        Session.objects.update(state="confirmed", began_at=None, finished_at=None)
        came = [one for one in story.messages if dice.random() > 0.2]
        came += dice.sample(came, k=5)
        dice.shuffle(came)
        cut = dice.randint(0, len(came))
        keep(meeting, came[:cut])
        following.follow(meeting.pk, LATER)
        report(meeting, story)
        keep(meeting, came[cut:])
        following.follow(meeting.pk, LATER)
        # The reports themselves are looked at without any event, too.
        session = Session.objects.select_for_update().get()
        following.rebuild(session, LATER)
        records.add(json.dumps(record(session), default=str))
    assert len(records) == 1


def test_following_twice_changes_nothing_and_pressed_stays_are_nobodys_to_change(meeting):
    Presence.objects.create(
        session=meeting.session, participant="person:1", where="meeting", since=FOUR, source="press", known_by="press"
    )
    keep(meeting, lively().messages)
    follow_and_look(meeting.pk, LATER)
    before = record(meeting.session)
    keep(meeting, lively().messages[:3])
    follow_and_look(meeting.pk, LATER)
    assert record(meeting.session) == before
    assert Presence.objects.filter(source="press").count() == 1


def test_messages_that_say_nothing_and_broken_ones_are_followed_and_ignored(meeting):
    at = FOUR + timedelta(minutes=1)
    for event, payload in {
        "meeting.aura_read": {},
        "meeting.updated": {},
        "meeting.participant_joined": {"participant": "nobody"},
        "meeting.participant_left": {"participant": {"user_name": "No number"}},
    }.items():
        ZoomEventFactory(meeting=meeting, event=event, event_at=at, payload=payload)
    follow_and_look(meeting.pk, LATER)
    assert (Presence.objects.count(), ZoomEvent.objects.filter(followed_at=None).count()) == (0, 0)


def test_a_number_may_be_a_number_and_a_time_may_be_nonsense(meeting):
    at = FOUR + timedelta(minutes=1)
    person = {"user_id": 16778240, "user_name": "Hannah\x00", "join_time": "yesterday"}
    ZoomEventFactory(meeting=meeting, event="meeting.participant_joined", event_at=at, payload={"participant": person})
    follow_and_look(meeting.pk, LATER)
    stay = Presence.objects.get()
    assert (stay.participant, stay.name, stay.since) == ("16778240", "Hannah", at)


def test_what_staff_said_at_the_door_comes_first(meeting):
    ann, tom = StaffProfileFactory(), StaffProfileFactory()
    story = Story()
    story.start(0)
    user_id = story.join("Ann", 1)
    keep(meeting, story.messages)
    about = {"session": meeting.session, "meeting_uuid": "first==", "participant": user_id, "verdict": "staff"}
    DoorDecisionFactory(**about, staff=tom, at=FOUR + timedelta(minutes=2))
    DoorDecisionFactory(**about, staff=ann, at=FOUR + timedelta(minutes=3))
    follow_and_look(meeting.pk, FOUR + timedelta(minutes=4))
    (stay,) = presence.people_in(meeting.session)
    assert (stay.staff, stay.known_by) == (ann, "decision")
    DoorDecisionFactory(**{**about, "verdict": "not_ours"}, at=FOUR + timedelta(minutes=5))
    following.rebuild(meeting.session, FOUR + timedelta(minutes=5))
    assert presence.people_in(meeting.session)[0].is_not_ours


def test_three_months_later_what_was_worked_out_stands(meeting):
    keep(meeting, lively().messages)
    follow_and_look(meeting.pk, LATER)
    stays = Presence.objects.count()
    much_later = meeting.session.ends_at + timedelta(days=89, hours=1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica; DELETE FROM sessions_app_zoomevent")
    ZoomEventFactory(meeting=meeting, event="recording.deleted", event_at=much_later)
    follow_and_look(meeting.pk, much_later)
    assert Presence.objects.count() == stays > 0
    assert not ZoomEvent.objects.filter(followed_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_come_to_the_same(meeting):
    messages = lively().messages
    keep(meeting, messages)

    def work():
        try:
            follow_and_look(meeting.pk, LATER)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    keep(meeting, messages[:9])
    for worker in workers:
        worker.join(30)
    follow_and_look(meeting.pk, LATER)
    assert not ZoomEvent.objects.filter(followed_at=None).exists()
    assert (MeetingRun.objects.count(), Presence.objects.filter(where="meeting").count()) == (2, 8)


def test_a_worker_that_dies_at_it_leaves_everything_to_the_next(meeting, monkeypatch):
    keep(meeting, lively().messages)
    dies = Mock(side_effect=KeyboardInterrupt)
    with monkeypatch.context() as broken:
        broken.setattr(following.beginning, "follow_runs", dies)
        with pytest.raises(KeyboardInterrupt):
            follow_and_look(meeting.pk, LATER)
    assert not ZoomEvent.objects.exclude(followed_at=None).exists()
    assert (MeetingRun.objects.count(), Presence.objects.count()) == (0, 0)
    follow_and_look(meeting.pk, LATER)
    assert (MeetingRun.objects.count(), Presence.objects.filter(where="meeting").count()) == (2, 8)


def test_what_nobody_followed_is_found_again(meeting):
    ZoomEventFactory(meeting=meeting, event_at=FOUR)
    ZoomEventFactory(meeting=meeting, event_at=FOUR, event="meeting.ended")
    ZoomEventFactory(event="user.updated", meeting=None, body="{}", followed_at=timezone.now())
    assert following.meetings_to_follow() == [meeting.pk]
    follow_and_look(meeting.pk, LATER)
    assert following.meetings_to_follow() == []


def test_one_worker_follows_everything_and_what_breaks_keeps_nobody_waiting(meeting, monkeypatch):
    other, broken = MeetingFactory(session__starts_at=FOUR), MeetingFactory(session__starts_at=FOUR)
    ZoomEventFactory(meeting=broken, event_at=FOUR, body="not what Zoom writes")
    for each in (meeting, other):
        ZoomEventFactory(meeting=each, event_at=FOUR)
    monkeypatch.setattr(watching, "LOOK_AGAIN", 0)
    watching.follow_all()
    assert [event.meeting for event in ZoomEvent.objects.filter(followed_at=None)] == [broken]
    assert {run.meeting for run in MeetingRun.objects.all()} == {meeting, other}


def test_a_burst_wakes_a_worker_once(meeting, monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr(receiving, "wake", lambda task, **options: woken.append(task))
    monkeypatch.setattr(receiving, "_woken_at", 0.0)
    monkeypatch.setattr(receiving, "WAKE_EVERY", 60)
    assert watching.LOOK_AGAIN > 0.2
    with django_capture_on_commit_callbacks(execute=True):
        for message in lively().messages[:5]:
            # Signed now, of the past: Zoom is late.
            assert post(message).status_code == 200
    assert (woken, ZoomEvent.objects.count()) == (["sessions_app.tasks.follow_events"], 5)
