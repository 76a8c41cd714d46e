"""Who was where and when, pieced together from what Zoom told as it happened and what it reports afterwards.

Pure. The outcome hangs on what was told alone: not on the order in which it came, nor how often, nor how late. Once
there is a report of an instance, its stays and times are those of the report, so that what was lost on the way makes no
difference. What nothing told is marked as not known, and never made up.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise

from sessions_app.live.heard import NEVER_SAID, PERSONAL, RECORDING, Told, What
from sessions_app.models import Presence

WAITING, MEETING = Presence.Where.WAITING, Presence.Where.MEETING
_NEVER = datetime.max.replace(tzinfo=UTC)
_STARTS, _ENDS = What.RECORDING_STARTED, What.RECORDING_STOPPED


@dataclass(frozen=True, order=True)
class Stay:
    """One unbroken stay. `until` None: still there. `..._known` False: the latest it can have been."""

    participant: str
    where: str
    since: datetime
    until: datetime | None = field(compare=False)
    since_known: bool = field(default=True, compare=False)
    until_known: bool = field(default=True, compare=False)
    name: str = field(default="", compare=False)
    email: str = field(default="", compare=False)
    # By Zoom's report, not as it happened.
    reported: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Recorded:
    """One recording; `stopped_at` None: it goes on. `pauses` are (from, until or None)."""

    started_at: datetime
    stopped_at: datetime | None = None
    started_known: bool = True
    stopped_known: bool = False
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()


@dataclass(frozen=True, order=True)
class Report:
    """What Zoom said of an instance when it was over; the one that was asked for last counts."""

    received_at: datetime
    meeting_uuid: str
    started_at: datetime
    ended_at: datetime
    stays: tuple[Stay, ...] = ()
    # From, until.
    recordings: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class Run:
    """One instance of a meeting, and what happened in it."""

    meeting_uuid: str
    started_at: datetime | None
    started_known: bool
    ended_at: datetime | None
    ended_known: bool
    stays: tuple[Stay, ...]
    recordings: tuple[Recorded, ...]
    report: Report | None
    # Whether anything was told while it went on.
    was_told: bool


def piece_together(told: Iterable[Told], reports: Iterable[Report]) -> list[Run]:
    """The runs of one meeting, the first one first."""
    by_run: dict[str, set[Told]] = defaultdict(set)
    for one in told:
        by_run[one.meeting_uuid].add(one)
    last = {report.meeting_uuid: report for report in sorted(reports, key=lambda r: (r.received_at, r.stays))}
    bounds = [_bounds(uuid, sorted(by_run[uuid]), last.get(uuid)) for uuid in {*by_run, *last}]
    bounds.sort(key=lambda run: (run.started_at or run.ended_at or _NEVER, run.meeting_uuid))
    # A meeting runs once at a time: where another one began, this one was over.
    for number, (run, following) in enumerate(pairwise(bounds)):
        if run.ended_at is None and following.started_at is not None:
            bounds[number] = replace(run, ended_at=following.started_at)
    return [_filled(run, sorted(by_run[run.meeting_uuid])) for run in bounds]


def _bounds(uuid: str, told: Sequence[Told], report: Report | None) -> Run:
    started = [one.at for one in told if one.what == What.STARTED]
    ended = [one.at for one in told if one.what == What.ENDED]
    inside = [one.at for one in told if one.what in {What.JOINED, What.LEFT, *RECORDING}]
    if report is not None:
        started, ended = [report.started_at], [report.ended_at]
    return Run(
        meeting_uuid=uuid,
        started_at=min([*started, *([] if report else inside)], default=None),
        started_known=bool(started),
        ended_at=max(ended, default=None),
        ended_known=bool(ended),
        stays=(),
        recordings=(),
        report=report,
        was_told=bool(told),
    )


def _filled(run: Run, told: Sequence[Told]) -> Run:
    """The run with its stays and recordings."""
    by_person: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        if one.what in PERSONAL:
            by_person[one.participant].append(one)
    stays = [stay for person in by_person.values() for stay in _stays(person, run.ended_at)]
    if run.report is not None:
        stays = _reported(run.report.stays, stays)
    recordings = _recordings([one for one in told if one.what in RECORDING], run)
    return replace(run, stays=tuple(sorted(stays)), recordings=tuple(recordings))


def _reported(stays: Iterable[Stay], told: Iterable[Stay]) -> list[Stay]:
    """The report's stays. Where it has none at all in a place, such as the waiting room, what was told stands."""
    kept: dict[Stay, Stay] = {}
    for stay in stays:
        before = kept.get(stay)
        # Listed twice: the longer one.
        if before is None or (before.until and stay.until and before.until < stay.until):
            kept[stay] = stay
    places = {stay.where for stay in kept}
    return [*kept.values(), *(stay for stay in told if stay.where not in places)]


def _stays(told: Sequence[Told], ended_at: datetime | None) -> list[Stay]:
    """The stays of one participant, whose messages are in the order of their times."""
    walk = _Walk(told[-1].participant)
    for one in told:
        walk.take(one)
    walk.end(ended_at)
    # A name or sign-in that a message leaves out is the one that another said.
    name = next((one.name for one in reversed(told) if one.name), "")
    email = next((one.email for one in reversed(told) if one.email), "")
    return [replace(stay, name=name, email=email) for stay in walk.stays]


class _Walk:
    """Where one participant is, message by message. Zoom gives whoever comes back another number."""

    def __init__(self, participant: str) -> None:
        self.participant = participant
        self.stays: list[Stay] = []
        self.open: dict[str, datetime] = {}
        self.admitted_at: datetime | None = None

    def take(self, one: Told) -> None:
        """Follow one message."""
        if one.what == What.WAITS:
            self._close(MEETING, one.at)
            self.open.setdefault(WAITING, one.at)
        elif one.what == What.JOINED:
            self._close(WAITING, one.at)
            self.open.setdefault(MEETING, one.at)
        elif one.what in (What.ADMITTED, What.LEFT_WAITING):
            if one.what == What.ADMITTED:
                self.admitted_at = one.at
            if not self._close(WAITING, one.at):
                self._only_its_end(WAITING, one.at, since=one.at)
        elif one.what == What.LEFT and not (self._close(WAITING, one.at) or self._close(MEETING, one.at)):
            self._only_its_end(MEETING, one.at, since=self.admitted_at or one.at)

    def end(self, at: datetime | None) -> None:
        """The meeting is over, or not: whoever is still there has left by then, though nothing told it."""
        for where, since in self.open.items():
            until = max(at, since) if at else None
            self.stays.append(Stay(self.participant, where, since, until, until_known=at is None))

    def _close(self, where: str, at: datetime) -> bool:
        since = self.open.pop(where, None)
        if since is not None:
            self.stays.append(Stay(self.participant, where, since, at))
        return since is not None

    def _only_its_end(self, where: str, at: datetime, *, since: datetime) -> None:
        """Nothing told that this stay had begun; the end of a stay may also be told twice, in two ways."""
        if not any(stay.where == where for stay in self.stays):
            self.stays.append(Stay(self.participant, where, since, at, since_known=False))


def _recordings(told: Sequence[Told], run: Run) -> list[Recorded]:
    """What was told, with the files that Zoom keeps: those have the exact times, and show what was not told."""
    over: list[Recorded] = []
    current: Recorded | None = None
    for one in told:
        if one.what == _STARTS and current is not None:
            # Another begins, so this one had stopped.
            over.append(replace(current, stopped_at=one.at))
            current = None
        if current is None and not _told_before(one, over):
            current = _begun(one)
        if current is not None:
            current = _followed(current, one)
            if current.stopped_at is not None:
                over.append(current)
                current = None
    if current is not None:
        until = max(run.ended_at, current.started_at) if run.ended_at else None
        over.append(replace(current, stopped_at=until))
    files = run.report.recordings if run.report else ()
    alone = [one for one in over if not any(_overlaps(one, *file) for file in files)]
    return sorted([*alone, *(_of_file(file, over) for file in files)], key=lambda one: one.started_at)


def _told_before(one: Told, over: Sequence[Recorded]) -> bool:
    """Whether a message is about a recording that has stopped already: a stop that is told twice, in two ways."""
    if one.recording_since > NEVER_SAID:
        return any(recorded.started_at == one.recording_since for recorded in over)
    return one.what == _ENDS and bool(over)


def _begun(one: Told) -> Recorded:
    if one.what == _STARTS:
        return Recorded(one.at)
    # Nothing told that it had begun; perhaps this message says when.
    known = one.recording_since > NEVER_SAID
    return Recorded(min(one.recording_since, one.at) if known else one.at, started_known=known)


def _followed(recorded: Recorded, one: Told) -> Recorded:
    pauses = recorded.pauses
    if one.what == What.RECORDING_PAUSED and not (pauses and pauses[-1][1] is None):
        return replace(recorded, pauses=(*pauses, (one.at, None)))
    if one.what in (What.RECORDING_RESUMED, _ENDS) and pauses and pauses[-1][1] is None:
        pauses = (*pauses[:-1], (pauses[-1][0], one.at))
    if one.what == _ENDS:
        return replace(recorded, pauses=pauses, stopped_at=max(one.at, recorded.started_at), stopped_known=True)
    return replace(recorded, pauses=pauses)


def _overlaps(one: Recorded, since: datetime, until: datetime) -> bool:
    return one.started_at <= until and (one.stopped_at is None or one.stopped_at >= since)


def _of_file(file: tuple[datetime, datetime], found: Iterable[Recorded]) -> Recorded:
    pauses = tuple(pause for one in found if _overlaps(one, *file) for pause in one.pauses)
    return Recorded(*file, started_known=True, stopped_known=True, pauses=pauses)
