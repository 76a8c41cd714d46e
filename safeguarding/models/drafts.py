"""What somebody of the staff has typed about a concern and not sent yet."""

import json
import uuid

from django.db import models

from safeguarding.models.people import CONCERN
from sessions_app.models import Session
from whippersnappers.crypto import CONCERNS, EncryptedTextField


class ConcernDraft(models.Model):
    """The words of a concern in state draft, as they stand in its form. Gone as soon as it is sent or thrown away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.OneToOneField(CONCERN, on_delete=models.CASCADE, related_name="draft")
    # From whose page it was begun.
    session = models.ForeignKey(Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    typed = EncryptedTextField("what was typed, field by field, as JSON", keys=CONCERNS, blank=True, default="")
    # How often it was kept, and from which page last: a page that knows less must not write over it.
    edition = models.PositiveIntegerField(default=0)
    page = models.UUIDField()
    kept_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Draft ({self.pk})"

    @property
    def fields(self) -> dict[str, list[str]]:
        """What stands in each field."""
        said: dict[str, list[str]] = json.loads(self.typed)
        return said
