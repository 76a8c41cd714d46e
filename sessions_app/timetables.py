"""A session as a visual timetable: its steps as pictures with a few words, for the child to follow.

It is printed, left on tables and sent on, so no child's name stands in it, and nothing that opens a meeting (W8).
"""

from dataclasses import dataclass
from datetime import datetime

from sessions_app.mail_facts import holds_a_name, names_in, one_line, title_without_names
from sessions_app.models import Session
from sessions_app.models.lines import StepLine
from sessions_app.picture_library import Picture
from whippersnappers import dates


@dataclass(frozen=True)
class TimetableStep:
    """One step: its number from 1, its words, and its picture if it has one."""

    number: int
    word: str
    picture: Picture | None


@dataclass(frozen=True)
class Moment:
    """What is now and what comes next, by number from 1; with nothing now, all is done."""

    number: int
    now: TimetableStep | None
    then: TimetableStep | None


@dataclass(frozen=True)
class Timetable:
    """A session's steps in their order, under its title and its time on London's clock."""

    title: str
    when: str
    steps: tuple[TimetableStep, ...]

    @property
    def moments(self) -> tuple[Moment, ...]:
        """Each step with the one after it, and at last the moment when all is done."""
        ahead = (*self.steps, None, None)
        return tuple(Moment(n + 1, ahead[n], ahead[n + 1]) for n in range(len(self.steps) + 1))


def timetable_of(session: Session, now: datetime) -> Timetable:
    """The session's timetable; one query for the names, and the steps."""
    names = names_in(session)
    steps = tuple(_step(number, step, names) for number, step in enumerate(session.steps.all(), start=1))
    when = dates.when(session.starts_at, session.ends_at, now=now)
    return Timetable(title_without_names(session), when, steps)


def _step(number: int, step: StepLine, names: set[str]) -> TimetableStep:
    """The step's title; one that names a child is told by its picture's word."""
    picture, word = step.drawn, one_line(step.title)
    if holds_a_name(names, word):
        word = picture.word if picture else f"Step {number}"
    return TimetableStep(number, word, picture)
