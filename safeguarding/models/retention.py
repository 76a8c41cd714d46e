"""How long concerns are kept: legal holds, and reviews when a clock has run out. Nothing here deletes anything."""

import uuid

from django.db import models
from django.db.models import Q

from safeguarding.models.people import CONCERN, certified
from whippersnappers.accounts.models import User
from whippersnappers.append_only import never_deleted
from whippersnappers.crypto import CONCERNS, EncryptedTextField


class LegalHold(models.Model):
    """While it stands, nothing of the concern may be destroyed, whatever the clocks say."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="holds")
    reason = EncryptedTextField("why it must be kept", keys=CONCERNS)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_because = EncryptedTextField("why it need not be kept any more", keys=CONCERNS, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ["set_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["concern"], condition=Q(lifted_at=None), name="legalhold_one_stands"),
            models.CheckConstraint(
                name="legalhold_lifted_by_somebody",
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]
        triggers = never_deleted(unless=certified())

    def __str__(self) -> str:
        return f"Legal hold ({self.pk})"


class RetentionReview(models.Model):
    """A clock has run out: somebody has to say whether the concern is kept longer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="reviews")
    # When the longest clock ran out, or what was decided before.
    due_on = models.DateField()
    opened_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    keep_until = models.DateField(null=True, blank=True)
    reason = EncryptedTextField("why", keys=CONCERNS, blank=True, default="")
    # Somebody proposed to destroy it; somebody else has to agree.
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["concern"], condition=Q(decided_at=None), name="retentionreview_one_open"),
        ]
        triggers = never_deleted(unless=certified())

    def __str__(self) -> str:
        return f"Review ({self.pk})"
