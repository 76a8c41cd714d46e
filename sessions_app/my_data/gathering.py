"""Gathers what the charity holds about one guardian, from everybody who holds something.

Each app says what it holds by a source; apps further up the line register theirs. What must stay out is left out by
its own source, which may say so in a note.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from families.held_data import Record, Section, held_about
from families.models import Guardian, Guardianship
from sessions_app import posting
from sessions_app.models import Booking, FamilyAnswer, Feedback, JoinUse, Session
from sessions_app.my_data.records import records_of_children
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.models import OutgoingMail

Source = Callable[[Guardian, User, datetime], list[Section]]
NOT_IN_HERE = (
    "Not all is in here. Our staff keep notes, and some things we must keep safe for others. "
    "Ask us for a copy. Then a person looks at the notes for you."
)


def sessions_of_family(guardian: Guardian, user: User, now: datetime) -> list[Section]:
    """Places of own children, own answers, own ways in, own mails; nothing that another parent said or did."""
    return [
        Section("Places in sessions", "calendar", _places(user)),
        Section("What you told us about sessions", "hello", [*_answers(guardian), *_feedback(guardian)]),
        Section("When you used your link to a session", "key", _uses(guardian)),
        Section("Mails we sent you", "mail", _mails(guardian, user)),
    ]


_sources: list[Source] = [held_about, sessions_of_family, records_of_children]


def register(source: Source) -> None:
    """Let another app say what it holds; its sections come last."""
    _sources.append(source)


def held_for(guardian: Guardian, user: User, now: datetime) -> list[Section]:
    """Everything that this guardian may have of what we hold, at this moment."""
    return [section for source in _sources for section in source(guardian, user, now)]


def as_json(sections: list[Section], now: datetime) -> dict[str, Any]:
    """The same for a file that people and programs can read."""
    return {
        "Made on": dates.full_moment(now),
        "What is not in here": NOT_IN_HERE,
        "What we hold": {
            section.title: [{"About": record.title} | dict(record.filled) for record in section.records]
            for section in sections
        },
    }


def _places(user: User) -> list[Record]:
    """Whether another parent answered shows in none of it: only that there is a place, and who was there."""
    children = Guardianship.objects.filter(guardian__user=user, restricted=False, may_see_details=True)
    bookings = Booking.objects.filter(child__in=children.values("child")).select_related("session", "child")
    # What is only being planned has been told to nobody yet.
    bookings = bookings.exclude(session__state=Session.State.DRAFT)
    return [
        Record(
            f"{one.child.known_as}: {one.session.title}",
            [("When", dates.full_moment(one.session.starts_at)), ("Was there", one.get_attendance_display())],
        )
        for one in bookings.order_by("-session__starts_at", "child__known_as")
    ]


def _still_theirs(guardian: Guardian) -> Any:
    """Children about whom this guardian may be told anything at all."""
    return Guardianship.objects.filter(guardian=guardian, restricted=False).values("child")


def _answers(guardian: Guardian) -> list[Record]:
    own = FamilyAnswer.objects.filter(guardian=guardian, booking__child__in=_still_theirs(guardian))
    return [
        Record(
            f"{one.booking.child.known_as}: {one.booking.session.title}",
            [("You said", str(one)), ("Why", one.reason), ("On", dates.full_moment(one.answered_at))],
        )
        for one in own.select_related("booking__session", "booking__child")
    ]


def _feedback(guardian: Guardian) -> list[Record]:
    own = Feedback.objects.filter(guardian=guardian, booking__child__in=_still_theirs(guardian))
    return [
        Record(
            f"{one.booking.child.known_as}: how {one.booking.session.title} was",
            [
                ("Said by", "Your child" if one.by_child else "You"),
                ("It was", str(one)),
                ("In your words", one.words),
                ("On", dates.full_moment(one.given_at)),
            ],
        )
        for one in own.select_related("booking__session", "booking__child")
    ]


def _uses(guardian: Guardian) -> list[Record]:
    """Where every child of the session is one that the guardian may not be told of, the session is not named."""
    theirs = _still_theirs(guardian)
    own = JoinUse.objects.filter(invitation__guardian=guardian, invitation__session__bookings__child__in=theirs)
    return [
        Record(one.invitation.session.title, [("What", str(one)), ("On", dates.full_moment(one.at))])
        for one in own.distinct().select_related("invitation__session")
    ]


def _mails(guardian: Guardian, user: User) -> list[Record]:
    people = [posting.person(guardian.pk), f"user:{user.pk}"]
    sent = OutgoingMail.objects.filter(person__in=people, state=OutgoingMail.State.SENT).order_by("-sent_at")
    labels = {kind.name: kind.label for kind in catalogue.all_kinds()}
    return [
        Record(
            labels.get(one.kind, one.kind), [("To", one.to), ("On", dates.full_moment(one.sent_at or one.created_at))]
        )
        for one in sent
    ]
