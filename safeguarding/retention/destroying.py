"""Destroying what was kept long enough: two people, a certificate without content, and nothing left of the rest.

The certificate comes first. Postgres lets the rows of a concern be deleted only where one names it, and takes none by
one person alone. The audit trail keeps what it has: ids, codes and times, no words.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from safeguarding.handling import add_entry, locked
from safeguarding.models import ChronologyEntry, Concern, DestructionCertificate, RetentionReview
from safeguarding.retention.reviewing import facts_of, open_review, standing_hold
from safeguarding.retention.rules import is_due
from safeguarding.vocabulary import Kind, PersonRole, State
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import record

NOT_ALONE = "You proposed it: somebody else has to agree."
_OVER = (State.CLOSED, State.ERROR)


@transaction.atomic
def propose_destruction(concern_id: Any, *, reason: str, by: User, now: datetime) -> RetentionReview:
    """Propose to destroy what was kept long enough.

    Raises ValidationError without a reason, while a hold stands or a clock runs, and where it was proposed already.
    """
    concern = locked(concern_id, by)
    if not reason.strip():
        raise ValidationError({"reason": "Say why: this step is a judgement."})
    review = _destroyable(concern, now)
    if review.proposed_by is not None:
        raise ValidationError(f"{review.proposed_by} has proposed it already.")
    review.proposed_by, review.proposed_at = by, now
    review.save()
    words = f"Destruction proposed: {reason.strip()}"
    add_entry(concern, ChronologyEntry.Kind.KEEPING, by=by, now=now, words=words)
    record("concern.destruction_proposed", by=by, target=concern, now=now, review=review.pk)
    return review


@transaction.atomic
def destroy(concern_id: Any, *, by: User, now: datetime) -> DestructionCertificate:
    """Destroy it, as the second person. Raises ValidationError for the first one, a hold, and a clock that runs."""
    concern = locked(concern_id, by)
    review = _destroyable(concern, now)
    if review.proposed_by is None or review.proposed_at is None:
        raise ValidationError("Nobody has proposed to destroy it.")
    if review.proposed_by == by:
        raise ValidationError(NOT_ALONE)
    below = list(_below(Concern, [concern.pk]))
    certificate = DestructionCertificate(
        concern=concern.pk,
        reference=concern.reference,
        due_on=review.due_on,
        proposed_by=review.proposed_by,
        proposed_at=review.proposed_at,
        agreed_by=by,
        agreed_at=now,
        rows=1 + sum(len(keys) for _, keys in below),
        trustees_only=concern.kind == Kind.LEAD,
    )
    certificate.hidden_from = sorted(certificate.mark_of(user) for user in _kept_from(concern))
    certificate.save(force_insert=True)
    detail = {"certificate": certificate.pk, "rows": certificate.rows}
    record("concern.destroyed", by=by, target=concern, now=now, **detail)
    everything: list[tuple[type[models.Model], list[Any]]] = [*below, (Concern, [concern.pk])]
    for model, keys in everything:
        rows = model._base_manager.filter(pk__in=keys)
        # Past Django's own collecting, which would refuse what protects and read every word.
        rows._raw_delete(rows.db)
    return certificate


def may_propose(concern: Concern, user: User) -> bool:
    """Whether it waits for a decision, and nobody has proposed this one."""
    review = open_review(concern)
    return review is not None and review.proposed_by_id is None and standing_hold(concern) is None


def may_agree(concern: Concern, user: User) -> bool:
    """Whether somebody else has proposed it."""
    review = open_review(concern)
    return review is not None and review.proposed_by_id not in (None, user.pk) and standing_hold(concern) is None


def certificates(user: User) -> list[DestructionCertificate]:
    """What was destroyed, as far as this person may know that it was there; the last first."""
    rows = DestructionCertificate.objects.select_related("proposed_by", "agreed_by")
    if not user.has_role(Role.TRUSTEE):
        rows = rows.filter(trustees_only=False)
    return [row for row in rows if row.mark_of(user) not in row.hidden_from]


def _destroyable(concern: Concern, now: datetime) -> RetentionReview:
    """The review that waits. Raises ValidationError while anything keeps the concern."""
    if standing_hold(concern) is not None:
        raise ValidationError("A legal hold stands: nothing of it may be destroyed.")
    review = open_review(concern)
    if review is None or concern.state not in _OVER or not is_due(facts_of(concern), now):
        raise ValidationError("It must be kept still.")
    return review


def _kept_from(concern: Concern) -> Iterator[User]:
    for person in concern.people.select_related("user").filter(role=PersonRole.SUBJECT, user__isnull=False):
        if person.user is not None:
            yield person.user
    for recusal in concern.recusals.select_related("user"):
        yield recusal.user


def _below(model: type[models.Model], keys: list[Any]) -> Iterator[tuple[type[models.Model], list[Any]]]:
    """Everything that points to these rows, what hangs on it first: found by looking at the models."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel):
            continue
        pointing: Any = relation.related_model
        found = list(pointing._base_manager.filter(**{f"{relation.field.name}__in": keys}).values_list("pk", flat=True))
        if found:
            yield from _below(pointing, found)
            yield pointing, found
