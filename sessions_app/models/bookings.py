"""Children's places, guardians' ways in, and who has been contacted."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from families.models import Child, Consent, Guardian, Guardianship
from sessions_app.models.planning import Session
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role


def _yes_to_recording() -> models.QuerySet[Consent]:
    purpose = Consent.Purpose.RECORDED_GROUP
    return Consent.objects.filter(child=OuterRef("child"), purpose=purpose, superseded_at=None, given=True)


class BookingQuerySet(models.QuerySet["Booking"]):
    def holding_a_place(self) -> "BookingQuerySet":
        """Bookings that count against the session's places."""
        return self.filter(state__in=Booking.HOLDING)

    def visible_to(self, user: User) -> "BookingQuerySet":
        """Coordinators see every booking, other staff the ones of their sessions."""
        return self.filter(session__in=Session.objects.visible_to(user))

    def for_guardian(self, user: User) -> "BookingQuerySet":
        """Places that this guardian may answer for: of children they may be invited for, never other children's."""
        return self.answerable_by(guardian__user=user)

    def answerable_by(self, **guardian: Any) -> "BookingQuerySet":
        """Places of the children whom a guardian, named by conditions on guardianships, may be invited for."""
        children = Guardianship.objects.inviting().filter(**guardian).values("child")
        return self.filter(state__in=Booking.ANSWERABLE, child__in=children)

    def knowing_consent(self) -> "BookingQuerySet":
        """Each knows as `may_be_recorded` whether the family says yes to that now; no answer is no (X1)."""
        return self.annotate(may_be_recorded=Exists(_yes_to_recording()))

    def knowing_recording(self, guardian: Any) -> "BookingQuerySet":
        """Each knows `may_be_recorded`, and as `may_decide` whether that is for this guardian (a key) to say (X1)."""
        mine = Guardianship.objects.deciding().filter(child=OuterRef("child"), guardian=guardian)
        return self.knowing_consent().annotate(may_decide=Exists(mine))

    def with_consent(self) -> "BookingQuerySet":
        """Those that may be recorded."""
        return self.filter(Exists(_yes_to_recording()))

    def without_consent(self) -> "BookingQuerySet":
        """Those that may not be recorded."""
        return self.exclude(Exists(_yes_to_recording()))

    def waiting(self) -> "BookingQuerySet":
        """Bookings on a waiting list, the one whose turn it is first."""
        return self.filter(state=Booking.State.WAITING).order_by("queue_at", "created_at", "pk")


class Booking(models.Model):
    """A child's place in a session."""

    class State(models.TextChoices):
        INVITED = "invited", "Invited"
        COMING = "coming", "Coming"
        NOT_COMING = "not_coming", "Not coming"
        WAITING = "waiting", "Waiting list"
        WITHDRAWN = "withdrawn", "Withdrawn"

    # The states that count against the session's places.
    HOLDING = (State.INVITED, State.COMING)
    # Those, and what a family gave up or waits for: the places that it may answer for.
    ANSWERABLE = (*HOLDING, State.NOT_COMING, State.WAITING)

    class Attendance(models.TextChoices):
        ATTENDED = "attended", "Attended"
        ABSENT = "absent", "Absent"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="bookings")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="bookings")
    state = models.CharField(max_length=12, choices=State.choices, default=State.INVITED)
    attendance = models.CharField(max_length=10, choices=Attendance.choices, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    # Since when the child waits, or last waited before getting a place: fair shares count it.
    waiting_since = models.DateTimeField(null=True, blank=True)
    # What the waiting list is sorted by: when they joined, unless staff moved them up or an offer lapsed.
    queue_at = models.DateTimeField(null=True, blank=True)
    moved_up_reason = models.CharField(max_length=200, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["session", "child"], name="booking_once"),
            models.CheckConstraint(
                name="booking_waits_since",
                condition=~Q(state="waiting") | Q(waiting_since__isnull=False, queue_at__isnull=False),
            ),
            models.CheckConstraint(
                name="booking_moved_up_with_reason",
                condition=Q(queue_at__isnull=True) | Q(queue_at__gte=F("waiting_since")) | ~Q(moved_up_reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["session", "queue_at"], condition=Q(state="waiting"), name="booking_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.child} ({self.get_state_display().lower()})"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def for_guardian(self, user: User) -> "InvitationQuerySet":
        """The guardian's own ways in that were not withdrawn."""
        return self.filter(guardian__user=user, withdrawn_at=None)


class Invitation(models.Model):
    """One guardian's way into one session (W1, F7): what the join link and calendar entry hang on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="invitations")
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="invitations")
    # Part of the join link; raising it makes the links that went out before useless.
    token_version = models.PositiveIntegerField(default=1)
    # iCalendar SEQUENCE: raised by every mail that changes the calendar entry.
    sequence = models.PositiveIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # What of the session's list the guardian has ticked off, by name: a thing of another name is not ready yet.
    ready_items = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    # Set when they do not want to say how it was: they are asked once.
    feedback_declined_at = models.DateTimeField(null=True, blank=True)
    # The version that a join link carried, when the invitation was found by one (`invitations.find`).
    presented_version: int | None = None

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "way in"
        verbose_name_plural = "ways in"
        constraints = [models.UniqueConstraint(fields=["session", "guardian"], name="invitation_once")]

    def __str__(self) -> str:
        return f"{self.guardian} to {self.session}"


class JoinUse(models.Model):
    """One use of a join link. Append-only."""

    class Outcome(models.TextChoices):
        OPENED = "opened", "Opened the page"
        JOINED = "joined", "Went to Zoom"
        TOO_EARLY = "too_early", "Too early"
        TOO_LATE = "too_late", "Too late"
        WITHDRAWN = "withdrawn", "Withdrawn"
        CANCELLED = "cancelled", "Session cancelled"
        UNSIGNED = "unsigned", "Agreement not signed"
        NO_CONSENT = "no_consent", "Nobody said yes to recording"
        NOT_READY = "not_ready", "Meeting not ready"
        NOT_COMING = "not_coming", "Said that they do not come"

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="uses")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)

    class Meta:
        ordering = ["-at"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.get_outcome_display()


# The order in which calls are made.
MOST_URGENT = ("session__starts_at", "created_at", "pk")


class PhoneTaskQuerySet(models.QuerySet["PhoneTask"]):
    def to_make(self, now: datetime) -> "PhoneTaskQuerySet":
        """The calls that are still to be made, most urgent first. Once a session is over, a call comes too late."""
        waiting = self.filter(done_at=None, session__ends_at__gt=now)
        return waiting.order_by(*MOST_URGENT)

    def each_person_once(self) -> "PhoneTaskQuerySet":
        """The first of these calls to each person, in which they are told the rest as well; an offer is a call
        of its own, for it has its own deadline and answer."""
        told = self.exclude(purpose=PhoneTask.Purpose.OFFER).order_by("guardian_id", *MOST_URGENT)
        return self.filter(Q(purpose=PhoneTask.Purpose.OFFER) | Q(pk__in=told.distinct("guardian_id").values("pk")))

    def never_made(self, now: datetime) -> "PhoneTaskQuerySet":
        """The calls that nobody made, or that reached nobody, before the session was over."""
        return self.filter(done_at=None, session__ends_at__lte=now)


class PhoneTask(models.Model):
    """A call that staff make because no mail can reach a guardian (W2)."""

    class Purpose(models.TextChoices):
        INVITE = "invite", "Invite and prepare"
        CHANGED = "changed", "Say what changed"
        CANCELLED = "cancelled", "Say that it is cancelled"
        OFFER = "offer", "Offer a place"
        ANSWERED = "answered", "Say what was answered"

    class Outcome(models.TextChoices):
        REACHED = "reached", "Spoke to them"
        MESSAGE_LEFT = "message_left", "Left a message"
        NO_ANSWER = "no_answer", "No answer"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The key of the mail it stands for, so that it is made once.
    key = models.CharField(max_length=200, unique=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="phone_tasks")
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="phone_tasks")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PhoneTaskQuerySet.as_manager()

    class Meta:
        verbose_name = "call"
        verbose_name_plural = "calls"
        ordering = ["session__starts_at", "created_at"]
        constraints = [
            models.CheckConstraint(
                name="phonetask_done_is_signed",
                condition=Q(done_at__isnull=True, done_by__isnull=True) | Q(done_at__isnull=False),
            )
        ]
        # Every staff page counts the calls still to make.
        indexes = [models.Index(fields=["session"], condition=Q(done_at=None), name="phonetask_open")]

    def __str__(self) -> str:
        return f"Call {self.guardian}"


class ChildInMySessionsQuerySet(models.QuerySet["ChildInMySessions"]):
    def visible_to(self, user: User) -> "ChildInMySessionsQuerySet":
        """The children with a place in a session that the user delivers; coordinators see every child."""
        if user.has_role(Role.COORDINATOR):
            return self
        mine = Booking.objects.visible_to(user).exclude(state__in=[Booking.State.WITHDRAWN, Booking.State.WAITING])
        return self.filter(pk__in=mine.values("child"))


class ChildInMySessions(Child):
    """What a practitioner needs to know of the children in own sessions; read-only."""

    objects: ClassVar[Any] = ChildInMySessionsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        proxy = True
        verbose_name = "child in my sessions"
        verbose_name_plural = "children in my sessions"
