"""Staff pages cost the same few queries with one row and with thirty."""

import uuid
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from families import asking_about_data, proposing
from sessions_app import posting
from sessions_app.models import Activity, Booking, Holiday, JoinUse, Meeting, PhoneTask, Session, StaffAssignment, Term
from sessions_app.policy_alerts import acknowledge, settle
from tests.factories import (
    BookingFactory,
    InvitationFactory,
    PlaceFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    UserFactory,
    ZoomHostFactory,
    household,
    tomorrow_at,
)
from tests.live_factories import PolicyAlertFactory, RecordingFileFactory
from tests.sessions_app.offer_scenes import wait_in_line
from tests.sessions_app.records.scenes import scene
from tests.sessions_app.series.scenes import started
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


def a_session(number: int, **fields: Any) -> Session:
    """A session with staff, a child and a place in the calendar of its own."""
    start = tomorrow_at(8) + timedelta(minutes=20 * number)
    session = SessionFactory(starts_at=start, ends_at=start + timedelta(minutes=20), **fields)
    StaffAssignmentFactory(session=session)
    BookingFactory(session=session, child=household()[1][0])
    return session


def confirmed(number: int) -> Session:
    return a_session(number, state=Session.State.CONFIRMED, confirmed_at=timezone.now())


def a_meeting(number: int) -> None:
    Meeting.objects.create(session=confirmed(number), host=ZoomHostFactory(), state=Meeting.State.FAILED, problem="No.")


def a_call(number: int) -> None:
    guardian = household(email="")[0][0]
    PhoneTask.objects.create(
        key=f"call-{number}", session=confirmed(number), guardian=guardian, purpose="invite", reason="no e-mail address"
    )


def a_contact(number: int) -> None:
    """A session of this week with a family that has been written to and has opened its link."""
    start = dates.week_of(timezone.now()) + timedelta(hours=9, minutes=20 * number)
    session = confirmed(number)
    Session.objects.filter(pk=session.pk).update(starts_at=start, ends_at=start + timedelta(minutes=20))
    (adult,), (child,) = household()
    BookingFactory(session=session, child=child, state="coming")
    invitation = InvitationFactory(session=session, guardian=adult)
    JoinUse.objects.create(invitation=invitation, at=start, outcome="opened")
    mail = {"about": posting.about(session.pk), "person": posting.person(adult.pk), "to": adult.email}
    OutgoingMail.objects.create(
        key=f"contact-{number}", kind="presession", state="sent", sent_at=start, not_before=start, **mail
    )
    PhoneTask.objects.create(key=f"ring-{number}", session=session, guardian=adult, purpose="invite", reason="no")


def a_mail(number: int) -> None:
    now = timezone.now()
    OutgoingMail.objects.create(
        key=f"mail-{number}", kind="invitation", to="p@example.com", state="dead", not_before=now, dead_at=now
    )


def an_invitation(number: int) -> None:
    InvitationFactory(session=confirmed(number))


def an_activity(number: int) -> None:
    activity = Activity.objects.create(name=f"Kitchen band {number}")
    activity.steps.create(title="Hello song")
    activity.items.create(name="A pan")


def a_series(number: int) -> None:
    """Two days of a series of its own, with the children and the staff of one."""
    first = timezone.localdate() + timedelta(days=7)
    times = {"starts": time(9 + number // 4, 15 * (number % 4)), "ends": time(9 + number // 4, 15 * (number % 4) + 10)}
    facts = {"rule": "FREQ=DAILY", "first_day": first, "last_day": first + timedelta(days=1)}
    started(UserFactory(), timezone.now(), **facts, **times)


def a_term(number: int) -> None:
    first = date(2030, 1, 1) + timedelta(days=10 * number)
    Term.objects.create(name=f"Term {number}", first_day=first, last_day=first + timedelta(days=5))


def a_holiday(number: int) -> None:
    Holiday.objects.create(name=f"Days off {number}", first_day=date(2030, 1, 1), last_day=date(2030, 1, 2))


def a_lapsing_person(number: int) -> None:
    StaffProfileFactory(dbs_valid_until=timezone.localdate())


def wishes_of_a_family(number: int) -> None:
    (guardian,), (child,) = household()
    facts = {"by": guardian.user, "now": timezone.now()}
    proposing.propose(child, guardian, {"likes": "Boats"}, **facts)
    asking_about_data.ask(guardian, "copy", "", press=uuid.uuid4(), **facts)


def a_place_to_fill(number: int) -> None:
    """A free place an hour before the start, and a child who waits for it."""
    start = timezone.now() + timedelta(hours=1)
    session = SessionFactory(
        starts_at=start, ends_at=start + timedelta(hours=1), state="confirmed", confirmed_at=timezone.now()
    )
    wait_in_line(session, since=timezone.now())


def a_record(number: int) -> None:
    """A late one that is to be countersigned."""
    scene(timezone.now() - timedelta(days=2)).signed(timezone.now())


def an_alert(number: int) -> None:
    """One that somebody acknowledged, so that the list names them, and one that is settled."""
    by = UserFactory()
    acknowledge(PolicyAlertFactory(session=confirmed(number)), by=by, now=timezone.now())
    settle(PolicyAlertFactory(), outcome="mended", reason="Came back", by=by, now=timezone.now())


def everything(number: int) -> None:
    makers = (a_session, a_meeting, a_call, a_mail, a_lapsing_person, wishes_of_a_family, a_place_to_fill, a_record)
    for make in (*makers, an_alert):
        make(number)


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return len(captured)


LISTS: dict[str, tuple[str, Callable[[int], object], int]] = {
    "home": ("admin:index", everything, 12),
    "sessions": ("admin:sessions_app_session_changelist", confirmed, 12),
    "staff": ("admin:sessions_app_staffprofile_changelist", a_lapsing_person, 6),
    "activities": ("admin:sessions_app_activity_changelist", an_activity, 6),
    "series": ("admin:sessions_app_series_changelist", a_series, 7),
    "terms": ("admin:sessions_app_term_changelist", a_term, 6),
    "holidays": ("admin:sessions_app_holiday_changelist", a_holiday, 6),
    "records": ("admin:sessions_app_sessionrecord_changelist", a_record, 8),
    "places": ("admin:sessions_app_place_changelist", lambda n: PlaceFactory(), 6),
    "hosts": ("admin:sessions_app_zoomhost_changelist", lambda n: ZoomHostFactory(), 6),
    "meetings": ("admin:sessions_app_meeting_changelist", a_meeting, 6),
    "calls": ("admin:sessions_app_phonetask_changelist", a_call, 7),
    "calls to print": ("admin:sessions_app_phonetask_sheet", a_call, 13),
    "contacted": ("admin:contacted", a_contact, 10),
    "recordings": ("admin:sessions_app_recordingfile_changelist", lambda n: RecordingFileFactory(), 6),
    "policy alerts": ("admin:sessions_app_policyalert_changelist", an_alert, 6),
    "ways in": ("admin:sessions_app_invitation_changelist", an_invitation, 5),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_with_one_row_and_with_thirty(name: str, client: Client, coordinator: User) -> None:
    route, make, expected = LISTS[name]
    client.force_login(coordinator)
    make(0)
    with_one = queries(client, reverse(route))
    for number in range(1, 30):
        make(number)
    with_thirty = queries(client, reverse(route))
    assert (with_one, with_thirty) == (expected, expected)


def test_a_practitioners_pages_cost_the_same_with_one_session_and_with_thirty(
    client: Client, practitioner: User
) -> None:
    client.force_login(practitioner)
    me = StaffProfileFactory(user=practitioner)

    def mine(number: int) -> None:
        StaffAssignmentFactory(session=confirmed(number), staff=me)

    addresses = [
        reverse("admin:index"),
        reverse("admin:sessions_app_session_changelist"),
        reverse("admin:sessions_app_childinmysessions_changelist"),
    ]
    mine(0)
    with_one = [queries(client, address) for address in addresses]
    for number in range(1, 30):
        mine(number)
    assert [queries(client, address) for address in addresses] == with_one
    assert with_one == [5, 6, 5]


def test_a_sessions_page_costs_the_same_with_one_child_and_with_thirty(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    session = confirmed(0)
    address = reverse("admin:sessions_app_session_change", args=[session.pk])
    queries(client, address)  # what Django looks up once and then remembers
    with_one = queries(client, address)
    for _ in range(29):
        adults, children = household()
        BookingFactory(session=session, child=children[0])
        InvitationFactory(session=session, guardian=adults[0])
    assert Booking.objects.filter(session=session).count() == 30
    assert StaffAssignment.objects.filter(session=session).count() == 1
    assert (with_one, queries(client, address)) == (45, 45)
