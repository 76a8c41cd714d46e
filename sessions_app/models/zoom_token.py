"""The one Zoom access token that all workers share."""

from django.db import models
from django.db.models import Q

from whippersnappers import dates
from whippersnappers.crypto import EncryptedTextField


class ZoomToken(models.Model):
    """At most one row. Kept in Postgres, because Redis may be emptied and a new token ends the old one."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY)
    access_token = EncryptedTextField()
    # The regional base address that Zoom told us to use with this token.
    api_url = models.CharField(max_length=200)
    scope = models.TextField(blank=True)
    expires_at = models.DateTimeField()
    # A fingerprint of the credentials it was got with: after a change of settings it must not be used.
    credentials_mark = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="zoomtoken_single", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"token until {dates.clock(self.expires_at)}"
