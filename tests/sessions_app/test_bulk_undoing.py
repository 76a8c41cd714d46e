"""Undoing a step for many sessions: all is as before, or one sentence says what has left the house."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sessions_app import booking, confirming, invitations, phone_tasks, planning, staffing
from sessions_app.bulk import running, traces
from sessions_app.due_mails import enqueue_due
from sessions_app.models import (
    Booking,
    BulkItem,
    Invitation,
    Meeting,
    PhoneTask,
    Session,
    SessionRevision,
    StaffAssignment,
    ZoomHost,
)
from tests.factories import (
    BookingFactory,
    GroupFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    household,
    ready_session,
)
from tests.mail_sink import Sink
from tests.sessions_app.bulk_scenes import drafts, known, outcome, started, states, undone
from tests.sessions_app.mail_scenes import deliver, make_ready, subjects
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
Mail = OutgoingMail.State


def photographs(sessions: list[Session]) -> list[Any]:
    """All that a step can change, without the mails: those that never went stay in the log as taken back."""
    found = [dict(traces.photograph(session.pk)) for session in sessions]
    return [{name: rows for name, rows in one.items() if name not in ("mail", "meeting")} for one in found]


def waiting_mails() -> set[str]:
    return set(OutgoingMail.objects.filter(state=Mail.WAITING).values_list("key", flat=True))


def group_of(*children: Any) -> str:
    group = GroupFactory()
    group.children.set(children)
    return str(group.pk)


@pytest.fixture
def step(coordinator: User, request: pytest.FixtureRequest) -> Any:
    """Two sessions, and a step of one kind to be taken for them."""
    kind = request.param
    sessions = drafts(2, children=[household()[1][0], household(email="")[1][0]])
    for session in sessions:  # a child that is offered a place once the session is confirmed
        BookingFactory(session=session, child=household()[1][0], state=Booking.State.WAITING)
    asked: dict[str, Any] = {}
    if kind != "confirm":
        known(sessions, coordinator)
    if kind == "cancel":
        asked = {"reason": "Maya is ill. We are sorry."}
    if kind == "invite":
        asked = {"group": group_of(household()[1][0], household(email="")[1][0])}
    if kind == "staff":
        off, on = StaffProfileFactory(), StaffProfileFactory()
        for session in sessions:
            staffing.assign(session.pk, off, "support", by=coordinator, now=timezone.now())
        OutgoingMail.objects.update(state="sent", sent_at=timezone.now(), attempts=1)
        asked = {"off": str(off.pk), "on": str(on.pk)}
    return kind, sessions, asked


KINDS = ["confirm", "cancel", "invite", "staff", "prepare"]


@pytest.mark.parametrize("step", KINDS, indirect=True)
def test_everything_is_as_before_and_can_be_done_again(step: Any, coordinator: User) -> None:
    kind, sessions, asked = step
    before, mails = photographs(sessions), waiting_mails()
    run = started(kind, sessions, coordinator, **asked)
    assert states(run) == ["done", "done"]
    made = waiting_mails() - mails
    assert photographs(sessions) != before or made
    run = undone(run, coordinator)
    assert (run.state, states(run)) == ("undone", ["undone", "undone"])
    assert photographs(sessions) == before
    assert waiting_mails() == mails
    assert AuditEvent.objects.filter(event="session.bulk_undone").count() == 2
    # And the same once more makes the same mails: the keys are free again.
    again = started(kind, sessions, coordinator, **asked)
    assert states(again) == ["done", "done"]
    stable = {key for key in made if not key.startswith(("staff_", "place_"))}
    assert stable <= waiting_mails()
    assert len(waiting_mails() - mails) == len(made)


@pytest.mark.parametrize("step", KINDS, indirect=True)
def test_what_has_left_the_house_stays(step: Any, coordinator: User) -> None:
    kind, sessions, asked = step
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    run = started(kind, sessions, coordinator, **asked)
    first = run.items.get(number=1)
    one = OutgoingMail.objects.exclude(pk__in=before).filter(bulk_items=first)[0]
    OutgoingMail.objects.filter(pk=one.pk).update(state=Mail.SENT, sent_at=timezone.now(), attempts=1)
    run = undone(run, coordinator)
    assert outcome(run)[0] == ("kept", "A mail about it has gone already, so it stays as it is.")
    assert states(run) == ["kept", "undone"]
    # What is kept is not held any longer.
    assert not OutgoingMail.objects.filter(bulk_items=first, state=Mail.WAITING, not_before__gt=timezone.now()).exists()


def test_nothing_leaves_while_it_can_be_undone_and_all_leaves_after(coordinator: User, sink: Sink) -> None:
    sessions = drafts(2, children=household(email="ada@example.com")[1])
    run = started("confirm", sessions, coordinator)
    assert run.held_until is not None
    for session in sessions:
        make_ready(session, now=timezone.now())  # which releases what waited for Zoom, but not what is held
    deliver(run.held_until - timedelta(seconds=1))
    assert sink.mails == []
    deliver(run.held_until + timedelta(seconds=1))
    assert subjects(sink, "ada@example.com") == ["Your invitation: 2 sessions"]


def test_an_undone_invitation_never_confuses_the_next_one(coordinator: User, sink: Sink) -> None:
    [session] = drafts(1, children=household(email="ada@example.com")[1])
    undone(started("confirm", [session], coordinator), coordinator)
    assert not Invitation.objects.exists()
    assert not SessionRevision.objects.exists()
    run = started("confirm", [session], coordinator)
    make_ready(session, now=timezone.now())
    deliver(run.held_until + timedelta(seconds=1))
    assert len(subjects(sink, "ada@example.com")) == 1
    invitation = Invitation.objects.get()
    assert (invitation.sequence, invitation.token_version) == (0, 1)
    session.refresh_from_db()
    assert session.revision == 1


def test_a_cancelled_session_comes_back_with_the_meeting_that_families_know(coordinator: User) -> None:
    [session] = known(drafts(1), coordinator)
    meeting = make_ready(session)
    run = started("cancel", [session], coordinator, reason="Snow.")
    meeting.refresh_from_db()
    # The worker leaves it alone as long as the step can be undone.
    assert (meeting.is_wanted, meeting.next_attempt_at) == (False, run.held_until)
    undone(run, coordinator)
    meeting.refresh_from_db()
    assert (meeting.is_wanted, meeting.state, meeting.next_attempt_at) == (True, "ready", None)
    session.refresh_from_db()
    assert (session.state, session.cancel_reason, session.cancelled_at) == ("confirmed", "", None)


def test_a_meeting_that_zoom_has_deleted_is_not_pretended_back(coordinator: User) -> None:
    [session] = known(drafts(1), coordinator)
    make_ready(session)
    run = started("cancel", [session], coordinator, reason="Snow.")
    Meeting.objects.update(state=Meeting.State.DELETED)
    run = undone(run, coordinator)
    assert outcome(run) == [("kept", "Its Zoom meeting is deleted already, and families know the old Meeting ID.")]
    session.refresh_from_db()
    assert session.state == "cancelled"


def test_a_host_or_a_person_taken_meanwhile_keeps_it_cancelled(coordinator: User) -> None:
    sessions = known(drafts(2), coordinator)
    first, second = sessions
    run = started("cancel", sessions, coordinator, reason="Snow.")
    other = ready_session(starts_at=first.starts_at, title="Story time")
    ZoomHost.objects.exclude(pk=Meeting.objects.get(session=first).host_id).update(is_active=False)
    confirming.confirm(other.pk, by=coordinator, now=timezone.now())
    taken = second.assignments.first()
    StaffAssignmentFactory(session=ready_session(starts_at=second.starts_at, title="Puppets"), staff=taken.staff)
    run = undone(run, coordinator)
    assert states(run) == ["kept", "kept"]
    (_, host), (_, person) = outcome(run)
    assert host == "Its Zoom host was given to another session meanwhile, so it stays as it is."
    assert f"{taken.staff} is at “Puppets”" in person


def test_work_done_since_is_never_lost(coordinator: User) -> None:
    sessions = drafts(3)
    run = started("confirm", sessions, coordinator)
    edited, answered, called = sessions
    edited.refresh_from_db()
    edited.title = "Quiet songs"
    planning.save_session(edited, by=coordinator, now=timezone.now())
    planning.settle(edited.pk, by=coordinator, now=timezone.now())
    invitation = Invitation.objects.filter(session=answered)[0]
    invitations.log_use(invitation, "opened", timezone.now())
    call = PhoneTask.objects.create(key="k", session=called, guardian=invitation.guardian, purpose="invite", reason="r")
    assert call.pk
    said = outcome(undone(run, coordinator))
    assert said[0] == ("kept", "Somebody has changed it since then, and undoing would lose that, so it stays as it is.")
    assert said[1] == ("kept", "A family has opened it already, so it stays as it is.")
    assert said[2][0] == "undone"


def test_a_call_that_was_made_stays(coordinator: User) -> None:
    [session] = drafts(1, children=household(email="", phone="07700 900123")[1])
    run = started("confirm", [session], coordinator)
    call = PhoneTask.objects.get()
    phone_tasks.record_call(call.pk, outcome="message_left", by=coordinator, now=timezone.now())
    assert states(undone(run, coordinator)) == ["kept"]


def test_calls_and_mails_that_a_cancellation_took_back_are_there_again(coordinator: User) -> None:
    [session] = drafts(1, children=[household(email="", phone="07700 900123")[1][0], household()[1][0]])
    confirming.confirm(session.pk, by=coordinator, now=timezone.now())
    call = PhoneTask.objects.get()
    PhoneTask.objects.update(note="Rings best after six.")
    waiting = waiting_mails()
    undone(started("cancel", [session], coordinator, reason="Snow."), coordinator)
    call.refresh_from_db()
    assert (call.done_at, call.note) == (None, "Rings best after six.")
    assert waiting_mails() == waiting != set()


def test_a_person_put_on_is_off_again_and_the_role_is_back(coordinator: User) -> None:
    [session] = drafts(1)
    lead = session.assignments.get(role="lead")
    support = session.assignments.get(role="support")
    run = started("staff", [session], coordinator, off=str(lead.staff_id), on=str(support.staff_id))
    assert StaffAssignment.objects.get(session=session, withdrawn_at=None).role == "lead"
    undone(run, coordinator)
    now = dict(session.assignments.filter(withdrawn_at=None).values_list("staff", "role"))
    assert now == {lead.staff_id: "lead", support.staff_id: "support"}


def test_preparing_undone_leaves_the_mail_to_its_usual_time(coordinator: User) -> None:
    [session] = known(drafts(1, children=household()[1]), coordinator)
    run = started("prepare", [session], coordinator)
    assert OutgoingMail.objects.filter(kind="presession", state=Mail.WAITING).count() == 1
    undone(run, coordinator)
    due = session.starts_at - timedelta(hours=47)
    enqueue_due(due)
    enqueue_due(due)
    assert OutgoingMail.objects.filter(kind="presession", state=Mail.WAITING).count() == 1


def test_preparing_now_means_not_again_at_the_usual_time(coordinator: User) -> None:
    [session] = known(drafts(1, children=household()[1]), coordinator)
    started("prepare", [session], coordinator)
    enqueue_due(session.starts_at - timedelta(hours=47))
    assert OutgoingMail.objects.filter(kind="presession").count() == 1


def test_children_invited_to_drafts_can_be_undone_for_a_day(coordinator: User) -> None:
    sessions, child = drafts(2), household()[1][0]
    run = started("invite", sessions, coordinator, group=group_of(child))
    later = timezone.now() + timedelta(hours=5)
    booking.withdraw(Booking.objects.get(session=sessions[0], child=child).pk, by=coordinator, now=timezone.now())
    run = undone(run, coordinator, now=later)
    assert states(run) == ["kept", "undone"]
    assert not Booking.objects.filter(session=sessions[1], child=child).exists()


def test_children_put_on_a_waiting_list_are_off_it_again_and_one_who_had_left_is_as_before(coordinator: User) -> None:
    (draft,) = drafts(1, children=[household()[1][0]])
    Session.objects.update(capacity=1)
    new, left = household()[1][0], household()[1][0]
    BookingFactory(session=draft, child=left, state=Booking.State.WITHDRAWN)
    before = photographs([draft])
    run = started("invite", [draft], coordinator, group=group_of(new, left), let_wait=True)
    assert {b.child_id for b in draft.bookings.all().waiting()} == {new.pk, left.pk}
    undone(run, coordinator)
    assert photographs([draft]) == before
    assert not draft.bookings.exclude(waiting_since=None).exists()


def test_undoing_twice_and_after_a_day_does_nothing(coordinator: User) -> None:
    run = started("confirm", drafts(1), coordinator)
    undone(run, coordinator)
    events = AuditEvent.objects.count()
    undone(run, coordinator)
    assert AuditEvent.objects.count() == events
    late = started("cancel", drafts(1, days=9), coordinator, reason="Snow.")
    running.sweep(timezone.now() + timedelta(hours=25))
    assert BulkItem.objects.get(run=late).trace == ""
    late = undone(late, coordinator)
    assert outcome(late) == [("kept", "It was done more than a day ago, so it stays as it is.")]
