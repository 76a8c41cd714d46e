"""The Zoom side of a session: licensed hosts and the meeting itself."""

import uuid

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from sessions_app.models.planning import Session
from whippersnappers.crypto import EncryptedTextField


class ZoomHost(models.Model):
    """A licensed Zoom user of the charity's account. Hosts one meeting at a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    email = models.EmailField("Zoom sign-in", max_length=254, unique=True)
    is_active = models.BooleanField("in use", default=True)

    class Meta:
        verbose_name = "Zoom host"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def out_of_step(self) -> "MeetingQuerySet":
        """Meetings that Zoom does not show yet as we want them."""
        return self.exclude(version=F("applied_version"))


class Meeting(models.Model):
    """The Zoom meeting of a remote session.

    `version` rises with every change of what we want; `applied_version` is the one that Zoom was seen
    to show. The worker in `meetings.py` brings the two together.
    """

    class State(models.TextChoices):
        WANTED = "wanted", "Waiting to be made"
        CREATING = "creating", "Being made"
        READY = "ready", "Ready"
        ENDED = "ended", "Ended"
        FAILED = "failed", "Failed"
        DELETED = "deleted", "Deleted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="meetings")
    host = models.ForeignKey(ZoomHost, on_delete=models.PROTECT, related_name="meetings")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WANTED)
    # False once the session is cancelled or got another host: the meeting has to go.
    is_wanted = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    applied_version = models.PositiveIntegerField(default=0)
    # Set by triggers, from the session.
    period = DateTimeRangeField(null=True, editable=False)

    zoom_id = models.CharField("Meeting ID", max_length=20, blank=True)
    zoom_uuid = models.CharField(max_length=60, blank=True)
    passcode = EncryptedTextField(blank=True, default="")
    join_url = EncryptedTextField(blank=True, default="")
    settings_kept = models.JSONField(default=dict, blank=True)

    # What went wrong last, in words that staff can act on.
    problem = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    lease_owner = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["session"], condition=Q(is_wanted=True), name="meeting_one_wanted"),
            models.UniqueConstraint(fields=["zoom_id"], condition=~Q(zoom_id=""), name="meeting_zoom_id_unique"),
            models.CheckConstraint(name="meeting_ready_has_zoom_id", condition=~Q(state="ready") | ~Q(zoom_id="")),
            models.CheckConstraint(
                name="meeting_lease_is_paired",
                condition=Q(lease_owner__isnull=True, lease_until__isnull=True)
                | Q(lease_owner__isnull=False, lease_until__isnull=False),
            ),
            ExclusionConstraint(
                name="meeting_one_per_host_at_a_time",
                expressions=[("host", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(is_wanted=True),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="take_period",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("session_id", "host_id"),
                func="""
                    SELECT tstzrange(s.starts_at, s.ends_at, '[)') INTO NEW.period
                    FROM sessions_app_session s WHERE s.id = NEW.session_id;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"Meeting of {self.session}"

    @property
    def reference(self) -> str:
        """The portal's own reference, kept in the meeting's agenda so that it can be found again."""
        return f"whippersnappers:{self.id}"

    @property
    def is_ready(self) -> bool:
        """Whether families can be given this meeting: Zoom shows it as we want it, or did at first."""
        return self.is_wanted and self.state == self.State.READY and bool(self.zoom_id)
