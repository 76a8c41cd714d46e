"""Who was where and when: worked out from what Zoom told, and what staff said at the door.

`MeetingRun`, `RecordingRun` and `Presence` are derived: `sessions_app/live/following.py` makes them anew whenever more
is known, and the same comes out whatever came in which order. Only stays that were pressed in (`source` press) are
written by a person. `DoorDecision` and `HostStart` are what people did, and stay.
"""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from families.models import Guardian
from sessions_app.models.meetings import Meeting
from sessions_app.models.planning import Session
from sessions_app.models.staff import StaffProfile
from whippersnappers.crypto import EncryptedTextField


class MeetingRun(models.Model):
    """One instance of a meeting: from its start to its end. A meeting that is started again has another."""

    class HeardOf(models.TextChoices):
        WEBHOOK = "webhook", "As it happened"
        REPORT = "report", "From Zoom's report afterwards"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="runs")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="runs")
    meeting_uuid = models.CharField(max_length=60)
    # Empty where nothing told it. `..._known` False: told by something else, so it was then or before (or after).
    started_at = models.DateTimeField(null=True)
    started_known = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    ended_known = models.BooleanField(default=False)
    heard_of = models.CharField(max_length=10, choices=HeardOf.choices)
    # When Zoom's own report was put beside what was told meanwhile.
    reconciled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["started_at", "meeting_uuid"]
        constraints = [models.UniqueConstraint(fields=["meeting", "meeting_uuid"], name="meetingrun_once")]

    def __str__(self) -> str:
        return f"Run ({self.pk})"


class RecordingRun(models.Model):
    """One recording in Zoom's cloud: from its start to its stop, with the pauses in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(MeetingRun, on_delete=models.CASCADE, related_name="recordings")
    started_at = models.DateTimeField()
    started_known = models.BooleanField(default=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_known = models.BooleanField(default=False)
    # [[from, until or null], …], times in ISO format.
    pauses = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        ordering = ["started_at"]

    def __str__(self) -> str:
        return f"Recording ({self.pk})"


class Presence(models.Model):
    """One unbroken stay of one participant, in the meeting or in its waiting room. Who it is may be known or not."""

    class Where(models.TextChoices):
        WAITING = "waiting", "In the waiting room"
        MEETING = "meeting", "In the meeting"

    class Source(models.TextChoices):
        WEBHOOK = "webhook", "As it happened"
        REPORT = "report", "From Zoom's report afterwards"
        PRESS = "press", "Signed in by press"

    class KnownBy(models.TextChoices):
        DECISION = "decision", "Staff said so"
        SIGN_IN = "sign_in", "Signed in to Zoom"
        HOST_START = "host_start", "Started the meeting"
        PRESS = "press", "Signed in by press"
        # Only the name that they typed: a suggestion, which never counts as staff.
        NAME = "name", "The name looks like theirs"
        NOBODY = "", "Nobody knows"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="presences")
    # Empty in person.
    meeting_uuid = models.CharField(max_length=60, blank=True)
    # Zoom's number of this stay in this instance, or `person:<pk>` of somebody signed in by press.
    participant = models.CharField(max_length=100)
    name = EncryptedTextField("name, as Zoom shows it", blank=True, default="")
    zoom_email = EncryptedTextField("Zoom sign-in", blank=True, default="")
    where = models.CharField(max_length=10, choices=Where.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    # False: nothing told it; then `since` is the latest, `until` the latest it can have been.
    since_known = models.BooleanField(default=True)
    until_known = models.BooleanField(default=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    staff = models.ForeignKey(StaffProfile, on_delete=models.PROTECT, null=True, related_name="+")
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, null=True, related_name="+")
    known_by = models.CharField(max_length=10, choices=KnownBy.choices, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["since", "participant"]
        indexes = [models.Index(fields=["session", "where", "since"], name="presence_of_session")]
        constraints = [
            models.CheckConstraint(
                name="presence_ends_after_it_begins", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
            models.CheckConstraint(name="presence_of_one_person", condition=Q(staff=None) | Q(guardian=None)),
            # A name that anybody can type makes nobody a member of staff (W5).
            models.CheckConstraint(name="presence_no_staff_by_name", condition=Q(staff=None) | ~Q(known_by="name")),
        ]

    def __str__(self) -> str:
        return f"Stay ({self.pk})"

    @property
    def is_suggested(self) -> bool:
        """Whether `guardian` is but a guess from the name that was typed."""
        return self.known_by == self.KnownBy.NAME

    @property
    def is_ours(self) -> bool:
        """Whether this is a member of staff, or whoever has the host's sign-in though nobody pressed Start."""
        return self.staff_id is not None or self.known_by == self.KnownBy.HOST_START

    @property
    def is_unnamed(self) -> bool:
        """Whether nobody knows who this is, not even by the name."""
        return self.staff_id is None and self.known_by in (self.KnownBy.NOBODY, self.KnownBy.HOST_START)

    @property
    def is_not_ours(self) -> bool:
        """Whether staff said that this is nobody whom we invited."""
        return self.known_by == self.KnownBy.DECISION and self.staff_id is None and self.guardian_id is None


class DoorDecision(models.Model):
    """Staff said who a participant is, or that they are not ours (F7). The latest counts; never changed."""

    class Is(models.TextChoices):
        STAFF = "staff", "One of us"
        GUARDIAN = "guardian", "A parent or carer who is invited"
        NOT_OURS = "not_ours", "Not ours"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="door_decisions")
    meeting_uuid = models.CharField(max_length=60, blank=True)
    participant = models.CharField(max_length=100)
    verdict = models.CharField(max_length=10, choices=Is.choices)
    staff = models.ForeignKey(StaffProfile, on_delete=models.PROTECT, null=True, related_name="+")
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["session", "meeting_uuid", "participant"], name="doordecision_of")]
        constraints = [
            models.CheckConstraint(
                name="doordecision_names_who",
                condition=Q(verdict="staff", staff__isnull=False, guardian=None)
                | Q(verdict="guardian", staff=None, guardian__isnull=False)
                | Q(verdict="not_ours", staff=None, guardian=None),
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} ({self.pk})"


class HostStart(models.Model):
    """A member of staff pressed Start, so whoever comes in with the host’s sign-in is them, until another did."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="host_starts")
    staff = models.ForeignKey(StaffProfile, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"Start ({self.pk})"
