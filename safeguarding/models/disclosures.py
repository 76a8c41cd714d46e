"""What left the house (N2): every time that something of a concern was shared outside."""

import uuid

from django.db import models
from django.db.models import Q

from safeguarding.models.concerns import Concern
from safeguarding.models.people import certified
from safeguarding.vocabulary import RECIPIENTS, IdentityCheck, LawfulBasis, ShareConsent
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only
from whippersnappers.crypto import CONCERNS, EncryptedTextField


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    def visible_to(self, user: User) -> "DisclosureQuerySet":
        """Those of concerns that exist for this person."""
        return self.filter(concern__in=Concern.objects.visible_to(user).values("pk"))


class Disclosure(models.Model):
    """One sharing: what, with whom, on which basis, with consent or why without, who decided, and how it went."""

    class How(models.TextChoices):
        PHONE = "phone", "By phone"
        PERSON = "person", "In person"
        EMAIL = "email", "By secure e-mail"
        FORM = "form", "By their form"
        POST = "post", "By registered post"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="disclosures")
    what = EncryptedTextField("what was shared", keys=CONCERNS)
    recipient = models.CharField(max_length=20, choices=RECIPIENTS)
    person = EncryptedTextField("who received it", keys=CONCERNS)
    identity = models.CharField(max_length=20, choices=IdentityCheck.choices)
    how = models.CharField(max_length=10, choices=How.choices)
    basis = models.CharField(max_length=20, choices=LawfulBasis.choices)
    consent = models.CharField(max_length=10, choices=ShareConsent.choices)
    consent_words = EncryptedTextField("who agreed, or why it is shared without their yes", keys=CONCERNS)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    shared_at = models.DateTimeField()
    kept_at = models.DateTimeField()
    # Of the file that left, in hexadecimal; empty where it was words.
    sha256 = models.CharField(max_length=64, blank=True, editable=False)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["shared_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="disclosure_consent_is_given",
                condition=~Q(basis=LawfulBasis.CONSENT) | Q(consent=ShareConsent.GIVEN),
            )
        ]
        triggers = append_only(unless=certified())

    def __str__(self) -> str:
        return f"Disclosure ({self.pk})"
