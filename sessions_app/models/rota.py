"""When staff can work and when they are away, what they are good at, and swaps that they ask for."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from sessions_app.models.planning import Session
from sessions_app.models.staff import StaffAssignment, StaffProfile
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role


class Skill(models.Model):
    """Something that helps at a session, such as Makaton or music. The coordinator keeps the list."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="skill_name_once", violation_error_message="This skill is on the list already."
            )
        ]

    def __str__(self) -> str:
        return self.name


class WorkingHours(models.Model):
    """From when until when somebody can work on one weekday, by London's clock. No rows at all: any time."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(StaffProfile, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    starts = models.TimeField()
    # Midnight as an end is the end of the day.
    ends = models.TimeField()

    class Meta:
        verbose_name_plural = "working hours"
        ordering = ["weekday"]
        constraints = [
            models.UniqueConstraint(fields=["staff", "weekday"], name="workinghours_once_a_weekday"),
            models.CheckConstraint(name="workinghours_weekday_exists", condition=Q(weekday__lte=6)),
            models.CheckConstraint(
                name="workinghours_in_order", condition=Q(ends__gt=F("starts")) | Q(ends__lte="00:00")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {self.starts:%H:%M} to {self.ends:%H:%M}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def meeting(self, starts_at: datetime, ends_at: datetime) -> "AbsenceQuerySet":
        """The ones with a moment in common with the time from `starts_at` until before `ends_at`."""
        return self.filter(period__overlap=(starts_at, ends_at))


class Absence(models.Model):
    """Somebody is away. Colleagues learn that and nothing more; why is between them and the coordinator (W8)."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "Holiday"
        SICKNESS = "sickness", "Ill"
        OTHER = "other", "Something else"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(StaffProfile, on_delete=models.CASCADE, related_name="absences")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # From its first moment until before its last. Whole days are from midnight to midnight in London.
    period = DateTimeRangeField()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["period"]
        constraints = [
            models.CheckConstraint(name="absence_kind_known", condition=Q(kind__in=["holiday", "sickness", "other"])),
            models.CheckConstraint(
                name="absence_has_both_ends",
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
            ),
        ]
        indexes = [GistIndex(fields=["staff", "period"], name="absence_of_staff_at")]

    def __str__(self) -> str:
        return f"{self.staff} is away"


class SwapRequestQuerySet(models.QuerySet["SwapRequest"]):
    def pending(self, now: datetime) -> "SwapRequestQuerySet":
        """Still to be answered or accepted, about a session that will begin and that the asker is on."""
        return self.filter(
            state__in=SwapRequest.PENDING,
            assignment__holds=True,
            assignment__session__state=Session.State.CONFIRMED,
            assignment__session__starts_at__gt=now,
        )

    def visible_to(self, user: User) -> "SwapRequestQuerySet":
        """Coordinators see every one; other staff those they made, and those that ask them or anyone."""
        if user.has_role(Role.COORDINATOR):
            return self
        if not user.is_staff:
            return self.none()
        mine = Q(assignment__staff__user=user) | Q(wanted_from__user=user) | Q(agreed_by__user=user)
        return self.filter(mine | Q(wanted_from=None, state=SwapRequest.State.OPEN))


class SwapRequest(models.Model):
    """Somebody asks a colleague, or anyone suitable, to take their place; the coordinator has the last word."""

    class State(models.TextChoices):
        OPEN = "open", "Asked"
        AGREED = "agreed", "Agreed, waits for the coordinator"
        ACCEPTED = "accepted", "Done"
        REFUSED = "refused", "Refused"
        TAKEN_BACK = "taken_back", "Taken back"

    PENDING = ("open", "agreed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assignment = models.ForeignKey(StaffAssignment, on_delete=models.CASCADE, related_name="swap_requests")
    # Empty: anyone suitable.
    wanted_from = models.ForeignKey(
        StaffProfile, on_delete=models.CASCADE, null=True, blank=True, related_name="swaps_asked_of_them"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField()
    agreed_by = models.ForeignKey(
        StaffProfile, on_delete=models.CASCADE, null=True, blank=True, related_name="swaps_agreed_to"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    # Whoever accepted, refused or took it back.
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SwapRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(state__in=["open", "agreed"]), name="swaprequest_one_open"
            ),
            models.CheckConstraint(
                name="swaprequest_agreed_by_somebody",
                condition=Q(agreed_by=None, agreed_at=None) | Q(agreed_by__isnull=False, agreed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="swaprequest_state_fits",
                condition=Q(state="open", agreed_at=None, ended_at=None)
                | Q(state="agreed", agreed_at__isnull=False, ended_at=None)
                | Q(state="accepted", agreed_at__isnull=False, ended_at__isnull=False)
                | Q(state__in=["refused", "taken_back"], ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment.staff} asks for a swap"
