"""Recordings of group entertainment (X1, X2), and those that should never have been (N3).

What staff say in the run of a group, what Zoom is told to do with a recording until it does so, and the register of
every file that Zoom keeps. The portal holds no recording itself: only what exists, who was in it, and when it goes.
"""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from families.models import Child
from sessions_app.models.meetings import Meeting
from sessions_app.models.planning import Session
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role


class RunStep(models.Model):
    """A step that staff took in the run of a group: only added, never changed. What Zoom confirms is no step."""

    class Step(models.TextChoices):
        VIDEO_OFF = "video_off", "Family video is off"
        RECORD = "record", "Start the recording"
        STOP = "stop", "Stop the recording"
        HELLO = "hello", "Cameras on, say hello"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="run_steps")
    step = models.CharField(max_length=10, choices=Step.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "step"], condition=Q(step__in=["video_off", "hello"]), name="runstep_said_once"
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.get_step_display()} ({self.pk})"


class RecordingOrder(models.Model):
    """That Zoom is to start or stop the recording of a running meeting. Repeated until Zoom shows that it did."""

    class What(models.TextChoices):
        START = "start", "Start"
        STOP = "stop", "Stop"

    class Why(models.TextChoices):
        PRESSED = "pressed", "Staff pressed"
        NOT_ALLOWED = "not_allowed", "It must not be recorded"

    class Outcome(models.TextChoices):
        TOLD = "told", "Zoom told that it did"
        ANSWERED = "answered", "Zoom answered that it is so already"
        OVER = "over", "The meeting was over"
        REPLACED = "replaced", "Another press took its place"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="recording_orders")
    what = models.CharField(max_length=5, choices=What.choices)
    why = models.CharField(max_length=12, choices=Why.choices)
    # Empty: the portal itself.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    # When Zoom first said that it will.
    accepted_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    # What went wrong last, in words that staff can act on.
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="recordingorder_due")]
        constraints = [
            models.UniqueConstraint(fields=["meeting"], condition=Q(done_at=None), name="recordingorder_one_at_a_time"),
            models.CheckConstraint(
                name="recordingorder_done_somehow",
                condition=Q(done_at=None, outcome="") | (Q(done_at__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} ({self.pk})"


class RecordingFileQuerySet(models.QuerySet["RecordingFile"]):
    def visible_to(self, user: User) -> "RecordingFileQuerySet":
        """Coordinators and those who safeguard see the whole register, others nothing of it."""
        return self if user.has_role(Role.COORDINATOR, Role.LEAD, Role.DEPUTY) else self.none()

    def existing(self) -> "RecordingFileQuerySet":
        """The ones that Zoom still keeps, as far as is known."""
        return self.filter(deleted_at=None)


class RecordingFile(models.Model):
    """One file that Zoom keeps, or kept: what is in it, who was there, when it goes, and the proof that it went."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="recording_files")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="recording_files")
    meeting_uuid = models.CharField(max_length=60)
    zoom_file = models.CharField("Zoom’s name for it", max_length=100, unique=True)
    file_type = models.CharField(max_length=20, blank=True)
    size = models.PositiveBigIntegerField("bytes", default=0)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    # Why it may not be kept at all; empty for what may.
    not_allowed = models.CharField(max_length=200, blank=True)
    delete_by = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    held_reason = models.CharField("why it is kept longer", max_length=300, blank=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)
    # The proof: when Zoom answered that it deletes, when it told so by itself, when its list had it no more.
    delete_answered_at = models.DateTimeField(null=True)
    delete_told_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = RecordingFileQuerySet.as_manager()

    class Meta:
        verbose_name = "recording"
        ordering = ["-started_at", "zoom_file"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(deleted_at=None, held_at=None), name="recordingfile_due"),
        ]
        constraints = [
            models.CheckConstraint(
                name="recordingfile_ends_after_it_begins", condition=Q(stopped_at__gte=F("started_at"))
            ),
            models.CheckConstraint(
                name="recordingfile_held_with_reason",
                condition=Q(held_at=None, held_by=None, held_reason="")
                | (Q(held_at__isnull=False, held_by__isnull=False) & ~Q(held_reason="")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"Recording ({self.pk})"

    @property
    def standing(self) -> str:
        """Where it stands, in words."""
        if self.deleted_at:
            return "Deleted"
        if self.held_at:
            return "Kept longer"
        return "Must go" if self.not_allowed else "Kept for now"


class RecordedChild(models.Model):
    """A child whose family was in the meeting during a recording, and whether there was a yes to it then (X1)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(RecordingFile, on_delete=models.PROTECT, related_name="children")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    had_yes = models.BooleanField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file", "child"], name="recordedchild_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"In a recording ({self.pk})"
