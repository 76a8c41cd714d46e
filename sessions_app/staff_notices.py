"""What staff are told of the sessions they deliver, and coordinators of what needs them.

Like `notices.py`: each function runs in the transaction of its occasion.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from sessions_app.mail_times import ZOOM_DEADLINE_BEFORE, change_mail_at
from sessions_app.models import Meeting, Session, StaffAssignment
from sessions_app.posting import about
from sessions_app.readiness import Blocker
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import cancel, enqueue

STAFF_ASSIGNED = "staff_assigned"
STAFF_CHANGED = "staff_changed"
STAFF_WITHDRAWN = "staff_withdrawn"
STAFF_CANCELLED = "staff_cancelled"
COORDINATOR_ALERT = "coordinator_alert"
STAFF_KINDS = (STAFF_ASSIGNED, STAFF_CHANGED, STAFF_WITHDRAWN, STAFF_CANCELLED)

# How long families' mails may wait for a Zoom meeting before a coordinator hears of it.
MEETING_OVERDUE_AFTER = timedelta(hours=1)
ALERT_USEFUL_FOR = timedelta(days=7)


def user_person(user: User) -> str:
    """The outbox's name for mails to a member of staff."""
    return f"user:{user.pk}"


def staff_of_confirmed(session: Session, *, now: datetime) -> None:
    """A session is confirmed: tell everyone who delivers it."""
    for assignment in _present(session):
        staff_assigned(assignment, now=now)


def _present(session: Session) -> Iterable[StaffAssignment]:
    return session.assignments.filter(withdrawn_at=None).select_related("staff__user", "session")


def staff_assigned(assignment: StaffAssignment, *, now: datetime) -> None:
    """Somebody delivers a confirmed session, or does so in another role. Drafts are not told of."""
    if assignment.session.state not in (Session.State.CONFIRMED, Session.State.LIVE):
        return
    _post(STAFF_ASSIGNED, assignment, now=now, expires_at=assignment.session.ends_at)


def staff_withdrawn(assignment: StaffAssignment, *, now: datetime) -> None:
    """Somebody is off a confirmed session; told unless they had not heard of it yet."""
    mine = OutgoingMail.objects.filter(about=about(assignment.session_id), person=user_person(assignment.staff.user))
    unheard = mine.filter(kind=STAFF_ASSIGNED, state=OutgoingMail.State.WAITING).exists()
    heard = mine.filter(kind=STAFF_ASSIGNED).exclude(state=OutgoingMail.State.WAITING).exists()
    cancel(mine.filter(kind__in=STAFF_KINDS), "they do not deliver this session any more")
    if heard or not unheard:
        _post(STAFF_WITHDRAWN, assignment, now=now, expires_at=assignment.session.ends_at)


def staff_back(assignment: StaffAssignment, *, now: datetime) -> None:
    """Somebody who went off is on it again after all: told, unless they have not heard yet that they are off."""
    mine = OutgoingMail.objects.filter(about=about(assignment.session_id), person=user_person(assignment.staff.user))
    if not cancel(mine.filter(kind=STAFF_WITHDRAWN), "they deliver this session after all"):
        staff_assigned(assignment, now=now)


def staff_of_changed(session: Session, *, since_revision: int, now: datetime) -> None:
    """A confirmed session changed: tell its staff, close edits in one mail as for families."""
    waiting = {
        (mail.kind, mail.person): mail
        for mail in OutgoingMail.objects.filter(
            about=about(session.pk), kind__in=[STAFF_ASSIGNED, STAFF_CHANGED], state=OutgoingMail.State.WAITING
        )
        .select_for_update()
        .order_by("pk")
    }
    not_before = change_mail_at(now, session.starts_at)
    for assignment in _present(session):
        who = user_person(assignment.staff.user)
        if (STAFF_ASSIGNED, who) in waiting:
            continue
        if (mail := waiting.get((STAFF_CHANGED, who))) is not None:
            mail.not_before, mail.expires_at = min(mail.not_before, not_before), session.ends_at
            mail.context = {**mail.context, "until": session.revision}
            mail.save(update_fields=["not_before", "expires_at", "context"])
            continue
        told = {"since": since_revision, "until": session.revision}
        _post(STAFF_CHANGED, assignment, now=now, expires_at=session.ends_at, not_before=not_before, context=told)


def staff_of_cancelled(session: Session, *, now: datetime) -> None:
    """A confirmed session is cancelled: tell everyone who was to deliver it."""
    cancel(OutgoingMail.objects.filter(about=about(session.pk), kind__in=STAFF_KINDS), "the session is cancelled")
    for assignment in _present(session):
        _post(STAFF_CANCELLED, assignment, now=now, expires_at=session.ends_at + timedelta(days=1))


def _post(
    kind: str,
    assignment: StaffAssignment,
    *,
    now: datetime,
    expires_at: datetime,
    not_before: datetime | None = None,
    context: dict[str, Any] | None = None,
) -> bool:
    """The occasion itself happens once; the number of the calendar entry tells one mail from the next."""
    user = assignment.staff.user
    assignment.sequence += 1
    assignment.save(update_fields=["sequence"])
    ids = {"session": str(assignment.session_id), "assignment": str(assignment.pk), "sequence": assignment.sequence}
    return enqueue(
        kind,
        key=f"{kind}:{assignment.pk}:{assignment.sequence}",
        to=user.email,
        to_name=user.get_full_name(),
        about=about(assignment.session_id),
        person=user_person(user),
        context={**ids, **(context or {})},
        not_before=not_before,
        expires_at=expires_at,
        now=now,
    )


def gate_reopened(session: Session, blockers: Iterable[Blocker], *, now: datetime) -> None:
    """A confirmed session has blockers again: every coordinator hears of it, once each time (W5)."""
    lines = [blocker.in_mail or blocker.message for blocker in blockers]
    since = session.gate_reopened_at or now
    alert(session, "gate_reopened", f"{int(since.timestamp())}", lines=lines, now=now)


def meeting_failed(meeting: Meeting, *, now: datetime) -> None:
    """Zoom refused the meeting for good: every coordinator hears of it, with what to do."""
    lines = [meeting.problem] if meeting.problem else []
    alert(meeting.session, "meeting_failed", f"{meeting.pk}:{meeting.version}", lines=lines, now=now)


def meetings_overdue(now: datetime) -> int:
    """Alert coordinators of confirmed sessions whose Zoom meeting is late; returns how many alerts are new.

    Once when families' mails have waited an hour for it, and once when the start is two hours away: from
    then on the mails go with the join link alone.
    """
    ready = Meeting.objects.filter(session=OuterRef("pk"), is_wanted=True, state=Meeting.State.READY)
    failed = Meeting.objects.filter(session=OuterRef("pk"), is_wanted=True, state=Meeting.State.FAILED)
    soon = Q(starts_at__lte=now + ZOOM_DEADLINE_BEFORE)
    late = Q(confirmed_at__lte=now - MEETING_OVERDUE_AFTER) & ~Q(Exists(failed))
    without = Session.objects.filter(
        soon | late, state=Session.State.CONFIRMED, delivery=Session.Delivery.REMOTE, ends_at__gt=now
    ).exclude(Exists(ready))
    new = 0
    for session in without:
        is_soon = session.starts_at <= now + ZOOM_DEADLINE_BEFORE
        new += alert(session, "meeting_soon" if is_soon else "meeting_late", "1", lines=[], now=now)
    return new


def alert(
    session: Session, what: str, tail: str, *, lines: list[str], now: datetime, not_before: datetime | None = None
) -> int:
    """One alert about a session to every coordinator who may sign in; returns how many are new."""
    return sum(
        enqueue(
            COORDINATOR_ALERT,
            key=f"alert:{what}:{session.pk}:{tail}:{user.pk}",
            to=user.email,
            to_name=user.get_full_name(),
            about=about(session.pk),
            person=user_person(user),
            context={"alert": what, "session": str(session.pk), "lines": lines},
            not_before=not_before,
            expires_at=now + ALERT_USEFUL_FOR,
            now=now,
        )
        for user in User.objects.with_role(Role.COORDINATOR)
    )
