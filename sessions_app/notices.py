"""What families, staff and coordinators are told on which occasion.

Each function belongs to one occasion and runs in the transaction that caused it, so the change and the
mails about it stand or fall together. What a mail says is decided when it is delivered (`emails.py`);
whether it is still wanted, too (`mail_checks.py`). docs/mails.md has the whole table.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import F, Q

from families.models import Child
from sessions_app import phone_tasks, posting
from sessions_app.due_mails import enqueue_due
from sessions_app.invitations import current_meeting
from sessions_app.mail_times import change_mail_at, marks_due
from sessions_app.models import Invitation, Meeting, PhoneTask, Session, SessionRevision
from sessions_app.posting import Letter, about, mails_about, person, post
from sessions_app.reach import ToReach, guardians_to_reach, why_phone
from sessions_app.session_changes import calendar_changed
from sessions_app.staff_notices import (
    gate_reopened,
    meeting_failed,
    staff_assigned,
    staff_back,
    staff_of_cancelled,
    staff_of_changed,
    staff_of_confirmed,
    staff_withdrawn,
)
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import cancel, forget, release

__all__ = [
    "booking_withdrawn",
    "children_booked",
    "coming_after_all",
    "enqueue_due",
    "gate_reopened",
    "meeting_failed",
    "meeting_ready",
    "place_given_up",
    "session_cancelled",
    "session_changed",
    "session_confirmed",
    "staff_assigned",
    "staff_back",
    "staff_withdrawn",
]

Mail = OutgoingMail
# A cancellation is still an explanation to a family that waited in vain.
CANCELLATION_USEFUL_FOR = timedelta(days=1)
SAID_NO = "The family said that the child is not coming."


def session_confirmed(session: Session, *, now: datetime) -> None:
    """Invite every guardian whom the session reaches, by mail or by phone, and tell its staff (W1, F7)."""
    _invite(session, guardians_to_reach(session), now)
    staff_of_confirmed(session, now=now)


def children_booked(session: Session, children: Iterable[Child], *, now: datetime) -> None:
    """Children got a place in a confirmed session: invite their guardians who were not invited yet.

    A guardian whose way in was withdrawn while another child of theirs has a place was shut out by staff
    on purpose: only `invitations.reissue` brings that back.
    """
    booked = {child.pk for child in children}
    shut_out = set(session.invitations.exclude(withdrawn_at=None).values_list("guardian_id", flat=True))
    reached = []
    for reach in guardians_to_reach(session):
        own = {child.pk for child in reach.children}
        if own & booked and not (reach.guardian.pk in shut_out and own - booked):
            reached.append(reach)
    _invite(session, reached, now)


def _invite(session: Session, reached: list[ToReach], now: datetime) -> None:
    """Post an invitation to each; late ones carry the preparation, and the reminder too (W2)."""
    not_before = posting.when_zoom_is_ready(session, meeting_ready=current_meeting(session) is not None, now=now)
    carries = marks_due(session, now)
    for reach, invitation in _make_invitations(session, reached):
        post(
            posting.invitation_letter(invitation, carries),
            session=session,
            invitation=invitation,
            reach=reach,
            now=now,
            not_before=not_before,
        )


def _make_invitations(session: Session, reached: list[ToReach]) -> list[tuple[ToReach, Invitation]]:
    """Each guardian's invitation, made where there is none, brought back where it was withdrawn."""
    rows = [Invitation(session=session, guardian=reach.guardian) for reach in reached]
    Invitation.objects.bulk_create(rows, ignore_conflicts=True)
    mine = session.invitations.filter(guardian__in=[reach.guardian.pk for reach in reached])
    # Invited again: a new link, and a calendar entry that beats the one that was taken back.
    mine.exclude(withdrawn_at=None).update(
        withdrawn_at=None, token_version=F("token_version") + 1, sequence=F("sequence") + 1
    )
    return _invited(session, reached)


def _invited(session: Session, reached: list[ToReach]) -> list[tuple[ToReach, Invitation]]:
    """Those of the guardians whose invitation stands, with it."""
    standing = {i.guardian_id: i for i in session.invitations.filter(withdrawn_at=None)}
    return [(reach, standing[reach.guardian.pk]) for reach in reached if reach.guardian.pk in standing]


def session_changed(session: Session, *, since_revision: int, now: datetime) -> None:
    """Tell everyone who knows the session what changed since `since_revision`; one mail for close edits.

    The first edit opens a window (`CHANGE_MAIL_DELAY`); edits inside it join the waiting mail. A family
    whose invitation is still waiting needs no second mail: it will say what is true when it goes.
    """
    if _moves_calendar(session, since_revision):
        session.invitations.filter(withdrawn_at=None).update(sequence=F("sequence") + 1)
    # Locked, so that the delivery cannot take one of them while it is being added to.
    waiting = {
        (mail.kind, mail.person): mail
        for mail in mails_about(session.pk)
        .filter(state=Mail.State.WAITING, kind__in=[posting.INVITATION, posting.CHANGED])
        .select_for_update()
        .order_by("pk")
    }
    for reach, invitation in _invited(session, guardians_to_reach(session)):
        who = person(reach.guardian.pk)
        if (mail := waiting.get((posting.INVITATION, who))) is not None:
            _update(mail, sequence=invitation.sequence, carries=marks_due(session, now))
        elif (mail := waiting.get((posting.CHANGED, who))) is not None:
            _join(mail, session, invitation, now)
        else:
            _post_change(session, reach, invitation, since_revision, now)
    staff_of_changed(session, since_revision=since_revision, now=now)


def _moves_calendar(session: Session, since_revision: int) -> bool:
    facts = {
        revision.number: revision.facts
        for revision in SessionRevision.objects.filter(session=session, number__in=[since_revision, session.revision])
    }
    return calendar_changed(facts.get(since_revision, {}), facts.get(session.revision, {}))


def _update(mail: OutgoingMail, **context: Any) -> None:
    mail.context = {**mail.context, **context}
    mail.save(update_fields=["context"])


def _join(mail: OutgoingMail, session: Session, invitation: Invitation, now: datetime) -> None:
    """A further edit inside the window: the waiting mail will tell it too, and sooner if the start is near."""
    mail.not_before = min(mail.not_before, change_mail_at(now, session.starts_at))
    mail.expires_at = session.ends_at
    mail.context = {
        **mail.context,
        "until": session.revision,
        "sequence": invitation.sequence,
        "carries": marks_due(session, mail.not_before),
    }
    mail.save(update_fields=["not_before", "expires_at", "context"])


def _post_change(session: Session, reach: ToReach, invitation: Invitation, since: int, now: datetime) -> None:
    not_before = change_mail_at(now, session.starts_at)
    context = {"since": since, "until": session.revision, "carries": marks_due(session, not_before)}
    letter = Letter(posting.CHANGED, str(session.revision), context, PhoneTask.Purpose.CHANGED)
    post(letter, session=session, invitation=invitation, reach=reach, now=now, not_before=not_before)


def session_cancelled(session: Session, *, now: datetime) -> None:
    """One cancellation to everyone who was told of the session; mails that have not gone are taken back."""
    told = _already_told(session)
    cancel(mails_about(session.pk), "the session is cancelled")
    phone_tasks.close_needless(session.phone_tasks.all(), "The session is cancelled.", now=now)
    session.invitations.update(sequence=F("sequence") + 1)
    for reach, invitation in _invited(session, guardians_to_reach(session)):
        if reach.guardian.pk not in told:
            continue
        post(
            Letter(posting.CANCELLED, str(session.revision), call_for=PhoneTask.Purpose.CANCELLED),
            session=session,
            invitation=invitation,
            reach=reach,
            now=now,
            expires_at=max(session.ends_at, now) + CANCELLATION_USEFUL_FOR,
        )
    staff_of_cancelled(session, now=now)


def _already_told(session: Session) -> set[Any]:
    """The guardians who got, or may have got, a mail about the session, or to whom staff spoke about it.

    A mail that was tried and waits for another try may have arrived: its server's answer was lost.
    """
    tried = Q(attempts__gt=0) | Q(travels_in__attempts__gt=0)
    gone = Q(state__in=[Mail.State.SENT, Mail.State.SENDING]) | Q(tried, state=Mail.State.WAITING)
    mails = mails_about(session.pk).filter(gone)
    mailed = {posting.guardian_id_of(mail) for mail in mails.only("person")}
    heard = [PhoneTask.Outcome.REACHED, PhoneTask.Outcome.MESSAGE_LEFT]
    calls = session.phone_tasks.filter(outcome__in=heard).values_list("guardian_id", flat=True)
    return {i.guardian_id for i in session.invitations.all() if str(i.guardian_id) in mailed} | set(calls)


def booking_withdrawn(session: Session, child: Child, *, now: datetime) -> None:
    """A child has no place any more: tell the guardians, and end the way in of those with no other child."""
    reached = {reach.guardian.pk: reach for reach in guardians_to_reach(session)}
    told = _already_told(session)
    for guardianship in child.guardianships.all().inviting().select_related("guardian"):
        invitation = session.invitations.filter(guardian=guardianship.guardian_id).first()
        if invitation is None or invitation.withdrawn_at is not None:
            continue
        stays = guardianship.guardian_id in reached
        if not stays:
            invitation.withdrawn_at = now
            invitation.token_version += 1
            invitation.sequence += 1
            invitation.save(update_fields=["withdrawn_at", "token_version", "sequence"])
            mine = mails_about(session.pk).filter(person=person(guardianship.guardian_id))
            cancel(mine, "the child's place was taken back")
            calls = session.phone_tasks.filter(guardian=guardianship.guardian_id)
            phone_tasks.close_needless(calls, "The child's place was taken back.", now=now)
        if guardianship.guardian_id in told:
            _post_withdrawal(session, guardianship.guardian, child, invitation, stays=stays, now=now)


def place_given_up(session: Session, child: Child, *, now: datetime) -> None:
    """A family said that a child does not come: nobody writes to or calls those with no other child in the session.

    Their way in stays, so that they can change their mind. What had not gone yet can be made anew then.
    """
    reached = {reach.guardian.pk for reach in guardians_to_reach(session)}
    for guardianship in child.guardianships.all().inviting().exclude(guardian__in=reached):
        mine = mails_about(session.pk).filter(person=person(guardianship.guardian_id), state=Mail.State.WAITING)
        forget(mine, "the family said that the child is not coming", f"said-no-{uuid4().hex}")
        calls = session.phone_tasks.filter(guardian=guardianship.guardian_id)
        # What was answered for another child is still to be said.
        phone_tasks.close_needless(calls.exclude(purpose=PhoneTask.Purpose.ANSWERED), SAID_NO, now=now)


def coming_after_all(session: Session, child: Child, *, since_revision: int, now: datetime) -> None:
    """The child comes after all: its guardians hear what they missed since `since_revision`, and nobody is let back in.

    A guardian whose way in staff took away stays without one.
    """
    shut_out = set(session.invitations.exclude(withdrawn_at=None).values_list("guardian_id", flat=True))
    for_this_one = [
        reach
        for reach in guardians_to_reach(session)
        if [own.pk for own in reach.children] == [child.pk] and reach.guardian.pk not in shut_out
    ]
    _invite(session, for_this_one, now)
    mine = session.phone_tasks.filter(guardian__in=[reach.guardian.pk for reach in for_this_one])
    mine.filter(note=SAID_NO, outcome="").update(done_at=None, note="")
    if since_revision < session.revision:
        for reach, invitation in _invited(session, for_this_one):
            _post_change(session, reach, invitation, since_revision, now)


def _post_withdrawal(
    session: Session, guardian: Any, child: Child, invitation: Invitation, *, stays: bool, now: datetime
) -> None:
    reach = ToReach(guardian, (child,), by_mail=guardian.can_be_mailed, why_phone=why_phone(guardian))
    tail = f"{child.pk}:{int(now.timestamp())}"
    letter = Letter(posting.WITHDRAWN, tail, {"child": str(child.pk), "stays": stays}, PhoneTask.Purpose.CANCELLED)
    post(letter, session=session, invitation=invitation, reach=reach, now=now)


def meeting_ready(meeting: Meeting, *, now: datetime) -> None:
    """Zoom has given the meeting: the mails that waited for its ID may go (W1)."""
    waited = Q(kind=posting.INVITATION, attempts=0) | Q(reason=posting.WAITING_FOR_ZOOM)
    release(OutgoingMail.objects.filter(waited, about=about(meeting.session_id)), now)
