"""A breach of the policy that the software saw: once for each cause, with who saw to it and what came of it."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When

from sessions_app.live.alert_kinds import KINDS, OPERATIONAL, URGENT, AlertKind
from sessions_app.models.planning import Session
from sessions_app.models.staff import StaffAssignment
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.append_only import never_deleted
from whippersnappers.crypto import EncryptedTextField
from whippersnappers.policy import Clause


def _delivering(**who: Any) -> Exists:
    """Whether such a person was to deliver the session when the alert began."""
    there = Q(withdrawn_at=None) | Q(withdrawn_at__gte=OuterRef("began_at"))
    return Exists(StaffAssignment.objects.filter(there, session=OuterRef("session"), **who))


MOST_PRESSING_FIRST = (
    F("settled_at").desc(nulls_first=True),
    F("acknowledged_at").desc(nulls_first=True),
    Case(When(kind__in=URGENT, then=0), default=1).asc(),
    "-began_at",
    "pk",
)


class PolicyAlertQuerySet(models.QuerySet["PolicyAlert"]):
    def visible_to(self, user: User) -> "PolicyAlertQuerySet":
        """What this person may know of as a coordinator: the operational kinds. Others none here."""
        return self.operational() if user.has_role(Role.COORDINATOR) else self.none()

    def operational(self) -> "PolicyAlertQuerySet":
        """The kinds that are coordinators' to see to as well."""
        return self.filter(kind__in=OPERATIONAL)

    def overseen_by(self, user: User) -> "PolicyAlertQuerySet":
        """What this person sees to as one who safeguards: all kinds, but not of a session that they deliver.

        Lead and deputy: every other session's. Trustees: those of sessions that the Lead or deputy deliver.
        """
        others = self.exclude(_delivering(staff__user=user))
        if user.has_role(Role.LEAD, Role.DEPUTY):
            return others
        about_them = _delivering(staff__user__roles__overlap=[Role.LEAD, Role.DEPUTY])
        return others.filter(about_them) if user.has_role(Role.TRUSTEE) else self.none()

    def explained_to(self, user: User) -> "PolicyAlertQuerySet":
        """The ones of which this person reads what came of it: whoever oversees, of sessions that others deliver."""
        others = self.exclude(_delivering(staff__user=user))
        return others if user.has_role(Role.LEAD, Role.DEPUTY, Role.TRUSTEE) else self.none()

    def delivered_by(self, user: User) -> "PolicyAlertQuerySet":
        """The ones of sessions that this person was to deliver when they began."""
        return self.filter(_delivering(staff__user=user))

    def unacknowledged(self) -> "PolicyAlertQuerySet":
        """The ones that nobody has seen to yet."""
        return self.filter(acknowledged_at=None)

    def unsettled(self) -> "PolicyAlertQuerySet":
        """The ones of which nobody has said yet what came of it."""
        return self.filter(settled_at=None)

    def urgent(self) -> "PolicyAlertQuerySet":
        """The ones that may be going on while somebody reads of them."""
        return self.filter(kind__in=URGENT)

    def most_pressing_first(self) -> "PolicyAlertQuerySet":
        """Unacknowledged before acknowledged before settled; urgent kinds first, then the latest."""
        return self.order_by(*MOST_PRESSING_FIRST)


class PolicyAlert(models.Model):
    """One breach of one clause in one session. Changed only by `policy_alerts.py`, never deleted."""

    class Outcome(models.TextChoices):
        MENDED = "mended", "It happened, and was mended at once"
        BREACH = "breach", "It happened, and must not happen again"
        EXPLAINED = "explained", "There was a good reason"
        MISTAKEN = "mistaken", "The portal was wrong: it did not happen"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clause = models.CharField(max_length=2, choices=Clause.choices)
    kind = models.CharField(max_length=30, choices=AlertKind.choices)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="policy_alerts")
    # What makes this occasion differ from the next of the same kind, such as since when.
    cause = models.CharField(max_length=120)
    # By the names in `alert_kinds.FACT_LABELS`: numbers, times, names of staff; no child, no family.
    facts = models.JSONField(default=dict, blank=True)
    began_at = models.DateTimeField("began")
    ended_at = models.DateTimeField("ended", null=True, blank=True)
    raised_at = models.DateTimeField("noticed")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    reason = EncryptedTextField(blank=True, default="")
    # When the deputy was told that nobody had acknowledged it.
    told_again_at = models.DateTimeField(null=True, blank=True)

    objects = PolicyAlertQuerySet.as_manager()

    class Meta:
        verbose_name = "policy alert"
        default_permissions = ("view", "change")
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(fields=["session", "kind", "cause"], name="policyalert_once_a_cause"),
            models.CheckConstraint(
                name="policyalert_acknowledged_is_signed",
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="policyalert_settled_is_signed",
                condition=Q(settled_at=None, settled_by=None, outcome="")
                | (
                    Q(settled_at__isnull=False, settled_by__isnull=False, acknowledged_at__isnull=False)
                    & ~Q(outcome="")
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["-began_at"], name="policyalert_latest"),
            models.Index(fields=["began_at"], condition=Q(settled_at=None), name="policyalert_unsettled"),
        ]
        triggers = never_deleted()

    def __str__(self) -> str:
        return self.get_kind_display()

    def delivering(self) -> models.QuerySet[StaffAssignment]:
        """Who was to deliver the session when it began."""
        there = Q(withdrawn_at=None) | Q(withdrawn_at__gte=self.began_at)
        return StaffAssignment.objects.filter(there, session=self.session_id).select_related("staff__user")

    @property
    def of_kind(self) -> Any:
        """What belongs to its kind (`alert_kinds.KindFacts`)."""
        return KINDS[AlertKind(self.kind)]

    @property
    def standing(self) -> str:
        """How it stands, for people."""
        if self.settled_at:
            return "Settled"
        return "Acknowledged" if self.acknowledged_at else "Open"
