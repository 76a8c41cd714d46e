"""The clocks of safeguarding: plain functions of facts and `now`; `escalating.py` acts on what they say.

Hours run through nights, weekends and bank holidays; working days are those of England and Wales. Times that
go in are aware, times that come out are in UTC. The values are the charity's procedure (W7).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from safeguarding.vocabulary import Agency, Kind, Severity
from whippersnappers.dates import local
from whippersnappers.working_days import after_working_days

_HOURS = {Severity.IMMEDIATE: 1, Severity.HIGH: 1, Severity.MEDIUM: 3}
_LOW_WORKING_DAYS = 1
LADO_WORKING_DAYS = 1
DECISION_WORKING_DAYS = 1


class Escalation(Enum):
    """Who is told next that something waits too long."""

    DEPUTY = "deputy"
    TRUSTEE = "trustee"
    LADO = "lado"
    DECISION = "decision"
    ACTION = "action"


def acknowledge_by(submitted_at: datetime, severity: Severity | None, *, times: int = 1) -> datetime:
    """Until when somebody must acknowledge a concern; `times` 2 is when the trustee is told.

    Nobody has judged how severe a concern is when it comes in: until then it runs on the shortest clock.
    """
    hours = _HOURS.get(severity or Severity.HIGH)
    if hours is None:
        return after_working_days(submitted_at, times * _LOW_WORKING_DAYS)
    # In UTC: on London's own clock Python would add an hour that the change of the clocks swallows.
    return submitted_at.astimezone(UTC) + timedelta(hours=times * hours)


def lado_by(submitted_at: datetime) -> datetime:
    """Until when an allegation about staff must have reached the LADO."""
    return after_working_days(submitted_at, LADO_WORKING_DAYS)


def decision_by(referred_at: datetime) -> datetime:
    """Until when children's services should have said what they do; after that we ask."""
    return after_working_days(referred_at, DECISION_WORKING_DAYS)


@dataclass(frozen=True)
class ConcernFacts:
    """What the clocks of one concern are read from."""

    kind: Kind
    submitted_at: datetime
    severity: Severity | None = None
    acknowledged_at: datetime | None = None
    lado_told_at: datetime | None = None
    is_over: bool = False


@dataclass(frozen=True)
class ReferralFacts:
    """One referral: to whom, when, and when they said what they do."""

    agency: Agency
    made_at: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True)
class ActionFacts:
    """Something that somebody said they would do by a time."""

    due_at: datetime
    done_at: datetime | None = None


def escalations(facts: ConcernFacts, now: datetime) -> frozenset[Escalation]:
    """Everything that is late about a concern at `now`; at the very moment it is late already."""
    if facts.is_over:
        return frozenset()
    late: set[Escalation] = set()
    if facts.acknowledged_at is None:
        for times, who in ((1, Escalation.DEPUTY), (2, Escalation.TRUSTEE)):
            if acknowledge_by(facts.submitted_at, facts.severity, times=times) <= now:
                late.add(who)
    if facts.kind == Kind.STAFF and facts.lado_told_at is None and lado_by(facts.submitted_at) <= now:
        late.add(Escalation.LADO)
    return frozenset(late)


def is_decision_late(facts: ReferralFacts, now: datetime) -> bool:
    """Whether children's services owe us their decision at `now`; other agencies have no such clock."""
    if facts.agency != Agency.CHILDREN or facts.answered_at is not None:
        return False
    return decision_by(facts.made_at) <= now


def late_on(facts: ActionFacts, now: datetime) -> date | None:
    """The day of London's calendar for which a late action is told, once each day; None when it is not late."""
    if facts.done_at is not None or facts.due_at > now:
        return None
    return local(now).date()
