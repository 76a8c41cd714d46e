"""The record of a child's session (W6): its times as they were heard of, and what was done, signed by two.

Postgres itself refuses to change what was signed; what comes later is added beside it.
"""

import json
import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from families.models import Child
from sessions_app.models.planning import Session
from sessions_app.models.staff import StaffAssignment, StaffProfile
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only, never_changed, never_deleted, never_truncated
from whippersnappers.crypto import EncryptedTextField

READ_ALL = "sessions_app.read_all_records"
WRITE_OWN = "sessions_app.write_own_records"
# From the end of the session.
OVERDUE_AFTER = timedelta(hours=24)
# Records of a child are kept until then.
KEPT_UNTIL_BIRTHDAY = 25


class SessionRecordQuerySet(models.QuerySet["SessionRecord"]):
    def visible_to(self, user: User) -> "SessionRecordQuerySet":
        """Whoever answers for the records sees all; other staff those of the sessions that they deliver."""
        if user.has_perm(READ_ALL):
            return self
        if not user.has_perm(WRITE_OWN):
            return self.none()
        return self.of_staff(user)

    def of_staff(self, user: User) -> "SessionRecordQuerySet":
        """Those of the sessions that this person delivers."""
        mine = StaffAssignment.objects.filter(staff__user=user, withdrawn_at=None)
        return self.filter(session__in=mine.values("session"))

    def unfinished(self) -> "SessionRecordQuerySet":
        """The ones that somebody has still to write, sign or countersign."""
        return self.exclude(state=SessionRecord.State.COMPLETE)

    def overdue(self, now: datetime) -> "SessionRecordQuerySet":
        """The unfinished ones of sessions that ended more than a day ago (W6)."""
        return self.unfinished().filter(session__ends_at__lte=now - OVERDUE_AFTER)

    def waiting_for(self, user: User) -> "SessionRecordQuerySet":
        """What this person has to write, or to countersign."""
        to_write = Q(author__user=user, state__in=SessionRecord.UNSIGNED)
        to_countersign = Q(state=SessionRecord.State.SIGNED) & ~Q(author__user=user)
        return self.of_staff(user).filter(to_write | to_countersign)


class SessionRecord(models.Model):
    """One child's record of one session. Every 1:1 has one; a small group where staff want it."""

    class State(models.TextChoices):
        TO_WRITE = "to_write", "To write"
        DRAFT = "draft", "Draft"
        SIGNED = "signed", "To countersign"
        COMPLETE = "complete", "Complete"

    UNSIGNED = (State.TO_WRITE, State.DRAFT)

    class Came(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No, it did not take place"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="records")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="session_records")
    state = models.CharField(max_length=10, choices=State.choices, default=State.TO_WRITE)
    # Who leads the session writes it, unless somebody else of its staff takes it over.
    author = models.ForeignKey(
        StaffProfile, on_delete=models.PROTECT, null=True, blank=True, related_name="records_written"
    )
    opened_at = models.DateTimeField()
    # The plan, as it was when the record was signed.
    scheduled_start = models.DateTimeField()
    scheduled_end = models.DateTimeField()

    came = models.CharField("did the child take part?", max_length=3, choices=Came.choices, blank=True)
    # JSON: a list of [step, how far it was done], see `steps`.
    steps_done = EncryptedTextField(blank=True, default="")
    what_was_done = EncryptedTextField("what you did", blank=True, default="")
    response = EncryptedTextField("how the child responded", blank=True, default="")
    next_time = EncryptedTextField("next time", blank=True, default="")
    about_times = EncryptedTextField("about the times", blank=True, default="")
    # What staff of a session in person write where nobody pressed: JSON of two ISO times.
    hand_times = EncryptedTextField(blank=True, default="")

    written_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    countersigned_by = models.ForeignKey(
        StaffProfile, on_delete=models.PROTECT, null=True, blank=True, related_name="records_countersigned"
    )
    countersigned_at = models.DateTimeField(null=True, blank=True)
    given_back_by = models.ForeignKey(StaffProfile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    given_back_at = models.DateTimeField(null=True, blank=True)
    given_back_reason = EncryptedTextField(blank=True, default="")

    objects = SessionRecordQuerySet.as_manager()

    class Meta:
        verbose_name = "session record"
        ordering = ["-session__starts_at", "child__known_as"]
        # What staff may do with records is not what Django's four words say.
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["session", "child"], name="sessionrecord_once"),
            models.CheckConstraint(
                name="sessionrecord_signatures_fit",
                condition=Q(state__in=["to_write", "draft"], signed_at=None, countersigned_at=None)
                | Q(state="signed", author__isnull=False, signed_at__isnull=False, countersigned_at=None)
                | Q(state="complete", signed_at__isnull=False, countersigned_at__isnull=False),
            ),
            models.CheckConstraint(
                name="sessionrecord_two_people_sign",
                condition=Q(countersigned_by=None, countersigned_at=None)
                | Q(countersigned_by__isnull=False, countersigned_at__isnull=False)
                & Q(author__isnull=False)
                & ~Q(countersigned_by=F("author")),
            ),
        ]
        # Asked on every look at the clocks and on the home page; the complete ones are soon the many.
        indexes = [models.Index(fields=["author"], condition=~Q(state="complete"), name="sessionrecord_unfinished")]
        triggers = [
            *never_deleted(pgtrigger.Q(old__state__in=["signed", "complete"])),
            never_changed("frozen", pgtrigger.Q(old__state="complete")),
            # Whoever countersigns must sign what was written: only giving it back opens it again.
            never_changed(
                "kept_as_signed",
                pgtrigger.Q(old__state="signed", new__state__in=["signed", "complete"]),
                fields=[
                    "session", "child", "author", "scheduled_start", "scheduled_end", "came", "steps_done",
                    "what_was_done", "response", "next_time", "about_times", "hand_times", "signed_at",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.child}, {self.session}"

    @property
    def is_signed(self) -> bool:
        """Whether its author has signed it."""
        return self.state not in self.UNSIGNED

    @property
    def due_at(self) -> datetime:
        return self.session.ends_at + OVERDUE_AFTER

    def is_overdue(self, now: datetime) -> bool:
        return self.state != self.State.COMPLETE and self.due_at <= now

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The session's steps with how far each was done: `done`, `partly`, `not`, or empty when nobody said."""
        return [(title, how) for title, how in json.loads(self.steps_done or "[]")]

    @steps.setter
    def steps(self, steps: list[tuple[str, str]]) -> None:
        self.steps_done = json.dumps(steps, ensure_ascii=False)

    @property
    def times_by_hand(self) -> tuple[datetime, datetime] | None:
        """From when until when it was, as staff wrote it by hand."""
        if not self.hand_times:
            return None
        start, end = json.loads(self.hand_times)
        return datetime.fromisoformat(start), datetime.fromisoformat(end)

    @times_by_hand.setter
    def times_by_hand(self, times: tuple[datetime, datetime] | None) -> None:
        self.hand_times = json.dumps([at.isoformat() for at in times]) if times else ""

    @property
    def kept_until(self) -> date:
        """The child's 25th birthday; who is born on 29 February has it on 1 March."""
        born = self.child.date_of_birth
        try:
            return born.replace(year=born.year + KEPT_UNTIL_BIRTHDAY)
        except ValueError:
            return date(born.year + KEPT_UNTIL_BIRTHDAY, 3, 1)


_RECORD_IS_COMPLETE = """
    IF EXISTS (
        SELECT 1 FROM sessions_app_sessionrecord r WHERE r.state = 'complete'
        AND r.id IN ({rows})
    ) THEN RAISE EXCEPTION 'pgtrigger: Cannot change the timings of a complete record'; END IF;
    RETURN {row};
"""


def _kept_with_the_record(name: str, operation: Any, rows: str, row: str) -> pgtrigger.Trigger:
    func = _RECORD_IS_COMPLETE.format(rows=rows, row=row)
    return pgtrigger.Trigger(name=name, when=pgtrigger.Before, operation=operation, func=func)


class RecordTiming(models.Model):
    """When one of those concerned was there, and where that is known from: taken down when the record was signed."""

    class Whose(models.TextChoices):
        MEETING = "meeting", "The session"
        FAMILY = "family", "The child"
        STAFF = "staff", "Staff"

    class Source(models.TextChoices):
        WEBHOOK = "webhook", "Zoom, as it happened"
        REPORT = "report", "Zoom’s report afterwards"
        PRESS = "press", "pressed at the session"
        HAND = "hand", "written by hand"
        NOTHING = "nothing", "nothing heard"

    class Trouble(models.TextChoices):
        MISSING = "missing", "Nothing was heard"
        UNNAMED = "unnamed", "Somebody was there, but nobody said who"
        NO_BEGIN = "no_begin", "When it began was not heard"
        NO_END = "no_end", "When it ended was not heard"
        OUTSIDE = "outside", "Does not fit the session’s own times"
        REVERSED = "reversed", "Ends before it begins"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(SessionRecord, on_delete=models.PROTECT, related_name="timings")
    position = models.PositiveSmallIntegerField()
    whose = models.CharField(max_length=8, choices=Whose.choices)
    staff = models.ForeignKey(StaffProfile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Without breaks; empty where it cannot be told.
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=Source.choices)
    trouble = models.CharField(max_length=8, choices=Trouble.choices, blank=True)
    # Whose it is was only told by a name that anybody can type.
    by_name = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["record", "position"], name="recordtiming_once"),
            models.CheckConstraint(
                name="recordtiming_of_somebody", condition=Q(whose="staff", staff__isnull=False) | Q(staff=None)
            ),
        ]
        triggers = [
            _kept_with_the_record("no_more_timings", pgtrigger.Insert, "NEW.record_id", "NEW"),
            _kept_with_the_record("timings_kept", pgtrigger.Update, "OLD.record_id, NEW.record_id", "NEW"),
            _kept_with_the_record("timings_stay", pgtrigger.Delete, "OLD.record_id", "OLD"),
            never_truncated(),
        ]

    def __str__(self) -> str:
        return f"{self.get_whose_display()}: {self.minutes} minutes"


class RecordAmendment(models.Model):
    """What somebody adds to a record that was signed by two; the record itself stays as it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(SessionRecord, on_delete=models.PROTECT, related_name="amendments")
    words = EncryptedTextField("what is added")
    reason = EncryptedTextField("why")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"Added {dates.full_day(self.at)}"
