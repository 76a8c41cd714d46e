"""Mails by the clock: found by looking, once, late rather than never, in few queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from families.models import Guardian
from sessions_app import confirming
from sessions_app.models import Invitation, PhoneTask, Session
from sessions_app.notices import enqueue_due
from tests.factories import ChildFactory, GuardianFactory, GuardianshipFactory, household, london
from tests.sessions_app.mail_scenes import NOW, START, deliver, edit, from_clock, mails, planned, subjects, to
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ADA = "ada@example.com"
DUE = START - 48 * HOUR


@pytest.fixture
def session(coordinator):
    _, kids = household(email=ADA, phone="020 7946 0001")
    session = planned(coordinator, children=kids)
    OutgoingMail.objects.update(state="sent", sent_at=NOW)
    return session


def test_due_is_due_on_the_minute_and_once(session):
    assert enqueue_due(DUE - timedelta(seconds=1)) == 0
    assert enqueue_due(DUE) == 1
    assert enqueue_due(DUE) == 0
    assert enqueue_due(DUE + HOUR) == 0
    assert [mail.kind for mail in mails(session) if mail.state == "waiting"] == ["presession"]


def test_a_session_with_its_own_lead_is_prepared_then(session):
    Session.objects.update(pre_session_hours=100)
    assert enqueue_due(START - 101 * HOUR) == 0
    assert enqueue_due(START - 100 * HOUR) == 1


def test_after_an_outage_of_beat_one_mail_says_it_all(session, sink):
    from_clock(START - 3 * HOUR, START + HOUR)
    assert subjects(sink, ADA) == ["Getting ready: Drums and songs, Tuesday 24 November, 4:00pm"]
    (mail,) = mails(session, "presession")
    assert mail.context["carries"] == ["preparation:2026-11-24", "reminder:2026-11-24"]


def test_after_too_long_an_outage_the_log_shows_what_never_went(session, sink):
    enqueue_due(START + HOUR)
    deliver(START + HOUR)
    assert to(sink, ADA) == []
    (mail,) = mails(session, "presession")
    assert (mail.state, mail.reason) == ("cancelled", "It could not be sent in time and would be of no use now.")
    assert enqueue_due(START + 2 * HOUR) == 0


def test_a_mail_server_that_was_down_past_the_start_leaves_nothing_behind(session, sink):
    enqueue_due(DUE)
    deliver(START)
    assert to(sink, ADA) == []
    assert mails(session, "presession")[0].state == "cancelled"


@pytest.mark.parametrize("state", ["draft", "cancelled", "delivered"])
def test_only_sessions_that_go_ahead_are_looked_at(session, state):
    Session.objects.update(
        state=state,
        confirmed_at=None if state == "draft" else NOW,
        cancelled_at=NOW if state == "cancelled" else None,
    )
    assert enqueue_due(START - HOUR) == 0


def test_a_guardian_who_came_later_is_invited_then(session, sink):
    (child,) = {booking.child for booking in session.bookings.all()}
    late = GuardianFactory(email="late@example.com")
    GuardianshipFactory(guardian=late, child=child)
    from_clock(DUE, START)
    assert [subject.split(":")[0] for subject in subjects(sink, "late@example.com")] == ["Your invitation", "Today"]
    assert Invitation.objects.filter(session=session, guardian=late).count() == 1


def test_an_address_that_died_after_the_invitation_becomes_one_call(session, sink):
    Guardian.objects.update(email_problem="550 no such user")
    enqueue_due(DUE)
    enqueue_due(DUE + MINUTE)
    task = PhoneTask.objects.get(session=session)
    assert (task.purpose, task.reason) == ("invite", f"mail to {ADA} bounced: 550 no such user")
    from_clock(DUE, START)
    assert to(sink, ADA) == []


def test_a_reminder_that_cannot_go_to_a_prepared_family_is_no_call(session, sink):
    from_clock(DUE, DUE + HOUR)
    assert len(subjects(sink, ADA)) == 1
    nine = london("2026-11-24 09:00")
    enqueue_due(nine)
    sink.fault("RCPT", "550 5.1.1 no such user")
    deliver(nine)
    assert Guardian.objects.get().email_problem != ""
    assert PhoneTask.objects.count() == 0


def test_the_time_of_a_change_does_not_get_lost_when_a_mail_takes_the_preparation_along(coordinator, session):
    at = DUE - MINUTE
    confirming.reschedule(session.pk, starts_at=START - HOUR, ends_at=START, by=coordinator, now=at - MINUTE)
    enqueue_due(at)
    edit(session, now=at, by=coordinator, title="Drums and dance")
    (mail,) = mails(session, "changed")
    assert (mail.context["since"], mail.context["until"]) == (1, 3)
    assert mail.context["carries"] == ["preparation:2026-11-24"]


def test_an_address_that_vanished_while_the_mail_waited_becomes_a_call(session, sink):
    enqueue_due(DUE)
    Guardian.objects.update(email="")
    deliver(DUE)
    (mail,) = mails(session, "presession")
    assert mail.state == "cancelled"
    assert PhoneTask.objects.get(session=session).key == mail.key
    enqueue_due(DUE + MINUTE)
    assert PhoneTask.objects.count() == 1


def test_the_early_session_is_reminded_of_the_evening_before(coordinator, sink):
    _, kids = household(email=ADA)
    early = london("2026-11-24 08:30")
    planned(coordinator, children=kids, start=early)
    OutgoingMail.objects.update(state="sent", sent_at=NOW)
    enqueue_due(early - 48 * HOUR)
    deliver(early - 48 * HOUR)
    enqueue_due(london("2026-11-23 18:00"))
    deliver(london("2026-11-23 18:00"))
    assert subjects(sink, ADA)[1] == "Tomorrow: Drums and songs, 8:30am"


def test_the_number_of_queries_does_not_grow_with_families_or_sessions(coordinator):
    def plan(families: int, day: int) -> None:
        kids = [household()[1][0] for _ in range(families)]
        planned(coordinator, children=kids, start=START + timedelta(hours=day))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert enqueue_due(START - 3 * HOUR) == 0
        return len(captured.captured_queries)

    plan(1, 0)
    enqueue_due(START - 3 * HOUR)
    few = queries()
    for number in range(1, 4):
        plan(10, number)
    enqueue_due(START - 3 * HOUR)
    assert queries() == few
    assert few <= 10


def test_siblings_make_one_mail(coordinator, sink):
    (adult,), kids = household(email=ADA, children=2)
    third = ChildFactory(family=adult.family)
    GuardianshipFactory(guardian=adult, child=third)
    planned(coordinator, children=[*kids, third])
    from_clock(NOW, START)
    assert len(to(sink, ADA)) == 3
