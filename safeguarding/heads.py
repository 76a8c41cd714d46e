"""The head of the audit trail leaves the machine once a day: by mail to Lead and trustees, and in the log.

Whoever can write into the database can cut the trail off and go on from there; only a head that is kept elsewhere
shows it (`manage.py audit_verify --head …`).
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import record
from whippersnappers.organisation import organisation
from whippersnappers.outbox.models import Heartbeat, OutgoingMail
from whippersnappers.outbox.queue import enqueue

AUDIT_HEAD = "audit_head"
LEFT = "audit head left"
# A day, and an hour for beat and mail to be slow in.
MISSED_AFTER = timedelta(hours=25)
_SENT = "audit.head_sent"
_BY = "system:safeguarding"
_log = structlog.get_logger(__name__)


@transaction.atomic
def send_head(now: datetime) -> bool:
    """Send today's head, unless that was done; today is London's day. The event that says so is the head itself."""
    day = dates.local(now).date()
    today = AuditEvent.objects.filter(event=_SENT, detail__day=day.isoformat())
    if today.exists():
        return False
    head = record(_SENT, by=_BY, now=now, day=day.isoformat())
    if today.exclude(pk=head.pk).exists():
        # Another worker had the chain before us.
        transaction.set_rollback(True)
        return False
    for to, user in _recipients():
        enqueue(
            AUDIT_HEAD,
            key=f"{AUDIT_HEAD}:{day}:{user.pk if user else 'organisation'}",
            to=to,
            to_name=user.name if user else "",
            person=f"user:{user.pk}" if user else "",
            context={"day": day.isoformat(), "sequence": head.sequence, "hash": head.hash},
            now=now,
        )
    transaction.on_commit(lambda: _log.info("head of the audit trail", sequence=head.sequence, hash=head.hash))
    return True


def note_left(mail: OutgoingMail, now: datetime) -> None:
    """One of the mails with a head has left the house."""
    Heartbeat.objects.update_or_create(name=LEFT, defaults={"at": now})


def _recipients() -> list[tuple[str, User | None]]:
    people = User.objects.with_role(Role.LEAD, Role.TRUSTEE)
    return [(user.email, user) for user in people] or [(organisation().safeguarding_lead_email, None)]
