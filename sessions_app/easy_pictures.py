"""The picture at the left of a line in easy read, from the same library as the pictures of steps (ADR 151). Pure."""

from families.agreeing import Point
from sessions_app.models import Session
from sessions_app.models.lines import StepLine
from sessions_app.picture_hints import suggest
from sessions_app.picture_library import PICTURES, Picture

# Parts of the agreement by what they speak of; the first that fits. What must not be done comes first: a camera
# beside "do not take photos" would say the opposite.
_CLAUSES = (
    ("stop", ("do not", "never")),
    ("computer", ("zoom", "online")),
    ("coat", ("clothes", "dress")),
    ("home", ("behind you", "background")),
    ("talk", ("words", "language")),
    ("together", ("stay with", "join in", "support")),
)


def of_session(session: Session) -> Picture:
    """What its title speaks of, else the way to come: by screen, or through a door."""
    return PICTURES[suggest(session.title) or ("computer" if session.is_remote else "arrive")]


def of_step(step: StepLine) -> Picture | None:
    """The one that staff chose, else what its title speaks of; None when it speaks of none."""
    return step.drawn or PICTURES.get(suggest(step.title))


def of_clause(point: Point) -> Picture:
    """What a part of the agreement is about, else a thumb that says yes."""
    said = point.easy.casefold()
    return PICTURES[next((key for key, words in _CLAUSES if any(word in said for word in words)), "ready")]
