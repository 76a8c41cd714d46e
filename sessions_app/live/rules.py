"""What the policy asks of a session while it goes on: pure functions of what is known of it, and of the time.

A rule gives its findings from the beginning of the session, those that are over too. Whoever adds a rule adds it to
`RULES`; `watching.py` raises an alert once for each finding, and ends it with it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sessions_app.live.alert_kinds import AlertKind
from sessions_app.live.checklist import completed_at, without_checklist
from sessions_app.live.presence import Where, shortfalls
from sessions_app.models import DeliveryCheck, MeetingRun, Presence, RecordingRun, RunStep, Session
from sessions_app.recordings import group_run

# After the end of a session, until it is said that nothing was heard: Zoom sends late messages within minutes.
SILENCE: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Facts:
    """What is known of one session. `counted` are the keys of staff who count for the two-member rule, with names."""

    session: Session
    runs: tuple[MeetingRun, ...]
    recordings: tuple[RecordingRun, ...]
    stays: tuple[Presence, ...]
    counted: dict[Any, str]
    grace: timedelta
    # Whether Zoom told anything of it by itself, and whether there is a meeting of which it could.
    was_told: bool
    has_meeting: bool
    # Of a group that is recorded: what staff pressed in its run.
    run_steps: tuple[RunStep, ...] = ()
    checks: tuple[DeliveryCheck, ...] = ()

    @property
    def inside(self) -> list[Presence]:
        """The stays in the meeting itself."""
        return [stay for stay in self.stays if stay.where == Where.MEETING]


@dataclass(frozen=True)
class Finding:
    """Something that is not as the policy promises; `cause` tells it from others of its kind. It goes on, or ended."""

    kind: AlertKind
    cause: str
    began_at: datetime
    ended_at: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)


Rule = Callable[[Facts, datetime], Iterable[Finding]]


def too_few_staff(facts: Facts, now: datetime) -> Iterator[Finding]:
    """W5: a family in the meeting with fewer than two members of staff, for longer than the time of grace."""
    for since, until in shortfalls(facts.inside, facts.counted):
        lasted = (until or now) - since
        if lasted <= facts.grace:
            continue
        there = [stay for stay in facts.inside if stay.since <= since and (stay.until is None or stay.until > since)]
        names = sorted({facts.counted[stay.staff_id] for stay in there if stay.staff_id in facts.counted})
        said = {
            "staff_present": names,
            "staff_count": len(names),
            "families_count": len({stay.participant for stay in there if not stay.is_ours}),
            "since": since,
            "until": until,
            "seconds": round(lasted.total_seconds()),
            "grace_seconds": round(facts.grace.total_seconds()),
        }
        yield Finding(AlertKind.TOO_FEW_STAFF, since.isoformat(), since, until, said)


def started_without_checklist(facts: Facts, now: datetime) -> Iterator[Finding]:
    """W4: it began before everybody who delivers it had completed the checklist; ends with the last who does."""
    began_at = facts.session.began_at
    if began_at is None:
        return
    missing = without_checklist(facts.counted, facts.checks, began_at)
    if missing:
        completed = [completed_at(one, facts.checks, began_at) for one in missing]
        until = max((at for at in completed if at), default=None) if all(completed) else None
        said = {"missing": sorted(facts.counted[one] for one in missing), "started_at": began_at}
        yield Finding(AlertKind.STARTED_WITHOUT_CHECKLIST, "begin", began_at, until, said)


def stranger_in_meeting(facts: Facts, now: datetime) -> Iterator[Finding]:
    """F7: somebody of whom staff said that they are not ours was in the meeting itself."""
    for stay in facts.inside:
        if stay.is_not_ours:
            cause = f"{stay.meeting_uuid} {stay.participant} {stay.since.isoformat()}"
            said = {"since": stay.since, "until": stay.until}
            yield Finding(AlertKind.STRANGER_IN_MEETING, cause, stay.since, stay.until, said)


def recording_not_allowed(facts: Facts, now: datetime) -> Iterator[Finding]:
    """N3, X1: a recording of anything but group entertainment, or of a group before family video was off."""
    for one in facts.recordings:
        if group_run.why_not(facts.session, facts.run_steps, one.started_at, one.started_at):
            yield _recorded(AlertKind.RECORDING_NOT_ALLOWED, one, one.started_at)


def recording_in_hello(facts: Facts, now: datetime) -> Iterator[Finding]:
    """X2: a recording that goes on, or begins, while families say hello."""
    hello = next((step.at for step in facts.run_steps if step.step == group_run.Step.HELLO), None)
    for one in facts.recordings:
        if hello and group_run.why_not(facts.session, facts.run_steps, one.started_at, one.stopped_at or now) == (
            group_run.IN_HELLO
        ):
            yield _recorded(AlertKind.RECORDING_IN_HELLO, one, max(one.started_at, hello))


def _recorded(kind: AlertKind, one: RecordingRun, began_at: datetime) -> Finding:
    said = {"recording_started_at": one.started_at, "recording_stopped_at": one.stopped_at}
    return Finding(kind, one.started_at.isoformat(), began_at, one.stopped_at, said)


def nothing_heard_from_zoom(facts: Facts, now: datetime) -> Iterator[Finding]:
    """W5, W6: a session by Zoom is over, and Zoom told nothing of it. Its report afterwards puts that right."""
    session = facts.session
    if facts.was_told or not facts.has_meeting or now < session.ends_at + SILENCE:
        return
    known_at = max((run.reconciled_at for run in facts.runs if run.reconciled_at), default=None)
    said: dict[str, Any] = {"started_at": session.starts_at, "ended_at": session.ends_at}
    if known_at:
        said |= {"how": "from Zoom’s report afterwards"}
    yield Finding(AlertKind.NOTHING_HEARD_FROM_ZOOM, "silence", session.starts_at, known_at, said)


RULES: Final[tuple[Rule, ...]] = (
    too_few_staff,
    started_without_checklist,
    stranger_in_meeting,
    recording_not_allowed,
    recording_in_hello,
    nothing_heard_from_zoom,
)
# The kinds whose alerts end when no rule finds them any more.
KINDS: Final = (
    AlertKind.TOO_FEW_STAFF,
    AlertKind.STARTED_WITHOUT_CHECKLIST,
    AlertKind.STRANGER_IN_MEETING,
    AlertKind.RECORDING_NOT_ALLOWED,
    AlertKind.RECORDING_IN_HELLO,
    AlertKind.NOTHING_HEARD_FROM_ZOOM,
)


def findings(facts: Facts, now: datetime) -> list[Finding]:
    """All that the rules find."""
    return [finding for rule in RULES for finding in rule(facts, now)]
