"""Who a participant is: what staff said at the door, the Zoom sign-in, who pressed Start; or a name that looks like it.

Pure. A name is what anybody can type: it suggests a parent or carer, and never makes somebody a member of staff (W5).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sessions_app.models import DoorDecision, Presence

KnownBy = Presence.KnownBy
# How far our clock and Zoom's may be apart.
_CLOCKS: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class Who:
    """A member of staff, a guardian, or neither; and how that is known."""

    staff: Any = None
    guardian: Any = None
    known_by: str = KnownBy.NOBODY


@dataclass(frozen=True)
class Invited:
    """A guardian who may come in, with the children who come along."""

    guardian: Any
    name: str
    children: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What the portal knows of who may come: keys of rows, no rows."""

    host_email: str = ""
    staff_by_email: Mapping[str, Any] = field(default_factory=dict)
    # (when, staff), the first one first.
    starts: Sequence[tuple[datetime, Any]] = ()
    decisions: Mapping[tuple[str, str], DoorDecision] = field(default_factory=dict)
    invited: Sequence[Invited] = ()


def who_is(participant: str, meeting_uuid: str, *, name: str, email: str, since: datetime, known: Known) -> Who:
    """Who a participant is, by what is surest."""
    decision = known.decisions.get((meeting_uuid, participant))
    if decision is not None:
        return Who(decision.staff_id, decision.guardian_id, KnownBy.DECISION)
    if email in known.staff_by_email:
        return Who(staff=known.staff_by_email[email], known_by=KnownBy.SIGN_IN)
    if email and email == known.host_email:
        # Somebody of ours, also while nobody has said who.
        pressed = [staff for at, staff in known.starts if at <= since + _CLOCKS]
        return Who(staff=pressed[-1] if pressed else None, known_by=KnownBy.HOST_START)
    suggested = suggestion(name, known.invited)
    return Who(guardian=suggested, known_by=KnownBy.NAME) if suggested else Who()


def suggestion(name: str, invited: Iterable[Invited]) -> Any:
    """The one guardian whom a name looks like, by their own name or else by a child's; None if none or several do."""
    typed = _words(name)
    if not typed:
        return None
    everybody = list(invited)
    own = [one for one in everybody if _words(one.name) <= typed]
    if not own:
        own = [one for one in everybody if typed <= _words(one.name)]
    if not own:
        own = [one for one in everybody if any(_words(child) <= typed for child in one.children)]
    return own[0].guardian if len(own) == 1 else None


def _words(name: str) -> set[str]:
    """The words of a name, without accents, capitals and the s of "Leo's iPad"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return set(re.findall(r"\w+", re.sub(r"['’]s\b", "", plain)))
