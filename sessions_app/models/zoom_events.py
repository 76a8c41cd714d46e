"""What Zoom told the portal about meetings, as it came, and what it says afterwards when it is asked.

Both are kept as received and never changed; who was where is worked out from them (`sessions_app/live/following.py`).
"""

import uuid
from datetime import timedelta
from typing import Final

from django.db import models
from django.db.models import Q

from sessions_app.models.meetings import Meeting
from sessions_app.models.planning import Session
from whippersnappers.append_only import append_only
from whippersnappers.crypto import EncryptedTextField

# How long what came is kept. The triggers below let nothing go before.
KEPT_FOR: Final = timedelta(days=90)


class ZoomEvent(models.Model):
    """One webhook, as it came. Only that it was followed is noted on it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Zoom's own number of the message: the same whenever it sends it again.
    request_id = models.CharField(max_length=100, unique=True)
    event = models.CharField(max_length=80)
    event_at = models.DateTimeField()
    # Empty for what is about no meeting.
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, related_name="events")
    # Of the instance: each time that a meeting is started it has another one.
    meeting_uuid = models.CharField(max_length=60, blank=True)
    body = EncryptedTextField()
    received_at = models.DateTimeField()
    followed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["event_at", "request_id"]
        indexes = [
            models.Index(fields=["meeting", "meeting_uuid"], name="zoomevent_of_meeting"),
            models.Index(fields=["received_at"], condition=Q(followed_at=None), name="zoomevent_to_follow"),
            models.Index(fields=["received_at"], name="zoomevent_received"),
        ]
        triggers = append_only(unless="OLD.received_at < now() - interval '90 days'", but=["followed_at"])

    def __str__(self) -> str:
        return f"{self.event} ({self.pk})"


class ZoomReport(models.Model):
    """What Zoom said afterwards about one instance of a meeting: start, end, who was there, what it recorded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="reports")
    meeting_uuid = models.CharField(max_length=60)
    # JSON: see `sessions_app/live/reconciling.py`.
    body = EncryptedTextField()
    received_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["received_at", "id"]
        indexes = [models.Index(fields=["meeting", "meeting_uuid"], name="zoomreport_of_meeting")]
        triggers = append_only(unless="OLD.received_at < now() - interval '90 days'")

    def __str__(self) -> str:
        return f"Report ({self.pk})"


class Reconciling(models.Model):
    """That Zoom is to be asked how a meeting was. One row a meeting; the worker in `live/reconciling.py` sees to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="reconciling")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="reconciling")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # What went wrong last, in words that staff can act on.
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="reconciling_due")]

    def __str__(self) -> str:
        return f"Reconciling ({self.pk})"
