"""What the pages of a step for many sessions say: before it, while it goes on, and afterwards."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from families.models import Child
from sessions_app.admin.steps import Reach
from sessions_app.bulk.actions import Line
from sessions_app.bulk.asking import counted
from sessions_app.models import BulkItem, BulkRun
from sessions_app.reach import ToReach
from whippersnappers import dates

Kind = BulkRun.Kind
# Seconds between two looks of the page at how much time is left for undoing.
LOOKS_AGAIN_AFTER = 15


@dataclass(frozen=True)
class Words:
    """One kind of step in words; `{sessions}` is `12 sessions`."""

    title: str
    can: str  # "11 can be confirmed"
    button: str
    done: str  # "11 sessions confirmed"
    explain: tuple[str, ...]
    danger: bool = False


WORDS: dict[str, Words] = {
    Kind.CONFIRM: Words(
        "Confirm {sessions}",
        "can be confirmed",
        "Confirm {sessions}",
        "{sessions} confirmed",
        (
            "The Zoom meetings are made. Families are invited, staff are told.",
            "Mails on how to prepare and reminders follow at their usual times.",
        ),
    ),
    Kind.CANCEL: Words(
        "Cancel {sessions}",
        "can be cancelled",
        "Cancel {sessions}",
        "{sessions} cancelled",
        (
            "Everybody who has heard of one is told, with your reason. The entries go from their calendars.",
            "The Zoom meetings are deleted and staff are free.",
        ),
        danger=True,
    ),
    Kind.INVITE: Words(
        "Invite a group to {sessions}",
        "can take them",
        "Invite to {sessions}",
        "Children invited to {sessions}",
        ("Families are invited at once where a session is confirmed. Of a draft they hear once it is confirmed.",),
    ),
    Kind.STAFF: Words(
        "Change the staff of {sessions}",
        "can be changed",
        "Change {sessions}",
        "Staff of {sessions} changed",
        ("Staff are told where a session is confirmed. Families are not told.",),
    ),
    Kind.PREPARE: Words(
        "Send the pre-session mail of {sessions} now",
        "can be sent now",
        "Send for {sessions}",
        "Pre-session mails of {sessions} sent",
        (
            "Families learn now what will happen and what to bring, instead of at the usual time.",
            "Nobody gets it a second time later. Reminders follow as usual.",
        ),
    ),
}


_OTHERWISE = {
    BulkItem.State.KEPT: "could not be undone",
    BulkItem.State.LEFT_OUT: "left out",
    BulkItem.State.FAILED: "went wrong",
    BulkItem.State.WAITING: "not done",
}


def sessions_said(number: int) -> str:
    return counted(number, "session", "sessions")


def said(text: str, number: int) -> str:
    """One of the `Words` with the number of sessions put in."""
    return text.format(sessions=sessions_said(number))


def summary(kind: str, lines: list[Line]) -> str:
    """`11 can be confirmed, 1 cannot.`"""
    able, can = sum(line.can for line in lines), WORDS[kind].can
    if not able:
        return f"{'It cannot be done' if len(lines) == 1 else 'None of them can be done'}: see why below."
    if able == len(lines):
        return f"{'It' if able == 1 else f'All {able}'} {can}."
    return f"{able} {can}, {len(lines) - able} cannot: see why below."


def reach_of(lines: Iterable[Line]) -> Reach:
    """Whom the step reaches in all: everybody once, with all their children."""
    guardians: dict[object, ToReach] = {}
    children: dict[object, dict[object, Child]] = {}
    for reach in (reach for line in lines if line.verdict and line.can for reach in line.verdict.reached):
        guardians[reach.guardian.pk] = reach
        children.setdefault(reach.guardian.pk, {}).update({child.pk: child for child in reach.children})
    people = [
        ToReach(r.guardian, tuple(children[pk].values()), by_mail=r.by_mail, why_phone=r.why_phone)
        for pk, r in guardians.items()
    ]
    people.sort(key=lambda r: (r.guardian.last_name, r.guardian.first_name))
    return Reach(mailed=[r for r in people if r.by_mail], phoned=[r for r in people if r.why_phone], unreached=[])


def staff_of(lines: Iterable[Line]) -> list[str]:
    """The names of staff who get a mail."""
    return sorted({name for line in lines if line.verdict and line.can for name in line.verdict.staff_told})


def window_said() -> str:
    """How long nothing leaves the house."""
    return dates.duration(settings.BULK_UNDO_WINDOW) if settings.BULK_UNDO_WINDOW else ""


def outcome(run: BulkRun, counts: Counter[str]) -> str:
    """`11 sessions confirmed, 1 left out.`"""
    State = BulkItem.State
    parts = []
    if number := counts[State.DONE]:
        parts.append(said(WORDS[run.kind].done, number))
    if number := counts[State.UNDONE]:
        parts.append(f"{sessions_said(number)} as before")
    for state, words in (
        (State.KEPT, "could not be undone"),
        (State.LEFT_OUT, "left out"),
        (State.FAILED, "went wrong"),
    ):
        if counts[state]:
            parts.append(f"{counts[state]} {words}" if parts else f"{sessions_said(counts[state])} {words}")
    if counts[State.WAITING]:
        parts.append(f"{counts[State.WAITING]} not done")
    return f"{', '.join(parts)}."


def undo_said(run: BulkRun, undoable: int, done: int, has_mails: bool, now: datetime) -> str:
    """What can still be undone, and for how long."""
    held = run.held_until is not None and run.held_until > now
    if not undoable:
        return "Mails about it have gone, so it cannot be undone any more." if done else ""
    if not has_mails:
        return "Nobody outside has heard of it: you can undo it for a day."
    if undoable < done:
        return f"Mails have gone out. About {undoable} of {done} none has: only these can still be undone."
    if held and run.held_until is not None:
        return (
            f"Nothing has left the house yet. The mails go {_soon(run.held_until - now)}; until then you can undo it."
        )
    return "The mails are about to go."


def _soon(left: timedelta) -> str:
    """`in 1 minute 45 seconds`: rounded down to the page's next look, so that nobody counts on too much time."""
    seconds = int(left.total_seconds()) // LOOKS_AGAIN_AFTER * LOOKS_AGAIN_AFTER
    minutes, rest = divmod(seconds, 60)
    parts = [counted(minutes, "minute", "minutes")] if minutes else []
    if rest:
        parts.append(f"{rest} seconds")
    return f"in {' '.join(parts)}" if parts else "in a few seconds"
