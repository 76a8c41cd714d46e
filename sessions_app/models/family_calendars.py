"""The private address at which a guardian's own calendar program asks for their sessions."""

import uuid

from django.db import models

from families.models import Guardian


class FamilyCalendar(models.Model):
    """A guardian's calendar feed. There is none before they ask for it; the address is derived, never stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    guardian = models.OneToOneField(Guardian, on_delete=models.CASCADE, related_name="calendar")
    # Raised to end the address that was given out before.
    version = models.PositiveIntegerField(default=1)
    stopped_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Calendar of {self.guardian}"
