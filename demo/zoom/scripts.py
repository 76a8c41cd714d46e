"""Whole sessions as scripts: who does what when. Played by the process at a chosen speed, and by tests without waiting.

A test feeds the portal the very requests that the process would send:

    store = one_meeting(int(meeting.zoom_id), host="zoom1@whippersnappers.org", secret=settings.ZOOM_WEBHOOK_SECRET)
    for scene in play("good_one_to_one", store, int(meeting.zoom_id), begins=starts_at, send=send):
        ...  # `scene.at` is the script's time now; look at what the portal makes of it

`send` takes a SignedRequest and returns the status of the portal's answer. With the `zoom` fixture, `zoom.store` and
the number of a meeting that the portal has made take the place of `one_meeting`; then the portal's calls meet the same
meeting, and what it changes there is told in the same way.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from demo.zoom import steps
from demo.zoom.outbox import Outbox, SignedRequest
from demo.zoom.recorder import NotPossible
from demo.zoom.running import NOTICED_AFTER, Room
from demo.zoom.store import ACCOUNT_DEFAULTS, Credentials, Json, Store, new_uuid


@dataclass(frozen=True)
class Cast:
    """Who plays. The second member is signed in to Zoom when there is an address, else a guest like the families."""

    second: str = "Second member"
    second_email: str = ""
    families: tuple[str, ...] = ("Ada’s family", "Ben’s family", "Cleo’s family")
    stranger: str = "iPhone"


def cast_for(meeting: Json) -> Cast:
    """A cast in which the second member is the meeting's first alternative host, where it has one."""
    others = meeting["settings"].get("alternative_hosts", "").replace(",", ";").split(";")
    email = next((address.strip() for address in others if address.strip()), "")
    return Cast(second=email.split("@")[0].title(), second_email=email) if email else Cast()


@dataclass(frozen=True)
class Cue:
    """One step of a script, `after` its beginning. `facts` are those of `steps.take`."""

    after: timedelta
    step: str
    facts: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """What has just been played at `at`: the cues, those that were not possible any more, and the requests sent."""

    at: datetime
    cues: tuple[Cue, ...]
    refused: tuple[str, ...]
    sent: tuple[SignedRequest, ...]


@dataclass(frozen=True)
class Script:
    """A session. `says` is for people who choose one."""

    title: str
    says: str
    cues: Callable[[Cast], list[Cue]]


Send = Callable[[SignedRequest], int]


def play(
    name: str, store: Store, number: int, *, begins: datetime, send: Send, cast: Cast | None = None
) -> Iterator[Scene]:
    """Play a script from `begins` on, as fast as the caller goes on, until nothing waits any more, retries included.

    KeyError for an unknown script or meeting.
    """
    meeting = store.meetings[number]
    waiting = SCRIPTS[name].cues(cast or Cast())
    while True:
        moments = [begins + waiting[0].after] if waiting else []
        moments += [moment for moment in (store.outbox.next_due(), next_notice(meeting)) if moment]
        if not moments:
            return
        now = min(moments)
        with store.lock:
            notice_lost(store, meeting, now)
            due = [cue for cue in waiting if begins + cue.after <= now]
            refused = [said for cue in due if (said := act(store, meeting, cue, now))]
        del waiting[: len(due)]
        yield Scene(now, tuple(due), tuple(refused), tuple(_deliver(store.outbox, now, send)))


def act(store: Store, meeting: Json, cue: Cue, now: datetime) -> str:
    """Take the step of a cue; why it was not possible, or nothing."""
    if cue.step == "trouble":
        store.outbox.trouble = set(cue.facts["kinds"])
        return ""
    try:
        steps.take(Room(store, meeting, now), cue.step, cue.facts)
    except NotPossible as error:
        return str(error)
    return ""


def next_notice(meeting: Json) -> datetime | None:
    """When Zoom will notice the next lost connection of a meeting."""
    lost = [person["lost"] for person in meeting.get("people", []) if person["lost"]]
    return datetime.fromisoformat(min(lost)) + NOTICED_AFTER if lost else None


def notice_lost(store: Store, meeting: Json, now: datetime) -> bool:
    """Let Zoom notice what it has had time to notice; whether there was anything."""
    found = False
    while (moment := next_notice(meeting)) and moment <= now:
        first = min((p for p in meeting["people"] if p["lost"]), key=lambda p: str(p["lost"]))
        Room(store, meeting, now).notice(first["key"])
        found = True
    return found


def one_meeting(number: int, *, host: str, secret: str, topic: str = "Whippersnappers", **settings: object) -> Store:
    """An account with this one meeting, its waiting room on as the policy has it; `settings` are the meeting's."""
    staff = host.partition("@")[2]
    store = Store(Credentials("demo-account", "", ""), staff_domain=staff, outbox=Outbox(secret))
    user = store.add_user(host)
    store.meetings[number] = {
        "id": number,
        "uuid": new_uuid(),
        "host_id": user["id"],
        "host_email": host,
        "topic": topic,
        "type": 2,
        "status": "waiting",
        "gone": False,
        "start_time": "2026-01-01T00:00:00Z",
        "duration": 45,
        "timezone": "Europe/London",
        "settings": {**ACCOUNT_DEFAULTS, "waiting_room": True, "participant_video": False, **settings},
        "past": [],
        "recordings": [],
    }
    return store


def _deliver(outbox: Outbox, now: datetime, send: Send) -> Iterator[SignedRequest]:
    for delivery in outbox.take(now):
        request = outbox.sign(delivery, now)
        status = send(request)
        outbox.answered(delivery, now, str(status), good=status in (200, 204))
        yield request


# --- The sessions -----------------------------------------------------------------------------------------
def _cue(minutes: float, step: str, key: str = "", **facts: object) -> Cue:
    return Cue(timedelta(minutes=minutes), step, {**({"key": key} if key else {}), **facts})


def _opening(cast: Cast) -> list[Cue]:
    """The host starts, the second member comes in: both are there after a minute and a half."""
    second = _cue(1, "arrive", "second", name=cast.second, email=cast.second_email)
    # Who is signed in as alternative host need not wait.
    admit = [] if cast.second_email else [_cue(1.5, "admit", "second")]
    return [_cue(0, "start"), second, *admit, _cue(2, "camera", "host", on=True)]


def _family(cast: Cast, number: int, minute: float) -> list[Cue]:
    key = f"family{number + 1}"
    return [_cue(minute, "arrive", key, name=cast.families[number]), _cue(minute + 1, "admit", key)]


def _closing(families: int, minute: float) -> list[Cue]:
    """The families go, then the staff."""
    leaving = [_cue(minute + number * 0.1, "leave", f"family{number + 1}") for number in range(families)]
    return [*leaving, _cue(minute + 2, "leave", "second"), _cue(minute + 2.5, "end")]


def _in_order(*parts: list[Cue]) -> list[Cue]:
    return sorted((cue for part in parts for cue in part), key=lambda cue: cue.after)


def _one_to_one(cast: Cast, *between: Cue) -> list[Cue]:
    return _in_order(_opening(cast), _family(cast, 0, 4), list(between), _closing(1, 48))


def _second_lost(cast: Cast) -> list[Cue]:
    admit = [] if cast.second_email else [_cue(28.5, "admit", "second")]
    # Zoom notices before it would by itself, so that the gap is as long at any speed.
    lost = [_cue(20, "drop", "second"), _cue(20.5, "notice", "second"), _cue(28, "rejoin", "second")]
    return _one_to_one(cast, *lost, *admit)


def _stray(cast: Cast) -> list[Cue]:
    return _one_to_one(cast, _cue(15, "record_start"), _cue(18, "record_stop"))


def _group(cast: Cast, *between: Cue) -> list[Cue]:
    families = range(len(cast.families))
    arriving = [cue for number in families for cue in _family(cast, number, 3 + number * 0.2)]
    cameras = [_cue(41, "camera", f"family{number + 1}", on=True) for number in families]
    recording = [_cue(8, "record_start"), _cue(40, "record_stop")]
    return _in_order(_opening(cast), arriving, recording, cameras, list(between), _closing(len(families), 48))


def _group_again(cast: Cast) -> list[Cue]:
    return _group(cast, _cue(43, "record_start"), _cue(45, "record_stop"))


def _uninvited(cast: Cast) -> list[Cue]:
    return _one_to_one(
        cast,
        _cue(10, "arrive", "stranger", name=cast.stranger),
        _cue(12, "admit", "stranger"),
        _cue(15, "put_back", "stranger"),
        _cue(16, "remove", "stranger"),
    )


def _restarted(cast: Cast) -> list[Cue]:
    """The meeting is ended by mistake after twenty minutes and started again: a second instance."""
    again = [_cue(22, "start"), _cue(22.5, "rejoin", "second"), _cue(23, "rejoin", "family1")]
    admit = [] if cast.second_email else [_cue(22.8, "admit", "second")]
    return _one_to_one(cast, _cue(20, "end"), *again, *admit, _cue(23.5, "admit", "family1"))


def _nothing_heard(cast: Cast) -> list[Cue]:
    silence = [_cue(0, "trouble", kinds=["lose_all"])]
    return _in_order(silence, _one_to_one(cast), [_cue(52, "trouble", kinds=[])])


SCRIPTS: Final[Mapping[str, Script]] = {
    "good_one_to_one": Script(
        "A good 1:1", "Two members of staff and one family; nobody records; all leave at the end.", _one_to_one
    ),
    "second_member_lost": Script(
        "The second member is lost",
        "After 20 minutes the second member’s connection drops, which Zoom notices soon; back after 28 minutes.",
        _second_lost,
    ),
    "stray_recording": Script(
        "A stray recording in a 1:1", "Somebody starts recording after 15 minutes, for three minutes at most.", _stray
    ),
    "group_with_hello": Script(
        "A group with hello at the end", "Recorded from minute 8 to 40; then the cameras go on to say hello.", _group
    ),
    "group_records_again": Script(
        "A group that records during hello", "As before, but recording starts again while cameras are on.", _group_again
    ),
    "uninvited_joiner": Script(
        "Somebody uninvited", "A stranger waits, is let in by mistake for three minutes, and is removed.", _uninvited
    ),
    "ended_and_restarted": Script(
        "Ended by mistake and started again", "A 1:1 in two instances, each with a UUID of its own.", _restarted
    ),
    "nothing_heard": Script(
        "Everything is lost", "A good 1:1 of which no webhook arrives; Zoom’s reports know it.", _nothing_heard
    ),
}
