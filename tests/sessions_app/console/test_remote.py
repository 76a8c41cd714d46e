"""The console of a session by Zoom: the host's link, the door, the light, the end."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from families.models import Guardian
from sessions_app import invitations
from sessions_app.live.alert_kinds import AlertKind
from sessions_app.meetings import ensure_meeting
from sessions_app.models import (
    Booking,
    DoorDecision,
    HostStart,
    Invitation,
    JoinUse,
    Meeting,
    PolicyAlert,
    Presence,
    Session,
)
from tests.factories import GuardianFactory
from tests.live_factories import PresenceFactory
from tests.sessions_app.console.scenes import Scene, by_zoom, checked
from tests.zoom_simulator import Simulator
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
# Of the part that stays live: the session and who is signed in among them.
LIVE_QUERIES = 26
MINUTE = timedelta(minutes=1)


@pytest.fixture
def soon() -> Scene:
    return by_zoom()


def address(of: Scene, name: str = "live_console", *more: Any) -> str:
    return reverse(name, args=[of.session.pk, *more])


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def there(of: Scene, **fields: Any) -> Presence:
    return PresenceFactory(session=of.session, **fields)


def at_zoom(of: Scene) -> None:
    """Have the session's meeting made at the simulated Zoom."""
    of.session.meetings.update(state=Meeting.State.WANTED, zoom_id="", applied_version=0)
    ensure_meeting(of.session.meetings.get().pk)


def test_only_who_completed_the_checklist_gets_the_hosts_link(
    soon: Scene, zoom: Simulator, coordinator: User, caplog: pytest.LogCaptureFixture
) -> None:
    at_zoom(soon)
    maya = as_(soon.maya)
    refused = maya.post(address(soon, "live_start"), follow=True)
    assert "Complete your checklist first. Still to see to: dress, surroundings, language." in refused.text
    checked(soon, soon.maya, at=timezone.now())
    page = maya.post(address(soon, "live_start"))
    (link,) = re.findall(r'href="(http[^"]*/s/\d+\?zak=[^"]+)"', page.text)
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store, private", "no-referrer")
    assert [start.staff for start in HostStart.objects.all()] == [soon.maya.staff_profile]
    # Nobody else gets it, and nothing keeps it
    assert link not in as_(soon.tom).get(address(soon)).text
    assert "You are not on this session’s staff" in as_(coordinator).post(address(soon, "live_start"), follow=True).text
    token = link.split("zak=")[-1]
    kept = [str(event.detail) for event in AuditEvent.objects.all()]
    assert not [text for text in [*kept, caplog.text] if token in text]


def test_trouble_with_zoom_is_one_sentence(soon: Scene, zoom: Simulator) -> None:
    at_zoom(soon)
    checked(soon, soon.maya, at=timezone.now())
    zoom.fault("meeting", "server_error")
    page = as_(soon.maya).post(address(soon, "live_start"), follow=True)
    assert "Zoom does not answer just now. Please try again in a moment." in page.text
    assert not HostStart.objects.exists()


def test_the_others_go_in_by_their_own_sign_in(soon: Scene) -> None:
    answer = as_(soon.tom).post(address(soon, "live_enter"))
    assert (answer.status_code, answer["Location"]) == (302, Meeting.objects.get().join_url)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert Meeting.objects.get().join_url not in as_(soon.tom).get(address(soon)).text
    starts_at = timezone.now() + timedelta(hours=2)
    Session.objects.filter(pk=soon.session.pk).update(starts_at=starts_at, ends_at=starts_at + 45 * MINUTE)
    later = as_(soon.tom).post(address(soon, "live_enter"), follow=True)
    assert "an hour before the session" in later.text


def test_the_door_tells_who_waits_who_is_in_and_who_is_missing(soon: Scene) -> None:
    gita, sami = Guardian.objects.get(first_name="Gita"), Guardian.objects.get(first_name="Sami")
    invitations.log_use(Invitation.objects.get(guardian=sami), JoinUse.Outcome.JOINED, timezone.now())
    there(soon, name="Gita G", guardian=gita, known_by="name", where="waiting")
    there(soon, name="iPhone")
    page = as_(soon.maya).get(address(soon)).text
    for said in ("Looks like Gita Green", "Unknown", "Pressed Join at", "Sami Green"):
        assert said in page
    assert page.count("Still expected") == 1
    assert "<strong>Gita Green</strong>" not in page


def test_staff_say_who_somebody_is(soon: Scene, coordinator: User) -> None:
    gita, maya = Guardian.objects.get(first_name="Gita"), as_(soon.maya)

    def press(word: str, by: Client = maya) -> str:
        # What is derived goes when it is made anew, since nothing was told.
        stay = there(soon, name="iPhone", where="waiting")
        return by.post(address(soon, "live_decide"), {"is": f"{stay.pk}:{word}"}, follow=True).text

    press(f"guardian:{gita.pk}")
    press("not_ours:")
    assert "You are not on this session’s staff" in press("not_ours:", as_(coordinator))
    assert [one.verdict for one in DoorDecision.objects.all()] == ["guardian", "not_ours"]
    for nonsense in ("", "guardian:", "guardian:x", f"staff:{gita.pk}", "cat:"):
        assert "Choose who it is." in press(nonsense)
    assert "is not invited to this session" in press(f"guardian:{GuardianFactory().pk}")
    gone = maya.post(address(soon, "live_decide"), {"is": "x:not_ours:"}, follow=True).text
    assert "They have just moved or left" in gone
    assert DoorDecision.objects.count() == 2


def test_whoever_is_not_suggested_is_chosen_from_the_list(soon: Scene) -> None:
    stay = there(soon, name="iPhone", where="waiting")
    maya = as_(soon.maya)
    page = maya.get(address(soon, "live_door", stay.pk)).text
    for choice in ("Gita Green with Pip", "Sami Green with Rose", "Tom Lind, one of us", "Nobody of these: not ours"):
        assert choice in page
    assert maya.post(address(soon, "live_door", stay.pk), {}).status_code == 422
    tom = soon.tom.staff_profile
    assert maya.post(address(soon, "live_door", stay.pk), {"who": f"staff:{tom.pk}"}).status_code == 302
    assert DoorDecision.objects.get().staff == tom
    elsewhere = PresenceFactory()
    assert maya.get(address(soon, "live_door", elsewhere.pk)).status_code == 404


def test_the_light_and_the_alert(soon: Scene) -> None:
    now = timezone.now()
    Session.objects.filter(pk=soon.session.pk).update(state=Session.State.LIVE)
    there(soon, staff=soon.maya.staff_profile, known_by="sign_in", since=now - 2 * MINUTE)
    page = as_(soon.maya).get(address(soon)).text
    assert "Only one member of staff is here" in page
    assert "A family is in the meeting" not in page
    gita = Guardian.objects.get(first_name="Gita")
    there(soon, guardian=gita, known_by="decision", since=now - MINUTE)
    PolicyAlert.objects.create(
        kind=AlertKind.TOO_FEW_STAFF, clause="W5", session=soon.session, cause="1", began_at=now, raised_at=now
    )
    page = as_(soon.maya).get(address(soon)).text
    assert "A family is in the meeting with fewer than two of us since" in page
    assert "Fewer than two members of staff with a family" in page
    assert address(soon, "live_end_meeting") in page
    there(soon, staff=soon.tom.staff_profile, known_by="decision", since=now)
    assert "Two members of staff are here" in as_(soon.maya).get(address(soon)).text


def test_the_meeting_is_ended_for_everybody_with_a_reason(soon: Scene, zoom: Simulator, coordinator: User) -> None:
    at_zoom(soon)
    number = int(Meeting.objects.get().zoom_id)
    zoom.control("POST", f"meetings/{number}/start")
    maya = as_(soon.maya)
    assert "End the meeting for everybody?" in maya.get(address(soon, "live_end_meeting")).text
    assert "Say why you end it." in maya.post(address(soon, "live_end_meeting"), {}).text
    assert maya.post(address(soon, "live_end_meeting"), {"why": "too_few_staff"}).status_code == 302
    assert [call["operation"] for call in zoom.calls("meetingStatus")] == ["meetingStatus"]
    assert AuditEvent.objects.get(event="session.meeting_ended").detail == {"why": "too_few_staff"}
    again = maya.post(address(soon, "live_end_meeting"), {"why": "over"})
    assert "perhaps the meeting is over already" in again.text
    onlooker = as_(coordinator).post(address(soon, "live_end_meeting"), {"why": "over"})
    assert "You are not on this session’s staff" in onlooker.text
    assert len(zoom.calls("meetingStatus")) == 2


def test_attendance_ends_the_session(soon: Scene) -> None:
    Session.objects.filter(pk=soon.session.pk).update(state=Session.State.LIVE, began_at=timezone.now())
    maya = as_(soon.maya)
    page = maya.get(address(soon, "live_attendance")).text
    assert page.count("Nobody saw them come") == 2
    pip, rose = (str(place.pk) for place in soon.places)
    assert maya.post(address(soon, "live_attendance"), {pip: "attended"}).status_code == 422
    said = maya.post(address(soon, "live_attendance"), {pip: "attended", rose: "absent", "end": ""}, follow=True)
    assert "It is kept who attended." in said.text
    soon.session.refresh_from_db()
    assert soon.session.state == Session.State.DELIVERED
    assert list(Booking.objects.order_by("child__known_as").values_list("attendance", flat=True)) == [
        "attended",
        "absent",
    ]


@pytest.mark.parametrize("families", [1, 30])
def test_the_live_part_asks_for_everything_at_once(
    families: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    many = by_zoom(families=families)
    checked(many, many.maya, many.tom, at=timezone.now())
    for number, invitation in enumerate(Invitation.objects.all()):
        invitations.log_use(invitation, JoinUse.Outcome.JOINED, timezone.now())
        if number % 2 == 0:
            there(many, guardian=invitation.guardian, known_by="name", where="waiting")
    maya = as_(many.maya)
    maya.get(address(many, "live_now"))
    with django_assert_num_queries(LIVE_QUERIES):
        shown = maya.get(address(many, "live_now")).text
    assert shown.count("Looks like") == (families + 1) // 2
