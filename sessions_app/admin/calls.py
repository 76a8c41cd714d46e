"""What a caller must know of each call, and nothing more: whom, for which child, when, what to say (W2, W8)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from families.models import Guardianship
from sessions_app.answer_notices import answers_of_calls
from sessions_app.being_recorded import may_be_recorded, shuts_out
from sessions_app.invitations import current_meeting
from sessions_app.models import Booking, FamilyAnswer, Meeting, PhoneTask, PlaceOffer, Session
from sessions_app.offer_links import closes_at
from sessions_app.offer_notices import offers_of_calls
from sessions_app.reach import reach_by_session
from sessions_app.undertakings import Agreed, agreed_by_pair

# Nobody can say more in one call.
MOST_IN_ONE = 30


@dataclass(frozen=True)
class Call:
    """One call: the children whom this guardian may be told of, by the names they go by."""

    task: PhoneTask
    children: list[str]
    is_taken_back: bool
    offer: PlaceOffer | None = None
    # Without a signature no way in, by typing numbers neither (F1-F6).
    must_sign: bool = False
    # Whose family has not said yes to being recorded where it is, and whether that leaves nobody who may be (X1).
    without_yes: tuple[str, ...] = ()
    is_shut_out: bool = False
    # What another parent or carer has said for the child; who, is nobody's business.
    answer: FamilyAnswer | None = None

    @property
    def session(self) -> Session:
        return self.task.session

    @property
    def is_offer(self) -> bool:
        return self.task.purpose == PhoneTask.Purpose.OFFER

    @property
    def is_answer(self) -> bool:
        return self.task.purpose == PhoneTask.Purpose.ANSWERED

    @property
    def until(self) -> datetime | None:
        """Until when the family may take the place that this call offers."""
        return closes_at(self.offer) if self.offer else None

    @property
    def meeting(self) -> Meeting | None:
        return None if self.must_sign or self.is_shut_out else current_meeting(self.session)

    @property
    def words(self) -> tuple[Any, ...]:
        """All that is said in this call besides the time."""
        session, meeting = self.session, self.meeting
        way_in = (meeting.zoom_id, meeting.passcode) if meeting else ()
        lines = [step.title for step in session.steps.all()], [(i.name, i.needed) for i in session.items.all()]
        about = (session.title, session.delivery, session.place_id, session.cancel_reason, *way_in)
        # An offer has its own deadline and wants its own answer.
        return (
            self.task.purpose,
            self.is_taken_back,
            self.offer and self.offer.pk,
            self.answer and self.answer.booking.state,
            *about,
            self.children,
            self.without_yes,
            *lines,
        )

    def refusal(self, now: datetime) -> str:
        """Why nobody should ring any more; empty when somebody should."""
        if self.is_offer and (self.offer is None or closes_at(self.offer) <= now):
            return "Do not call: this offer is over."
        if self.is_answer and self.answer is None:
            return "Do not call: somebody has answered again, or it is no business of theirs any more."
        if self.session.ends_at <= now:
            return "The session is over: it is too late to call about it."
        return "" if self.children else "Do not call: this session is no business of theirs any more."


@dataclass(frozen=True)
class Part:
    """What is said in one breath: a call about one session, or about several of which the same is to be said."""

    calls: list[Call]

    @property
    def call(self) -> Call:
        """The first, in whose words all of them are said."""
        return self.calls[0]

    @property
    def sessions(self) -> list[Session]:
        """The sessions that it is about, by time."""
        return [call.session for call in self.calls]

    @property
    def tried_before(self) -> list[Call]:
        """Those of its calls that were tried already."""
        return [call for call in self.calls if call.task.attempts]


def parts_of(calls: Iterable[Call]) -> list[Part]:
    """The calls to one person, put together where the same is to be said, each part by its first session."""
    parts: list[Part] = []
    for call in sorted(calls, key=lambda call: call.session.starts_at):
        same = next((part for part in parts if part.call.words == call.words), None)
        if same is None:
            parts.append(Part([call]))
        else:
            same.calls.append(call)
    return parts


def by_person(calls: Iterable[Call]) -> list[list[Part]]:
    """The calls of a list, one after the other: all that one person is told stands together, offers apart."""
    people: dict[Any, list[Call]] = defaultdict(list)
    for call in calls:
        people[call.task.guardian_id, call.offer and call.offer.pk].append(call)
    return [parts_of(each) for each in people.values()]


def calls_of(tasks: QuerySet[PhoneTask]) -> list[Call]:
    """The calls with what to say; fourteen queries at most, however many there are."""
    found = tasks.select_related("session__place", "guardian", "done_by")
    found = found.prefetch_related("session__steps", "session__items", "session__meetings")
    rows = list(found)
    reached = {
        (session_id, to.guardian.pk): to.children
        for session_id, each in reach_by_session({task.session_id for task in rows}).items()
        for to in each
    }
    of_shows = [reached.get((task.session_id, task.guardian_id), ()) for task in rows if task.session.is_recorded]
    allowed = may_be_recorded({child.pk for children in of_shows for child in children})
    taken_back, offered, answered = _taken_back(rows), offers_of_calls(rows), answers_of_calls(rows)
    agreed = agreed_by_pair((task.session_id, task.guardian_id) for task in rows)
    calls = []
    for task in rows:
        whom = (task.session_id, task.guardian_id)
        back = taken_back.get(whom, []) if _is_about_a_place(task) else []
        offer, answer = offered.get(task.pk), answered.get(task.pk)
        children = reached.get(whom, ())
        about = offer or answer
        names = [about.booking.child.known_as] if about else back or [child.known_as for child in children]
        must_sign = task.session.is_remote and agreed[whom] == Agreed.UNSIGNED
        missing = [c.known_as for c in children if c.pk not in allowed] if task.session.is_recorded else []
        is_shut_out = shuts_out(missing, children)
        calls.append(Call(task, names, bool(back), offer, must_sign, tuple(missing), is_shut_out, answer))
    return calls


def _is_about_a_place(task: PhoneTask) -> bool:
    """Whether the call says that a child's place was taken back, rather than that the session is off."""
    return task.purpose == PhoneTask.Purpose.CANCELLED and task.session.state != Session.State.CANCELLED


def _taken_back(tasks: Iterable[PhoneTask]) -> dict[Any, list[str]]:
    """By session and guardian: the children who had a place, where the guardian is still invited for them."""
    about = [task for task in tasks if _is_about_a_place(task)]
    standing = Guardianship.objects.inviting().filter(
        guardian__in=[task.guardian_id for task in about],
        child__bookings__session__in=[task.session_id for task in about],
        child__bookings__state=Booking.State.WITHDRAWN,
    )
    found = defaultdict(list)
    for session_id, guardian_id, name in standing.order_by("child__known_as").values_list(
        "child__bookings__session", "guardian", "child__known_as"
    ):
        found[session_id, guardian_id].append(name)
    return found


def also_about(task: PhoneTask, now: datetime) -> list[Call]:
    """The other calls to the same person that this one can settle, by time; an offer needs an answer of its own."""
    others = PhoneTask.objects.to_make(now).filter(guardian=task.guardian_id).exclude(pk=task.pk)
    waiting = others.exclude(purpose=PhoneTask.Purpose.OFFER)[:MOST_IN_ONE]
    return [call for call in calls_of(waiting) if not call.refusal(now)]
