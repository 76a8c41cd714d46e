"""Two households and everybody who might look over the fence: what could leak is there, each piece marked.

Pip's mother may know all. Pip's father lives elsewhere and may not see details. An uncle is under a
restriction, an aunt cares for Pip's sister only, a grandmother's account is archived, and strangers have a child
of their own in the same session.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from families import archiving
from families.models import Child, Guardian, Guardianship
from sessions_app import confirming
from sessions_app.models import Meeting, Session, StaffAssignment
from tests.factories import (
    ChildFactory,
    FamilyFactory,
    GuardianFactory,
    GuardianshipFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    UserFactory,
    ready_session,
)
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

# Everybody who cares for somebody here, by what they are to Pip.
GUARDIANS = ("mother", "father", "restricted", "sibling_only", "former", "stranger")
SEALED = ("communication_notes", "access_needs", "medical_notes", "what_helps", "what_to_avoid", "likes")
# Only these may meet these words anywhere; nobody is named who may not.
_OWN = {name: {name} for name in GUARDIANS if name != "former"}


@dataclass
class Scene:
    """The people by what they are to Pip (None is signed out), who may read which canary, and the things."""

    people: dict[str, User | None]
    may_read: dict[str, set[str]]
    guardians: dict[str, Guardian]
    children: dict[str, Child]
    sessions: dict[str, Session]
    coordinator: User

    def guardianship(self, name: str, child: str) -> Guardianship:
        return Guardianship.objects.get(guardian=self.guardians[name], child=self.children[child])


def build() -> Scene:
    """Make the households, and two confirmed sessions that begin in five minutes: Pip's alone, and one for all."""
    coordinator = UserFactory(roles=[Role.COORDINATOR], name="Cora Coordinator")
    guardians = _guardians()
    children = {
        "pip": _child("Pipcanary", guardians["mother"]),
        "poppy": _child("Poppycanary", guardians["mother"]),
        "olive": _child("Olivecanary", guardians["stranger"]),
    }
    _stand(guardians, children)
    sessions = {
        "alone": _session("Canary drums for one", [children["pip"]], coordinator),
        "together": _session("Songs for all", [children["pip"], children["poppy"], children["olive"]], coordinator),
        "poppys": _session("Poppys canary painting", [children["poppy"]], coordinator),
    }
    archiving.archive_guardian(guardians["former"], by=coordinator, now=timezone.now())
    people: dict[str, User | None] = {name: guardian.user for name, guardian in guardians.items()}
    people |= {"signed_out": None, "bystander": StaffProfileFactory().user}
    people["trustee"] = UserFactory(roles=[Role.TRUSTEE])
    people["administrator"] = UserFactory(roles=[Role.ADMINISTRATOR])
    return Scene(people, _may_read(), guardians, children, sessions, coordinator)


def _guardians() -> dict[str, Guardian]:
    """One household for Pip's mother and her people, others for those who live elsewhere."""
    home = FamilyFactory(name="Canary home", address="1 canary-home-street")
    away = FamilyFactory(name="Canary away", address="2 canary-away-street")
    families = {"mother": home, "father": away, "restricted": away}
    return {
        name: GuardianFactory(
            family=families.get(name) or FamilyFactory(),
            first_name=f"{name.title().replace('_', '')}first",
            last_name=f"{name.title().replace('_', '')}last",
            email=f"canary-{name}@example.com",
            phone=f"07700 90{number:04d}",
        )
        for number, name in enumerate(GUARDIANS, start=100)
    }


def _child(name: str, guardian: Guardian) -> Child:
    child = ChildFactory(family=guardian.family, known_as=name, last_name="Kidd", reference=f"REF-{name}")
    for field in SEALED:
        setattr(child, field, f"{name}-{field}")
    child.save()
    return child


def _stand(guardians: dict[str, Guardian], children: dict[str, Child]) -> None:
    pip, poppy = children["pip"], children["poppy"]
    for child in (pip, poppy):
        GuardianshipFactory(guardian=guardians["mother"], child=child)
    GuardianshipFactory(guardian=guardians["father"], child=pip, may_see_details=False)
    GuardianshipFactory(
        guardian=guardians["restricted"],
        child=pip,
        restricted=True,
        restriction_review_on=timezone.localdate() + timedelta(days=90),
        restriction_reason="canary-restriction-reason",
    )
    GuardianshipFactory(guardian=guardians["sibling_only"], child=poppy)
    GuardianshipFactory(guardian=guardians["former"], child=pip)
    GuardianshipFactory(guardian=guardians["stranger"], child=children["olive"])


def _session(title: str, children: list[Child], by: User) -> Session:
    now = timezone.now()
    session = ready_session(children=children, title=title, capacity=10)
    for assignment in StaffAssignment.objects.filter(session=session):
        assignment.staff.user.email = f"{assignment.pk}@canary-staff.example"
        assignment.staff.user.save()
    StaffAssignmentFactory(session=session)
    confirming.confirm(session.pk, by=by, now=now)
    # Soon, whatever the time of day: outside our hours nothing can be confirmed.
    soon = {"starts_at": now + timedelta(minutes=5), "ends_at": now + timedelta(minutes=50)}
    Session.objects.filter(pk=session.pk).update(**soon)
    meeting, number = Meeting.objects.get(session=session), Meeting.objects.count()
    meeting.state, meeting.applied_version, meeting.ready_at = Meeting.State.READY, 1, now
    meeting.zoom_id, meeting.passcode = str(84500000000 + number), f"pass-{number}"
    meeting.join_url = f"https://zoom.example/canary-join-{number}"
    meeting.save()
    session.refresh_from_db()
    return session


def _may_read() -> dict[str, set[str]]:
    """Each canary, and which guardians may meet it; staff on this list may meet none."""
    table: dict[str, set[str]] = {}
    for field in SEALED:
        table |= {f"Pipcanary-{field}": {"mother"}, f"Olivecanary-{field}": {"stranger"}}
        table[f"Poppycanary-{field}"] = {"mother", "sibling_only"}
    table |= {
        "Pipcanary": {"mother", "father"},
        "Poppycanary": {"mother", "sibling_only"},
        "Olivecanary": {"stranger"},
        "REF-Pipcanary": {"mother"},
        "Canary drums for one": {"mother", "father"},
        "Poppys canary painting": {"mother", "sibling_only"},
        "canary-home-street": {"mother"},
        "canary-away-street": {"father", "restricted"},
        "canary-restriction-reason": set(),
        "canary-staff.example": set(),
        "canary-join-": set(),
    }
    for number, name in enumerate(GUARDIANS, start=100):
        own = _OWN.get(name, set())
        last = f"{name.title().replace('_', '')}last"
        table |= {f"canary-{name}@example.com": own, f"07700 90{number:04d}": own, last: own}
    return table
