"""Who is told that there is a new concern, or that one waits. No mail has content: that is read on the page alone."""

from datetime import datetime
from typing import Any

from safeguarding.models import Assignment, Concern, ConcernFile, ConcernPerson, ConcernVersion, Escalation, StaffAlert
from safeguarding.vocabulary import Kind, PersonRole
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.organisation import organisation
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import enqueue

NEW_CONCERN = "concern_raised"
CONCERN_WAITS = "concern_waits"
STAFF_ALERT = "staff_alert"


def tell_of_new(concern: Concern, *, now: datetime) -> None:
    """Put the mails about a new concern into the outbox, in the transaction that keeps it.

    Trustees who are told are given the concern: without that they could not see it.
    """
    people = first_to_know(concern)
    for user in people:
        if user.has_role(Role.TRUSTEE) and not user.has_role(Role.LEAD, Role.DEPUTY):
            Assignment.objects.create(concern=concern, user=user, at=now)
        _mail(NEW_CONCERN, concern, user.email, now, user)
    if not people and concern.kind != Kind.LEAD:
        # Nobody holds the role here: the address that the organisation gives out is read by somebody.
        _mail(NEW_CONCERN, concern, organisation().safeguarding_lead_email, now, None)


def tell_of_addition(added: ConcernVersion | ConcernFile, *, now: datetime) -> None:
    """Put the mails about what a reporter added into the outbox, in the transaction that keeps it."""
    for user in first_to_know(added.concern):
        _mail(NEW_CONCERN, added.concern, user.email, now, user, of=added.pk)


def first_to_know(concern: Concern) -> list[User]:
    """Whom the mail goes to: the Lead, with the deputy when somebody is in danger now.

    Where there is no Lead, or the Lead is its subject, the deputy, and after them the trustees. About the Lead or the
    deputy: the trustees only.
    """
    if concern.kind == Kind.LEAD:
        ladder: list[tuple[Role, ...]] = [(Role.TRUSTEE,)]
    elif concern.danger_now == Concern.Danger.YES:
        ladder = [(Role.LEAD, Role.DEPUTY), (Role.TRUSTEE,)]
    else:
        ladder = [(Role.LEAD,), (Role.DEPUTY,), (Role.TRUSTEE,)]
    subjects = ConcernPerson.objects.filter(concern=concern, role=PersonRole.SUBJECT, user__isnull=False)
    for roles in ladder:
        people = list(User.objects.with_role(*roles).exclude(pk__in=subjects.values("user")))
        if people:
            return people
    return []


def tell_of_waiting(concern: Concern, escalation: Escalation, user: User, *, now: datetime) -> None:
    """Put a mail into the outbox that something waits on the safeguarding pages, in the transaction that notes it."""
    _mail(CONCERN_WAITS, concern, user.email, now, user, of=escalation.pk)


def tell_of_given(given: Assignment, *, now: datetime) -> None:
    """Put a mail into the outbox for somebody who was given a concern, in the transaction that gives it."""
    _mail(CONCERN_WAITS, given.concern, given.user.email, now, given.user, of=given.pk)


def tell_of_alert(alert: StaffAlert, user: User, *, now: datetime) -> None:
    """Put a mail into the outbox for somebody of staff: there is something to read. What it is about stands nowhere."""
    enqueue(
        STAFF_ALERT,
        key=f"{STAFF_ALERT}:{alert.pk}:{user.pk}",
        to=user.email,
        to_name=user.name,
        person=f"user:{user.pk}",
        context={"alert": str(alert.pk)},
        now=now,
    )


def _mail(kind: str, concern: Concern, to: str, now: datetime, user: User | None, *, of: Any = None) -> None:
    enqueue(
        kind,
        key=f"{kind}:{of or concern.pk}:{user.pk if user else 'organisation'}",
        to=to,
        to_name=user.name if user else "",
        person=f"user:{user.pk}" if user else "",
        context={"concern": str(concern.pk)},
        now=now,
        priority=OutgoingMail.Priority.NOW,
    )
