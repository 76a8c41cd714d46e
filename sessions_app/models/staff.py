"""Who delivers sessions, and who delivers which."""

import uuid
from datetime import date, datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils import timezone

from sessions_app.models.planning import Session
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.finding.words import search_text
from whippersnappers.secret_requests import refuse_secret_requests


class StaffProfileQuerySet(models.QuerySet["StaffProfile"]):
    def cleared_on(self, day: date) -> "StaffProfileQuerySet":
        """Staff whose DBS and safeguarding training are in date on `day` and who may sign in."""
        return self.filter(dbs_valid_until__gte=day, training_valid_until__gte=day, user__is_active=True)


class StaffProfile(models.Model):
    """A member of staff who can deliver sessions, with the clearance that this needs (W5)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff_profile")
    # What families read: "Maya and Tom will be there".
    first_name = models.CharField("first name, as families read it", max_length=60, validators=[refuse_secret_requests])
    dbs_number = models.CharField("DBS certificate number", max_length=20, blank=True)
    dbs_checked_on = models.DateField("DBS checked on", null=True, blank=True)
    dbs_valid_until = models.DateField("DBS valid until", null=True, blank=True)
    training_valid_until = models.DateField("safeguarding training valid until", null=True, blank=True)
    # The address of a licensed Zoom user of our account, for taking over as host; may be empty.
    zoom_email = models.EmailField("Zoom sign-in", max_length=254, blank=True)
    skills = models.ManyToManyField("sessions_app.Skill", blank=True, related_name="staff")
    # Raised to end the address of the calendar feed that was given out before.
    feed_version = models.PositiveIntegerField(default=1, editable=False)

    search_text = search_text("first_name")

    objects = StaffProfileQuerySet.as_manager()

    class Meta:
        verbose_name = "member of staff"
        verbose_name_plural = "staff"
        ordering = ["first_name"]

    def __str__(self) -> str:
        return str(self.user)

    def clearance_gaps(self, day: date) -> list[str]:
        """What keeps this person from delivering on `day`, in plain words; empty when cleared."""
        gaps = []
        for what, until in (("DBS", self.dbs_valid_until), ("safeguarding training", self.training_valid_until)):
            if until is None:
                gaps.append(f"{what} is not recorded")
            elif until < day:
                gaps.append(f"{what} is valid only until {dates.full_day(until)}")
        if not self.user.is_active:
            gaps.append("may not sign in any more")
        return gaps


class StaffPhotoQuerySet(models.QuerySet["StaffPhoto"]):
    def visible_to(self, user: User, now: datetime) -> "StaffPhotoQuerySet":
        """Staff see all photos, guardians those of the people who deliver a session of theirs that is not over."""
        if user.is_staff:
            return self
        theirs = Session.objects.for_guardian(user, now)
        there = StaffAssignment.objects.filter(session__in=theirs.values("pk"), withdrawn_at=None)
        return self.filter(staff__in=there.values("staff"))


class StaffPhoto(models.Model):
    """A picture of a member of staff for the families they work with. Another picture is another row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.OneToOneField(StaffProfile, on_delete=models.CASCADE, related_name="photo")
    # Drawn anew by `photos.py`: small, square, without what a camera writes into its files.
    jpeg = models.BinaryField()
    added_at = models.DateTimeField()

    objects = StaffPhotoQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Photo of {self.staff}"


class StaffAssignment(models.Model):
    """A member of staff at a session. A person holds one place at a time; Postgres sees to it."""

    class Role(models.TextChoices):
        LEAD = "lead", "Leads"
        SUPPORT = "support", "Supports"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="assignments")
    staff = models.ForeignKey(StaffProfile, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.SUPPORT)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_reason = models.CharField(max_length=200, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    put_on_at = models.DateTimeField(default=timezone.now, editable=False)
    # Of the person's calendar entry: raised by every mail that carries it.
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # Both are set by triggers, from the session.
    period = DateTimeRangeField(null=True, editable=False)
    holds = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name = "member of staff at a session"
        verbose_name_plural = "staff at sessions"
        ordering = ["role", "staff__first_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "staff"],
                condition=Q(withdrawn_at=None),
                name="staffassignment_once",
                violation_error_message="This person is on the session already.",
            ),
            ExclusionConstraint(
                name="staffassignment_one_place_at_a_time",
                expressions=[("staff", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(holds=True),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="take_period",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("session_id", "withdrawn_at"),
                func="""
                    SELECT tstzrange(s.starts_at, s.ends_at, '[)'),
                           s.state <> 'cancelled' AND NEW.withdrawn_at IS NULL
                    INTO NEW.period, NEW.holds
                    FROM sessions_app_session s WHERE s.id = NEW.session_id;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff} ({self.get_role_display().lower()})"
