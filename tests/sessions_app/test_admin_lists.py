"""Lists and single pages: filters, clearance, calls, meetings, ways in, and what a practitioner may read."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app import confirming, invitations
from sessions_app.models import Meeting, Place, Session, StaffProfile, ZoomHost
from tests.factories import (
    BookingFactory,
    ChildFactory,
    PlaceFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    UserFactory,
    ZoomHostFactory,
    ready_session,
    tomorrow_at,
)
from tests.sessions_app.staff_forms import text_of
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def listed(client: Client, **query: Any) -> set[str]:
    page = client.get(reverse("admin:sessions_app_session_changelist"), query)
    assert page.status_code == 200
    return {session.title for session in page.context["cl"].result_list}


@pytest.fixture
def some(db: Any) -> dict[str, Session]:
    """Sessions that differ in everything the list can be filtered by."""
    past = tomorrow_at(10) - timedelta(days=9)
    now = timezone.now()
    sessions = {
        "Draft": SessionFactory(title="Draft", kind="one_to_one"),
        "Ready": ready_session(title="Ready"),
        "There": SessionFactory(title="There", delivery="in_person", starts_at=tomorrow_at(10) + timedelta(days=30)),
        "Off": SessionFactory(title="Off", state="cancelled", cancelled_at=now),
        "Past": SessionFactory(title="Past", starts_at=past, state="delivered", confirmed_at=now),
    }
    StaffAssignmentFactory(session=sessions["There"], staff__user__name="Zofia", staff__first_name="Zofia")
    return sessions


def test_the_list_begins_with_today(planner: Client, some: dict[str, Session]) -> None:
    assert listed(planner) == {"Draft", "Ready", "There", "Off"}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"when": "all"}, {"Draft", "Ready", "There", "Off", "Past"}),
        ({"when": "past"}, {"Past"}),
        ({"when": "week"}, {"Draft", "Ready", "Off"}),
        ({"when": "today"}, set()),
        ({"state__exact": "cancelled"}, {"Off"}),
        ({"kind__exact": "one_to_one"}, {"Draft"}),
        ({"delivery__exact": "in_person"}, {"There"}),
        ({"blocked": "no"}, {"Ready"}),
        ({"blocked": "yes"}, {"Draft", "There"}),
        ({"q": "Zofia"}, {"There"}),
        ({"q": "nothing like it"}, set()),
        ({"staff": "not-a-key"}, set()),
    ],
)
def test_filters(planner: Client, some: dict[str, Session], query: dict[str, str], titles: set[str]) -> None:
    assert listed(planner, **query) == titles


def test_sessions_of_one_person(planner: Client, some: dict[str, Session]) -> None:
    zofia = StaffProfile.objects.get(first_name="Zofia")
    assert listed(planner, staff=zofia.pk) == {"There"}


def test_days_are_londons_and_both_are_included(planner: Client, some: dict[str, Session]) -> None:
    day = f"{tomorrow_at(16):%Y-%m-%d}"
    assert listed(planner, starts_at_from=day, starts_at_to=day) == {"Draft", "Ready", "Off"}
    assert listed(planner, starts_at_to=f"{tomorrow_at(16) - timedelta(days=1):%Y-%m-%d}") == {"Past"}


def test_a_line_says_how_the_session_stands(planner: Client) -> None:
    session = ready_session(capacity=12)
    page = planner.get(reverse("admin:sessions_app_session_changelist"))
    html = text_of(page)
    for said in ("Drums and songs", "4:00pm to 4:45pm", "Small group, by Zoom", "Draft", "1 of 12", "Ready"):
        assert said in html
    session.steps.all().delete()
    assert "1 to mend" in text_of(planner.get(reverse("admin:sessions_app_session_changelist")))


# --- Staff


def staff_data(**fields: str) -> dict[str, str]:
    return {
        "first_name": "Maya",
        "dbs_number": "001",
        "dbs_checked_on": "2024-01-05",
        "dbs_valid_until": "2099-01-05",
        "training_valid_until": "2099-01-05",
        "zoom_email": "",
    } | fields


def test_a_lapsed_clearance_re_opens_the_gate_at_once(planner: Client, coordinator: User) -> None:
    session = confirming.confirm(ready_session().pk, by=coordinator, now=timezone.now())
    profile = session.assignments.first().staff
    address = reverse("admin:sessions_app_staffprofile_change", args=[profile.pk])
    planner.post(address, staff_data(dbs_valid_until="2025-01-01"))
    session.refresh_from_db()
    assert session.gate_reopened_at is not None
    planner.post(address, staff_data())
    session.refresh_from_db()
    assert session.gate_reopened_at is None
    assert AuditEvent.objects.filter(event="staff.edited", target_id=str(profile.pk)).count() == 2


@pytest.mark.parametrize(
    ("fields", "at", "said"),
    [
        ({"dbs_valid_until": "31/02/2027"}, "dbs_valid_until", "There is no such day: write it like 24/11/2026."),
        ({"dbs_valid_until": "2023-01-01"}, "dbs_valid_until", "It cannot run out before it was checked."),
        ({"dbs_checked_on": "2098-01-01"}, "dbs_checked_on", "This day is still to come."),
    ],
)
def test_a_clearance_that_cannot_be_is_refused(planner: Client, fields: Any, at: str, said: str) -> None:
    profile = StaffProfileFactory()
    page = planner.post(reverse("admin:sessions_app_staffprofile_change", args=[profile.pk]), staff_data(**fields))
    assert page.context["adminform"].form.errors == {at: [said]}


def test_only_staff_without_a_profile_can_be_added(planner: Client, coordinator: User) -> None:
    StaffProfileFactory()
    UserFactory(roles=["guardian"])
    free = UserFactory(roles=["practitioner"])
    page = planner.get(reverse("admin:sessions_app_staffprofile_add"))
    assert set(page.context["adminform"].form.fields["user"].queryset) == {free, coordinator}
    planner.post(reverse("admin:sessions_app_staffprofile_add"), staff_data(user=str(free.pk)))
    assert StaffProfile.objects.get(user=free).first_name == "Maya"


def test_the_list_of_staff_warns_of_what_lapses(planner: Client) -> None:
    today = timezone.localdate()
    StaffProfileFactory(user__name="Fine")
    StaffProfileFactory(user__name="Soon", dbs_valid_until=today + timedelta(days=59))
    StaffProfileFactory(user__name="Lapsed", training_valid_until=today - timedelta(days=1))
    address = reverse("admin:sessions_app_staffprofile_changelist")
    said = text_of(planner.get(address))
    assert [said.count(word) for word in (">Cleared<", ">Until ", ">Not cleared<")] == [1, 1, 1]
    gaps = planner.get(address, {"clearance": "gaps"}).context["cl"].result_list
    assert {str(profile) for profile in gaps} == {"Soon", "Lapsed"}


# --- Places and hosts


def test_a_new_address_is_told_to_families_who_are_invited_there(planner: Client, coordinator: User) -> None:
    session = ready_session(delivery="in_person", place=PlaceFactory())
    confirming.confirm(session.pk, by=coordinator, now=timezone.now())
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
    address = reverse("admin:sessions_app_place_change", args=[session.place.pk])
    planner.post(address, {"name": session.place.name, "address": "2 New Street", "directions": ""})
    assert Place.objects.get().address == "2 New Street"
    assert OutgoingMail.objects.filter(kind="changed").count() == 1


def test_two_places_cannot_have_one_name(planner: Client) -> None:
    PlaceFactory(name="Brockwell Hall")
    page = planner.post(reverse("admin:sessions_app_place_add"), {"name": "Brockwell Hall", "address": "1 Road"})
    assert list(page.context["adminform"].form.errors) == ["name"]


def test_an_administrator_keeps_the_zoom_hosts(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    data = {"name": "Zoom room 9", "email": "room9@whippersnappers.org", "is_active": "on"}
    client.post(reverse("admin:sessions_app_zoomhost_add"), data)
    assert ZoomHost.objects.get().name == "Zoom room 9"
    assert AuditEvent.objects.get(event="zoom_host.added").actor == f"user:{administrator.pk}"


# --- Meetings


def test_a_failed_meeting_says_why_and_can_be_tried_again(planner: Client) -> None:
    session = SessionFactory(state="confirmed", confirmed_at=timezone.now())
    later = timezone.now() + timedelta(hours=6)
    meeting = Meeting.objects.create(
        session=session,
        host=ZoomHostFactory(),
        state="failed",
        problem="Room 1 has no licence.",
        attempts=4,
        next_attempt_at=later,
    )
    page = planner.get(reverse("admin:sessions_app_meeting_change", args=[meeting.pk]))
    assert "Room 1 has no licence." in text_of(page)
    again = reverse("admin:sessions_app_meeting_try_again", args=[meeting.pk])
    assert planner.get(again).status_code == 405
    planner.post(again)
    meeting.refresh_from_db()
    assert (meeting.attempts, meeting.next_attempt_at) == (0, None)
    assert AuditEvent.objects.filter(event="meeting.tried_again").count() == 1


# --- Ways in


def test_a_way_in_is_withdrawn_and_sent_anew(planner: Client, coordinator: User) -> None:
    session = confirming.confirm(ready_session().pk, by=coordinator, now=timezone.now())
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
    invitation = session.invitations.get()
    old = invitations.join_token(invitation)
    planner.post(reverse("admin:sessions_app_invitation_withdraw", args=[invitation.pk]))
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None
    page = planner.get(reverse("admin:sessions_app_invitation_change", args=[invitation.pk]))
    assert "Open it again, with a new link" in text_of(page)
    assert old not in text_of(page)
    planner.post(reverse("admin:sessions_app_invitation_renew", args=[invitation.pk]))
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is None
    assert invitations.join_token(invitation) != old
    assert OutgoingMail.objects.filter(kind="invitation", state="waiting").count() == 1


# --- Those who deliver


@pytest.fixture
def delivering(client: Client, practitioner: User) -> tuple[Client, Session]:
    session = ready_session(children=[ChildFactory(known_as="Robin", what_helps="A quiet corner")])
    StaffAssignmentFactory(session=session, staff__user=practitioner)
    Session.objects.filter(pk=session.pk).update(state="confirmed", confirmed_at=timezone.now())
    client.force_login(practitioner)
    return client, session


def test_a_practitioner_reads_own_sessions_and_what_they_need(delivering: tuple[Client, Session]) -> None:
    client, session = delivering
    html = text_of(client.get(reverse("admin:sessions_app_session_change", args=[session.pk])))
    for said in ("Hello song", "A pan and a wooden spoon", "Robin Adeyemi"):
        assert said in html
    assert "Take out" not in html
    assert listed(client) == {"Drums and songs"}


def test_a_practitioner_sees_what_helps_a_child_and_nothing_of_the_family(delivering: tuple[Client, Session]) -> None:
    client, session = delivering
    child = session.bookings.get().child
    html = text_of(client.get(reverse("admin:sessions_app_childinmysessions_change", args=[child.pk])))
    assert "A quiet corner" in html
    assert child.reference not in html
    assert child.family.name not in html


def test_a_practitioner_does_not_find_what_is_not_theirs(delivering: tuple[Client, Session]) -> None:
    client, _ = delivering
    other = BookingFactory(session=ready_session())
    for route, key in (
        ("session_change", other.session.pk),
        ("session_change", "not-a-key"),
        ("childinmysessions_change", other.child.pk),
    ):
        assert client.get(reverse(f"admin:sessions_app_{route}", args=[key])).status_code == 404
    for route in ("staffprofile", "place", "zoomhost", "meeting", "phonetask", "invitation"):
        assert client.get(reverse(f"admin:sessions_app_{route}_changelist")).status_code == 403


def test_a_practitioner_changes_nothing(delivering: tuple[Client, Session]) -> None:
    client, session = delivering
    address = reverse("admin:sessions_app_session_change", args=[session.pk])
    assert client.post(address, {"title": "Mine now"}).status_code == 403
    assert client.get(reverse("admin:sessions_app_session_add")).status_code == 403
    session.refresh_from_db()
    assert session.title == "Drums and songs"


def test_a_session_that_one_left_is_not_found_any_more(client: Client, practitioner: User) -> None:
    session = ready_session(state="confirmed", confirmed_at=timezone.now())
    StaffAssignmentFactory(session=session, staff__user=practitioner, withdrawn_at=timezone.now())
    client.force_login(practitioner)
    assert client.get(reverse("admin:sessions_app_session_change", args=[session.pk])).status_code == 404
