"""What is late is said: once, by mail without content, in the chronology and in the trail (W7).

`clocks.py` says what is late; a beat task calls `escalate` every minute, and a row for each escalation makes
it happen once whatever runs twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from safeguarding import clocks, telling
from safeguarding.handling import add_entry
from safeguarding.models import Assignment, ChronologyEntry, Concern, Escalation, Referral
from safeguarding.vocabulary import Agency, Kind, Severity
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import record
from whippersnappers.outbox.models import Heartbeat

_BY = "system:safeguarding"
HEARTBEAT = "safeguarding clocks"


@dataclass(frozen=True)
class Late:
    """Something that is late at a moment, and whom it is said to."""

    concern: Concern
    step: Escalation.Step
    about: Any
    day: date | None = None
    owner: User | None = None


def escalate(now: datetime) -> int:
    """Say everything that is late and was not said yet; returns how many things that were."""
    said = sum(_say(late, now) for late in list(late_now(now)))
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"at": now})
    return said


def last_ran() -> datetime | None:
    """When the clocks were last looked at."""
    return Heartbeat.objects.filter(name=HEARTBEAT).values_list("at", flat=True).first()


def late_now(now: datetime) -> Iterator[Late]:
    """All that is late at `now`, said already or not; the same few queries however many concerns there are."""
    concerns = list(Concern.objects.in_hand().prefetch_related("referrals", "actions__owner"))
    for concern in concerns:
        yield from _late_of(concern, now)


def facts_of(concern: Concern, referrals: Iterable[Referral]) -> clocks.ConcernFacts:
    """What the clocks of a concern that was sent are read from."""
    told_lado = [referral.made_at for referral in referrals if referral.agency == Agency.LADO]
    assert concern.submitted_at is not None, "Postgres holds that only drafts have none"
    return clocks.ConcernFacts(
        kind=Kind(concern.kind),
        submitted_at=concern.submitted_at,
        severity=Severity(concern.severity) if concern.severity else None,
        acknowledged_at=concern.acknowledged_at,
        lado_told_at=min(told_lado, default=None),
    )


def _late_of(concern: Concern, now: datetime) -> Iterator[Late]:
    referrals = list(concern.referrals.all())
    for step in clocks.escalations(facts_of(concern, referrals), now):
        yield Late(concern, Escalation.Step(step.value), concern.pk)
    for referral in referrals:
        facts = clocks.ReferralFacts(Agency(referral.agency), referral.made_at, referral.answered_at)
        if clocks.is_decision_late(facts, now):
            yield Late(concern, Escalation.Step.DECISION, referral.pk)
    for action in concern.actions.all():
        day = clocks.late_on(clocks.ActionFacts(action.due_at, action.done_at), now)
        if day is not None:
            yield Late(concern, Escalation.Step.ACTION, action.pk, day, action.owner)


@transaction.atomic
def _say(late: Late, now: datetime) -> bool:
    """Whether it had to be said now; the row is the lock."""
    row = Escalation(concern=late.concern, step=late.step, about=late.about, day=late.day, at=now)
    if not _inserted(row):
        return False
    # Locked, so that it is not said of something that is being seen to at this moment.
    concern = Concern.objects.select_for_update().get(pk=late.concern.pk)
    if late not in list(_late_of(concern, now)):
        transaction.set_rollback(True)
        return False
    add_entry(concern, ChronologyEntry.Kind.LATE, by=None, now=now, words=late.step.label)
    record("concern.late", by=_BY, target=concern, now=now, step=late.step)
    for user in _whom(late, now):
        telling.tell_of_waiting(concern, row, user, now=now)
    return True


def _inserted(row: Escalation) -> bool:
    Escalation.objects.bulk_create([row], ignore_conflicts=True)
    return Escalation.objects.filter(pk=row.pk).exists()


def _whom(late: Late, now: datetime) -> list[User]:
    """Those of the step's people for whom the concern exists; a trustee who is told of it is given it."""
    steps: dict[str, tuple[Role, ...]] = {
        Escalation.Step.DEPUTY: (Role.DEPUTY,),
        Escalation.Step.TRUSTEE: (Role.TRUSTEE,),
    }
    people = list(User.objects.with_role(*steps.get(late.step, (Role.LEAD,))))
    if late.step == Escalation.Step.TRUSTEE:
        for user in people:
            Assignment.objects.get_or_create(concern=late.concern, user=user, defaults={"at": now})
    if late.owner is not None:
        people.append(late.owner)
    seen = Concern.objects.filter(pk=late.concern.pk)
    return [user for user in dict.fromkeys(people) if seen.visible_to(user).exists()]
