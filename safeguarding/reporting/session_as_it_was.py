"""How a session went, as far as the portal was told: the meeting, who was there, who dropped out, the recording.

Times to the second, for they are put beside what people remember.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sessions_app.live.alert_words import moment
from sessions_app.live.pressed_stays import child_participant
from sessions_app.models import MeetingRun, Presence, RecordingRun, Session

# Whoever comes back sooner than that only changed rooms, or their line blinked.
DROPPED_FOR = timedelta(seconds=10)


def as_it_was(session: Session, now: datetime) -> Iterator[str]:
    """One fact a line; nothing of a session of which the portal was told nothing."""
    runs = list(session.runs.prefetch_related("recordings"))
    stays = session.presences.filter(where=Presence.Where.MEETING).select_related("staff__user", "guardian")
    for run in runs:
        yield f"The meeting: {_span(run.started_at, run.ended_at, now)}."
    yield from _recordings(runs, now)
    by_person, children = defaultdict(list), _children_in(session)
    for stay in stays.order_by("since", "participant"):
        by_person[who(stay, children)].append(stay)
    for name, theirs in by_person.items():
        yield f"{name}: {'; '.join(_span(stay.since, stay.until, now) for stay in theirs)}."
    for name, theirs in by_person.items():
        yield from _dropped(name, theirs, runs, now)


def there_now(session: Session) -> str:
    """Who is in it at this moment, each once; empty where nobody is, as far as the portal knows."""
    stays = session.presences.filter(where=Presence.Where.MEETING, until=None).select_related("staff__user", "guardian")
    children = _children_in(session)
    return ", ".join(dict.fromkeys(who(stay, children) for stay in stays.order_by("since", "participant")))


def _children_in(session: Session) -> Mapping[str, str]:
    """In person: the children whom staff pressed in, by what their stays are called."""
    if session.is_remote:
        return {}
    places = session.bookings.select_related("child")
    return {child_participant(place.child_id): f"{place.child.known_as} (child)" for place in places}


def who(stay: Presence, children: Mapping[str, str]) -> str:
    """A member of staff, a guardian or a child in the hall by name; somebody else as Zoom showed them."""
    if stay.participant in children:
        return children[stay.participant]
    if stay.staff:
        return f"{stay.staff} (staff)"
    if stay.guardian:
        return f"{stay.guardian} (parent or carer)"
    return f"Shown by Zoom as “{stay.name}”" if stay.name else "Somebody without a name"


def _span(start: datetime | None, end: datetime | None, now: datetime) -> str:
    began = moment(start, now=now) if start else "nobody knows when"
    return f"{began} to {moment(end, now=now)}" if end else f"since {began}"


def _recordings(runs: Sequence[MeetingRun], now: datetime) -> Iterator[str]:
    recordings: list[RecordingRun] = [each for run in runs for each in run.recordings.all()]
    if runs and not recordings:
        yield "Recording: off, as far as Zoom told."
    for recording in recordings:
        yield f"Recording on: {_span(recording.started_at, recording.stopped_at, now)}."


def _dropped(name: str, stays: Sequence[Presence], runs: Sequence[MeetingRun], now: datetime) -> Iterator[str]:
    """Who went before the end, and when they were back."""
    for stay, later in zip(stays, [*stays[1:], None], strict=True):
        back = later.since if later else _end(stay, runs)
        if stay.until is None or back is None or back - stay.until < DROPPED_FOR:
            continue
        returned = f"back {moment(later.since, now=now)}" if later else "not back"
        yield f"Dropped out: {name}, {moment(stay.until, now=now)}, {returned}."


def _end(stay: Presence, runs: Sequence[MeetingRun]) -> datetime | None:
    return next((run.ended_at for run in runs if run.meeting_uuid == stay.meeting_uuid), None)
