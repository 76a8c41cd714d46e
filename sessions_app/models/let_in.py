"""A guardian who has not signed the undertakings is let into one session all the same."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models

from families.models import Guardian
from sessions_app.models.planning import Session
from whippersnappers.crypto import EncryptedTextField


class LetIn(models.Model):
    """Staff let one guardian into one session without a signature, and say why (F2-F6). Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="let_in")
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="let_in")
    reason = EncryptedTextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "guardian"], name="letin_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.guardian} let into {self.session}"
