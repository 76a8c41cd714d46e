"""What one guardian may know of their sessions, gathered for the portal.

The number of queries is the same for one session and for sixty, and for one child and for thirty.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from families.models import Child, Guardian, Guardianship
from sessions_app import feedback
from sessions_app.being_recorded import lacks_yes
from sessions_app.family_offers import OfferedPlace, offers_of
from sessions_app.invitations import Standing, WayIn, join_token, standing_with, way_in_with
from sessions_app.models import Booking, FamilyAnswer, Feedback, Invitation, Meeting, Session, StaffAssignment
from sessions_app.models.family_answers import knowing_the_last_word
from sessions_app.next_in_line import asks_next, knowing_who_waits
from sessions_app.reach import OF_THE_CHILD
from sessions_app.undertakings import may_enter, must_sign
from whippersnappers import dates
from whippersnappers.accounts.models import User

_State = Booking.State
# What families know of: a draft is nobody's business yet.
_TOLD = (Session.State.CONFIRMED, Session.State.LIVE, Session.State.DELIVERED, Session.State.CANCELLED)


@dataclass(frozen=True)
class ChildPlace:
    """One child's place in a session, as one guardian sees it. `invites_feedback`: it can be said now how it was.
    `asks_next`: once they give the place up, the next child on the waiting list is asked at once.

    This guardian's own words, where they were asked for: `reason`, why the child does not come, and `said`, how it
    was, keyed by whether the child said it.
    """

    booking: Booking
    invites_feedback: bool = False
    asks_next: bool = False
    reason: str = ""
    said: Mapping[bool, Feedback] = field(default_factory=dict)
    # The place that is offered to a child who waits, where that was asked for (`with_offers`).
    offer: OfferedPlace | None = None

    @property
    def child(self) -> str:
        return self.booking.child.known_as

    @property
    def state(self) -> str:
        return self.booking.state

    @property
    def has_place(self) -> bool:
        return self.state in Booking.HOLDING

    @property
    def may_be_recorded(self) -> bool:
        return self.booking.may_be_recorded  # type: ignore[attr-defined]

    @property
    def others_wait(self) -> bool:
        return self.booking.others_wait  # type: ignore[attr-defined]

    @property
    def said_elsewhere_at(self) -> datetime | None:
        """When somebody else said what holds for the child; None where it was this guardian, or nobody."""
        return self.booking.said_elsewhere_at  # type: ignore[attr-defined]

    @property
    def guardians_word(self) -> Feedback | None:
        return self.said.get(False)

    @property
    def childs_word(self) -> Feedback | None:
        return self.said.get(True)

    @property
    def has_feedback(self) -> bool:
        return self.booking.said_how_it_was  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Person:
    """Somebody of ours at a session: the first name, and the key of a photo if there is one."""

    first_name: str
    photo: Any = None


@dataclass(frozen=True)
class FamilySession:
    """One session as one guardian sees it: own children's names only, staff by first name (W2, W8).

    Without a meeting while it is not ready, or the way in is kept back for something the guardian has to do first:
    to sign the agreement (F1-F6), or to say yes to being recorded (X1).
    """

    session: Session
    invitation: Invitation
    places: tuple[ChildPlace, ...]
    people: tuple[Person, ...] = ()
    meeting: Meeting | None = None

    @property
    def children(self) -> tuple[str, ...]:
        """Who it is for: the children with a place, or all of them when none has one any more."""
        held = tuple(place.child for place in self.places if place.has_place)
        return held or tuple(place.child for place in self.places)

    @property
    def is_cancelled(self) -> bool:
        return self.session.state == Session.State.CANCELLED

    def is_over(self, now: datetime) -> bool:
        return self.session.ends_at <= now or self.session.state == Session.State.DELIVERED

    @property
    def standing(self) -> Standing:
        return standing_with(place.booking for place in self.places)

    @property
    def somebody_comes(self) -> bool:
        return self.standing == Standing.COMING

    @property
    def is_only_waited_for(self) -> bool:
        return all(place.state == _State.WAITING for place in self.places)

    @property
    def token(self) -> str:
        return join_token(self.invitation)

    @property
    def invites_feedback(self) -> bool:
        """Whether anybody of theirs was there, so that it can be said now how it was."""
        return any(place.invites_feedback for place in self.places)

    @property
    def asks_for_feedback(self) -> bool:
        """Whether the question is still open: nothing said for some child, and not waved away."""
        unsaid = any(place.invites_feedback and not place.has_feedback for place in self.places)
        return unsaid and self.invitation.feedback_declined_at is None

    def way_in(self, now: datetime) -> WayIn:
        places = [place.booking for place in self.places]
        return way_in_with(self.invitation, places, has_meeting=self.meeting is not None, now=now)

    def can_answer(self, now: datetime) -> bool:
        """Whether coming or not coming can still be said (see `answering.check_answerable`)."""
        return self.session.state == Session.State.CONFIRMED and self.session.starts_at > now


@dataclass(frozen=True)
class Week:
    """The sessions of one week, Monday to Sunday on London's clock."""

    title: str
    sessions: tuple[FamilySession, ...]


def gather(user: User, which: Q, now: datetime, *, words: bool = False) -> list[FamilySession]:
    """The guardian's sessions that `which`, conditions on places, chooses; earliest first.

    One query for all that is theirs, and one for our staff; two more for the guardian's own `words`.
    """
    guardian = getattr(user, "guardian", None)
    if guardian is None:
        return []
    places = list(_places(user, guardian).filter(which))
    sessions = {place.session_id: place.session for place in places}
    prefetch_related_objects(list(sessions.values()), Prefetch("assignments", _present_staff(), to_attr="present"))
    own = _own_words(guardian, places) if words else {}
    seen = [
        ChildPlace(
            place,
            invites_feedback=feedback.is_wanted(place, place.session, now),
            asks_next=asks_next(place, place.session, now),
            **own.get(place.pk, {}),
        )
        for place in places
    ]
    return [
        _as_seen(sessions[pk], guardian, tuple(each))
        for pk, each in groupby(seen, key=lambda place: place.booking.session_id)
    ]


def _places(user: User, guardian: Guardian) -> QuerySet[Booking]:
    """The places of the guardian's children, with the way in and the meeting, session by session."""
    own = Q(session__invitations__guardian=guardian, session__invitations__withdrawn_at=None)
    wanted = Q(session__meetings__is_wanted=True)
    known = Booking.objects.for_guardian(user).knowing_recording(guardian.pk)
    return (
        knowing_who_waits(knowing_the_last_word(known, guardian.pk))
        .annotate(
            way=FilteredRelation("session__invitations", condition=own),
            room=FilteredRelation("session__meetings", condition=wanted),
            may_enter=may_enter(guardian.pk, OuterRef("session")),
            said_how_it_was=Exists(Feedback.objects.filter(booking=OuterRef("pk"), guardian=guardian)),
        )
        .filter(way__isnull=False, session__state__in=_TOLD)
        .select_related("session__place", "child", "way", "room")  # type: ignore[misc]
        .defer(*OF_THE_CHILD)
        .order_by("session__starts_at", "session__title", "session", "child__known_as")
    )


def children_of(user: User) -> list[Child]:
    """The children whom this guardian may be invited for, by name, with nothing known of them but that."""
    standing = Guardianship.objects.inviting().filter(guardian__user=user)
    return list(Child.objects.filter(pk__in=standing.values("child")).only("known_as"))


def past_of(user: User, which: Q, now: datetime) -> QuerySet[Session, Any]:
    """The keys of the guardian's sessions that are over, the latest first."""
    guardian = getattr(user, "guardian", None)
    if guardian is None:
        return Session.objects.none().values_list("pk", flat=True)
    places = _places(user, guardian).filter(which, session__ends_at__lte=now).exclude(state=_State.WAITING)
    over = Session.objects.filter(pk__in=places.order_by().values("session"))
    return over.order_by("-starts_at", "pk").values_list("pk", flat=True)


def _present_staff() -> QuerySet[StaffAssignment]:
    """Who is there, the one who leads first, with the key of the photo but not the photo itself."""
    present = StaffAssignment.objects.filter(withdrawn_at=None).select_related("staff")
    return present.annotate(photo_id=F("staff__photo"))


def people_of(session: Session) -> tuple[Person, ...]:
    """Who of ours will be there, the one who leads first."""
    return _people(_present_staff().filter(session=session))


def _people(assignments: Iterable[Any]) -> tuple[Person, ...]:
    return tuple(Person(assignment.staff.first_name, assignment.photo_id) for assignment in assignments)


def _own_words(guardian: Guardian, places: list[Booking]) -> dict[Any, dict[str, Any]]:
    """For each place what this guardian last said about it: the fields of a ChildPlace."""
    answers = FamilyAnswer.objects.filter(guardian=guardian, booking__in=places).order_by("answered_at")
    reasons = {answer.booking_id: answer.reason for answer in answers}
    said: dict[Any, dict[bool, Feedback]] = defaultdict(dict)
    for given in Feedback.objects.filter(guardian=guardian, booking__in=places):
        said[given.booking_id][given.by_child] = given
    return {place.pk: {"reason": reasons.get(place.pk, ""), "said": said[place.pk]} for place in places}


def _as_seen(session: Session, guardian: Guardian, places: tuple[ChildPlace, ...]) -> FamilySession:
    first: Any = places[0].booking
    # Without a meeting Django leaves the attribute out.
    invitation, meeting = first.way, getattr(first, "room", None)
    invitation.session, invitation.guardian, invitation.may_enter = session, guardian, first.may_enter
    people = _people(session.present)  # type: ignore[attr-defined]
    is_kept_back = must_sign(invitation) or lacks_yes(session, [place.booking for place in places])
    has_meeting = session.is_remote and meeting is not None and meeting.is_ready and not is_kept_back
    return FamilySession(session, invitation, places, people, meeting if has_meeting else None)


def with_contents(seen: FamilySession) -> FamilySession:
    """The same session with what will happen and what to bring; two queries."""
    prefetch_related_objects([seen.session], "steps", "items")
    return seen


def with_offers(seen: FamilySession, now: datetime) -> FamilySession:
    """The same session with the places that are offered in it, for the guardian to answer; no query if nobody waits."""
    user = seen.invitation.guardian.user
    if user is None or not any(place.state == _State.WAITING for place in seen.places):
        return seen
    offered = {offer.booking_id: offer for offer in offers_of(user, now)}
    return replace(seen, places=tuple(replace(place, offer=offered.get(place.booking.pk)) for place in seen.places))


def by_week(sessions: Iterable[FamilySession], now: datetime) -> list[Week]:
    """The sessions in weeks: "This week", "Next week", then "Week of Monday 7 December"."""
    weeks = groupby(sessions, key=lambda seen: dates.week_of(seen.session.starts_at))
    return [Week(_week_title(monday, now), tuple(seen)) for monday, seen in weeks]


def _week_title(monday: datetime, now: datetime) -> str:
    this_week = dates.week_of(now)
    # A day in the middle of next week, so that a change of the clocks does not move it out.
    if monday <= this_week:
        return "This week"
    if monday == dates.week_of(this_week + timedelta(days=10)):
        return "Next week"
    return f"Week of {dates.day(monday, now=now)}"


def page_state(*facts: object) -> str:
    """A short mark of what a page shows, by which a waiting page notices that it would look different."""
    return hashlib.sha256("|".join(map(str, facts)).encode()).hexdigest()[:16]
