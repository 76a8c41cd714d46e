"""What takes a worker: a change of a long series, worked out and then made; many series carried into a term."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sessions_app.models.series import Series
from sessions_app.models.terms import Term
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.crypto import EncryptedTextField


class SeriesWorkQuerySet(models.QuerySet["SeriesWork"]):
    def visible_to(self, user: User) -> "SeriesWorkQuerySet":
        """Coordinators see every piece of work, nobody else any."""
        return self if user.has_role(Role.COORDINATOR) else self.none()


class SeriesWork(models.Model):
    """What a coordinator wants of a series, or of a term, whose sessions are too many for the time of a page.

    A worker holds the row's lock while it works, so nobody else does, and a worker that dies holds it no longer.
    """

    class State(models.TextChoices):
        LOOKING = "looking", "Being worked out"
        LOOKED = "looked", "Worked out"
        DOING = "doing", "Being done"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        STOPPED = "stopped", "Stopped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    series = models.ForeignKey(Series, on_delete=models.CASCADE, null=True, blank=True, related_name="work")
    # The term into which series are carried over.
    term = models.ForeignKey(Term, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # The series that the change was made to: of one that was split, the part that goes on.
    became = models.ForeignKey(Series, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.LOOKING)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    # Which page asked, and what was typed there, so that the page can be shown again as it was.
    page = models.CharField(max_length=20)
    posted = EncryptedTextField(blank=True, default="")
    # What is wanted and what came of it, as JSON (`series.keeping`): names are in both.
    wanted = EncryptedTextField(blank=True, default="")
    found = EncryptedTextField(blank=True, default="")

    objects = SeriesWorkQuerySet.as_manager()

    class Meta:
        verbose_name = "change of a long series"
        verbose_name_plural = "changes of long series"
        ordering = ["-asked_at"]
        constraints = [
            # A second press of the button finds the first.
            models.UniqueConstraint(fields=["series"], condition=Q(state="doing"), name="serieswork_one_at_a_time"),
            models.UniqueConstraint(fields=["term"], condition=Q(state="doing"), name="serieswork_one_term_at_a_time"),
            models.CheckConstraint(
                name="serieswork_of_series_or_term",
                condition=Q(series__isnull=False, term__isnull=True) | Q(series__isnull=True, term__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series or self.term}: {self.get_state_display()}"
