"""What a session says in the calendar, in words; the script draws it, and invents nothing."""

from datetime import datetime
from typing import Any

from sessions_app.admin.cards import SessionCard
from sessions_app.models import Holiday, Session
from sessions_app.moving import Hindrance, Hindrances, mark_of
from sessions_app.readiness import NO_HOST
from whippersnappers import dates

# The symbol of a kind; its word stands in the legend, in the block's name and in the glance.
KIND_SYMBOL = {
    Session.Kind.ONE_TO_ONE: "person",
    Session.Kind.SMALL_GROUP: "group",
    Session.Kind.GROUP_ENTERTAINMENT: "music_note",
}
STATE_SYMBOL = {
    Session.State.DRAFT: "edit_note",
    Session.State.CONFIRMED: "check_circle",
    Session.State.LIVE: "sensors",
    Session.State.DELIVERED: "done_all",
    Session.State.CANCELLED: "cancel",
}


def block(line: SessionCard, *, may_plan: bool, now: datetime) -> dict[str, Any]:
    """One session for the calendar. Times are London's, with their offset."""
    session = line.session
    return {
        "id": str(session.pk),
        "title": session.title,
        "start": dates.local(session.starts_at).isoformat(),
        "end": dates.local(session.ends_at).isoformat(),
        "url": line.url,
        "editable": may_plan and line.is_open,
        "kind": session.kind,
        "kind_symbol": KIND_SYMBOL[Session.Kind(session.kind)],
        "state": session.state,
        "state_symbol": STATE_SYMBOL[Session.State(session.state)],
        "state_said": line.state,
        "told": session.state == Session.State.CONFIRMED,
        "to_mend": to_mend_said(line),
        "where": line.where,
        "staff": line.staff_names,
        "clock": dates.clock(session.starts_at),
        "name": name_of(line, now),
        "mark": mark_of(session),
    }


def to_mend_said(line: SessionCard) -> str:
    """`2 to mend`, or nothing."""
    return f"{len(line.mends)} to mend" if line.mends else ""


def name_of(line: SessionCard, now: datetime) -> str:
    """All that the block shows by place, colour and symbol, as one line for who cannot see it."""
    session = line.session
    parts = [session.title, dates.when(session.starts_at, session.ends_at, now=now), session.get_kind_display()]
    parts += [line.where, line.state, to_mend_said(line), line.staff_names]
    return ", ".join(part for part in parts if part)


def day_off(holiday: Holiday) -> dict[str, Any]:
    """Days on which nothing is planned, as a ground behind the sessions. Both days are included."""
    return {"name": holiday.name, "first": str(holiday.first_day), "last": str(holiday.last_day)}


def as_stretches(found: Hindrances) -> dict[str, Any]:
    """What hinders a session, for the script: London's wall clock, since that is what is dragged along."""
    no_host = {"says": NO_HOST, "refuses": found.no_host_refuses}
    hosts = None if found.hosts is None else [[_stretch(h) for h in busy] for busy in found.hosts]
    return {"stretches": [_stretch(h) for h in found.stretches], "hosts": hosts, "no_host": no_host}


def as_sentences(found: list[Hindrance]) -> list[dict[str, Any]]:
    """What hinders at one time."""
    return [_says(hindrance) for hindrance in found]


def _stretch(hindrance: Hindrance) -> dict[str, Any]:
    return {"start": _wall(hindrance.starts_at), "end": _wall(hindrance.ends_at), **_says(hindrance)}


def _says(hindrance: Hindrance) -> dict[str, Any]:
    return {"says": hindrance.says, "refuses": hindrance.refuses}


def _wall(at: datetime) -> str:
    return f"{dates.local(at):%Y-%m-%dT%H:%M}"
