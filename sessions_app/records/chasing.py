"""Records that are late: said once to whoever has the next step, then to coordinators, then to the Lead (W6).

`chase` may run as often as anybody likes: a mail's key makes it go once, whatever runs twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from sessions_app.models import SessionRecord, StaffAssignment
from sessions_app.models.records import OVERDUE_AFTER
from sessions_app.posting import about
from sessions_app.records.alerting import raise_overdue
from sessions_app.records.standing import State
from sessions_app.staff_notices import user_person
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import record as note
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import enqueue

RECORD_DUE = "record_due"
RECORD_OVERDUE = "record_overdue"
# From the end of the session: who is told then that the record is not complete.
STAFF_AFTER = OVERDUE_AFTER
COORDINATORS_AFTER = timedelta(hours=48)
LEADS_AFTER = timedelta(hours=72)
USEFUL_FOR = timedelta(days=7)
_BY = "system:records"


@dataclass(frozen=True)
class Reminder:
    """One mail to one person about one late record."""

    kind: str
    record: SessionRecord
    user: User

    @property
    def key(self) -> str:
        """Once a person; whoever wrote it and later has to countersign another one is asked anew."""
        step = ":countersign" if self.record.state == State.SIGNED else ":write"
        return f"{self.kind}:{self.record.pk}{step if self.kind == RECORD_DUE else ''}:{self.user.pk}"


def chase(now: datetime) -> int:
    """Tell everybody who must be told by now; returns how many mails that were. Coordinators have an alert as well."""
    raise_overdue(_late(now - COORDINATORS_AFTER + STAFF_AFTER), now=now)
    due = {reminder.key: reminder for reminder in reminders(now)}
    told = set(OutgoingMail.objects.filter(key__in=due).values_list("key", flat=True))
    return sum(_tell(due[key], now) for key in due if key not in told)


def reminders(now: datetime) -> Iterator[Reminder]:
    """All that has to be said by now, said already or not; the same few queries however many records are late."""
    there = StaffAssignment.objects.filter(withdrawn_at=None).select_related("staff__user")
    records = list(_late(now).prefetch_related(Prefetch("session__assignments", there)))
    coordinators = list(User.objects.with_role(Role.COORDINATOR)) if records else []
    leads = list(User.objects.with_role(Role.LEAD, Role.DEPUTY)) if records else []
    for record in records:
        yield from (Reminder(RECORD_DUE, record, user) for user in next_to_act(record))
        waits = now - record.session.ends_at
        if waits >= COORDINATORS_AFTER:
            yield from (Reminder(RECORD_OVERDUE, record, user) for user in coordinators)
        if waits >= LEADS_AFTER:
            yield from (Reminder(RECORD_OVERDUE, record, user) for user in leads)


def _late(now: datetime) -> QuerySet[SessionRecord]:
    return SessionRecord.objects.overdue(now).select_related("session", "author__user")


def next_to_act(record: SessionRecord) -> list[User]:
    """Who may sign in and has the next step: its author, or once that one has signed, everybody else who was there."""
    people = [one.staff for one in record.session.assignments.all() if one.withdrawn_at is None]
    if record.state == State.SIGNED:
        people = [staff for staff in people if staff.pk != record.author_id]
    elif record.author is not None:
        people = [staff for staff in people if staff.pk == record.author_id]
    return [staff.user for staff in people if staff.user.is_active]


@transaction.atomic
def _tell(reminder: Reminder, now: datetime) -> bool:
    record, user = reminder.record, reminder.user
    is_new = enqueue(
        reminder.kind,
        key=reminder.key,
        to=user.email,
        to_name=user.get_full_name(),
        about=about(record.session_id),
        person=user_person(user),
        context={"record": str(record.pk)},
        expires_at=now + USEFUL_FOR,
        now=now,
    )
    if is_new:
        note("record.chased", by=_BY, target=record, now=now, kind=reminder.kind, told=str(user.pk))
    return is_new
