"""That a concern came on paper: who reported it, when it was written and received, and who typed it in."""

import uuid

from django.db import models
from django.db.models import F, Q

from safeguarding.models.people import CONCERN, certified
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only
from whippersnappers.crypto import CONCERNS, EncryptedTextField


class PaperReport(models.Model):
    """The facts of one sheet. `Concern.reporter` is who typed it in; here stands who reported it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.OneToOneField(CONCERN, on_delete=models.PROTECT, related_name="paper")
    # Somebody of staff, or somebody in words.
    reporter = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    words = EncryptedTextField("who reported it, in words", keys=CONCERNS, blank=True, default="")
    written_at = models.DateTimeField()
    received_at = models.DateTimeField()
    typed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    typed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="paperreport_in_order",
                condition=Q(written_at__lte=F("received_at")) & Q(received_at__lte=F("typed_at")),
            )
        ]
        triggers = append_only(unless=certified())

    def __str__(self) -> str:
        return f"Paper report ({self.pk})"

    @property
    def reported_by(self) -> str:
        """Who reported it, for people."""
        return str(self.reporter) if self.reporter else self.words
