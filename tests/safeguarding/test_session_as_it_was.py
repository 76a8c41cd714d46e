"""What stands in the form of a concern that is raised while a session goes on."""

from uuid import uuid4

import pytest
from django.utils import timezone

from safeguarding.reporting.session_facts import snapshot, who_was_there
from sessions_app.live import presses
from sessions_app.live.presses import Pressed
from tests.live_factories import PresenceFactory
from tests.sessions_app.console.scenes import by_zoom, scene

pytestmark = pytest.mark.django_db


def test_in_person_children_and_staff_who_are_there_now():
    soon, now = scene(), timezone.now()
    assert who_was_there(soon.session) == "Maya Lind (leads), Tom Lind (supports)"
    pip = soon.places[0].pk
    pressed = [Pressed(uuid4(), "signed_in", now, now), Pressed(uuid4(), "arrived", now, now, booking=pip)]
    presses.keep(soon.session.pk, pressed, by=soon.maya, now=now)
    there = who_was_there(soon.session)
    assert there.startswith("Maya Lind (leads), Tom Lind (supports). In it now: ")
    assert set(there.split("now: ")[1].split(", ")) == {"Maya Lind (staff)", "Pip (child)"}
    assert "\nPip (child): since " in snapshot(soon.session, soon.maya, now)


def test_by_zoom_everybody_as_the_portal_knows_them():
    soon = by_zoom()
    PresenceFactory(session=soon.session, name="iPhone")
    assert who_was_there(soon.session).endswith("In it now: Shown by Zoom as “iPhone”")
