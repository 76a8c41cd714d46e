"""A meeting that portal and simulator share: what either does there, the other is told of over HTTP or by webhook."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.zoom.scripts import Cast, Scene, one_meeting
from sessions_app.live.watching import follow_and_look
from sessions_app.models import DeliveryCheck, Meeting, Session, StaffAssignment
from sessions_app.recordings import keeping, ordering
from tests.factories import StaffAssignmentFactory, StaffProfileFactory, UserFactory, ZoomHostFactory
from tests.live_factories import MeetingFactory
from tests.live_scripts import played
from tests.zoom_simulator import HOST, STAFF, Simulator
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

# The scripts begin five minutes before the session.
BEGINS = datetime(2026, 11, 24, 15, 55, tzinfo=UTC)
STARTS = BEGINS + timedelta(minutes=5)


def at(minutes: float) -> datetime:
    """So many minutes after the script began."""
    return BEGINS + timedelta(minutes=minutes)


def shared_meeting(zoom: Simulator, secret: str, *, kind: str = Session.Kind.GROUP_ENTERTAINMENT) -> Meeting:
    """A session that Maya, as host, and a colleague deliver."""
    host = ZoomHostFactory(email=HOST)
    meeting = MeetingFactory(session__starts_at=STARTS, session__kind=kind, session__capacity=20, host=host)
    number = int(meeting.zoom_id)
    zoom.store.meetings[number] = one_meeting(number, host=HOST, secret=secret, alternative_hosts=STAFF).meetings[
        number
    ]
    for email, role in ((HOST, StaffAssignment.Role.LEAD), (STAFF, StaffAssignment.Role.SUPPORT)):
        staff = StaffProfileFactory(user=UserFactory(roles=[Role.PRACTITIONER]), zoom_email=email)
        StaffAssignmentFactory(session=meeting.session, staff=staff, role=role)
        answers = {"dressed": True, "surroundings": True, "language": True, "room": "alone"}
        DeliveryCheck.objects.create(session=meeting.session, staff=staff, at=BEGINS, **answers)
    return meeting


def leader(meeting: Meeting) -> User:
    """Who leads the session."""
    return meeting.session.assignments.get(role=StaffAssignment.Role.LEAD).staff.user


def work(zoom: Simulator, name: str, meeting: Meeting, do: Callable[[datetime], Any] | None = None) -> Iterator[Scene]:
    """Play a script, and after each scene do what the workers do at that moment; `do` is what staff do before it."""
    cast = Cast(second="Maya", second_email=STAFF, families=("Ada Green", "Ben Reed", "Cleo Marsh"))
    for scene in played(name, meeting, begins=BEGINS, store=zoom.store, cast=cast):
        follow_and_look(meeting.pk, scene.at)
        if do:
            do(scene.at)
        ordering.send_due(scene.at)
        keeping.delete_due(scene.at)
        yield scene
