"""Writing the audit trail: `record` in the transaction of the change, or not at all."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from whippersnappers.audit.models import AuditEvent

# The first event's "previous hash".
GENESIS = "0" * 64
_CHAIN_LOCK = 0x57485053  # one advisory lock number for the whole chain


class NotInTransaction(Exception):
    """`record` was called outside a transaction: the change and its event could part."""


def record(
    event: str, *, by: Any, target: models.Model | None = None, now: datetime | None = None, **detail: Any
) -> AuditEvent:
    """Append one event, in the caller's transaction.

    `by` is the acting user or, for a process, a text such as `system:beat`. `detail` must be JSON of
    codes, ids and numbers. Raises NotInTransaction outside a transaction and TypeError for an
    anonymous actor. Appends are serialised until the transaction ends.
    """
    return record_many([Entry(event, target, detail)], by=by, now=now)[0]


@dataclass(frozen=True)
class Entry:
    """One thing to be recorded: what happened to what, with codes, ids and numbers about it."""

    event: str
    target: models.Model | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def record_many(entries: Sequence[Entry], *, by: Any, now: datetime | None = None) -> list[AuditEvent]:
    """Append several events of one actor at once, in this order. Raises what `record` raises."""
    if not connection.in_atomic_block:
        raise NotInTransaction(", ".join(entry.event for entry in entries))
    actor, at = _actor(by), now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    last = AuditEvent.objects.order_by("-sequence").first()
    sequence, previous = (last.sequence, last.hash) if last else (0, GENESIS)
    chain = []
    for number, entry in enumerate(entries, start=sequence + 1):
        target = entry.target
        event = AuditEvent(
            sequence=number,
            at=at,
            event=entry.event,
            actor=actor,
            target_type=target._meta.label_lower if target is not None else "",
            target_id=str(target.pk) if target is not None else "",
            detail=json.loads(json.dumps(entry.detail, default=str)),
            previous_hash=previous,
        )
        event.hash = previous = seal(event)
        chain.append(event)
    return AuditEvent.objects.bulk_create(chain)


def _actor(by: Any) -> str:
    if isinstance(by, str) and by.startswith("system:"):
        return by
    if getattr(by, "pk", None) is None:
        raise TypeError("an audit event needs a person or a named process")
    return f"user:{by.pk}"


def seal(entry: AuditEvent) -> str:
    """The hash that `entry` must carry: HMAC-SHA256 over the previous hash and the own content."""
    content = json.dumps(
        [
            entry.previous_hash,
            str(entry.id),
            entry.sequence,
            entry.at.astimezone(UTC).isoformat(),
            entry.event,
            entry.actor,
            entry.target_type,
            entry.target_id,
            entry.detail,
        ],
        sort_keys=True,
        ensure_ascii=False,
    )
    return hmac.new(settings.AUDIT_KEY.encode(), content.encode(), hashlib.sha256).hexdigest()


class BrokenChain(Exception):
    """The trail was tampered with; `sequence` is the first event that is not what it was."""

    def __init__(self, sequence: int, why: str) -> None:
        super().__init__(f"event {sequence}: {why}")
        self.sequence = sequence
        self.why = why


def verify(expected_head: str | None = None) -> tuple[int, str]:
    """Walk the whole chain; return the number of events and the head's hash.

    With a head noted earlier (`sequence:hash`) a tail that was cut off, or written anew with the key, shows too.
    Raises BrokenChain at the first event that was edited, deleted, inserted or reordered.
    """
    previous, count = GENESIS, 0
    noted = (expected_head or "").partition(":")
    with transaction.atomic():
        for entry in AuditEvent.objects.order_by("sequence").iterator(chunk_size=2000):
            if entry.sequence != count + 1:
                raise BrokenChain(count + 1, "it is missing")
            if entry.previous_hash != previous:
                raise BrokenChain(entry.sequence, "it does not follow the event before it")
            if not hmac.compare_digest(entry.hash, seal(entry)):
                raise BrokenChain(entry.sequence, "its content was changed")
            previous, count = entry.hash, entry.sequence
            if noted[0] == str(count) and noted[2] != previous:
                raise BrokenChain(count, "it is not the one whose head was noted earlier")
    if expected_head is not None and not (noted[0].isdecimal() and int(noted[0]) <= count):
        raise BrokenChain(count + 1, "the trail ends before the head that was noted earlier")
    return count, previous
