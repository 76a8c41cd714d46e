"""Signing the undertakings, and what follows: the ways in that were held back go out (F1-F6, W1).

Rows are locked in one order, that of `notices.session_changed` too: ways in, mails, the guardian.
"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from families import agreeing
from families.agreeing import Evidence
from families.models import Agreement, Guardian, Signature
from sessions_app import invitations, posting
from sessions_app.mail_checks import GOING_AHEAD
from sessions_app.models import Invitation, LetIn, PhoneTask, Session
from sessions_app.posting import Letter
from sessions_app.reach import reached_guardian
from sessions_app.undertakings import must_sign_now
from whippersnappers.audit.trail import record
from whippersnappers.outbox import together
from whippersnappers.outbox.models import OutgoingMail

_State = OutgoingMail.State


@transaction.atomic
def sign(
    guardian: Guardian, agreement: Agreement, *, typed_name: str, evidence: Evidence, by: Any, now: datetime
) -> Signature:
    """A guardian signs in the portal; what was held back from them goes out, once.

    Raises what `agreeing.sign` raises.
    """
    held = _held_back(_ways_in(guardian, now), agreement)
    signature, is_new = agreeing.sign(guardian, agreement, typed_name=typed_name, evidence=evidence, by=by, now=now)
    if is_new:
        _send_ways_in(held, f"signed-{agreement.version}", now)
    return signature


@transaction.atomic
def record_paper(
    guardian: Guardian, agreement: Agreement, *, name: str, paper_date: date, by: Any, now: datetime
) -> Signature:
    """Staff note a signature on paper; what was held back goes out, to a family without e-mail as a call.

    Raises what `agreeing.record_paper` raises.
    """
    held = _held_back(_ways_in(guardian, now), agreement)
    signature, is_new = agreeing.record_paper(guardian, agreement, name=name, paper_date=paper_date, by=by, now=now)
    if is_new:
        _send_ways_in(held, f"signed-{agreement.version}", now)
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
    session = Session.objects.select_for_update(no_key=True).get(pk=session_id)
    guardian = Guardian.objects.get(pk=guardian_id)
    if earlier := LetIn.objects.filter(session=session, guardian=guardian).first():
        return earlier
    check_let_in(session, guardian, now)
    held = _held_back(_ways_in(guardian, now).filter(session=session), agreeing.current_agreement())
    row = LetIn(session=session, guardian=guardian, reason=reason, by=by, at=now)
    row.full_clean()
    row.save(force_insert=True)
    record("session.let_in_unsigned", by=by, target=session, now=now, guardian=str(guardian.pk))
    _send_ways_in(held, "let-in", now)
    return row


def check_let_in(session: Session, guardian: Guardian, now: datetime) -> None:
    """Raise ValidationError with a sentence when there is nothing to let this guardian into."""
    if session.state not in GOING_AHEAD or session.ends_at <= now:
        raise ValidationError("Only a confirmed session that is not over has a way in.")
    if not Invitation.objects.filter(session=session, guardian=guardian, withdrawn_at=None).exists():
        raise ValidationError(f"{guardian} has no way into this session: invite them first, or open it again.")
    if not must_sign_now(session, guardian.pk):
        raise ValidationError(f"{guardian} can come in already.")


def _ways_in(guardian: Guardian, now: datetime) -> QuerySet[Invitation]:
    """The guardian's ways into remote sessions still ahead. Who was let in had theirs already."""
    ahead = Invitation.objects.filter(
        guardian=guardian,
        withdrawn_at=None,
        session__state__in=GOING_AHEAD,
        session__ends_at__gt=now,
        session__delivery=Session.Delivery.REMOTE,
    )
    let_in = LetIn.objects.filter(guardian=guardian).values("session")
    return ahead.exclude(session__in=let_in).select_related("session", "guardian")


def _held_back(ways_in: QuerySet[Invitation], agreement: Agreement | None) -> list[Invitation]:
    """Those of which they heard without the way in, and for which nothing waits that will say it; locked."""
    if agreement is None:
        return []
    locked = list(ways_in.select_for_update(of=("self",), no_key=True).order_by("pk"))
    waiting = _sessions_told_soon(locked)
    found = [i for i in locked if posting.about(i.session_id) not in waiting and _was_told(i, agreement)]
    return sorted(found, key=lambda invitation: invitation.session.starts_at)


def _sessions_told_soon(ways_in: list[Invitation]) -> set[str]:
    """Sessions about which an invitation waits that was never tried: it will say what is true when it goes.

    Locked, so that no delivery takes one of them meanwhile and writes it as if nobody had signed.
    """
    untried = OutgoingMail.objects.filter(
        person__in={posting.person(invitation.guardian_id) for invitation in ways_in},
        about__in={posting.about(invitation.session_id) for invitation in ways_in},
        kind=posting.INVITATION,
        state=_State.WAITING,
        attempts=0,
    )
    return {mail.about for mail in untried.select_for_update(no_key=True).order_by("pk")}


def _was_told(invitation: Invitation, agreement: Agreement) -> bool:
    """Whether a mail went, or staff called, while they had to sign.

    Who had signed an earlier version got their way in with what went before this one was published. A mail that was
    tried and waits for another try may have arrived: its server's answer was lost.
    """
    signed_before = Signature.objects.filter(guardian=invitation.guardian_id).exclude(agreement=agreement)
    since = Q(sent_at__gte=agreement.published_at) if signed_before.exists() else Q()
    mails = posting.mails_about(invitation.session_id).filter(person=posting.person(invitation.guardian_id))
    gone = Q(since, state=_State.SENT) | Q(state=_State.SENDING) | Q(state=_State.WAITING, attempts__gt=0)
    if mails.filter(gone).exists():
        return True
    calls = PhoneTask.objects.filter(session=invitation.session_id, guardian=invitation.guardian_id)
    is_to_be_called = calls.filter(purpose=PhoneTask.Purpose.INVITE, done_at=None).exists()
    return not is_to_be_called and calls.filter(attempts__gt=0).exists()


def _send_ways_in(held: list[Invitation], tag: str, now: datetime) -> None:
    """The invitation to each once more, with the way in; several go as one mail."""
    for invitation in held:
        _send_way_in(invitation, tag, now)
    if len(held) > 1:
        mine = {"person": posting.person(held[0].guardian_id), "kind": posting.INVITATION}
        abouts = [posting.about(invitation.session_id) for invitation in held]
        together.bundle(OutgoingMail.objects.filter(about__in=abouts, **mine))


def _send_way_in(invitation: Invitation, tag: str, now: datetime) -> None:
    session = invitation.session
    reach = reached_guardian(session.pk, invitation.guardian_id)
    if reach is None:
        return
    # The entry in their calendar gets its link.
    invitation.sequence += 1
    invitation.save(update_fields=["sequence"])
    tail = f"{tag}:{invitation.token_version}"
    letter = Letter(posting.INVITATION, tail, {"carries": [], "opened": True}, PhoneTask.Purpose.INVITE)
    meeting_ready = invitations.current_meeting(session) is not None
    not_before = posting.when_zoom_is_ready(session, meeting_ready=meeting_ready, now=now)
    posting.post(letter, session=session, invitation=invitation, reach=reach, now=now, not_before=not_before)
