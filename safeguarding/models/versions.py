"""What a concern says, as it was said: a version is added, never overwritten."""

import hashlib
import hmac
import json
import uuid
from typing import Any

from django.conf import settings
from django.db import models

from safeguarding.body_map import Mark, in_words, restored
from safeguarding.models.people import CONCERN, certified
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only
from whippersnappers.crypto import CONCERNS, EncryptedTextField


def _narrative(label: str) -> Any:
    return EncryptedTextField(label, keys=CONCERNS, blank=True, default="")


class ConcernVersion(models.Model):
    """The words of one submission (number 1) or of a later addition. The reporter's opinion stands apart from fact."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    who = _narrative("who it is about")
    what_happened = _narrative("what was seen or heard")
    childs_words = _narrative("the child’s own words")
    how_they_communicate = _narrative("how the child communicates, and who interpreted")
    when_and_where = _narrative("when and where")
    who_was_there = _narrative("who else was there")
    action_taken = _narrative("what was done at once")
    parent_told = _narrative("whether the parent was told; if not, why")
    opinion = _narrative("what the reporter thinks")
    reach_reporter = _narrative("how to reach the reporter safely")
    how_serious = _narrative("how serious it seems to the reporter")
    where_now = _narrative("where the child is now")
    around_session = _narrative("the session, as the portal knew it")
    # Plain data as JSON, see `body_map.kept`.
    body_map = _narrative("marks on the body")
    added = _narrative("what was added later")
    # HMAC over the place and the words; the audit event of the version carries the same one.
    seal = models.CharField(max_length=64, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["concern", "number"], name="concernversion_once")]
        triggers = append_only(unless=certified())

    def __str__(self) -> str:
        return f"Version {self.number} ({self.concern_id})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.seal = self.sealed()
        super().save(*args, **kwargs)

    @property
    def marks(self) -> list[Mark]:
        """The marks on the body map."""
        return restored(json.loads(self.body_map)) if self.body_map else []

    def in_words(self, name: str) -> str:
        """What a field says, for people; the body map as a list."""
        said: str = getattr(self, name)
        return in_words(self.marks) if name == "body_map" else said

    def sealed(self) -> str:
        """The seal that these words must carry: HMAC-SHA256 with the audit trail's key."""
        # Empty fields stay out, so that a field that is added later breaks no older seal.
        words = {name: said for name in NARRATIVE if (said := getattr(self, name))}
        content = json.dumps([str(self.concern_id), self.number, words], sort_keys=True, ensure_ascii=False)
        return hmac.new(settings.AUDIT_KEY.encode(), content.encode(), hashlib.sha256).hexdigest()


# The fields that hold what people said.
NARRATIVE = tuple(f.name for f in ConcernVersion._meta.local_fields if isinstance(f, EncryptedTextField))
