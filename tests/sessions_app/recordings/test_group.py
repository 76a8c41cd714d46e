"""The run of a group cannot be walked out of order: off, record, stop, confirmed by Zoom, hello (X1, X2)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from families.models import Consent
from sessions_app.models import PolicyAlert, RecordedChild, RecordingFile, RecordingOrder, RecordingRun, RunStep
from sessions_app.recordings import keeping, running
from sessions_app.recordings.group_run import MAY, Stage
from tests.factories import BookingFactory, UserFactory, household
from tests.sessions_app.recordings.scenes import at, leader, shared_meeting, work
from whippersnappers.accounts.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
Step = RunStep.Step


@pytest.fixture
def meeting(zoom, settings, coordinator, lead):
    return shared_meeting(zoom, settings.ZOOM_WEBHOOK_SECRET)


class Staff:
    """What the leader presses, minute by minute, and what is refused."""

    def __init__(self, meeting, *presses):
        self.session, self.user = meeting.session, leader(meeting)
        self.presses, self.refused, self.stages = list(presses), [], []

    def __call__(self, now):
        while self.presses and at(self.presses[0][0]) <= now:
            _, step, *named = self.presses.pop(0)
            try:
                running.take(self.session.pk, step, named=named, by=self.user, now=now)
            except ValidationError as refused:
                self.refused.append((step, refused.messages[0]))
        self.stages.append(running.current_run(self.session).stage)


def child_who_may_be_recorded(meeting, answer):
    """A child with a place, whose family is in the meeting under the name that the script gives it."""
    adults, kids = household(first_name="Ada", last_name="Green")
    BookingFactory(session=meeting.session, child=kids[0])
    if answer is not None:
        Consent.objects.create(
            child=kids[0], purpose="recorded_group", given=answer, given_by=adults[0], decided_at=at(-600)
        )
    return kids[0]


def test_hello_comes_only_after_zoom_has_stopped_and_what_is_recorded_in_it_goes(zoom, meeting):
    child = child_who_may_be_recorded(meeting, True)
    staff = Staff(
        meeting,
        (1, Step.RECORD), (1, Step.HELLO), (2, Step.VIDEO_OFF), (2, Step.VIDEO_OFF), (3, Step.RECORD), (3, Step.HELLO),
        (8, Step.HELLO), (8, Step.STOP), (8, Step.HELLO), (41, Step.HELLO), (43, Step.RECORD),
    )  # fmt: skip
    # The script starts and stops too: it finds that done. While families say hello it starts once more.
    for _ in work(zoom, "group_records_again", meeting, staff):
        pass
    assert [step for step, _ in staff.refused] == ["record", "hello", "hello", "hello", "hello", "record"]
    assert staff.refused[0][1] == "First switch family video off in Zoom, and say so here."
    assert staff.refused[4][1] == "Zoom has not confirmed yet that the recording stopped. Wait for it."
    assert list(dict.fromkeys(staff.stages)) == [
        Stage.VIDEO, Stage.READY, Stage.STARTING, Stage.RECORDING, Stage.STOPPING, Stage.STOPPED, Stage.HELLO,
    ]  # fmt: skip
    first, second = RecordingRun.objects.order_by("started_at")
    hello = RunStep.objects.get(step=Step.HELLO)
    assert first.stopped_at < hello.at < second.started_at
    # Stopped by the portal: the script's own stop came two minutes after.
    assert second.stopped_at - second.started_at < timedelta(minutes=1)
    alert = PolicyAlert.objects.get(kind="recording_in_hello")
    assert (alert.clause, alert.began_at, alert.ended_at) == ("X2", second.started_at, second.stopped_at)
    kept, gone = RecordingFile.objects.order_by("started_at")
    assert (kept.not_allowed, kept.deleted_at, kept.delete_by) == ("", None, kept.started_at + timedelta(days=30))
    assert gone.not_allowed == "It went on while families said hello."
    assert gone.deleted_at
    assert [order.outcome for order in RecordingOrder.objects.order_by("at")] == ["told"] * 3
    assert [(one.child, one.had_yes) for one in RecordedChild.objects.filter(file=kept)] == [(child, True)]


def test_what_is_recorded_before_video_was_off_is_stopped_and_goes(zoom, meeting):
    for _ in work(zoom, "group_with_hello", meeting):
        pass
    file = RecordingFile.objects.get()
    assert file.not_allowed == "It began before somebody said that family video was off."
    assert file.deleted_at
    assert PolicyAlert.objects.get(kind="recording_not_allowed").ended_at


def test_children_without_a_yes_are_named_before(zoom, meeting):
    child_who_may_be_recorded(meeting, True)
    for answer in (False, None):
        child_who_may_be_recorded(meeting, answer)
    named = [place.pk for place in running.without_yes(meeting.session)]
    assert len(named) == 2
    staff = Staff(meeting, (5, Step.VIDEO_OFF), (6, Step.RECORD), (6, Step.RECORD, named[0]), (6, Step.RECORD, *named))
    for scene in work(zoom, "good_one_to_one", meeting, staff):
        assert scene.at < at(120)
    assert [said for _, said in staff.refused] == [running.LOOK_AGAIN] * 2
    assert RunStep.objects.filter(step=Step.RECORD).count() == 1


def test_only_who_delivers_it_presses(meeting):
    with pytest.raises(ValidationError, match="not on this session’s staff"):
        running.take(meeting.session.pk, Step.VIDEO_OFF, by=UserFactory(roles=[Role.COORDINATOR]), now=at(0))


def test_every_stage_says_what_may_be_pressed():
    assert set(MAY) == set(Stage)


def test_a_held_recording_stays_and_goes_when_it_is_let_go(zoom, meeting, lead, coordinator):
    staff = Staff(meeting, (1, Step.VIDEO_OFF), (2, Step.RECORD), (48, Step.STOP))
    for _ in work(zoom, "good_one_to_one", meeting, staff):
        pass
    file = RecordingFile.objects.get()
    with pytest.raises(ValidationError, match="Only the Safeguarding Lead"):
        keeping.hold(file.pk, reason="A worry", by=coordinator, now=at(60))
    with pytest.raises(ValidationError, match="Say in a sentence why"):
        keeping.hold(file.pk, reason=" ", by=lead, now=at(60))
    keeping.hold(file.pk, reason="Somebody asked about it.", by=lead, now=at(60))
    long_after = file.delete_by + timedelta(days=400)
    keeping.delete_due(long_after)
    file.refresh_from_db()
    assert (file.deleted_at, PolicyAlert.objects.filter(kind="recording_not_deleted").count()) == (None, 0)
    with pytest.raises(ValidationError, match="is held"):
        keeping.delete_soon(file.pk, by=coordinator, now=long_after)
    keeping.let_go(file.pk, by=lead, now=long_after)
    keeping.delete_due(long_after)
    file.refresh_from_db()
    assert file.deleted_at == long_after
    with pytest.raises(ValidationError, match="deleted already"):
        keeping.hold(file.pk, reason="Too late", by=lead, now=long_after)
