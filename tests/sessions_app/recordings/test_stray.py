"""What must not be recorded is stopped, told of and deleted, each step seen to until Zoom shows it (N3)."""

from datetime import timedelta

import pytest

from sessions_app.models import PolicyAlert, RecordingFile, RecordingOrder, RecordingRun, Session
from sessions_app.recordings import keeping, ordering
from tests.sessions_app.recordings.scenes import shared_meeting, work
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meeting(zoom, settings, coordinator, lead):
    return shared_meeting(zoom, settings.ZOOM_WEBHOOK_SECRET, kind=Session.Kind.ONE_TO_ONE)


def test_a_stray_recording_is_stopped_at_once_and_its_file_deleted_with_proof(zoom, meeting):
    for _ in work(zoom, "stray_recording", meeting):
        pass
    order = RecordingOrder.objects.get()
    assert (order.what, order.why, order.by, order.outcome) == ("stop", "not_allowed", None, "told")
    recording = RecordingRun.objects.get()
    assert recording.stopped_known
    # The script's own stop, three minutes later, found nothing to stop.
    assert recording.stopped_at - recording.started_at < timedelta(minutes=1)
    alert = PolicyAlert.objects.get(kind="recording_not_allowed")
    assert (alert.clause, alert.began_at, alert.ended_at) == ("N3", recording.started_at, recording.stopped_at)
    assert [(one.kind, one.facts) for one in PolicyAlert.objects.exclude(pk=alert.pk)] == []
    assert OutgoingMail.objects.filter(kind="policy_alert").count() == 1
    file = RecordingFile.objects.get()
    assert file.not_allowed == "Sessions of this kind are never recorded."
    assert None not in (file.delete_answered_at, file.deleted_at, file.delete_told_at)
    assert zoom.store.meetings[int(meeting.zoom_id)]["recordings"] == []


def test_zoom_is_told_again_until_it_listens(zoom, meeting):
    zoom.fault("inMeetingControl", "server_error", times=3)
    for scene in work(zoom, "stray_recording", meeting):
        ordering.send_due(scene.at + timedelta(seconds=11))
    order = RecordingOrder.objects.get()
    assert (order.outcome, order.attempts, order.problem) == ("told", 2, "")


def test_what_zoom_does_not_delete_is_tried_again_and_told_of(zoom, meeting):
    zoom.fault("recordingDeleteOne", "scope", times=None)
    for _ in work(zoom, "stray_recording", meeting):
        pass
    file = RecordingFile.objects.get()
    assert (file.deleted_at, file.attempts > 0) == (None, True)
    assert "scopes" in file.problem
    assert file.problem.endswith("Somebody needs to put this right.")
    late = file.delete_by + timedelta(hours=1, seconds=1)
    for _ in range(2):
        keeping.say_what_is_late(late)
    alert = PolicyAlert.objects.get(kind="recording_not_deleted")
    assert (alert.cause, alert.ended_at) == (str(file.pk), None)
    # The scope is granted.
    zoom.dispatcher.faults.clear()
    keeping.delete_due(late + timedelta(hours=7))
    alert.refresh_from_db()
    assert alert.ended_at == RecordingFile.objects.get().deleted_at is not None
