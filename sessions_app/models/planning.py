"""The session itself: when, where, what will happen and what to bring."""

import uuid
from datetime import datetime, timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from families.models import Guardianship
from sessions_app.models.lines import ItemLine, StepLine
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.finding.words import search_index, search_text
from whippersnappers.secret_requests import refuse_secret_requests


class Place(models.Model):
    """Where in-person sessions happen."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, unique=True, validators=[refuse_secret_requests])
    address = models.TextField(validators=[refuse_secret_requests])
    directions = models.TextField("how to get there", blank=True, validators=[refuse_secret_requests])
    search_text = search_text("name", "address")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SessionQuerySet(models.QuerySet["Session"]):
    def visible_to(self, user: User) -> "SessionQuerySet":
        """Coordinators see every session, other staff the ones they deliver, guardians none here."""
        if user.has_role(Role.COORDINATOR):
            return self
        if not user.is_staff:
            return self.none()
        mine = Session.objects.filter(assignments__staff__user=user, assignments__withdrawn_at=None)
        return self.filter(pk__in=mine.values("pk"))

    def for_guardian(self, user: User, now: datetime) -> "SessionQuerySet":
        """What a guardian sees in the portal: sessions that are not over, to which they are invited.

        That needs an invitation which was not withdrawn, and a child whom this guardian may be invited for with a
        place, or with one that the family gave up: they may change their mind. A cancelled session stays until
        it would have been over (F7, W8).
        """
        children = Guardianship.objects.inviting().filter(guardian__user=user).values("child")
        states = [Session.State.CONFIRMED, Session.State.LIVE, Session.State.CANCELLED]
        answerable = ["invited", "coming", "not_coming"]
        with_a_place = Session.objects.filter(bookings__state__in=answerable, bookings__child__in=children)
        return self.filter(
            invitations__guardian__user=user,
            invitations__withdrawn_at=None,
            state__in=states,
            ends_at__gt=now,
            pk__in=with_a_place.values("pk"),
        )

    def recorded(self) -> "SessionQuerySet":
        """The ones that Zoom records (X1)."""
        return self.filter(kind=Session.Kind.GROUP_ENTERTAINMENT, delivery=Session.Delivery.REMOTE)

    def planned(self) -> "SessionQuerySet":
        """Drafts, confirmed and live ones: what is still ahead or going on."""
        return self.filter(state__in=[Session.State.DRAFT, Session.State.CONFIRMED, Session.State.LIVE])


class Session(models.Model):
    """One session, remote or in person. Its state changes only through `planning` and `confirming`."""

    class Kind(models.TextChoices):
        ONE_TO_ONE = "one_to_one", "1:1"
        SMALL_GROUP = "small_group", "Small group"
        GROUP_ENTERTAINMENT = "group_entertainment", "Group entertainment"

    class Delivery(models.TextChoices):
        REMOTE = "remote", "By Zoom"
        IN_PERSON = "in_person", "In person"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        CONFIRMED = "confirmed", "Confirmed"
        LIVE = "live", "Live"
        DELIVERED = "delivered", "Delivered"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=120, validators=[refuse_secret_requests])
    kind = models.CharField(max_length=20, choices=Kind.choices)
    delivery = models.CharField(max_length=10, choices=Delivery.choices, default=Delivery.REMOTE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    starts_at = models.DateTimeField("starts")
    ends_at = models.DateTimeField("ends")
    capacity = models.PositiveSmallIntegerField("places", default=1)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    summary = models.TextField("what it is, for families", blank=True, validators=[refuse_secret_requests])
    nothing_needed = models.BooleanField(
        "nothing needed", default=False, help_text="Families need no props or materials for this session."
    )
    pre_session_hours = models.PositiveSmallIntegerField(
        "pre-session mail, hours before", null=True, blank=True, help_text="Leave empty for the usual time."
    )
    # For choosing staff; a session does not need them to be confirmed.
    wanted_skills = models.ManyToManyField(
        "sessions_app.Skill", blank=True, verbose_name="skills that help", related_name="sessions"
    )
    # Raised by every change that families are told about, and by every change to a calendar entry.
    revision = models.PositiveIntegerField(default=1, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancel_reason = models.CharField(max_length=300, blank=True, editable=False, validators=[refuse_secret_requests])
    # When it really began and was over (`live/beginning.py`): for a remote one what Zoom told, else what staff pressed.
    began_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Since when a confirmed session has had blockers again; empty while the gate is closed behind it.
    gate_reopened_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The series that it belongs to, and the day of the series' rule that it stands for.
    series = models.ForeignKey(
        "sessions_app.Series", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="sessions"
    )
    series_day = models.DateField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    search_text = search_text("title")

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "title"]
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="The session must end after it starts.",
            ),
            models.CheckConstraint(
                name="session_at_most_a_day",
                condition=Q(ends_at__lte=F("starts_at") + timedelta(hours=12)),
                violation_error_message="A session can last 12 hours at most.",
            ),
            models.CheckConstraint(
                name="session_has_places",
                condition=Q(capacity__gte=1),
                violation_error_message="Give at least one place.",
            ),
            models.CheckConstraint(
                name="session_cancelled_has_time",
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at=None)),
            ),
            models.CheckConstraint(
                name="session_confirmed_has_time",
                condition=Q(confirmed_at__isnull=False) | Q(state__in=["draft", "cancelled"]),
            ),
            models.CheckConstraint(
                name="session_series_has_day",
                condition=Q(series__isnull=True, series_day__isnull=True)
                | Q(series__isnull=False, series_day__isnull=False),
            ),
            # Deferred, so that all days of a series can move by one. A day that was called off may be planned again.
            ExclusionConstraint(
                name="session_one_a_series_day",
                expressions=[("series", RangeOperators.EQUAL), ("series_day", RangeOperators.EQUAL)],
                condition=Q(cancelled_at=None),
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"]),
            models.Index(fields=["starts_at"], name="session_starts"),
            search_index("session_found"),
        ]
        triggers = [
            # Assignments and meetings carry the session's time so that Postgres itself can refuse a
            # person or a Zoom host in two places at once.
            pgtrigger.Trigger(
                name="carry_period",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("starts_at", "ends_at", "state"),
                func="""
                    UPDATE sessions_app_staffassignment SET
                        period = tstzrange(NEW.starts_at, NEW.ends_at, '[)'),
                        holds = (NEW.state <> 'cancelled' AND withdrawn_at IS NULL)
                    WHERE session_id = NEW.id;
                    UPDATE sessions_app_meeting SET period = tstzrange(NEW.starts_at, NEW.ends_at, '[)')
                    WHERE session_id = NEW.id AND is_wanted;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def is_remote(self) -> bool:
        return self.delivery == self.Delivery.REMOTE

    @property
    def is_recorded(self) -> bool:
        """Whether Zoom records it: group entertainment, and nothing else (X1)."""
        return self.is_remote and self.kind == self.Kind.GROUP_ENTERTAINMENT

    @property
    def pre_session_due_at(self) -> datetime:
        """When the pre-session mail is due (W2)."""
        ahead = settings.PRE_SESSION_LEAD_TIME
        if self.pre_session_hours is not None:
            ahead = timedelta(hours=self.pre_session_hours)
        return self.starts_at - ahead


class SessionStep(StepLine):
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="steps")


class SessionItem(ItemLine):
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="items")


class SessionRevision(models.Model):
    """What families were told at one revision, so that a change can say old and new."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    # See `planning.snapshot` for the keys.
    facts = models.JSONField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="sessionrevision_once")]

    def __str__(self) -> str:
        return f"{self.session}, revision {self.number}"
