"""Filters that people keep."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from whippersnappers.accounts.models import User
from whippersnappers.crypto import EncryptedTextField


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, user: User) -> "SavedFilterQuerySet":
        """Each person's own, nobody else's."""
        return self.filter(user=user)


class SavedFilter(models.Model):
    """A filter of one list, under a name of the person's choosing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    # The list, such as `families.child`.
    page = models.CharField(max_length=100)
    name = models.CharField(max_length=60)
    # The list's own parameters, url-encoded. Encrypted: a person may have kept searched words in it, which are names.
    query = EncryptedTextField()
    created_at = models.DateTimeField()

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "user",
                "page",
                Lower("name"),
                name="savedfilter_one_name_a_list",
                violation_error_message="You have a filter of this name here: choose another name.",
            )
        ]

    def __str__(self) -> str:
        return self.name
