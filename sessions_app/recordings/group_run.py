"""The run of a group that is recorded: a sequence that cannot be walked out of order (X1, X2). Pure.

Family video off → record → stop, confirmed by Zoom → cameras on, say hello. Where Zoom has not confirmed that a
recording stopped, nobody says hello.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sessions_app.models import RecordingOrder, RecordingRun, RunStep, Session

Step = RunStep.Step
# How far our clock and Zoom's may be apart before times are held against staff.
CLOCKS: Final = timedelta(seconds=5)

NEVER_OF_THIS_KIND: Final = "Sessions of this kind are never recorded."
BEFORE_VIDEO_OFF: Final = "It began before somebody said that family video was off."
IN_HELLO: Final = "It went on while families said hello."


class Stage(StrEnum):
    """How far a group is."""

    VIDEO = "video"
    READY = "ready"
    STARTING = "starting"
    RECORDING = "recording"
    STOPPING = "stopping"
    STOPPED = "stopped"
    HELLO = "hello"


# What may be pressed in each stage.
MAY: Final[dict[Stage, tuple[Step, ...]]] = {
    Stage.VIDEO: (Step.VIDEO_OFF,),
    Stage.READY: (Step.RECORD, Step.HELLO),
    Stage.STARTING: (Step.STOP,),
    Stage.RECORDING: (Step.STOP,),
    Stage.STOPPING: (),
    Stage.STOPPED: (Step.RECORD, Step.HELLO),
    Stage.HELLO: (),
}


@dataclass(frozen=True)
class GroupRun:
    """How far the run is, with what staff said and what Zoom told."""

    stage: Stage
    steps: tuple[RunStep, ...]
    recordings: tuple[RecordingRun, ...]
    order: RecordingOrder | None

    def said(self, step: str) -> RunStep | None:
        """The last time that staff took this step."""
        return next((one for one in reversed(self.steps) if one.step == step), None)

    @property
    def video_off(self) -> RunStep | None:
        """When somebody said that family video was off."""
        return self.said(Step.VIDEO_OFF)

    @property
    def hello(self) -> RunStep | None:
        """When cameras went on."""
        return self.said(Step.HELLO)

    @property
    def is_recording(self) -> bool:
        """Whether Zoom has told of a recording and not of its end."""
        return any(one.stopped_at is None for one in self.recordings)


def run_of(steps: Iterable[RunStep], recordings: Iterable[RecordingRun], order: RecordingOrder | None) -> GroupRun:
    """The run, from what was said, what Zoom told, and what Zoom is being told (`order`, the one that is not done)."""
    taken, told = tuple(sorted(steps, key=lambda one: one.at)), tuple(recordings)
    return GroupRun(_stage({one.step for one in taken}, told, order), taken, told, order)


def _stage(taken: set[str], told: Sequence[RecordingRun], order: RecordingOrder | None) -> Stage:
    is_on = any(one.stopped_at is None for one in told)
    if Step.HELLO in taken:
        return Stage.HELLO
    if order is not None and order.what == RecordingOrder.What.STOP:
        return Stage.STOPPING
    if is_on:
        return Stage.RECORDING
    if order is not None:
        return Stage.STARTING
    if Step.VIDEO_OFF not in taken:
        return Stage.VIDEO
    return Stage.STOPPED if told else Stage.READY


def why_not(session: Session, steps: Iterable[RunStep], started_at: datetime, stopped_at: datetime) -> str:
    """Why a recording of this time may not be, in a sentence (N3, X1, X2); empty where it may."""
    if not session.is_recorded:
        return NEVER_OF_THIS_KIND
    at = {one.step: one.at for one in steps}
    if Step.VIDEO_OFF not in at or started_at + CLOCKS < at[Step.VIDEO_OFF]:
        return BEFORE_VIDEO_OFF
    if Step.HELLO in at and stopped_at > at[Step.HELLO] + CLOCKS:
        return IN_HELLO
    return ""
