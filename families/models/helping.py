"""A family that asked for help with Zoom: an open task for staff until somebody has helped (F1)."""

import uuid

from django.db import models
from django.db.models import Q

from families.models.households import Guardian
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.crypto import EncryptedTextField


class HelpRequestQuerySet(models.QuerySet["HelpRequest"]):
    def visible_to(self, user: User) -> "HelpRequestQuerySet":
        """Coordinators see all of them; a guardian sees the own ones."""
        if user.has_role(Role.COORDINATOR):
            return self
        return self.filter(guardian__user=user) if user.has_role(Role.GUARDIAN) else self.none()

    def waiting(self) -> "HelpRequestQuerySet":
        """The ones that nobody has seen to yet."""
        return self.filter(done_at=None)


class HelpRequest(models.Model):
    """One request. A guardian has one open request at most: another press adds to it."""

    class Device(models.TextChoices):
        PHONE = "phone", "Phone"
        TABLET = "tablet", "Tablet"
        COMPUTER = "computer", "Computer"

    class Trying(models.TextChoices):
        GET_ZOOM = "get_zoom", "Get Zoom on the device"
        JOIN = "join", "Come into a session"
        HEAR = "hear", "Hear and be heard"
        SEE = "see", "See and be seen"
        OTHER = "other", "Something else"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="help_requests")
    device = models.CharField(max_length=10, choices=Device.choices)
    trying = models.CharField("tries to", max_length=10, choices=Trying.choices, blank=True)
    words = EncryptedTextField("in their words", blank=True, default="")
    test_result = EncryptedTextField("what the device test said", blank=True, default="")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    note = EncryptedTextField("how it went", blank=True, default="")

    objects = HelpRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "request for help"
        verbose_name_plural = "requests for help"
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["guardian"], condition=Q(done_at=None), name="helprequest_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.guardian}, {self.get_device_display().lower()}"
