"""A safeguarding concern: how it stands. What it says is in its versions, under a key of their own."""

import uuid
from datetime import datetime, timedelta

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from safeguarding.models.people import Assignment, ConcernPerson, Recusal, certified
from safeguarding.references import new_reference
from safeguarding.vocabulary import CATEGORIES, Kind, PersonRole, RetentionClass, Severity, State, Tag
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.append_only import never_deleted

# How long an exception stands on the overview.
ALONE_SHOWN_FOR = timedelta(days=31)


class ConcernQuerySet(models.QuerySet["Concern"]):
    def visible_to(self, user: User) -> "ConcernQuerySet":
        """What this person may know of, for lists, counts and searches alike.

        Lead and deputy: everything that was sent, but what is about one of them unless it was given to them. Trustees:
        what was given to them and what is about the Lead or deputy. Nobody: what they are the subject of or have
        recused themselves from.
        """
        sent = self._sent_for(user)
        assigned = Q(Exists(Assignment.objects.filter(concern=OuterRef("pk"), user=user)))
        if user.has_role(Role.LEAD, Role.DEPUTY):
            return sent.filter(assigned | ~Q(kind=Kind.LEAD))
        return sent.filter(assigned | Q(kind=Kind.LEAD)) if user.has_role(Role.TRUSTEE) else self.none()

    def overseen_by(self, user: User) -> "ConcernQuerySet":
        """What is counted for a trustee, who sees no single one: all that was sent, but what they are kept from."""
        return self._sent_for(user) if user.has_role(Role.TRUSTEE) else self.none()

    def _sent_for(self, user: User) -> "ConcernQuerySet":
        return self.exclude(state=State.DRAFT).exclude(self._kept_from(user))

    @staticmethod
    def _kept_from(user: User) -> Q:
        subject = ConcernPerson.objects.filter(concern=OuterRef("pk"), user=user, role=PersonRole.SUBJECT)
        return Q(Exists(subject)) | Q(Exists(Recusal.objects.filter(concern=OuterRef("pk"), user=user)))

    def in_hand(self) -> "ConcernQuerySet":
        """What somebody still has to see to: sent, and neither closed nor entered in error."""
        return self.exclude(state__in=[State.DRAFT, State.CLOSED, State.ERROR])

    def for_overview(self, now: datetime) -> "ConcernQuerySet":
        """What is in hand, and for a month what was closed by one person alone."""
        lately = Q(state=State.CLOSED, closed_alone=True, closed_at__gte=now - ALONE_SHOWN_FOR)
        return self.filter(lately | ~Q(state__in=[State.DRAFT, State.CLOSED, State.ERROR]))

    def for_guardian(self, user: User) -> "ConcernQuerySet":
        """The ones that a parent or carer sent: enough for a receipt, and nothing more is shown to them."""
        if not user.has_role(Role.GUARDIAN):
            return self.none()
        return self.filter(reporter=user, source=Concern.Source.GUARDIAN).exclude(state=State.DRAFT)

    def for_reporter(self, user: User) -> "ConcernQuerySet":
        """What somebody of the staff sent themselves; not what they were since found to be the subject of."""
        if not user.is_staff:
            return self.none()
        mine = self.filter(reporter=user, source=Concern.Source.STAFF)
        return mine.exclude(state=State.DRAFT).exclude(self._kept_from(user))

    def drafts_of(self, user: User) -> "ConcernQuerySet":
        """What somebody of the staff has begun and not sent yet, the last first; nobody else ever sees it."""
        if not user.is_staff:
            return self.none()
        return (
            self.filter(reporter=user, state=State.DRAFT).select_related("draft__session").order_by("-draft__kept_at")
        )


class Concern(models.Model):
    """One worry about somebody's safety, from draft to closed. `reference` is what people call it.

    How bad it is stays open until the Lead has judged it; `danger_now` is only what the reporter answered.
    """

    class Source(models.TextChoices):
        GUARDIAN = "guardian", "Parent or carer"
        STAFF = "staff", "Staff"
        PAPER = "paper", "On paper"
        ALERT = "alert", "Policy alert"

    class Danger(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        NOT_SURE = "not_sure", "Not sure"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    source = models.CharField(max_length=20, choices=Source.choices)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    # Empty until somebody has judged it.
    severity = models.CharField(max_length=20, choices=Severity.choices, blank=True)
    categories = ArrayField(models.CharField(max_length=30, choices=CATEGORIES), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=30, choices=Tag.choices), default=list, blank=True)
    danger_now = models.CharField(max_length=10, choices=Danger.choices, blank=True)
    reporter = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Made when the form is drawn: sending it twice gives one concern.
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True, db_index=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # An exception that the trustees see.
    closed_alone = models.BooleanField(default=False)
    # Chosen when the closing is proposed.
    retention = models.CharField(max_length=20, choices=RetentionClass.choices, blank=True)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        # Nobody holds it by a role: pages ask `visible_to`, and no mail log shows mails about concerns.
        default_permissions = ("view",)
        ordering = ["-submitted_at"]
        constraints = [
            models.UniqueConstraint(fields=["reporter", "form_key"], name="concern_sent_once"),
            models.CheckConstraint(
                name="concern_sent_has_time", condition=Q(state="draft") | Q(submitted_at__isnull=False)
            ),
            models.CheckConstraint(
                name="concern_severity_is_a_judgement",
                condition=Q(severity="") | ~Q(state__in=["draft", "submitted", "acknowledged"]),
            ),
            models.CheckConstraint(
                name="concern_closed_has_time",
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed"),
            ),
            models.CheckConstraint(
                name="concern_closed_has_retention",
                condition=~Q(state__in=["closing", "closed"]) | ~Q(retention=""),
            ),
        ]
        triggers = never_deleted(~pgtrigger.Q(old__state="draft"), unless=certified("OLD.id"))

    def __str__(self) -> str:
        return self.reference

    @property
    def told_by(self) -> str:
        """Who told us, for people; of a report on paper not who typed it in."""
        paper = getattr(self, "paper", None) if self.source == self.Source.PAPER else None
        return paper.reported_by if paper else str(self.reporter or "")
