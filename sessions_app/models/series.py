"""A run of sessions: the rule that gives their days, and what each takes from it until it is changed."""

import uuid

from django.db import models
from django.db.models import F, Q

from families.models import Child
from sessions_app.models.lines import ItemLine, StepLine
from sessions_app.models.planning import Place, Session
from sessions_app.models.staff import StaffAssignment, StaffProfile
from sessions_app.models.terms import Term
from whippersnappers.secret_requests import refuse_secret_requests


class Series(models.Model):
    """A weekly or otherwise repeating run of sessions. Times are wall-clock times in London.

    Its sessions are rows of their own: what a session has like its series follows a change of the series, what
    was changed there stays as it is. Changed through `sessions_app.series` only.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        ENDED = "ended", "Ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=120, validators=[refuse_secret_requests])
    kind = models.CharField(max_length=20, choices=Session.Kind.choices)
    delivery = models.CharField(max_length=10, choices=Session.Delivery.choices, default=Session.Delivery.REMOTE)
    capacity = models.PositiveSmallIntegerField("places", default=1)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True, related_name="series")
    summary = models.TextField("what it is, for families", blank=True, validators=[refuse_secret_requests])
    nothing_needed = models.BooleanField("nothing needed", default=False)
    pre_session_hours = models.PositiveSmallIntegerField("pre-session mail, hours before", null=True, blank=True)
    wanted_skills = models.ManyToManyField(
        "sessions_app.Skill", blank=True, verbose_name="skills that help", related_name="series"
    )

    # An RFC 5545 rule without DTSTART, UNTIL and COUNT, such as `FREQ=WEEKLY;INTERVAL=2;BYDAY=TU`.
    rule = models.CharField(max_length=200)
    first_day = models.DateField()
    last_day = models.DateField()
    starts = models.TimeField("from")
    ends = models.TimeField("to")

    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING, editable=False)
    term = models.ForeignKey(Term, on_delete=models.SET_NULL, null=True, blank=True, related_name="series")
    # The series that it was split from, or carried over from into the next term.
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="followed_by"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "series"
        ordering = ["first_day", "starts", "title"]
        constraints = [
            models.CheckConstraint(
                name="series_in_order",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message="The last day must not be before the first.",
            ),
            models.CheckConstraint(
                name="series_ends_after_start",
                condition=Q(ends__gt=F("starts")),
                violation_error_message="The sessions must end after they start.",
            ),
            models.CheckConstraint(
                name="series_has_places",
                condition=Q(capacity__gte=1),
                violation_error_message="Give at least one place.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SeriesStep(StepLine):
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="steps")


class SeriesItem(ItemLine):
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="items")


class SeriesStaff(models.Model):
    """Who delivers the series, unless a session says otherwise."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="staff")
    staff = models.ForeignKey(StaffProfile, on_delete=models.PROTECT, related_name="series")
    role = models.CharField(max_length=10, choices=StaffAssignment.Role.choices, default=StaffAssignment.Role.SUPPORT)

    class Meta:
        ordering = ["role", "staff__first_name"]
        constraints = [models.UniqueConstraint(fields=["series", "staff"], name="seriesstaff_once")]

    def __str__(self) -> str:
        return str(self.staff)


class SeriesChild(models.Model):
    """A child who has a place in every session of the series, unless a session says otherwise."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="children")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="series")

    class Meta:
        ordering = ["child__known_as"]
        constraints = [models.UniqueConstraint(fields=["series", "child"], name="serieschild_once")]

    def __str__(self) -> str:
        return str(self.child)


class SkippedDay(models.Model):
    """A day of the rule on which the series does not take place, with the reason shown to staff."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="skipped_days")
    day = models.DateField()
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["series", "day"], name="skippedday_once")]

    def __str__(self) -> str:
        return f"{self.day}"
