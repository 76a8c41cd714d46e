"""Until when a family may answer an offer of a place: plain functions of `now` and the session's start.

The usual time is `PLACE_OFFER_HOURS`. Close to the session it is shorter, so that another family can still be asked
when the first does not want the place: half of the time that is left. An offer made at night counts from the
morning, and none ends at night: nobody loses a place in their sleep. Below an hour there is no offer: staff call.
"""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings

from whippersnappers import dates
from whippersnappers.organisation import organisation

# A family that takes a place needs this long to get ready (and staff to know who comes).
LAST_ANSWER_BEFORE = timedelta(hours=2)
# Less than this is no offer but a surprise.
SHORTEST = timedelta(hours=1)
_QUARTER = timedelta(minutes=15)


def answer_by(now: datetime, starts_at: datetime) -> datetime | None:
    """The end of an offer made at `now`, in UTC; None when it is too late to offer the place by mail."""
    begins, last = _from_morning(now), last_answer_at(starts_at)
    left = last - begins
    if left < SHORTEST:
        return None
    wanted = begins + max(min(settings.PLACE_OFFER_TIME, left / 2), SHORTEST)
    return min(_to_quarter(_not_at_night(wanted)), last)


def first_start_offered(now: datetime) -> datetime:
    """The first start, in UTC, of which places are still offered at `now`: for an earlier one `answer_by` is None."""
    soonest = _from_morning(now) + SHORTEST
    # Exactly when the evening ends, an answer may still come; a moment later it waits for the morning.
    if dates.local(soonest).time() != organisation().closes_at:
        soonest = _from_morning(soonest)
    return soonest + LAST_ANSWER_BEFORE


def last_answer_at(starts_at: datetime) -> datetime:
    """The last moment at which a place can be taken by mail, in UTC; the evening before an early session."""
    last = dates.local(starts_at.astimezone(UTC) - LAST_ANSWER_BEFORE)
    us = organisation()
    if last.time() < us.opens_at:
        last = _at(last - timedelta(days=1), us.closes_at)
    elif last.time() > us.closes_at:
        last = _at(last, us.closes_at)
    return last.astimezone(UTC)


def _from_morning(at: datetime) -> datetime:
    """`at`, or the next morning when it is night."""
    here, us = dates.local(at), organisation()
    if here.time() >= us.closes_at:
        here = _at(here + timedelta(days=1), us.opens_at)
    elif here.time() < us.opens_at:
        here = _at(here, us.opens_at)
    return here.astimezone(UTC)


def _not_at_night(at: datetime) -> datetime:
    """`at`; for a time in the night an hour after the morning begins, so that somebody can wake up and answer."""
    morning = _from_morning(at)
    return at if morning == at.astimezone(UTC) else morning + SHORTEST


def _to_quarter(at: datetime) -> datetime:
    """Up to the full quarter of an hour: a time that can be said and remembered."""
    past = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at - past + _QUARTER if past else at


def _at(day: datetime, clock: time) -> datetime:
    return datetime.combine(day.date(), clock, tzinfo=dates.LONDON)
