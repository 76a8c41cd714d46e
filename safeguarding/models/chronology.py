"""Everything that happened with a concern, in order. Entries are added, never changed."""

import uuid

from django.db import models

from safeguarding.models.people import CONCERN, certified
from safeguarding.vocabulary import State
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only
from whippersnappers.crypto import CONCERNS, EncryptedTextField


class ChronologyEntry(models.Model):
    """One thing that happened: when, by whom, and for a judgement its reasons."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", "Submitted"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        STATE = "state", "Moved on"
        ADDED = "added", "Something was added"
        NOTE = "note", "Note"
        ACTION = "action", "Action"
        REFERRAL = "referral", "Referral"
        SHARED = "shared", "Shared outside"
        ALERT = "alert", "Alert to staff"
        KEEPING = "keeping", "How long it is kept"
        PEOPLE = "people", "Who has to do with it"
        LATE = "late", "It waited too long"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="chronology")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField()
    # Nobody: the portal did it by itself.
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Where the concern stood afterwards, for entries that moved it.
    state = models.CharField(max_length=20, choices=State.choices, blank=True)
    words = EncryptedTextField("what happened, and why", keys=CONCERNS, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["concern", "at"], name="chronology_in_order")]
        triggers = append_only(unless=certified())

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.pk})"
