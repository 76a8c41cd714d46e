"""Bundles for a referral: what somebody is putting together, and the files that left."""

import uuid

from django.db import models

from safeguarding.models.disclosures import Disclosure
from safeguarding.models.people import CONCERN, certified
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only
from whippersnappers.crypto import CONCERNS, EncryptedBytesField, EncryptedTextField


class BundleDraft(models.Model):
    """What somebody is putting together: choices, not the words that were chosen. Gone when the file is made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.CASCADE, related_name="bundle_drafts")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    changed_at = models.DateTimeField()
    # JSON, see `safeguarding.bundle.drafting`.
    content = EncryptedTextField("what was chosen", keys=CONCERNS)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["concern", "author"], name="bundledraft_once")]

    def __str__(self) -> str:
        return f"Draft ({self.pk})"


class SentFileQuerySet(models.QuerySet["SentFile"]):
    def visible_to(self, user: User) -> "SentFileQuerySet":
        """Those of concerns that exist for this person."""
        return self.filter(disclosure__in=Disclosure.objects.visible_to(user).values("pk"))


class SentFile(models.Model):
    """The exact file that left with a disclosure, and the text that it was drawn from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure = models.OneToOneField(Disclosure, on_delete=models.PROTECT, related_name="file")
    pages = models.PositiveIntegerField()
    content = EncryptedBytesField("the file", keys=CONCERNS)
    # JSON, see `safeguarding.bundle.sending`.
    text = EncryptedTextField("what it says", keys=CONCERNS)

    objects = SentFileQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        triggers = append_only(
            unless=certified("(SELECT d.concern_id FROM safeguarding_disclosure d WHERE d.id = OLD.disclosure_id)")
        )

    def __str__(self) -> str:
        return f"File ({self.pk})"
