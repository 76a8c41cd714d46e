"""A mail is a row first: what must be sent stands in Postgres before anybody talks to a server."""

import uuid

from django.db import models
from django.db.models import Q

from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.crypto import EncryptedTextField
from whippersnappers.outbox import catalogue


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def visible_to(self, user: User) -> "OutgoingMailQuerySet":
        """Mails whose kind this person may see in the mail log."""
        return self.filter(kind__in=[kind.name for kind in catalogue.all_kinds() if user.has_perm(kind.seen_with)])


class OutgoingMail(models.Model):
    """One mail to one person. Its text is rendered when it is delivered, from what is true then."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        CANCELLED = "cancelled", "Not needed any more"
        DEAD = "dead", "Could not be sent"

    class Priority(models.IntegerChoices):
        NOW = 0, "Somebody is waiting for it"
        NORMAL = 5, "Normal"
        BULK = 9, "Can wait"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    to = models.EmailField("address", max_length=254)
    to_name = models.CharField("name", max_length=150, blank=True)
    # What it is about and whom it is for, such as `session:<id>` and `guardian:<id>`.
    about = models.CharField(max_length=80, blank=True)
    person = models.CharField(max_length=80, blank=True)
    # Ids and codes that rendering needs. Nothing confidential: staff can see it.
    context = models.JSONField(default=dict, blank=True)
    # A sign-in code, wiped when the mail has gone or expired.
    secret = EncryptedTextField(blank=True, default="")
    carries_secret = models.BooleanField("carries a sign-in code", default=False)
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Why it waits, was cancelled or died: one plain sentence for staff.
    reason = models.CharField(max_length=300, blank=True)
    not_before = models.DateTimeField("not before")
    # Until then it stays in the house whatever it waited for is there: what caused it can still be undone.
    held_until = models.DateTimeField(null=True, blank=True)
    # The mail that this one travels in: it goes with that one, not by itself (`together.py`).
    travels_in = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="fellows")
    leads = models.BooleanField("carries other mails", default=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Claims in a row after which nobody reported back: the mail may be what kills the worker.
    unfinished = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField("Message-ID", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField("given up", null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = "mail"
        ordering = ["-created_at"]
        permissions = [("resend_outgoingmail", "Can send a mail again")]
        constraints = [
            models.CheckConstraint(
                name="outgoingmail_sent_has_time", condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent")
            ),
            models.CheckConstraint(
                name="outgoingmail_dead_has_time",
                condition=Q(state="dead", dead_at__isnull=False) | (~Q(state="dead") & Q(dead_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="outgoingmail_leads_or_travels", condition=Q(leads=False) | Q(travels_in__isnull=True)
            ),
            models.CheckConstraint(
                name="outgoingmail_lease_pairs_with_sending",
                condition=Q(state="sending", lease_owner__isnull=False, lease_until__isnull=False)
                | (~Q(state="sending") & Q(lease_owner__isnull=True, lease_until__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["priority", "not_before"], condition=Q(state="waiting"), name="outgoingmail_due"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="outgoingmail_leased"),
            models.Index(fields=["dead_at"], condition=Q(state="dead"), name="outgoingmail_dead"),
            models.Index(fields=["about", "person"], name="outgoingmail_about"),
            models.Index(fields=["person"], name="outgoingmail_person"),
            # The mail log, newest first.
            models.Index(fields=["-created_at", "-id"], name="outgoingmail_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.get_state_display()})"


class MailServerPause(models.Model):
    """While this row exists the queue waits: the server refused our own sign-in. One row at most."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    since = models.DateTimeField()
    until = models.DateTimeField(help_text="When delivery tries again by itself.")
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [models.CheckConstraint(name="mailserverpause_single", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"paused since {dates.full_moment(self.since)}"


class Heartbeat(models.Model):
    """When a process that must run regularly last did: beat, the sweep."""

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
