"""What is left of a concern that was destroyed: that it was, when, and by which two people. Nothing of what it said."""

import hashlib
import hmac
import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only


class DestructionCertificate(models.Model):
    """Two people had a concern destroyed. Postgres lets its rows be deleted only where one of these names it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The concern's own, by which the audit trail names it. It is gone, so this is no foreign key.
    concern = models.UUIDField(unique=True)
    reference = models.CharField(max_length=20, unique=True)
    due_on = models.DateField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()
    # How many rows of how many tables went.
    rows = models.PositiveIntegerField()
    # Marks of those for whom the concern did not exist, so that this does not either; they name nobody.
    hidden_from = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    trustees_only = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ["-agreed_at", "id"]
        constraints = [
            models.CheckConstraint(name="destructioncertificate_two_people", condition=~Q(proposed_by=F("agreed_by"))),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.reference} ({self.pk})"

    def mark_of(self, user: User) -> str:
        """By which somebody is known on this certificate, if they stand on it: HMAC with the audit trail's key."""
        content = f"{self.pk}:{user.pk}"
        return hmac.new(settings.AUDIT_KEY.encode(), content.encode(), hashlib.sha256).hexdigest()
