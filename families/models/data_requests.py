"""Requests of parents and carers about their data: a copy, a correction, deletion. The law gives them a clock (W8)."""

import uuid
from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from families.data_clock import days_left, due_on
from families.models.households import Guardian
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.crypto import EncryptedTextField


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def visible_to(self, user: User) -> "DataRequestQuerySet":
        """Coordinators see every request; guardians their own."""
        if user.has_role(Role.COORDINATOR):
            return self
        return self.filter(guardian__user=user) if user.has_role(Role.GUARDIAN) else self.none()

    def open(self) -> "DataRequestQuerySet":
        """The ones without an answer."""
        return self.filter(answered_at=None)


class DataRequest(models.Model):
    """One request. It is answered once, with an outcome and the reason for it; an answer is never rewritten."""

    class Kind(models.TextChoices):
        COPY = "copy", "A copy"
        CORRECTION = "correction", "A correction"
        DELETION = "deletion", "Deletion"

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        PARTLY = "partly", "Done in part"
        REFUSED = "refused", "Not done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField("asks for", max_length=10, choices=Kind.choices)
    words = EncryptedTextField("in their words", blank=True, default="")
    # Made with the page that asked: the same press twice is one request.
    press = models.UUIDField(editable=False)
    received_at = models.DateTimeField()
    extended_at = models.DateTimeField(null=True, blank=True)
    extension_reason = EncryptedTextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    # What was done, what was not and why; the family reads it.
    reason = EncryptedTextField(blank=True, default="")

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "request about data"
        verbose_name_plural = "requests about data"
        ordering = ["received_at"]
        constraints = [
            models.UniqueConstraint(fields=["guardian", "press"], name="datarequest_once_a_press"),
            models.UniqueConstraint(
                fields=["guardian", "kind"],
                condition=Q(answered_at__isnull=True, kind__in=["copy", "deletion"]),
                name="datarequest_one_open",
            ),
            models.CheckConstraint(
                name="datarequest_answer_is_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, outcome="", reason="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(outcome="") & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="datarequest_extended_with_reason",
                condition=Q(extended_at__isnull=True, extension_reason="")
                | (Q(extended_at__isnull=False) & ~Q(extension_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["received_at"], condition=Q(answered_at=None), name="datarequest_is_open")]

    def __str__(self) -> str:
        return f"{self.guardian}: {self.get_kind_display().lower()}"

    @property
    def due_on(self) -> date:
        """The last day on which the law lets us answer."""
        return due_on(self.received_at, extended=self.extended_at is not None)

    def days_left(self, now: datetime) -> int:
        """Days until it is due: 0 on the day itself, negative once it is late."""
        return days_left(self.due_on, now)

    def clock_said(self, now: datetime) -> str:
        """`5 days left`, `due today`, `3 days late`; nothing once it is answered."""
        if self.answered_at is not None:
            return ""
        left = self.days_left(now)
        if left == 0:
            return "due today"
        days = dates.counted(abs(left), "day")
        return f"{days} left" if left > 0 else f"{days} late"
