"""What the portal asks of Zoom for one session, as a value, and as the bodies of the API's requests."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sessions_app.zoom.policy_settings import policy_for, settings_for

SCHEDULED: Final = 2
TIMEZONE: Final = "Europe/London"
TOPIC_LENGTH: Final = 200
PASSCODE: Final = re.compile(r"[A-Za-z0-9@_*-]{1,10}")
# No 0/o, 1/l/i: a passcode is read out on the phone and typed with one thumb.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz"
_DIGITS: Final = "23456789"
_MOST_MINUTES: Final = 24 * 60


@dataclass(frozen=True)
class MeetingSpec:
    """One meeting as the portal wants it.

    `topic` is seen by everybody in the meeting and by Zoom: never a child's name. `starts_at` is aware,
    `minutes` the length, `passcode` at most 10 characters, `reference` the portal's own name for the meeting
    (found again in the agenda), `kind` the kind of session, `alternative_hosts` the e-mail addresses of the
    other members of staff. Raises ValueError for what Zoom would refuse.
    """

    topic: str
    starts_at: datetime
    minutes: int
    passcode: str = field(repr=False)
    reference: str
    kind: str
    alternative_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.starts_at.utcoffset() is None:
            raise ValueError("starts_at needs a time zone")
        if not 1 <= self.minutes <= _MOST_MINUTES:
            raise ValueError("a meeting lasts between one minute and a day")
        if not PASSCODE.fullmatch(self.passcode):
            raise ValueError("a passcode has 1 to 10 characters: letters, digits, @ _ * -")
        if not self.topic.strip() or len(self.topic) > TOPIC_LENGTH:
            raise ValueError("a topic has 1 to 200 characters")
        if not self.reference:
            raise ValueError("a meeting needs the portal's reference")
        if any(re.search(r"[;,\s]", address) for address in self.alternative_hosts):
            raise ValueError("an alternative host is one e-mail address")
        policy_for(self.kind)


def zoom_time(moment: datetime) -> str:
    """An aware datetime as Zoom reads it: UTC with a Z. Raises ValueError for a naive one.

    10:00 British Summer Time goes out as 09:00Z (zoomus would write 10:00Z).
    """
    if moment.utcoffset() is None:
        raise ValueError("a time for Zoom needs a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_zoom_time(text: str) -> datetime:
    """The aware UTC datetime of a time in Zoom's answers. Raises ValueError when it is not one."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.utcoffset() is None else moment.astimezone(UTC)


def agenda_for(reference: str) -> str:
    """The agenda text. The reference comes first: lists of meetings cut the agenda short."""
    return f"Portal reference {reference}. The portal looks after this meeting: please change it only there."


def carries_reference(agenda: object, reference: str) -> bool:
    """Whether an agenda is the one that `agenda_for` wrote for this reference, even cut short."""
    return str(agenda or "").startswith(f"Portal reference {reference}.")


def update_request(spec: MeetingSpec) -> dict[str, object]:
    """The body of `PATCH /meetings/{id}`: everything the portal decides, so that repeating it is harmless."""
    return {
        "type": SCHEDULED,
        "topic": spec.topic,
        "agenda": agenda_for(spec.reference),
        "start_time": zoom_time(spec.starts_at),
        "duration": spec.minutes,
        "timezone": TIMEZONE,
        "password": spec.passcode,
        "settings": settings_for(spec.kind, spec.alternative_hosts),
    }


def create_request(spec: MeetingSpec) -> dict[str, object]:
    """The body of `POST /users/{id}/meetings`."""
    return {**update_request(spec), "default_password": False}


def schedule_differences(spec: MeetingSpec, kept: dict[str, object]) -> list[str]:
    """What Zoom stored of the meeting's time and passcode otherwise than asked, in plain words."""
    found = []
    if not _same_time(kept.get("start_time"), spec.starts_at):
        found.append(f"the start: the portal asked for {zoom_time(spec.starts_at)}, Zoom has {kept.get('start_time')}")
    if kept.get("duration") != spec.minutes:
        found.append(f"the length: the portal asked for {spec.minutes} minutes, Zoom has {kept.get('duration')}")
    if not kept.get("password"):
        found.append("the passcode: Zoom has none")
    return found


def new_passcode() -> str:
    """A fresh passcode: six letters and two digits that cannot be mistaken for one another."""
    characters = [secrets.choice(_LETTERS) for _ in range(6)] + [secrets.choice(_DIGITS) for _ in range(2)]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


def _same_time(text: object, wanted: datetime) -> bool:
    try:
        return read_zoom_time(str(text)) == wanted.astimezone(UTC).replace(microsecond=0)
    except ValueError:
        return False
