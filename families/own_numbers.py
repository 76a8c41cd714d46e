"""Phone numbers that parents and carers give themselves: taken at once, and no proof of who they are.

Staff ring before they move somebody's sign-in to another address. Whoever holds a phone that is signed in could give
a number of their own first, so the last number that staff knew stays beside it, and the owner is told by mail.
"""

from datetime import datetime
from typing import Any

from families.models import Guardian
from whippersnappers.accounts.emails import send_security_notice


def note_number(guardian: Guardian, before: str, *, by: Any, now: datetime) -> None:
    """Keep the number that staff knew when its owner gives another one; forget it when staff enter one."""
    if guardian.user is None or by != guardian.user:
        trust_number(guardian)
        return
    if guardian.own_phone_since is None:
        guardian.known_phone, guardian.own_phone_since = before, now
    elif guardian.phone == guardian.known_phone:
        trust_number(guardian)
    send_security_notice(guardian.user, "phone_changed", now=now)


def trust_number(guardian: Guardian) -> None:
    """Staff know that the number is theirs."""
    guardian.known_phone, guardian.own_phone_since = "", None
