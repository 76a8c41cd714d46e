"""Files that belong to a concern: sealed like its words, with its key, and never changed."""

import hashlib
import hmac
import json
import uuid
from typing import Any

from django.conf import settings
from django.db import models

from safeguarding.models.people import CONCERN, certified
from safeguarding.vocabulary import FileKind
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only
from whippersnappers.crypto import CONCERNS, EncryptedBytesField, EncryptedTextField

# What a browser is told that it gets, and how the file's name ends.
_TRAVELS_AS = {
    FileKind.JPEG: ("image/jpeg", "jpg"),
    FileKind.PNG: ("image/png", "png"),
    FileKind.PDF: ("application/pdf", "pdf"),
    FileKind.TEXT: ("text/plain; charset=utf-8", "txt"),
}


def signed(*facts: object) -> str:
    """HMAC-SHA256 of some facts, in this order, with the audit trail's key."""
    content = json.dumps([str(fact) for fact in facts], ensure_ascii=False)
    return hmac.new(settings.AUDIT_KEY.encode(), content.encode(), hashlib.sha256).hexdigest()


class ConcernFileManager(models.Manager["ConcernFile"]):
    """Lists do not carry along what the files hold: that comes when it is asked for."""

    def get_queryset(self) -> models.QuerySet["ConcernFile"]:
        return super().get_queryset().defer("content")


class ConcernFile(models.Model):
    """One file as it is kept, which for a picture is one that we drew anew from what was sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="files")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=FileKind.choices)
    # Bytes of what is kept.
    size = models.PositiveIntegerField()
    name = EncryptedTextField("what it was called", keys=CONCERNS)
    about = EncryptedTextField("what it shows", keys=CONCERNS, blank=True, default="")
    content = EncryptedBytesField("what it holds", keys=CONCERNS)
    # Of what is kept. Encrypted too: whoever knows a file could find it by its hash.
    sha256 = EncryptedTextField("its SHA-256", keys=CONCERNS)
    # HMAC of the concern and of what was sent: the same file sent twice is kept once.
    came_as = models.CharField(max_length=64, editable=False)
    # HMAC over the place and all that is encrypted; the audit event of the file carries the same one.
    seal = models.CharField(max_length=64, editable=False)

    objects = ConcernFileManager()

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["concern", "came_as"], name="concernfile_once")]
        triggers = append_only(unless=certified())

    def __str__(self) -> str:
        return f"File ({self.pk})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.seal = self.sealed()
        super().save(*args, **kwargs)

    def sealed(self) -> str:
        """The seal that this file must carry."""
        return signed(self.concern_id, self.pk, self.kind, self.name, self.about, self.sha256)

    @property
    def content_type(self) -> str:
        """The type it is given out as."""
        return _TRAVELS_AS[FileKind(self.kind)][0]

    @property
    def neutral_name(self) -> str:
        """What it is called where it is saved: nothing of the concern, of anybody, or of its own name."""
        return f"file-{str(self.pk)[:8]}.{_TRAVELS_AS[FileKind(self.kind)][1]}"

    @property
    def is_picture(self) -> bool:
        return self.kind in (FileKind.JPEG, FileKind.PNG)
