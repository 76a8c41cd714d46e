"""The console's page: for whom it exists, what it shows, and what is sent of it again and again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sessions_app.models import ConsolePress, DeliveryCheck, Session
from tests.sessions_app.console.scenes import Scene, checked, person, scene
from whippersnappers.accounts.models import User

pytestmark = pytest.mark.django_db
# Of the part that stays live: the session and who is signed in among them.
LIVE_QUERIES = 14


@pytest.fixture
def soon() -> Scene:
    return scene()


def address(of: Scene, name: str = "live_console") -> str:
    return reverse(name, args=[of.session.pk])


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_it_is_there_for_who_delivers_and_for_coordinators(
    soon: Scene, coordinator: User, lead: User, trustee: User, administrator: User
) -> None:
    for user, status in ((soon.maya, 200), (coordinator, 200), (lead, 404), (trustee, 404), (administrator, 404)):
        assert as_(user).get(address(soon)).status_code == status, user
    page = as_(coordinator).get(address(soon))
    assert "you look on" in page.text
    assert 'name="press"' not in page.text
    assert page["Cache-Control"] == "no-store, private"
    Session.objects.filter(pk=soon.session.pk).update(state=Session.State.DRAFT, confirmed_at=None)
    assert as_(coordinator).get(address(soon)).status_code == 404


def test_the_checklist_is_answered_there(soon: Scene) -> None:
    maya = as_(soon.maya)
    half = maya.post(address(soon, "live_checklist"), {"dressed": "on", "room": "others"})
    assert half.status_code == 422
    assert "Say who else is in the room" in half.text
    assert "checked" in half.text
    whole = {"dressed": "on", "surroundings": "on", "language": "on", "room": "others", "room_note": "A helper"}
    assert maya.post(address(soon, "live_checklist"), whole).status_code == 302
    assert DeliveryCheck.objects.get().is_complete
    page = as_(soon.tom).get(address(soon)).text
    assert "Checklist complete at" in page
    assert "Somebody else is in the room: A helper" in page


def test_presses_without_a_script(soon: Scene) -> None:
    maya, pip = as_(soon.maya), soon.places[0].pk
    for value in ("signed_in", f"arrived:{pip}", f"left:{pip}"):
        assert maya.post(address(soon, "live_presses"), {"press": value}).status_code == 302
    page = maya.post(address(soon, "live_presses"), {"press": "began"}, follow=True).text
    assert "Two cleared members of staff must be here; so far: Maya." in page
    maya.post(address(soon, "live_presses"), {"press": "began:despite"})
    assert ConsolePress.objects.get(what="began").despite
    wrong = maya.post(address(soon, "live_presses"), {"press": "nonsense"}, follow=True)
    assert "This press could not be read." in wrong.text


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[]",
        '{"sent_at": "2026-11-25T16:00:00", "presses": []}',
        '{"sent_at": "2026-11-25T16:00:00Z", "presses": [{"id": "x", "what": "arrived"}]}',
        '{"sent_at": "2026-11-25T16:00:00Z", "presses": 3}',
    ],
)
def test_what_is_no_press_is_said_to_be_none(soon: Scene, body: str) -> None:
    answer = as_(soon.maya).post(address(soon, "live_presses"), body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (422, {"said": "This press could not be read."})


def test_the_same_is_not_sent_again(soon: Scene) -> None:
    maya = as_(soon.maya)
    first = maya.get(address(soon, "live_now"))
    again = maya.get(address(soon, "live_now"), headers={"X-Shown": first["X-Shown"]})
    assert (again.status_code, again.content) == (204, b"")
    assert len(again["X-Facts-At"]) == 8
    checked(soon, soon.tom, at=timezone.now())
    after = maya.get(address(soon, "live_now"), headers={"X-Shown": first["X-Shown"]})
    assert after.status_code == 200
    assert first["X-Shown"] != after["X-Shown"]


@pytest.mark.parametrize("children", [1, 30])
def test_the_live_part_asks_for_everything_at_once(
    children: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    many = scene(children=children)
    now = timezone.now()
    checked(many, many.maya, many.tom, at=now)
    for number, place in enumerate(many.places):
        at = now - timedelta(seconds=number)
        ConsolePress.objects.create(
            id=place.pk, session=many.session, staff=many.maya.staff_profile, what="arrived", booking=place,
            pressed_at=at, sent_at=at, received_at=now,
        )  # fmt: skip
    maya = as_(many.maya)
    maya.get(address(many, "live_now"))
    with django_assert_num_queries(LIVE_QUERIES):
        shown = maya.get(address(many, "live_now")).text
    assert shown.count("Came at") == children


def test_who_dropped_out_finds_nothing(soon: Scene) -> None:
    other = person("Olu")
    soon.session.assignments.filter(staff=soon.tom.staff_profile).update(withdrawn_at=timezone.now())
    for user in (soon.tom, other):
        for name in ("live_console", "live_now"):
            assert as_(user).get(address(soon, name)).status_code == 404
        for name in ("live_checklist", "live_presses"):
            assert as_(user).post(address(soon, name), {}).status_code == 404


def test_a_session_that_was_called_off(soon: Scene, coordinator: User) -> None:
    off: dict[str, Any] = {"state": "cancelled", "cancelled_at": timezone.now(), "cancel_reason": "The hall is wet"}
    Session.objects.filter(pk=soon.session.pk).update(**off)
    page = as_(coordinator).get(address(soon)).text
    assert "This session was called off" in page
    assert "The hall is wet" in page
    assert "Register" not in page
