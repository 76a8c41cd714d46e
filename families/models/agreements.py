"""What parents and carers agree to, and what they consent to for a child."""

import hashlib
import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from families.models.children import Child
from families.models.households import Guardian
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only
from whippersnappers.secret_requests import refuse_secret_requests


class Agreement(models.Model):
    """One version of the parents' undertakings F1-F6. A published version never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(unique=True)
    text = models.TextField(validators=[refuse_secret_requests])
    easy_text = models.TextField("in easy words", validators=[refuse_secret_requests])
    sha256 = models.CharField(max_length=64, editable=False)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-version"]
        triggers = [
            pgtrigger.Protect(
                name="published_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Agreement, version {self.version}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.sha256 = hashlib.sha256(f"{self.text}\n{self.easy_text}".encode()).hexdigest()
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Signature(models.Model):
    """A guardian's signature under one version of the agreement, with what shows later that it is theirs.

    Given in the portal, or on paper that a member of staff has seen. Append-only.
    """

    class Kind(models.TextChoices):
        PORTAL = "portal", "In the portal"
        PAPER = "paper", "On paper"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="signatures")
    typed_name = models.CharField("name", max_length=160)
    signed_at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PORTAL)
    # Of the very text that was signed, as it was on that day.
    sha256 = models.CharField(max_length=64, default="")
    # In the portal: what the device said it was, how they had signed in, and when.
    device = models.CharField(max_length=300, blank=True)
    signed_in_by = models.CharField(max_length=40, blank=True)
    signed_in_at = models.DateTimeField(null=True, blank=True)
    # On paper: the date that stands there, and who has seen it.
    paper_date = models.DateField(null=True, blank=True)
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "guardian"], name="signature_once"),
            models.CheckConstraint(
                name="signature_on_paper_was_seen",
                condition=Q(kind="paper", seen_by__isnull=False, paper_date__isnull=False)
                | Q(kind="portal", seen_by__isnull=True, paper_date__isnull=True),
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.guardian}, version {self.agreement.version}"


class Consent(models.Model):
    """An answer to one question about a child, such as being in a recorded group session."""

    class Purpose(models.TextChoices):
        RECORDED_GROUP = "recorded_group", "Being in a recorded group session"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    given = models.BooleanField()
    given_by = models.ForeignKey(Guardian, on_delete=models.PROTECT, null=True, blank=True, related_name="consents")
    # How staff know, when a guardian did not answer in the portal.
    recorded_note = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "purpose"], condition=Q(superseded_at__isnull=True), name="consent_one_current"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {'yes' if self.given else 'no'}"
