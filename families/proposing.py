"""What parents and carers would change is proposed; staff accept or decline it. Nothing is overwritten silently.

A proposal carries what was held when it was made. Whoever accepts it says which value they saw; if that is not the
one that is held, nothing happens and they look again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from families import registering
from families.child_words import held_by
from families.models import Child, Guardian, Guardianship, Proposal
from families.own_numbers import trust_number
from families.plain_text import tidy
from families.sign_in import check_address
from whippersnappers.accounts.emails import send_security_notice
from whippersnappers.audit.trail import record
from whippersnappers.secret_requests import refuse_reason

Field = Proposal.Field
# What a parent or carer may propose for a child, in the order of the page.
CHILD_FIELDS = tuple(field for field in Field if field != Field.EMAIL)
# A child without these could not be named at all.
NEEDED = (Field.KNOWN_AS,)

ANSWERED = "This was answered or taken back already. Nothing was changed."
LOOK_AGAIN = "What we hold has changed since you opened this page. Look again before you decide."


def may_propose(guardian: Guardian, child: Child) -> bool:
    """Whether the guardian sees the child's details now, and both are still with us."""
    standing = Guardianship.objects.filter(guardian=guardian, child=child, restricted=False, may_see_details=True)
    return standing.filter(guardian__archived_at=None, child__archived_at=None).exists()


@transaction.atomic
def propose(child: Child, guardian: Guardian, values: Mapping[str, str], *, by: Any, now: datetime) -> list[Proposal]:
    """Propose other values for fields of a child; returns the new proposals.

    A value that is held already takes the guardian's own waiting proposal back; one that waits already changes
    nothing. Raises PermissionDenied unless the guardian may see the child's details, ValidationError for a bad value.
    """
    held = Child.objects.select_for_update().get(pk=child.pk)
    if not may_propose(guardian, held):
        raise PermissionDenied
    made = []
    for field, value in values.items():
        new = tidy(value)
        check_value(field, new)
        old = held_by(held, field)
        proposal = _propose(Proposal(child=held, field=field, old=old, new=new, proposed_by=guardian), by, now)
        made += [proposal] if proposal else []
    return made


def check_value(field: str, value: str) -> None:
    """Raise ValidationError, keyed by field, for a value that the child cannot have."""
    if field not in CHILD_FIELDS:
        raise ValidationError(f"{field} cannot be proposed.")
    if field in NEEDED and not value:
        raise ValidationError({field: "Please fill this in."})
    if field == Field.COMMUNICATION and value and value not in Child.Communication.values:
        raise ValidationError({field: "Please choose one of the answers."})


@transaction.atomic
def propose_address(guardian: Guardian, email: str, *, by: Any, now: datetime) -> Proposal | None:
    """Ask staff to change the address with which the guardian signs in; the present one is told at once.

    Raises ValidationError keyed by `email`.
    """
    held = Guardian.objects.select_for_update().get(pk=guardian.pk)
    new = email.strip().lower()
    if not new:
        raise ValidationError({"email": "Please write your new e-mail address."})
    proposal = _propose(Proposal(field=Field.EMAIL, old=held.email, new=new, proposed_by=held), by, now)
    if proposal is not None and held.user is not None:
        send_security_notice(held.user, "email_asked_for", now=now)
    return proposal


def _propose(proposal: Proposal, by: Any, now: datetime) -> Proposal | None:
    """Store it in the place of the guardian's own earlier one. The caller holds the lock."""
    same = Proposal.objects.waiting().filter(
        child=proposal.child, field=proposal.field, proposed_by=proposal.proposed_by
    )
    earlier = same.first()
    if earlier is not None and earlier.new == proposal.new:
        return None
    if earlier is not None:
        _end(earlier, Proposal.State.WITHDRAWN, by=by, now=now)
    if proposal.new == proposal.old:
        return None
    proposal.proposed_at = now
    proposal.save(force_insert=True)
    record("proposal.made", by=by, target=proposal, now=now, field=proposal.field, child=proposal.child_id)
    return proposal


@transaction.atomic
def withdraw(proposal: Proposal, *, by: Any, now: datetime) -> None:
    """The guardian takes a proposal back; one that is answered or taken back already stays as it is."""
    waiting = Proposal.objects.select_for_update(of=("self",)).waiting().filter(pk=proposal.pk).first()
    if waiting is not None:
        _end(waiting, Proposal.State.WITHDRAWN, by=by, now=now)


@transaction.atomic
def accept(proposal: Proposal, *, seen: str, by: Any, now: datetime) -> Proposal:
    """Take the proposed value over. `seen` is the held value that staff had before them when they decided.

    Raises ValidationError when the proposal is answered already, when another value is held by now, and for
    what the value's own rules say.
    """
    waiting = _waiting(proposal)
    about: Child | Guardian
    if waiting.child_id:
        about = Child.objects.select_for_update().get(pk=waiting.child_id)
    else:
        about = Guardian.objects.select_for_update(of=("self",)).get(pk=waiting.proposed_by_id)
    if tidy(str(getattr(about, waiting.field))) != tidy(seen):
        raise ValidationError(LOOK_AGAIN)
    _take_over(about, waiting, by, now)
    return _end(waiting, Proposal.State.ACCEPTED, by=by, now=now, decided_by=by)


def _take_over(about: Child | Guardian, proposal: Proposal, by: Any, now: datetime) -> None:
    if isinstance(about, Guardian):
        check_address(Guardian(pk=about.pk, user_id=about.user_id, email=proposal.new))
        # Staff have rung them.
        trust_number(about)
        registering.change_email(about, proposal.new, by=by, now=now)
        return
    setattr(about, proposal.field, proposal.new)
    registering.save_child(about, by=by, now=now)


@transaction.atomic
def decline(proposal: Proposal, reason: str, *, by: Any, now: datetime) -> Proposal:
    """Leave the value as it is; the family reads why. Raises ValidationError without a reason, or when it is over."""
    if not reason.strip():
        raise ValidationError({"reason": "Say why. The family reads it."})
    refuse_reason(reason)
    waiting = _waiting(proposal)
    waiting.reason = tidy(reason)
    return _end(waiting, Proposal.State.DECLINED, by=by, now=now, decided_by=by)


def _waiting(proposal: Proposal) -> Proposal:
    waiting = Proposal.objects.select_for_update().waiting().filter(pk=proposal.pk).first()
    if waiting is None:
        raise ValidationError(ANSWERED)
    return waiting


def _end(proposal: Proposal, state: Proposal.State, *, by: Any, now: datetime, decided_by: Any = None) -> Proposal:
    proposal.state, proposal.ended_at, proposal.decided_by = state, now, decided_by
    proposal.save(update_fields=["state", "ended_at", "decided_by", "reason"])
    record(f"proposal.{state.value}", by=by, target=proposal, now=now, field=proposal.field, child=proposal.child_id)
    return proposal
