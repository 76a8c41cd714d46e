"""Plays a script in the running simulator, at a chosen speed: one at a time in each meeting."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from demo.zoom.recorder import NotPossible
from demo.zoom.scripts import SCRIPTS, Cast, act
from demo.zoom.store import Json, Store

SPEEDS: Final = (1, 10, 60)
Clock = Callable[[], datetime]


class Player(threading.Thread):
    """One script in one meeting. `done` counts its cues."""

    def __init__(self, store: Store, number: int, script: str, cast: Cast, speed: float, clock: Clock) -> None:
        super().__init__(name=f"script in {number}", daemon=True)
        self.script = SCRIPTS[script]
        self.speed = speed
        self.cues = self.script.cues(cast)
        self.done = 0
        self.refused: list[str] = []
        self._store = store
        self._number = number
        self._clock = clock
        self._begins = clock()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Take every cue at its time, or stop where somebody stops it."""
        for cue in self.cues:
            if self._stopping.wait(max(0.0, (self._due(cue.after) - self._clock()).total_seconds())):
                return
            with self._store.lock:
                said = act(self._store, self._store.meetings[self._number], cue, self._clock())
                self._store.save()
            if said:
                self.refused.append(said)
            self.done += 1

    def stop(self) -> None:
        """Leave the meeting as it is now."""
        self._stopping.set()

    def progress(self) -> Json:
        """How far it is, for the page and the controls."""
        plays = self.is_alive() and not self._stopping.is_set()
        rest = self.cues[self.done :] if plays else []
        return {
            "title": self.script.title,
            "speed": self.speed,
            "plays": plays,
            "done": self.done,
            "of": len(self.cues),
            "next_at": self._due(rest[0].after).isoformat() if rest else "",
            "refused": self.refused,
        }

    def _due(self, after: timedelta) -> datetime:
        return self._begins + after / self.speed


class Players:
    """Who plays in which meeting."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_meeting: dict[int, Player] = {}

    def play(self, number: int, script: str, cast: Cast, speed: float, clock: Clock | None = None) -> Json:
        """Begin a script in a meeting that is not running. Raises NotPossible; KeyError without such a meeting."""
        if script not in SCRIPTS:
            raise NotPossible(f"There is no script {script!r}; there are {', '.join(SCRIPTS)}.")
        if not 0 < speed <= 10_000:
            raise NotPossible("The speed is a number above 0.")
        with self._store.lock:
            meeting = self._store.meetings[number]
            if self.plays(number):
                raise NotPossible("A script plays in this meeting already. Stop it first.")
            if meeting["status"] == "started":
                raise NotPossible("The meeting is running. End it first.")
            meeting["people"] = []
            player = Player(self._store, number, script, cast, speed, clock or (lambda: datetime.now(UTC)))
            self._by_meeting[number] = player
            player.start()
        return player.progress()

    def stop(self, number: int) -> None:
        """Stop the script of a meeting, if one plays."""
        player = self._by_meeting.get(number)
        if player:
            player.stop()

    def stop_all(self) -> None:
        """Stop every script."""
        for player in list(self._by_meeting.values()):
            player.stop()

    def plays(self, number: int) -> bool:
        """Whether a script plays in this meeting now."""
        return bool(self.progress(number).get("plays"))

    def progress(self, number: int) -> Json:
        """How far the last script of a meeting is; empty where there was none."""
        player = self._by_meeting.get(number)
        return player.progress() if player else {}
