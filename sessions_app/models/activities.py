"""The library: activities with their steps and props, written once and used in many sessions."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from sessions_app.models.lines import ItemLine, StepLine
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.secret_requests import refuse_secret_requests


class ActivityQuerySet(models.QuerySet["Activity"]):
    def in_use(self) -> "ActivityQuerySet":
        """Those that staff may choose: what was put away is left out."""
        return self.filter(archived_at=None)

    def visible_to(self, user: User) -> "ActivityQuerySet":
        """Coordinators see every activity, other staff those in use, guardians none."""
        if user.has_role(Role.COORDINATOR):
            return self
        return self.in_use() if user.is_staff else self.none()


class Activity(models.Model):
    """An activity that staff put into sessions: its steps and props are copied, and can be changed there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, validators=[refuse_secret_requests])
    summary = models.TextField("what it is, for families", blank=True, validators=[refuse_secret_requests])
    nothing_needed = models.BooleanField(
        "nothing needed", default=False, help_text="Families need no props or materials for it."
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activities"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="activity_name_unique",
                violation_error_message="There is an activity with this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def validate_constraints(self, exclude: Any = None) -> None:
        """The one constraint is about the name, so its complaint stands there."""
        try:
            super().validate_constraints(exclude)
        except ValidationError as taken:
            raise ValidationError({"name": taken.messages}) from taken


class ActivityStep(StepLine):
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="steps")


class ActivityItem(ItemLine):
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="items")
