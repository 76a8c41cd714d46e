"""What is pressed and decided on the console raises its alerts at once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from sessions_app.live import presses, watching
from sessions_app.live.alert_kinds import AlertKind
from sessions_app.live.presses import Pressed
from sessions_app.models import PolicyAlert, Session
from tests.sessions_app.console.scenes import Scene, checked, scene

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def press(soon: Scene, what: str, at, **fields) -> None:
    presses.keep(soon.session.pk, [Pressed(uuid4(), what, at, at, **fields)], by=soon.maya, now=at)


def test_beginning_without_two_and_without_a_checklist_is_said_once() -> None:
    soon, now = scene(), timezone.now()
    checked(soon, soon.maya, at=now)
    press(soon, "signed_in", now)
    press(soon, "arrived", now, booking=soon.places[0].pk)
    press(soon, "began", now, despite=True)
    alert = PolicyAlert.objects.get()
    assert (alert.kind, alert.clause) == (AlertKind.STARTED_WITHOUT_CHECKLIST, "W4")
    assert alert.facts["missing"] == ["Tom"]
    # Somebody who comes to help a minute later has had a family alone with one of us
    press(soon, "arrived", now + MINUTE, booking=soon.places[1].pk)
    checked(soon, soon.tom, at=now + MINUTE)
    watching.look(Session.objects.get(pk=soon.session.pk), now + 2 * MINUTE)
    ends = {alert.kind: alert.ended_at for alert in PolicyAlert.objects.all()}
    assert ends == {AlertKind.STARTED_WITHOUT_CHECKLIST: now + MINUTE, AlertKind.TOO_FEW_STAFF: None}


def test_a_session_in_order_raises_nothing() -> None:
    soon, now = scene(), timezone.now()
    checked(soon, soon.maya, soon.tom, at=now)
    for user in (soon.maya, soon.tom):
        presses.keep(soon.session.pk, [Pressed(uuid4(), "signed_in", now, now)], by=user, now=now)
    press(soon, "arrived", now + MINUTE, booking=soon.places[0].pk)
    press(soon, "began", now + MINUTE)
    press(soon, "ended", now + 40 * MINUTE)
    watching.look(Session.objects.get(pk=soon.session.pk), now + 50 * MINUTE)
    assert not PolicyAlert.objects.exists()
