"""What families tell us about a session: whether a child comes, and how it was."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When

from families.models import Guardian
from sessions_app.models.bookings import Booking, BookingQuerySet
from sessions_app.models.planning import Session
from whippersnappers.accounts.models import User
from whippersnappers.crypto import EncryptedTextField


class FamilyAnswer(models.Model):
    """One guardian said that a child comes, or does not. The child's last answer holds, whoever gave it.

    The reason is for its author and for staff; no other guardian learns it, nor who answered (W8).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="answers")
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="answers")
    coming = models.BooleanField()
    reason = EncryptedTextField(blank=True, default="")
    # What the session was like when they said it: a family that comes after all is told what changed since.
    session_revision = models.PositiveIntegerField()
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["-answered_at"]
        indexes = [models.Index(fields=["booking", "-answered_at"], name="familyanswer_latest")]

    def __str__(self) -> str:
        return "Coming" if self.coming else "Not coming"


def knowing_the_last_word(places: BookingQuerySet, guardian: Any) -> BookingQuerySet:
    """Each place knows what a guardian (a key) should before they answer for it.

    `said_elsewhere_at`: when somebody else gave the answer that holds; never who.
    """
    last = FamilyAnswer.objects.filter(booking=OuterRef("pk")).order_by("-answered_at")
    last_word = places.annotate(
        last_word_of=Subquery(last.values("guardian")[:1]),
        last_word_at=Subquery(last.values("answered_at")[:1]),
    )
    return last_word.annotate(said_elsewhere_at=Case(When(~Q(last_word_of=guardian), then=F("last_word_at"))))


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, user: User) -> "FeedbackQuerySet":
        """Coordinators read all feedback, other staff that of the sessions they deliver."""
        return self.filter(booking__session__in=Session.objects.visible_to(user))


class Feedback(models.Model):
    """How a session was for a child: what a guardian says, and beside it what the child says."""

    class Face(models.IntegerChoices):
        GREAT = 5, "Great"
        GOOD = 4, "Good"
        OKAY = 3, "Okay"
        NOT_GOOD = 2, "Not so good"
        BAD = 1, "Bad"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="feedback")
    # Whose sign-in it came by: guardians do not read each other's.
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="feedback")
    by_child = models.BooleanField(default=False)
    face = models.PositiveSmallIntegerField(choices=Face.choices)
    words = EncryptedTextField(blank=True, default="")
    given_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "feedback"
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(fields=["booking", "guardian", "by_child"], name="feedback_once"),
            models.CheckConstraint(name="feedback_has_a_face", condition=Q(face__gte=1, face__lte=5)),
        ]

    def __str__(self) -> str:
        return self.get_face_display()

    @property
    def face_name(self) -> str:
        """The name of the face's drawing: `great`, `not_good`."""
        return Feedback.Face(self.face).name.lower()
