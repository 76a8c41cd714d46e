"""The run of a group on the console, and the register of recordings, as staff see and press them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app.models import RecordedChild, RecordingFile, RecordingOrder, RunStep, Session
from tests.live_factories import MeetingRunFactory, RecordingFileFactory, RecordingRunFactory
from tests.sessions_app.console.scenes import by_zoom
from tests.sessions_app.recordings.test_group import Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    found = by_zoom(kind=Session.Kind.GROUP_ENTERTAINMENT, state=Session.State.LIVE)
    found.run = MeetingRunFactory(meeting=found.session.meetings.get())
    return found


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def console(scene, user):
    return as_(user).get(reverse("live_console", args=[scene.session.pk])).text


def press(scene, step, user=None):
    page = reverse("live_recording", args=[scene.session.pk])
    return as_(user or scene.maya).post(page, {"step": step}, follow=True).text


def test_the_steps_are_offered_one_after_the_other(group):
    assert 'value="video_off"' in console(group, group.maya)
    assert 'value="record"' not in press(group, "video_off")
    # Nobody has answered for Pip and Rose, so they are named on a page of their own.
    page = reverse("live_recording_start", args=[group.session.pk])
    assert page in console(group, group.tom)
    shown = as_(group.tom).get(page)
    assert "<strong>Pip" in shown.text
    assert "<strong>Rose" in shown.text
    named = shown.context["form"]["named"].value()
    refused = as_(group.tom).post(page, {"named": named})
    assert (refused.status_code, "ask the family, then tick this" in refused.text) == (422, True)
    as_(group.tom).post(page, {"named": named, "none_here": "on"})
    assert RecordingOrder.objects.get().what == "start"
    assert "Zoom is told to start" in console(group, group.maya)


def test_names_that_changed_meanwhile_are_looked_at_again(group):
    press(group, "video_off")
    page = reverse("live_recording_start", args=[group.session.pk])
    answer = as_(group.tom).post(page, {"named": [str(group.places[0].pk)], "none_here": "on"}, follow=True)
    assert "Look at the names again." in answer.text
    assert RecordingOrder.objects.count() == 0


def test_hello_is_offered_only_when_zoom_has_stopped(group):
    now = timezone.now()
    for step, minutes in ((Step.VIDEO_OFF, 20), (Step.RECORD, 15)):
        RunStep.objects.create(session=group.session, step=step, by=group.maya, at=now - timedelta(minutes=minutes))
    recording = RecordingRunFactory(run=group.run, started_at=now - timedelta(minutes=14))
    assert 'value="stop"' in console(group, group.maya)
    assert "The recording goes on. Stop it first." in press(group, "hello")
    assert 'value="hello"' not in press(group, "stop")
    recording.stopped_at, recording.stopped_known = now, True
    recording.save()
    RecordingOrder.objects.update(done_at=now, outcome="told")
    assert 'value="hello"' in console(group, group.maya)
    assert "Nothing may be recorded any more." in press(group, "hello")


def test_coordinators_look_on_and_press_nothing(group, coordinator):
    assert 'form="recording-step"' not in console(group, coordinator)
    assert "not on this session’s staff" in press(group, "video_off", coordinator)


def test_a_step_that_does_not_exist_is_a_sentence(group):
    assert "Choose one of the steps." in press(group, "dance")


def test_a_stray_recording_stands_on_the_console_with_how_far_it_is():
    found = by_zoom(kind=Session.Kind.ONE_TO_ONE, state=Session.State.LIVE)
    assert "Recording</h2>" not in console(found, found.maya)
    run = MeetingRunFactory(meeting=found.session.meetings.get())
    recording = RecordingRunFactory(run=run, started_at=timezone.now())
    assert "until Zoom says that it has" in console(found, found.maya)
    recording.stopped_at = timezone.now()
    recording.save()
    about = {"session": found.session, "meeting": run.meeting, "started_at": recording.started_at}
    RecordingFileFactory(**about, not_allowed="No", deleted_at=timezone.now())
    assert "The file is deleted" in console(found, found.maya)


def test_the_register_names_who_was_there_and_shows_no_way_to_the_recording(group, coordinator, lead):
    file = RecordingFileFactory(session=group.session, meeting=group.run.meeting)
    RecordedChild.objects.create(file=file, child=group.places[0].child, had_yes=False)
    page = reverse("admin:sessions_app_recordingfile_change", args=[file.pk])
    shown = as_(coordinator).get(page).text
    assert "there was no yes to being recorded" in shown
    assert "Keep it longer" not in shown
    main = shown.split("st-page--narrow")[1]
    assert "zoom.us" not in main
    as_(lead).post(page, {"step": "hold", "reason": "Somebody asked."})
    assert "Somebody asked." in as_(coordinator).get(page).text
    assert "has to let it go first" in as_(coordinator).post(page, {"step": "delete"}, follow=True).text
    assert "Only the Safeguarding Lead" in as_(coordinator).post(page, {"step": "let_go"}, follow=True).text
    as_(lead).post(page, {"step": "let_go"})
    as_(coordinator).post(page, {"step": "delete"})
    assert RecordingFile.objects.get().delete_by <= timezone.now()


def test_a_hold_without_a_reason_is_refused_at_the_field(group, lead):
    file = RecordingFileFactory(session=group.session, meeting=group.run.meeting)
    page = reverse("admin:sessions_app_recordingfile_change", args=[file.pk])
    assert "Say in a sentence why." in as_(lead).post(page, {"step": "hold", "reason": " "}).text
