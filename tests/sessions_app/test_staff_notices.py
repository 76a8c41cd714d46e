"""What staff and coordinators are told: of the sessions they deliver, and of what needs them."""

from datetime import timedelta

import pytest

from sessions_app import confirming, gate, notices, staffing
from sessions_app.models import Meeting, StaffAssignment
from sessions_app.notices import enqueue_due
from tests.factories import StaffProfileFactory, UserFactory, household, ready_session
from tests.sessions_app.mail_scenes import NOW, START, deliver, edit, mails, make_ready, part, planned, subjects, to
from whippersnappers.accounts.roles import Role
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def session(coordinator):
    return planned(coordinator, children=household()[1])


def lead_of(session) -> StaffAssignment:
    return session.assignments.select_related("staff__user").get(role="lead", withdrawn_at=None)


def test_staff_hear_of_a_session_when_it_is_confirmed(session, sink):
    deliver(NOW)
    lead = lead_of(session)
    (message,) = to(sink, lead.staff.user.email)
    assert message["Subject"] == "You are on: Drums and songs, Tuesday 24 November, 4:00pm"
    text = part(message, "text/plain")
    assert "You lead this session:" in text
    assert f"http://localhost:8000/admin/sessions_app/session/{session.pk}/change/" in text


def test_a_draft_is_nobodys_news():
    draft = ready_session(starts_at=START)
    notices.staff_assigned(lead_of(draft), now=NOW)
    assert mails(draft) == []


def test_joining_and_leaving_a_confirmed_session(coordinator, session, sink):
    deliver(NOW)
    third = StaffProfileFactory()
    assignment = staffing.assign(session.pk, third, "support", by=coordinator, now=NOW)
    deliver(NOW)
    staffing.drop_out(assignment.pk, reason="ill", by=coordinator, now=NOW + HOUR)
    deliver(NOW + HOUR)
    assert [subject.split(":")[0] for subject in subjects(sink, third.user.email)] == ["You are on", "You are off"]


def test_whoever_leaves_before_hearing_of_it_hears_nothing(coordinator, session, sink):
    third = StaffProfileFactory()
    assignment = staffing.assign(session.pk, third, "support", by=coordinator, now=NOW)
    staffing.drop_out(assignment.pk, reason="a slip", by=coordinator, now=NOW)
    deliver(NOW + HOUR)
    assert subjects(sink, third.user.email) == []


def test_another_role_is_news(coordinator, session, sink):
    deliver(NOW)
    support = session.assignments.exclude(role="lead").select_related("staff__user").get()
    staffing.assign(session.pk, support.staff, "lead", by=coordinator, now=NOW + MINUTE)
    deliver(NOW + MINUTE)
    received = to(sink, support.staff.user.email)
    leads = ["You lead this session:" in part(message, "text/plain") for message in received]
    assert leads == [False, True]


def test_changes_reach_staff_in_one_mail_and_cancelling_too(coordinator, session, sink):
    deliver(NOW)
    edit(session, now=NOW, by=coordinator, title="Drums and dance")
    edit(session, now=NOW + MINUTE, by=coordinator, title="Dance")
    deliver(NOW + 5 * MINUTE)
    confirming.cancel(session.pk, reason="The hall is closed", by=coordinator, now=NOW + HOUR)
    deliver(NOW + HOUR)
    email = lead_of(session).staff.user.email
    assert [subject.split(":")[0] for subject in subjects(sink, email)] == ["You are on", "Changed", "Cancelled"]
    assert "Was: Drums and songs\nNow: Dance" in part(to(sink, email)[1], "text/plain")
    assert "Why: The hall is closed" in part(to(sink, email)[2], "text/plain")


def test_somebody_who_may_not_sign_in_any_more_gets_nothing(session, sink):
    user = lead_of(session).staff.user
    user.is_active = False
    user.save()
    deliver(NOW)
    assert subjects(sink, user.email) == []


def test_a_gate_that_opens_again_is_told_to_each_coordinator_once(coordinator, session, sink):
    second = UserFactory(roles=[Role.COORDINATOR], email="second@whippersnappers.org")
    staffing.drop_out(lead_of(session).pk, reason="ill", by=coordinator, now=NOW)
    gate.recheck(session.pk, by="system:readiness", now=NOW + MINUTE)
    deliver(NOW + MINUTE)
    for user in (coordinator, second):
        assert subjects(sink, user.email) == ["Needs you: session on Tuesday 24 November, 4:00pm"]
    text = part(to(sink, coordinator.email)[0], "text/plain")
    assert "- Two cleared members of staff must be there; one is so far." in text


def test_a_gate_mended_before_the_mail_went_is_no_news(coordinator, session, sink):
    lead = lead_of(session)
    staffing.drop_out(lead.pk, reason="ill", by=coordinator, now=NOW)
    staffing.assign(session.pk, StaffProfileFactory(), "lead", by=coordinator, now=NOW)
    deliver(NOW + MINUTE)
    assert subjects(sink, coordinator.email) == []
    (mail,) = mails(session, "coordinator_alert")
    assert (mail.state, mail.reason) == ("cancelled", "it has been mended")


def test_a_gate_that_opens_twice_is_told_twice(coordinator, session, sink):
    staffing.drop_out(lead_of(session).pk, reason="ill", by=coordinator, now=NOW)
    deliver(NOW)
    staffing.assign(session.pk, StaffProfileFactory(), "lead", by=coordinator, now=NOW + HOUR)
    staffing.drop_out(lead_of(session).pk, reason="ill too", by=coordinator, now=NOW + 2 * HOUR)
    deliver(NOW + 2 * HOUR)
    assert len(subjects(sink, coordinator.email)) == 2


def test_a_failed_meeting_is_told_with_its_reason(coordinator, sink):
    session = planned(coordinator, children=household()[1], meeting=False)
    meeting = Meeting.objects.get(session=session)
    meeting.state, meeting.problem = Meeting.State.FAILED, "The host has no licence."
    meeting.save()
    notices.meeting_failed(meeting, now=NOW)
    notices.meeting_failed(meeting, now=NOW)
    deliver(NOW)
    (message,) = to(sink, coordinator.email)
    assert message["Subject"] == "No Zoom meeting: session on Tuesday 24 November, 4:00pm"
    assert "- The host has no licence." in part(message, "text/plain")


def test_no_mail_waits_for_zoom_in_silence(coordinator, sink):
    session = planned(coordinator, children=household()[1], meeting=False)
    for moment in (NOW + 59 * MINUTE, NOW + 60 * MINUTE, NOW + 3 * HOUR, START - 2 * HOUR, START - HOUR):
        enqueue_due(moment)
        deliver(moment)
    assert subjects(sink, coordinator.email) == [
        "Still no Zoom meeting: session on Tuesday 24 November, 4:00pm",
        "No Zoom meeting, and it starts soon: session on Tuesday 24 November, 4:00pm",
    ]
    assert {mail.state for mail in mails(session, "invitation")} == {"sent"}


def test_a_ready_meeting_alerts_nobody(coordinator, sink):
    session = planned(coordinator, children=household()[1], meeting=False)
    make_ready(session)
    for moment in (NOW + 2 * HOUR, START - HOUR):
        enqueue_due(moment)
        deliver(moment)
    assert OutgoingMail.objects.filter(kind="coordinator_alert").count() == 0
    assert subjects(sink, coordinator.email) == []
