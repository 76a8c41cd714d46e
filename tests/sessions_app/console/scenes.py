"""Sessions on the day: two members of staff who deliver them, and children who come."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from sessions_app.models import Booking, DeliveryCheck, Session, StaffAssignment
from tests.factories import (
    BookingFactory,
    ChildFactory,
    GuardianFactory,
    GuardianshipFactory,
    InvitationFactory,
    PlaceFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    UserFactory,
    ZoomHostFactory,
)
from tests.live_factories import ConfirmedFactory, MeetingFactory
from tests.zoom_simulator import HOST
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role


@dataclass
class Scene:
    """A session that begins in ten minutes, with Maya and Tom, and Pip and Rose."""

    session: Session
    maya: User
    tom: User
    places: list[Booking] = field(default_factory=list)

    @property
    def profiles(self) -> list[Any]:
        return [self.maya.staff_profile, self.tom.staff_profile]


def person(name: str) -> User:
    user = UserFactory(roles=[Role.PRACTITIONER], name=f"{name} Lind", email=f"{name.lower()}@whippersnappers.org")
    StaffProfileFactory(user=user, first_name=name)
    return user


def scene(*, children: int = 2, now: datetime | None = None, **fields: Any) -> Scene:
    """In person unless told otherwise."""
    starts_at = (now or timezone.now()) + timedelta(minutes=10)
    asked = {"delivery": Session.Delivery.IN_PERSON, "title": "Drums and songs", **fields}
    if asked["delivery"] == Session.Delivery.IN_PERSON:
        asked.setdefault("place", PlaceFactory(name="Peckham hall"))
    session = ConfirmedFactory(starts_at=starts_at, **asked)
    maya, tom = person("Maya"), person("Tom")
    StaffAssignmentFactory(session=session, staff=maya.staff_profile, role=StaffAssignment.Role.LEAD)
    StaffAssignmentFactory(session=session, staff=tom.staff_profile)
    names = ["Pip", "Rose", *(f"Kid{number}" for number in range(2, children))][:children]
    places = [BookingFactory(session=session, child=ChildFactory(known_as=name)) for name in names]
    return Scene(session, maya, tom, places)


def by_zoom(*, families: int = 2, now: datetime | None = None, **fields: Any) -> Scene:
    """By Zoom, with a meeting that is ready, and a parent for each child, invited: Gita for Pip, Sami for Rose."""
    found = scene(children=families, now=now, delivery=Session.Delivery.REMOTE, **fields)
    MeetingFactory(session=found.session, host=ZoomHostFactory(email=HOST))
    names = ["Gita", "Sami", *(f"Parent{number}" for number in range(2, families))]
    for place, name in zip(found.places, names, strict=False):
        guardian = GuardianFactory(first_name=name, last_name="Green", family=place.child.family)
        GuardianshipFactory(guardian=guardian, child=place.child)
        InvitationFactory(session=found.session, guardian=guardian)
    return found


def checked(scene: Scene, *people: User, at: datetime, **answers: Any) -> None:
    """These have completed the checklist."""
    said = {"dressed": True, "surroundings": True, "language": True, "room": "alone", **answers}
    for one in people:
        DeliveryCheck.objects.create(session=scene.session, staff=one.staff_profile, at=at, **said)
