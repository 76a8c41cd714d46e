"""The audit trail: who did what to what, and when. Append-only, and chained so that a gap shows."""

import uuid

from django.db import models

from whippersnappers.append_only import append_only


class AuditEvent(models.Model):
    """One thing that happened. It has no foreign keys, so it outlives what it is about.

    `detail` holds codes, ids and numbers; never names, addresses or confidential text. `hash` is
    HMAC(key, previous hash + own content); `sequence` counts without gaps.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sequence = models.BigIntegerField(unique=True)
    at = models.DateTimeField(db_index=True)
    event = models.CharField(max_length=80, db_index=True)
    # The person's id, or the name of the process that acted (`system:beat`).
    actor = models.CharField(max_length=80, db_index=True)
    target_type = models.CharField(max_length=80, blank=True)
    target_id = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["target_type", "target_id"])]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.event} #{self.sequence}"
