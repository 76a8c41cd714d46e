"""What a step for many sessions is asked to do, and what it says about each of them beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.core.exceptions import ValidationError

from sessions_app.models import Session
from sessions_app.reach import ToReach

VANISHED = "This session does not exist any more."


@dataclass(frozen=True)
class Asked:
    """What the coordinator chose besides the sessions. Ids as text, so that it can be kept as JSON."""

    reason: str = ""  # for a cancellation; families read it
    group: str = ""
    leave_out_busy: bool = True  # children who are in another session at that time
    let_wait: bool = False  # children for whom there is no place; otherwise the session is left out
    off: str = ""  # the member of staff who is taken off
    on: str = ""  # the one who is put on
    role: str = ""  # of the one put on; empty: that of the one taken off

    def kept(self) -> dict[str, Any]:
        """As JSON for the run."""
        return asdict(self)


@dataclass(frozen=True)
class Hindrance:
    """Why a session is left out. `where` names the part of its form that mends it, if one does."""

    message: str
    where: str = ""
    clause: Any = None


@dataclass
class Verdict:
    """What a step does to one session: whether it can be taken, why not, and what to know beforehand."""

    session: Session
    hindrances: list[Hindrance] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # What somebody should think about before pressing.
    warnings: list[str] = field(default_factory=list)
    reached: Sequence[ToReach] = ()
    # Names of staff who get a mail.
    staff_told: set[str] = field(default_factory=set)
    # What the step needs to know about this session once it is taken.
    work: Any = None

    @property
    def can(self) -> bool:
        return not self.hindrances

    @property
    def why(self) -> str:
        """The hindrances as one text."""
        return " ".join(hindrance.message for hindrance in self.hindrances)

    def hinder(self, message: str, where: str = "", clause: Any = None) -> "Verdict":
        """Add a reason to leave the session out."""
        self.hindrances.append(Hindrance(message, where, clause))
        return self


class Action(Protocol):
    """One kind of step. Each costs the same few queries for one session and for five hundred."""

    def judge(self, sessions: Sequence[Session], asked: Asked, now: datetime) -> Mapping[Any, Verdict]:
        """A verdict for each session, in the order in which they will be done.

        `sessions` are `gate_facts`, with their bookings.
        """
        ...

    def take(self, verdict: Verdict, asked: Asked, *, by: Any, now: datetime) -> str:
        """Do it; returns what was done. Raises ValidationError for what the services refuse."""
        ...


def refuse_if_not(verdict: Verdict) -> None:
    """Raise ValidationError with the reasons why a session is left out."""
    if not verdict.can:
        raise ValidationError(verdict.why)


def closed(session: Session, now: datetime) -> str:
    """Why nothing about this session can be changed any more; empty when it can."""
    if session.state in (Session.State.CANCELLED, Session.State.DELIVERED):
        return f"It is {session.get_state_display().lower()}."
    return "It is over." if session.ends_at <= now else ""


def counted(number: int, one: str, many: str) -> str:
    """`1 child`, `3 children`."""
    return f"{number} {one if number == 1 else many}"
