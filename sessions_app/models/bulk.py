"""One step taken for many sessions at once: what was asked, and session by session what came of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sessions_app.models.planning import Session
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.crypto import EncryptedTextField
from whippersnappers.outbox.models import OutgoingMail


class BulkRunQuerySet(models.QuerySet["BulkRun"]):
    def visible_to(self, user: User) -> "BulkRunQuerySet":
        """Coordinators see every run, nobody else any."""
        return self if user.has_role(Role.COORDINATOR) else self.none()


class BulkRun(models.Model):
    """One step for the sessions that a coordinator ticked: looked at first, then done, perhaps undone.

    A worker claims it with `owner` and renews `claimed_until`; when that lapses another one takes over.
    """

    class Kind(models.TextChoices):
        CONFIRM = "confirm", "Confirm"
        CANCEL = "cancel", "Cancel"
        INVITE = "invite", "Invite a group"
        STAFF = "staff", "Change staff"
        PREPARE = "prepare", "Send pre-session mail now"

    class State(models.TextChoices):
        CHOSEN = "chosen", "Nothing done yet"
        RUNNING = "running", "Being done"
        DONE = "done", "Done"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"
        STOPPED = "stopped", "Stopped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHOSEN)
    # What was asked for besides the sessions; see `bulk.asking.Asked`.
    asked = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    # When the present piece of work was asked for, so that the page can tell that no worker takes it.
    asked_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    # Until then its mails stay in the house, so that all of it can be undone.
    held_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    owner = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = "step for many sessions"
        verbose_name_plural = "steps for many sessions"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="bulkrun_started_has_time", condition=Q(state="chosen") | Q(started_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {dates.full_moment(self.created_at)}"


class BulkItem(models.Model):
    """One session of a run, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not done yet"
        DONE = "done", "Done"
        LEFT_OUT = "left_out", "Left out"
        FAILED = "failed", "Went wrong"
        UNDONE = "undone", "Undone"
        KEPT = "kept", "Could not be undone"

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()
    # Empty once the session was deleted.
    session = models.ForeignKey(Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="bulk_items")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # What was done, or why it was not: plain sentences for staff.
    message = models.TextField(blank=True)
    # What changed, as JSON (`bulk.traces`); forgotten a day later. Notes of calls may be in it.
    trace = EncryptedTextField(blank=True, default="")
    mails = models.ManyToManyField(OutgoingMail, related_name="bulk_items")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="bulkitem_number_once"),
            models.UniqueConstraint(fields=["run", "session"], name="bulkitem_session_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_state_display()}"
