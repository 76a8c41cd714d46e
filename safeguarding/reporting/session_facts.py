"""What the portal knows of a session, for a concern that is raised from it: a snapshot in words."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import QuerySet

from families.models import Child
from safeguarding.reporting.session_as_it_was import as_it_was, there_now
from sessions_app.models import Booking, Session
from whippersnappers.accounts.models import User
from whippersnappers.dates import when


def children_of(session: Session | None, user: User) -> QuerySet[Child]:
    """The children who have, or had, a place in it; of no session, none."""
    if session is None:
        return Child.objects.none()
    places = Booking.objects.visible_to(user).filter(session=session).exclude(state=Booking.State.WAITING)
    return Child.objects.filter(pk__in=places.values("child")).order_by("known_as")


def when_and_where(session: Session, now: datetime) -> str:
    """Its name, times and place, to begin with."""
    where = "by Zoom" if session.is_remote else f"at {session.place}" if session.place else "in person"
    return f"{session.title}, {when(session.starts_at, session.ends_at, now=now)}, {where}"


def adults_present(session: Session) -> str:
    """Whoever delivers it, by name and part."""
    people = session.assignments.filter(withdrawn_at=None).select_related("staff__user").order_by("role", "pk")
    return ", ".join(f"{one.staff} ({one.get_role_display().lower()})" for one in people)


def who_was_there(session: Session) -> str:
    """The same, and while it goes on everybody who is in it at this moment."""
    adults, now = adults_present(session), there_now(session)
    return f"{adults}. In it now: {now}" if now else adults


def snapshot(session: Session, user: User, now: datetime) -> str:
    """All of it, one fact a line, as it was when the concern was raised."""
    return "\n".join(lines(session, children_of(session, user), now))


def lines(session: Session, children: Iterable[Child], now: datetime) -> Iterator[str]:
    """The same, line by line, with these children."""
    yield when_and_where(session, now)
    yield f"Kind: {session.get_kind_display()}. It is {session.get_state_display().lower()}."
    yield f"Adults: {adults_present(session) or 'nobody named'}."
    names = ", ".join(child.known_as for child in children)
    yield f"Children with a place: {names or 'none'}."
    yield f"Recorded by Zoom: {'yes' if session.is_recorded else 'no'}."
    yield from as_it_was(session, now)
