"""Who has to do with a concern: in it, kept away from it, or looking after it."""

import uuid

from django.db import models
from django.db.models import Q

from families.models import Child
from safeguarding.vocabulary import PersonRole
from whippersnappers.accounts.models import User
from whippersnappers.crypto import CONCERNS, EncryptedTextField

CONCERN = "safeguarding.Concern"


def certified(*concerns: str) -> str:
    """For triggers: a certificate says that two people had (one of) these concerns destroyed. SQL over `OLD`."""
    named = ", ".join(concerns or ("OLD.concern_id",))
    return f"EXISTS (SELECT 1 FROM safeguarding_destructioncertificate c WHERE c.concern IN ({named}))"  # noqa: S608  # names of our own columns


class ConcernPerson(models.Model):
    """Somebody in a concern: a child or a person the portal knows, or somebody in words.

    For a `SUBJECT` who signs in here the concern does not exist.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.CASCADE, related_name="people")
    role = models.CharField(max_length=20, choices=PersonRole.choices, default=PersonRole.OTHER)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    words = EncryptedTextField("who it is, in words", keys=CONCERNS, blank=True, default="")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["concern", "child"], condition=Q(child__isnull=False), name="concernperson_child_once"
            ),
            models.UniqueConstraint(
                fields=["concern", "user", "role"], condition=Q(user__isnull=False), name="concernperson_user_once"
            ),
            models.CheckConstraint(
                name="concernperson_child_or_user", condition=Q(child__isnull=True) | Q(user__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} ({self.pk})"


class Recusal(models.Model):
    """Somebody who has nothing to do with a concern any more: from then on it does not exist for them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.CASCADE, related_name="recusals")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["concern", "user"], name="recusal_once")]

    def __str__(self) -> str:
        return f"Recusal ({self.pk})"


class Assignment(models.Model):
    """Somebody to whom a concern was given, such as the trustees for one about the Lead."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["concern", "user"], name="assignment_once")]

    def __str__(self) -> str:
        return f"Assignment ({self.pk})"
