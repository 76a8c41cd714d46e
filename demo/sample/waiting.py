"""A full session with a waiting list: one place has just become free and is offered, and some waited before."""

from datetime import datetime, timedelta

from families.models import Child
from sessions_app import planning, waiting
from sessions_app.models import Booking, Session
from whippersnappers.accounts.models import User

TITLE = "Sign and sing"
# In the order in which they joined; the first is offered the place. Kay's grandmother is rung.
QUEUE = ("F0003 Adam", "F0001 Ruby", "F0006 Kay")
# How often each waited in vain in the weeks before.
WAITED = {"F0003 Adam": 1, "F0001 Ruby": 3}


def make_waiting_list(children: dict[str, Child], now: datetime) -> None:
    """The next “Sign and sing” from two days ahead is full, then gets one place more."""
    _waited_before(children, now)
    planner = User.objects.get(email="cora@whippersnappers.org")
    ahead = Session.objects.filter(state=Session.State.CONFIRMED, starts_at__gt=now + timedelta(days=2))
    session = ahead.filter(title__startswith=TITLE).order_by("starts_at").first()
    if session is None:
        return
    _give_places(session, session.bookings.all().holding_a_place().count(), planner, now)
    waiting.join_waiting_list(session.pk, [children[name] for name in QUEUE], by=planner, now=now)
    _give_places(session, session.capacity + 1, planner, now)


def _give_places(session: Session, capacity: int, planner: User, now: datetime) -> None:
    session.capacity = capacity
    planning.save_session(session, by=planner, now=now)
    planning.settle(session.pk, by=planner, now=now)


def _waited_before(children: dict[str, Child], now: datetime) -> None:
    """Written as it ended, like all that is past."""
    past = Session.objects.filter(title__startswith=TITLE, state=Session.State.DELIVERED, ends_at__lt=now)
    for name, times in WAITED.items():
        for session in past.order_by("-starts_at")[:times]:
            since = session.starts_at - timedelta(days=5)
            Booking.objects.create(
                session=session,
                child=children[name],
                state=Booking.State.WAITING,
                waiting_since=since,
                queue_at=since,
                changed_at=since,
            )
