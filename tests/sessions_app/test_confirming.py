"""Confirming, moving and cancelling: one transaction for the change, its audit, its meeting and its mails."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from sessions_app import confirming, planning
from sessions_app.confirming import NotReady
from sessions_app.models import Meeting, PhoneTask, Session, ZoomHost
from tests.factories import PlaceFactory, StaffAssignmentFactory, ZoomHostFactory, household, london, ready_session
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
NOW = london("2027-03-01 10:00")


def session_on(day: str = "2027-03-10 16:00", **fields) -> Session:
    return ready_session(starts_at=london(day), **fields)


def confirmed(coordinator, day: str = "2027-03-10 16:00", **fields) -> Session:
    return confirming.confirm(session_on(day, **fields).pk, by=coordinator, now=NOW)


def confirmed_and_invited(coordinator, **fields) -> Session:
    """A confirmed session whose invitations have gone out already."""
    session = confirmed(coordinator, **fields)
    OutgoingMail.objects.filter(kind="invitation").update(state="sent", sent_at=NOW)
    return session


def mails(session: Session, kind: str) -> int:
    return OutgoingMail.objects.filter(about=f"session:{session.pk}", kind=kind).count()


def test_confirming_makes_a_meeting_a_revision_an_event_and_the_invitations(coordinator):
    session = confirmed(coordinator)
    assert session.state == Session.State.CONFIRMED
    meeting = Meeting.objects.get(session=session)
    assert (meeting.state, meeting.is_wanted) == (Meeting.State.WANTED, True)
    assert meeting.period.lower == session.starts_at
    assert [r.number for r in session.revisions.all()] == [1]
    assert AuditEvent.objects.filter(event="session.confirmed", target_id=str(session.pk)).count() == 1
    assert mails(session, "invitation") == 1


def test_confirming_twice_is_confirming_once(coordinator):
    session = confirmed(coordinator)
    confirming.confirm(session.pk, by=coordinator, now=NOW)
    assert mails(session, "invitation") == 1
    assert Meeting.objects.filter(session=session).count() == 1
    assert AuditEvent.objects.filter(event="session.confirmed").count() == 1


def test_a_blocker_stops_it_and_leaves_no_trace(coordinator):
    session = session_on()
    session.steps.all().delete()
    with pytest.raises(NotReady) as refused:
        confirming.confirm(session.pk, by=coordinator, now=NOW)
    assert [b.code for b in refused.value.blockers] == ["no_content"]
    session.refresh_from_db()
    assert session.state == Session.State.DRAFT
    assert (Meeting.objects.count(), AuditEvent.objects.count(), OutgoingMail.objects.count()) == (0, 0, 0)


def test_in_person_gets_no_meeting(coordinator):
    session = confirmed(coordinator, delivery=Session.Delivery.IN_PERSON, place=PlaceFactory())
    assert not Meeting.objects.filter(session=session).exists()
    assert mails(session, "invitation") == 1


def test_moving_keeps_the_meeting_and_makes_one_new_revision(coordinator):
    session = confirmed_and_invited(coordinator)
    meeting = Meeting.objects.get(session=session)
    later = london("2027-03-10 17:00")
    moved = confirming.reschedule(
        session.pk, starts_at=later, ends_at=later + timedelta(minutes=45), by=coordinator, now=NOW
    )
    meeting.refresh_from_db()
    assert moved.revision == 2
    assert [r.number for r in moved.revisions.all()] == [1, 2]
    assert meeting.is_wanted
    assert meeting.version > 1
    assert meeting.period.lower == later
    assert mails(session, "changed") == 1


def test_moving_onto_a_busy_host_takes_another_host(coordinator):
    first = confirmed(coordinator, "2027-03-10 17:00")
    host = Meeting.objects.get(session=first).host
    second = session_on("2027-03-10 15:00")
    ZoomHost.objects.exclude(pk=host.pk).delete()
    confirming.confirm(second.pk, by=coordinator, now=NOW)
    other = ZoomHostFactory()
    start = london("2027-03-10 17:15")
    confirming.reschedule(second.pk, starts_at=start, ends_at=start + timedelta(minutes=45), by=coordinator, now=NOW)
    old, new = Meeting.objects.filter(session=second).order_by("created_at")
    assert (old.is_wanted, new.is_wanted) == (False, True)
    assert new.host == other


def test_moving_when_every_host_is_busy_changes_nothing(coordinator):
    first = confirmed(coordinator, "2027-03-10 17:00")
    host = Meeting.objects.get(session=first).host
    second = session_on("2027-03-10 15:00")
    ZoomHost.objects.exclude(pk=host.pk).delete()
    confirming.confirm(second.pk, by=coordinator, now=NOW)
    start = london("2027-03-10 17:15")
    with pytest.raises(ValidationError, match="No Zoom host is free"):
        confirming.reschedule(
            second.pk, starts_at=start, ends_at=start + timedelta(minutes=45), by=coordinator, now=NOW
        )
    second.refresh_from_db()
    assert second.starts_at == london("2027-03-10 15:00")
    assert Meeting.objects.get(session=second).is_wanted


def test_moving_onto_a_busy_person_names_the_clash(coordinator):
    session = confirmed(coordinator)
    busy = session.assignments.first().staff
    elsewhere = session_on("2027-03-10 18:00", title="Story time")
    StaffAssignmentFactory(session=elsewhere, staff=busy)
    start = london("2027-03-10 18:30")
    with pytest.raises(ValidationError) as refused:
        confirming.reschedule(
            session.pk, starts_at=start, ends_at=start + timedelta(minutes=45), by=coordinator, now=NOW
        )
    [sentence] = refused.value.message_dict["starts_at"]
    assert sentence.startswith(f"{busy} is at “Story time” on Wednesday 10 March")


@pytest.mark.parametrize(
    ("start", "minutes", "field"),
    [
        ("2027-03-01 09:59", 45, "starts_at"),
        ("2027-03-11 10:00", -5, "ends_at"),
        ("2027-03-11 23:00", 45, "starts_at"),
    ],
)
def test_impossible_times_are_refused_at_their_field(coordinator, start, minutes, field):
    session = session_on()
    with pytest.raises(ValidationError) as refused:
        confirming.reschedule(
            session.pk,
            starts_at=london(start),
            ends_at=london(start) + timedelta(minutes=minutes),
            by=coordinator,
            now=NOW,
        )
    assert list(refused.value.message_dict) == [field]


def test_cancelling_tells_everyone_once_and_frees_host_and_staff(coordinator):
    session = confirmed_and_invited(coordinator)
    confirming.cancel(session.pk, reason="The hall is flooded", by=coordinator, now=NOW)
    confirming.cancel(session.pk, reason="Again", by=coordinator, now=NOW)
    session.refresh_from_db()
    assert (session.state, session.cancel_reason) == (Session.State.CANCELLED, "The hall is flooded")
    assert not Meeting.objects.get(session=session).is_wanted
    assert not session.assignments.filter(holds=True).exists()
    assert mails(session, "cancelled") == 1


@pytest.mark.parametrize(
    ("reason", "sentence"), [("  ", "Say why"), ("Send us your password to keep the place.", "never ask families")]
)
def test_cancelling_needs_a_reason_that_families_may_read(coordinator, reason, sentence):
    session = confirmed(coordinator)
    with pytest.raises(ValidationError, match=sentence):
        confirming.cancel(session.pk, reason=reason, by=coordinator, now=NOW)
    session.refresh_from_db()
    assert session.state == Session.State.CONFIRMED


def test_several_moves_are_one_call(coordinator):
    [guardian], children = household(email="", user=None)
    session = confirmed(coordinator, children=children)
    for hour in (17, 18):
        start = london(f"2027-03-10 {hour}:00")
        confirming.reschedule(
            session.pk, starts_at=start, ends_at=start + timedelta(minutes=45), by=coordinator, now=NOW
        )
    calls = PhoneTask.objects.filter(guardian=guardian)
    assert [call.purpose for call in calls] == [PhoneTask.Purpose.INVITE]
    calls.update(done_at=NOW, done_by=coordinator, outcome=PhoneTask.Outcome.REACHED)
    for hour in (16, 17):
        start = london(f"2027-03-10 {hour}:00")
        confirming.reschedule(
            session.pk, starts_at=start, ends_at=start + timedelta(minutes=45), by=coordinator, now=NOW
        )
    assert [call.purpose for call in calls.filter(done_at=None)] == [PhoneTask.Purpose.CHANGED]


def test_cancelling_a_draft_tells_nobody(coordinator):
    session = session_on()
    confirming.cancel(session.pk, reason="Not wanted", by=coordinator, now=NOW)
    assert OutgoingMail.objects.count() == 0


def test_an_edit_of_a_confirmed_session_is_told_only_if_families_see_it(coordinator):
    session = confirmed_and_invited(coordinator)
    session.capacity = 99
    planning.save_session(session, by=coordinator, now=NOW)
    assert planning.settle(session.pk, by=coordinator, now=NOW).revision == 1
    session.steps.create(title="Goodbye song", position=3)
    assert planning.settle(session.pk, by=coordinator, now=NOW).revision == 2
    assert mails(session, "changed") == 1


def test_a_form_opened_before_a_confirmation_does_not_undo_it(coordinator):
    session = session_on()
    stale = Session.objects.get(pk=session.pk)
    confirming.confirm(session.pk, by=coordinator, now=NOW)
    stale.title = "Drums, songs and stories"
    planning.save_session(stale, by=coordinator, now=NOW)
    session.refresh_from_db()
    assert (session.state, session.title) == (Session.State.CONFIRMED, "Drums, songs and stories")


def test_becoming_in_person_drops_the_meeting(coordinator):
    session = confirmed(coordinator)
    session.delivery, session.place = Session.Delivery.IN_PERSON, PlaceFactory()
    planning.save_session(session, by=coordinator, now=NOW)
    planning.settle(session.pk, by=coordinator, now=NOW)
    assert not Meeting.objects.get(session=session).is_wanted


def test_what_is_over_cannot_be_changed(coordinator):
    session = confirmed(coordinator)
    confirming.cancel(session.pk, reason="Ill", by=coordinator, now=NOW)
    with pytest.raises(ValidationError, match="cannot be changed"):
        planning.save_session(Session.objects.get(pk=session.pk), by=coordinator, now=NOW)
    other = confirmed(coordinator)
    with pytest.raises(ValidationError, match="is over"):
        confirming.cancel(other.pk, reason="Late", by=coordinator, now=other.ends_at)


def test_confirming_a_real_session_now(coordinator):
    session = ready_session()
    assert confirming.confirm(session.pk, by=coordinator, now=timezone.now()).state == Session.State.CONFIRMED
