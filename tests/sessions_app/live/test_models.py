"""What Postgres itself keeps of what Zoom told: nobody rewrites it, nobody throws it away early."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from sessions_app.models import Presence, ZoomEvent
from tests.factories import StaffProfileFactory
from tests.live_factories import (
    DoorDecisionFactory,
    HostStartFactory,
    MeetingRunFactory,
    PresenceFactory,
    RecordingRunFactory,
    ZoomEventFactory,
    ZoomReportFactory,
)

pytestmark = pytest.mark.django_db


def refused(act):
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        act()


def test_every_factory_makes_one():
    made = (MeetingRunFactory, RecordingRunFactory, PresenceFactory, DoorDecisionFactory, HostStartFactory)
    assert all(factory().pk for factory in made)


def test_what_came_is_never_changed_but_for_the_note_that_it_was_followed():
    event = ZoomEventFactory()
    ZoomEvent.objects.filter(pk=event.pk).update(followed_at=timezone.now())
    refused(lambda: ZoomEvent.objects.filter(pk=event.pk).update(event="meeting.ended"))
    refused(lambda: ZoomEvent.objects.filter(pk=event.pk).update(followed_at=None, request_id="another"))
    event.body = "{}"
    refused(lambda: event.save(update_fields=["body"]))


@pytest.mark.parametrize("factory", [ZoomEventFactory, ZoomReportFactory])
def test_what_came_goes_after_ninety_days_and_not_before(factory):
    now = timezone.now()
    young, old = (factory(received_at=now - timedelta(days=90) + timedelta(hours=hours)) for hours in (1, -1))
    refused(young.delete)
    old.delete()
    assert type(young).objects.get() == young


def test_names_are_unreadable_in_the_tables():
    PresenceFactory(name="Canary Name", zoom_email="canary@example.com")
    ZoomEventFactory(payload={"participant": {"user_name": "Canary Name"}})
    with connection.cursor() as cursor:
        for table in ("sessions_app_presence", "sessions_app_zoomevent"):
            cursor.execute(f"SELECT count(*), count(*) FILTER (WHERE t::text ILIKE '%%canary%%') FROM {table} t")
            assert (table, cursor.fetchone()) == (table, (1, 0))


def test_a_name_that_was_typed_makes_nobody_a_member_of_staff():
    staff = StaffProfileFactory()
    with pytest.raises(IntegrityError, match="presence_no_staff_by_name"), transaction.atomic():
        PresenceFactory(staff=staff, known_by=Presence.KnownBy.NAME)
    assert PresenceFactory(staff=staff, known_by=Presence.KnownBy.SIGN_IN).pk


def test_what_staff_decided_at_the_door_stands():
    decision, start = DoorDecisionFactory(), HostStartFactory()
    decision.participant = "another"
    refused(decision.save)
    refused(start.save)
