"""Concerns that belong together, and why. What was linked and parted again stays to be read."""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q

from safeguarding.models.people import CONCERN, certified
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only
from whippersnappers.crypto import CONCERNS, EncryptedTextField


class ConcernLink(models.Model):
    """Two concerns were linked, or parted again. Of one pair the last row counts.

    It hangs on neither chronology: whoever is kept from one of the two would read of it in the other's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The one with the smaller id stands first, so that a pair is one pair.
    first = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    is_linked = models.BooleanField()
    reason = EncryptedTextField("why", keys=CONCERNS)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(name="concernlink_is_a_pair", condition=Q(first__lt=F("second"))),
            models.UniqueConstraint(fields=["first", "second", "number"], name="concernlink_once"),
        ]
        triggers = append_only(unless=certified("OLD.first_id", "OLD.second_id"))

    def __str__(self) -> str:
        return f"{'Linked' if self.is_linked else 'Parted'} ({self.pk})"

    def other_than(self, pk: Any) -> Any:
        """The id of the pair's other concern."""
        return self.second_id if self.first_id == pk else self.first_id
