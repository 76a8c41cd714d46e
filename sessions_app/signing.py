"""Signing the undertakings, and what follows: the ways in that were held back go out (F1-F6, W1)."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from families import agreeing
from families.agreeing import Evidence
from families.models import Agreement, Guardian, Signature
from sessions_app import digests, invitations, posting
from sessions_app.models import Invitation, LetIn, PhoneTask, Session
from sessions_app.posting import Letter
from sessions_app.reach import reached_guardian
from sessions_app.undertakings import must_sign_now
from whippersnappers.audit.trail import record
from whippersnappers.outbox.models import OutgoingMail

GOING_AHEAD = (Session.State.CONFIRMED, Session.State.LIVE)


@transaction.atomic
def sign(
    guardian: Guardian, agreement: Agreement, *, typed_name: str, evidence: Evidence, by: Any, now: datetime
) -> Signature:
    """A guardian signs in the portal; what was held back from them goes out, once.

    Raises what `agreeing.sign` raises.
    """
    waiting = _locked_mails(guardian)
    signature, is_new = agreeing.sign(guardian, agreement, typed_name=typed_name, evidence=evidence, by=by, now=now)
    if is_new:
        _send_ways_in(guardian, agreement, waiting, now)
    return signature


@transaction.atomic
def record_paper(
    guardian: Guardian, agreement: Agreement, *, name: str, paper_date: date, by: Any, now: datetime
) -> Signature:
    """Staff note a signature on paper; what was held back goes out, to a family without e-mail as a call.

    Raises what `agreeing.record_paper` raises.
    """
    waiting = _locked_mails(guardian)
    signature, is_new = agreeing.record_paper(guardian, agreement, name=name, paper_date=paper_date, by=by, now=now)
    if is_new:
        _send_ways_in(guardian, agreement, waiting, now)
    return signature


@transaction.atomic
def let_in(session_id: Any, guardian_id: Any, *, reason: str, by: Any, now: datetime) -> LetIn:
    """Let a guardian into one session without a signature; their way in goes out, once.

    Doing it twice is doing it once. Raises ValidationError keyed by `reason` without one, or when there is
    nothing to let them into: not invited, in person, over, or signed.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Say why they may come in without having signed."})
    session = Session.objects.select_for_update().get(pk=session_id)
    guardian = Guardian.objects.select_for_update().get(pk=guardian_id)
    if earlier := LetIn.objects.filter(session=session, guardian=guardian).first():
        return earlier
    check_let_in(session, guardian, now)
    waiting = _locked_mails(guardian)
    row = LetIn(session=session, guardian=guardian, reason=reason, by=by, at=now)
    row.full_clean()
    row.save(force_insert=True)
    record("session.let_in_unsigned", by=by, target=session, now=now, guardian=str(guardian.pk))
    for invitation in Invitation.objects.filter(session=session, guardian=guardian, withdrawn_at=None):
        if _was_held_back(invitation, waiting):
            _send_way_in(invitation, "let-in", now)
    return row


def check_let_in(session: Session, guardian: Guardian, now: datetime) -> None:
    """Raise ValidationError with a sentence when there is nothing to let this guardian into."""
    if session.state not in GOING_AHEAD or session.ends_at <= now:
        raise ValidationError("Only a confirmed session that is not over has a way in.")
    if not Invitation.objects.filter(session=session, guardian=guardian, withdrawn_at=None).exists():
        raise ValidationError(f"{guardian} has no way into this session: invite them first, or open it again.")
    if not must_sign_now(session, guardian.pk):
        raise ValidationError(f"{guardian} can come in already.")


def _locked_mails(guardian: Guardian) -> set[str]:
    """Which sessions a mail waits for that has not been tried: it will say what is true when it goes.

    Locked, so that no delivery takes one of them and writes it as if nobody had signed.
    """
    untried = OutgoingMail.objects.filter(
        person=posting.person(guardian.pk), kind=posting.INVITATION, state=OutgoingMail.State.WAITING, attempts=0
    )
    return {mail.about for mail in untried.select_for_update().order_by("pk")}


def _send_ways_in(guardian: Guardian, agreement: Agreement, waiting: set[str], now: datetime) -> None:
    """The way into every session about which they were told without it; several go as one mail."""
    held = [invitation for invitation in _still_ahead(guardian, now) if _was_held_back(invitation, waiting)]
    for invitation in held:
        _send_way_in(invitation, f"signed-{agreement.version}", now)
    if len(held) > 1:
        digests.bundle(invitation.session_id for invitation in held)


def _still_ahead(guardian: Guardian, now: datetime) -> QuerySet[Invitation]:
    ahead = Invitation.objects.filter(
        guardian=guardian,
        withdrawn_at=None,
        session__state__in=GOING_AHEAD,
        session__ends_at__gt=now,
        session__delivery=Session.Delivery.REMOTE,
    )
    # Who was let in had their way in already.
    let_in = LetIn.objects.filter(guardian=guardian).values("session")
    return ahead.exclude(session__in=let_in).select_related("session", "guardian").order_by("session__starts_at")


def _was_held_back(invitation: Invitation, waiting: set[str]) -> bool:
    """Whether they heard of the session without the way in, and nothing waits that will say it."""
    if posting.about(invitation.session_id) in waiting:
        return False
    session, guardian = invitation.session, invitation.guardian
    calls = PhoneTask.objects.filter(session=session, guardian=guardian)
    if calls.filter(purpose=PhoneTask.Purpose.INVITE, done_at=None, attempts=0).exists():
        return False
    # A mail that was tried and waits for another try may have arrived: its server's answer was lost.
    states = OutgoingMail.State
    gone = Q(state__in=[states.SENT, states.SENDING]) | Q(state=states.WAITING, attempts__gt=0)
    mails = posting.mails_about(session.pk).filter(person=posting.person(guardian.pk))
    return _since_they_had_to_sign(mails.filter(gone)) or calls.filter(attempts__gt=0).exists()


def _since_they_had_to_sign(mails: QuerySet[OutgoingMail]) -> bool:
    """Whether one of the mails went since the version in force was published: those before had the way in."""
    current = agreeing.current_agreement()
    assert current is not None
    return mails.filter(Q(sent_at=None) | Q(sent_at__gte=current.published_at)).exists()


def _send_way_in(invitation: Invitation, tag: str, now: datetime) -> None:
    """The invitation once more, with the way in; the calendar entry gets its link too."""
    session = invitation.session
    reach = reached_guardian(session.pk, invitation.guardian_id)
    if reach is None:
        return
    invitation.sequence += 1
    invitation.save(update_fields=["sequence"])
    tail = f"{tag}:{invitation.token_version}"
    letter = Letter(posting.INVITATION, tail, {"carries": [], "opened": True}, PhoneTask.Purpose.INVITE)
    meeting_ready = invitations.current_meeting(session) is not None
    not_before = posting.when_zoom_is_ready(session, meeting_ready=meeting_ready, now=now)
    posting.post(letter, session=session, invitation=invitation, reach=reach, now=now, not_before=not_before)
