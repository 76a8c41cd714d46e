"""What staff say and press on the delivery console: the checklist before, and the times of a session in person."""

import uuid
from datetime import datetime, timedelta
from typing import Final

import pgtrigger
from django.db import models
from django.db.models import Q

from sessions_app.models.bookings import Booking
from sessions_app.models.planning import Session
from sessions_app.models.staff import StaffProfile
from whippersnappers.append_only import append_only
from whippersnappers.crypto import EncryptedTextField

# A device's clock may be off by so much before its times are corrected by the server's, and staff are told.
CLOCK_TOLERANCE: Final = timedelta(minutes=1)


class DeliveryCheck(models.Model):
    """One member of staff's answers to the delivery checklist of one session (W3, W4). The latest counts."""

    class Room(models.TextChoices):
        ALONE = "alone", "Nobody else"
        COLLEAGUE = "colleague", "Only colleagues who deliver this session"
        OTHERS = "others", "Somebody else"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="checks")
    staff = models.ForeignKey(StaffProfile, on_delete=models.PROTECT, related_name="checks")
    dressed = models.BooleanField()
    surroundings = models.BooleanField()
    language = models.BooleanField()
    room = models.CharField(max_length=10, choices=Room.choices)
    # Who else is there, and why that is all right.
    room_note = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["session", "staff", "at"], name="deliverycheck_of")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"Checklist ({self.pk})"

    @property
    def is_complete(self) -> bool:
        """Whether nothing on the list is left to see to. Who else is in the room is said, and need not be nobody."""
        return self.dressed and self.surroundings and self.language


class ConsolePress(models.Model):
    """One press on the console of a session in person. The device names it and says when; it may come much later.

    Never changed: a press by mistake is taken back by another one.
    """

    class What(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        SIGNED_OUT = "signed_out", "Signed out"
        BEGAN = "began", "We begin"
        ENDED = "ended", "We end"
        ARRIVED = "arrived", "Child arrived"
        LEFT = "left", "Child left"
        TAKEN_BACK = "taken_back", "Taken back"

    OF_CHILDREN = (What.ARRIVED, What.LEFT)

    # Made by the device, so that the same press sent twice is one.
    id = models.UUIDField(primary_key=True, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="presses")
    # Whoever pressed: they sign in themselves and nobody else.
    staff = models.ForeignKey(StaffProfile, on_delete=models.PROTECT, related_name="presses")
    what = models.CharField(max_length=12, choices=What.choices)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, related_name="presses")
    # The press that this one takes back.
    undoes = models.UUIDField(null=True)
    # They were told what was missing (the checklist, a second member of staff) and began all the same.
    despite = models.BooleanField(default=False)
    # By the device's clock: when it was pressed, and when it was sent. By ours: when it came.
    pressed_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["pressed_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="consolepress_about_what_it_is",
                condition=Q(what__in=["arrived", "left"], booking__isnull=False, undoes=None)
                | Q(what="taken_back", booking=None, undoes__isnull=False)
                | Q(what__in=["signed_in", "signed_out", "began", "ended"], booking=None, undoes=None),
            ),
            models.CheckConstraint(name="consolepress_despite_at_begin", condition=Q(despite=False) | Q(what="began")),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.get_what_display()} ({self.pk})"

    @property
    def clock_off_by(self) -> timedelta:
        """How far the device's clock was behind ours when it sent; zero where that is within tolerance."""
        behind = self.received_at - self.sent_at
        return behind if abs(behind) > CLOCK_TOLERANCE else timedelta(0)

    @property
    def at(self) -> datetime:
        """When it was pressed, as it counts: by the device's clock, put right where that was off."""
        return min(self.pressed_at + self.clock_off_by, self.received_at)

    @property
    def came_late(self) -> bool:
        """Whether it had to wait on the device for a connection."""
        return self.received_at - self.at > CLOCK_TOLERANCE
