"""What a live session leaves behind, with plain defaults: a confirmed session's meeting, and who was in it."""

import json
from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from sessions_app.live.alert_kinds import KINDS, AlertKind
from sessions_app.models import (
    DoorDecision,
    HostStart,
    Meeting,
    MeetingRun,
    PolicyAlert,
    Presence,
    RecordingFile,
    RecordingRun,
    Session,
    ZoomEvent,
    ZoomReport,
)
from tests.factories import SessionFactory, StaffProfileFactory, UserFactory, ZoomHostFactory


class ConfirmedFactory(SessionFactory):
    """A confirmed session by Zoom, from now on for 45 minutes. The gate has not been asked."""

    state = Session.State.CONFIRMED
    starts_at = factory.LazyFunction(timezone.now)
    confirmed_at = factory.LazyAttribute(lambda o: o.starts_at - timedelta(days=7))


class MeetingFactory(DjangoModelFactory[Meeting]):
    """A meeting that is ready at Zoom, of a confirmed session."""

    class Meta:
        model = Meeting

    session = factory.SubFactory(ConfirmedFactory)
    host = factory.SubFactory(ZoomHostFactory)
    state = Meeting.State.READY
    zoom_id = factory.Sequence(lambda n: str(81_000_000_000 + n))
    zoom_uuid = factory.Sequence(lambda n: f"uuid{n}==")
    passcode = "123456"
    join_url = factory.LazyAttribute(lambda o: f"https://zoom.example/j/{o.zoom_id}")
    applied_version = 1


class ZoomEventFactory(DjangoModelFactory[ZoomEvent]):
    """One webhook; `payload` is what stands in its `object` beside the id and the uuid."""

    class Meta:
        model = ZoomEvent

    request_id = factory.Sequence(lambda n: f"request-{n}")
    event = "meeting.started"
    event_at = factory.LazyFunction(timezone.now)
    received_at = factory.SelfAttribute("event_at")
    meeting = factory.SubFactory(MeetingFactory)
    meeting_uuid = "instance=="

    class Params:
        payload: Any = {}

    @factory.lazy_attribute
    def body(self: Any) -> str:
        about = {"id": self.meeting.zoom_id, "uuid": self.meeting_uuid, **self.payload}
        stamp = int(self.event_at.timestamp() * 1000)
        return json.dumps({"event": self.event, "event_ts": stamp, "payload": {"account_id": "a", "object": about}})


class ZoomReportFactory(DjangoModelFactory[ZoomReport]):
    class Meta:
        model = ZoomReport

    meeting = factory.SubFactory(MeetingFactory)
    meeting_uuid = "instance=="
    body = "{}"
    received_at = factory.LazyFunction(timezone.now)


class MeetingRunFactory(DjangoModelFactory[MeetingRun]):
    class Meta:
        model = MeetingRun

    meeting = factory.SubFactory(MeetingFactory)
    session = factory.SelfAttribute("meeting.session")
    meeting_uuid = factory.Sequence(lambda n: f"instance{n}==")
    started_at = factory.SelfAttribute("session.starts_at")
    started_known = True
    heard_of = MeetingRun.HeardOf.WEBHOOK


class RecordingRunFactory(DjangoModelFactory[RecordingRun]):
    class Meta:
        model = RecordingRun

    run = factory.SubFactory(MeetingRunFactory)
    started_at = factory.SelfAttribute("run.started_at")


class RecordingFileFactory(DjangoModelFactory[RecordingFile]):
    """A recording of a group that may be kept for thirty days."""

    class Meta:
        model = RecordingFile

    meeting = factory.SubFactory(MeetingFactory)
    session = factory.SelfAttribute("meeting.session")
    meeting_uuid = "instance=="
    zoom_file = factory.Sequence(lambda n: f"file-{n}")
    file_type = "MP4"
    started_at = factory.SelfAttribute("session.starts_at")
    stopped_at = factory.LazyAttribute(lambda o: o.started_at + timedelta(minutes=30))
    registered_at = factory.SelfAttribute("stopped_at")
    delete_by = factory.LazyAttribute(lambda o: o.started_at + timedelta(days=30))
    due_at = factory.SelfAttribute("delete_by")


class PresenceFactory(DjangoModelFactory[Presence]):
    """Somebody in the meeting since its start, whom nobody knows."""

    class Meta:
        model = Presence

    session = factory.SubFactory(ConfirmedFactory)
    meeting_uuid = "instance=="
    participant = factory.Sequence(lambda n: str(16_778_240 + n))
    name = factory.Sequence(lambda n: f"Guest {n}")
    where = Presence.Where.MEETING
    since = factory.SelfAttribute("session.starts_at")
    source = Presence.Source.WEBHOOK


class DoorDecisionFactory(DjangoModelFactory[DoorDecision]):
    class Meta:
        model = DoorDecision

    session = factory.SubFactory(ConfirmedFactory)
    meeting_uuid = "instance=="
    participant = "16778240"
    verdict = DoorDecision.Is.NOT_OURS
    by = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(timezone.now)


class HostStartFactory(DjangoModelFactory[HostStart]):
    class Meta:
        model = HostStart

    session = factory.SubFactory(ConfirmedFactory)
    staff = factory.SubFactory(StaffProfileFactory)
    at = factory.LazyFunction(timezone.now)


class PolicyAlertFactory(DjangoModelFactory[PolicyAlert]):
    """An alert as the portal raises it, of too few staff unless a test says otherwise; nobody is mailed."""

    class Meta:
        model = PolicyAlert

    session = factory.SubFactory(ConfirmedFactory)
    kind = AlertKind.TOO_FEW_STAFF
    clause = factory.LazyAttribute(lambda o: KINDS[o.kind].clause)
    cause = factory.Sequence(lambda n: f"cause {n}")
    facts = factory.LazyFunction(lambda: {"staff_present": ["Maya Lind"], "families_count": 1})
    began_at = factory.LazyAttribute(lambda o: o.session.starts_at)
    raised_at = factory.LazyAttribute(lambda o: o.began_at)
