"""What tests need to exist, with plain defaults that are ready to use."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from families import agreeing
from families.models import Child, Family, Group, Guardian, Guardianship, Signature
from sessions_app.models import (
    Booking,
    Invitation,
    Place,
    Session,
    SessionItem,
    SessionStep,
    StaffAssignment,
    StaffProfile,
    ZoomHost,
)
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

LONDON = ZoneInfo("Europe/London")


def london(text: str) -> datetime:
    """An aware time from wall-clock text such as `2026-11-24 16:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def tomorrow_at(hour: int, minute: int = 0) -> datetime:
    """A wall-clock time in London tomorrow."""
    day = timezone.localtime(timezone.now(), LONDON) + timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    roles: Any = factory.LazyFunction(lambda: [Role.PRACTITIONER])


class FamilyFactory(DjangoModelFactory[Family]):
    class Meta:
        model = Family

    reference = factory.Sequence(lambda n: f"F{n:04d}")
    name = factory.Sequence(lambda n: f"Family {n}")


class GuardianFactory(DjangoModelFactory[Guardian]):
    class Meta:
        model = Guardian
        skip_postgeneration_save = True

    family = factory.SubFactory(FamilyFactory)
    first_name = factory.Sequence(lambda n: f"Parent{n}")
    last_name = "Adeyemi"
    email = factory.Sequence(lambda n: f"parent{n}@example.com")
    user = factory.Maybe(
        "email",
        yes_declaration=factory.SubFactory(UserFactory, email=factory.SelfAttribute("..email"), roles=[Role.GUARDIAN]),
        no_declaration=None,
    )

    @factory.post_generation
    def signed(self: Any, create: bool, signs: bool | None, **kwargs: Any) -> None:
        """Guardians have signed the agreement in force, unless a test says `signed=False`."""
        current = agreeing.current_agreement() if create and signs is not False else None
        if current is not None:
            Signature.objects.create(
                agreement=current,
                guardian=self,
                typed_name=self.full_name,
                signed_at=timezone.now(),
                sha256=current.sha256,
            )


class ChildFactory(DjangoModelFactory[Child]):
    class Meta:
        model = Child

    family = factory.SubFactory(FamilyFactory)
    reference = factory.Sequence(lambda n: f"C{n:04d}")
    known_as = factory.Sequence(lambda n: f"Kid{n}")
    first_name = factory.SelfAttribute("known_as")
    last_name = "Adeyemi"
    date_of_birth = date(2016, 5, 4)


class GuardianshipFactory(DjangoModelFactory[Guardianship]):
    class Meta:
        model = Guardianship

    guardian = factory.SubFactory(GuardianFactory)
    child = factory.SubFactory(ChildFactory)
    relationship = Guardianship.Relationship.MOTHER
    parental_responsibility = True


class GroupFactory(DjangoModelFactory[Group]):
    class Meta:
        model = Group

    name = factory.Sequence(lambda n: f"Group {n}")


class PlaceFactory(DjangoModelFactory[Place]):
    class Meta:
        model = Place

    name = factory.Sequence(lambda n: f"Hall {n}")
    address = "1 Station Road, London SE1 1AA"


class StaffProfileFactory(DjangoModelFactory[StaffProfile]):
    class Meta:
        model = StaffProfile

    user = factory.SubFactory(UserFactory, roles=[Role.PRACTITIONER])
    first_name = factory.Sequence(lambda n: f"Staff{n}")
    dbs_number = factory.Sequence(lambda n: f"00{n:010d}")
    dbs_valid_until = date(2099, 1, 1)
    training_valid_until = date(2099, 1, 1)


class ZoomHostFactory(DjangoModelFactory[ZoomHost]):
    class Meta:
        model = ZoomHost

    name = factory.Sequence(lambda n: f"Host {n}")
    email = factory.Sequence(lambda n: f"host{n}@whippersnappers.org")


class SessionFactory(DjangoModelFactory[Session]):
    """A bare draft, tomorrow 4pm for 45 minutes; `ready_session` gives one that can be confirmed."""

    class Meta:
        model = Session

    title = "Drums and songs"
    kind = Session.Kind.SMALL_GROUP
    starts_at = factory.LazyFunction(lambda: tomorrow_at(16))
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + timedelta(minutes=45))
    capacity = 100


class StaffAssignmentFactory(DjangoModelFactory[StaffAssignment]):
    class Meta:
        model = StaffAssignment

    session = factory.SubFactory(SessionFactory)
    staff = factory.SubFactory(StaffProfileFactory)
    # Before anything that a test does at a time of its own.
    put_on_at = datetime(2020, 1, 1, tzinfo=LONDON)


class BookingFactory(DjangoModelFactory[Booking]):
    class Meta:
        model = Booking

    session = factory.SubFactory(SessionFactory)
    child = factory.SubFactory(ChildFactory)
    state = Booking.State.INVITED
    waiting_since = factory.Maybe("waits", factory.LazyFunction(timezone.now), None)
    queue_at = factory.SelfAttribute("waiting_since")
    changed_at = factory.SelfAttribute("waiting_since")

    class Params:
        waits = factory.LazyAttribute(lambda booking: booking.state == Booking.State.WAITING)


class InvitationFactory(DjangoModelFactory[Invitation]):
    class Meta:
        model = Invitation

    session = factory.SubFactory(SessionFactory)
    guardian = factory.SubFactory(GuardianFactory)


def household(*, children: int = 1, guardians: int = 1, **guardian_fields: Any) -> tuple[list[Guardian], list[Child]]:
    """A family in which every guardian cares for every child."""
    family = FamilyFactory()
    adults = [GuardianFactory(family=family, **guardian_fields) for _ in range(guardians)]
    kids = [ChildFactory(family=family) for _ in range(children)]
    for adult in adults:
        for kid in kids:
            GuardianshipFactory(guardian=adult, child=kid)
    return adults, kids


def ready_session(*, children: list[Child] | None = None, **fields: Any) -> Session:
    """A draft without blockers: two cleared staff, a lead, steps, props, a host, one invited child."""
    session = SessionFactory(**fields)
    SessionStep.objects.create(
        session=session, position=1, title="Hello song", picture="hello", detail="We sing hello."
    )
    SessionStep.objects.create(session=session, position=2, title="Drums")
    SessionItem.objects.create(session=session, position=1, name="A pan and a wooden spoon", note="to drum on")
    StaffAssignmentFactory(session=session, role=StaffAssignment.Role.LEAD)
    StaffAssignmentFactory(session=session)
    ZoomHostFactory()
    for child in children if children is not None else household()[1]:
        BookingFactory(session=session, child=child)
    return session
