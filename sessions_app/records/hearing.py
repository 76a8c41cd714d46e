"""What was heard of a record's session: who was in it, as Zoom told, or in person as staff pressed."""

from collections import defaultdict
from uuid import UUID

from families.models import Guardianship
from sessions_app.live.pressed_stays import child_participant
from sessions_app.live.register import register
from sessions_app.models import MeetingRun, Presence, Session, SessionRecord
from sessions_app.records.timings import Heard, HeardOf, Source, Timings, timings_of


def timings_heard(record: SessionRecord) -> Timings:
    """The times of the record's session, of the child or its family and of each member of staff put on it (W6)."""
    session = record.session
    stays = list(session.presences.filter(where=Presence.Where.MEETING))
    theirs = Guardianship.objects.filter(child=record.child_id).values_list("guardian_id", flat=True)
    family, child = set(theirs), child_participant(record.child_id)
    by_staff: dict[UUID, list[Heard]] = defaultdict(list)
    for stay in stays:
        if stay.staff_id:
            by_staff[stay.staff_id].append(_heard(stay))
    put_on = session.assignments.filter(withdrawn_at=None).values_list("staff_id", flat=True)
    # Whoever came although nobody had put them on it was there all the same.
    everybody = [*put_on, *(pk for pk in by_staff if pk not in set(put_on))]
    heard = HeardOf(
        meeting=_of_the_session(session),
        family=[_heard(stay) for stay in stays if stay.guardian_id in family or stay.participant == child],
        unnamed=[_heard(stay) for stay in stays if stay.known_by == Presence.KnownBy.NOBODY],
        staff=[(pk, by_staff[pk]) for pk in everybody],
    )
    return timings_of(heard, record.times_by_hand)


def _heard(stay: Presence) -> Heard:
    by_name = stay.known_by == Presence.KnownBy.NAME
    return Heard(stay.since, stay.until, stay.source, stay.since_known, stay.until_known, by_name)


def _of_the_session(session: Session) -> list[Heard]:
    """When the meeting ran; in person, from “We begin” to “We end”."""
    if session.is_remote:
        return [run for one in session.runs.all() if (run := _run(one)) is not None]
    pressed = register(session.presses.all())
    return [Heard(pressed.began_at, pressed.ended_at, Source.PRESS)] if pressed.began_at else []


def _run(run: MeetingRun) -> Heard | None:
    """A run of the meeting; where no time of it is known at all, there is nothing to show."""
    begin = run.started_at or run.ended_at
    if begin is None:
        return None
    return Heard(begin, run.ended_at, run.heard_of, run.started_known, run.ended_known)
