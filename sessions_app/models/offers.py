"""A place that became free, offered to a child on the waiting list."""

import uuid

from django.db import models
from django.db.models import F, Q

from families.models import Guardian
from sessions_app.models.bookings import Booking


class PlaceOfferQuerySet(models.QuerySet["PlaceOffer"]):
    def open(self) -> "PlaceOfferQuerySet":
        """Offers that wait for an answer; each holds a place of its session."""
        return self.filter(state=PlaceOffer.State.OPEN)


class PlaceOffer(models.Model):
    """A place held for a child on the waiting list until the family answers or the time is up."""

    class State(models.TextChoices):
        OPEN = "open", "Offered"
        TAKEN = "taken", "Taken"
        DECLINED = "declined", "Declined"
        LAPSED = "lapsed", "Not answered"
        TAKEN_BACK = "taken_back", "Taken back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="offers")
    offered_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)
    # Which parent or carer answered, by the link or on the phone; empty when staff settled it.
    answered_by = models.ForeignKey(Guardian, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Why staff passed over somebody who had waited longer.
    passed_over_reason = models.CharField(max_length=200, blank=True)

    objects = PlaceOfferQuerySet.as_manager()

    class Meta:
        ordering = ["offered_at"]
        constraints = [
            models.UniqueConstraint(fields=["booking"], condition=Q(state="open"), name="placeoffer_one_open"),
            models.CheckConstraint(name="placeoffer_in_order", condition=Q(answer_by__gt=F("offered_at"))),
            models.CheckConstraint(
                name="placeoffer_settled_has_time",
                condition=Q(state="open", settled_at__isnull=True) | (~Q(state="open") & Q(settled_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["answer_by"], condition=Q(state="open"), name="placeoffer_due")]

    def __str__(self) -> str:
        return f"Offer ({self.get_state_display().lower()})"
