"""What staff must know before they meet a child, and nothing of why: written by whoever looks after safeguarding."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from families.models import Child
from safeguarding.models.concerns import Concern
from safeguarding.models.people import CONCERN, ConcernPerson, Recusal, certified
from safeguarding.vocabulary import PersonRole
from sessions_app.models import Booking, Session, StaffAssignment
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.append_only import never_deleted
from whippersnappers.crypto import CONCERNS, EncryptedTextField

# What staff see of a plan: drafts may still change in every way.
SETTLED = [Session.State.CONFIRMED, Session.State.LIVE]


def _deliveries(now: datetime, child: Any, ends_at: Any) -> models.QuerySet[StaffAssignment]:
    """Places of staff, from now until the alert ends, at sessions in which the child has a place."""
    places = Booking.objects.holding_a_place().filter(session=OuterRef("session"), child=child)
    return StaffAssignment.objects.filter(
        Exists(places),
        withdrawn_at=None,
        session__state__in=SETTLED,
        session__ends_at__gt=now,
        session__starts_at__lt=ends_at,
    )


class StaffAlertQuerySet(models.QuerySet["StaffAlert"]):
    def visible_to(self, user: User) -> "StaffAlertQuerySet":
        """For whoever looks after safeguarding: those of concerns that exist for them."""
        return self.filter(concern__in=Concern.objects.visible_to(user).values("pk"))

    def shown(self, now: datetime) -> "StaffAlertQuerySet":
        """Neither withdrawn nor over."""
        return self.filter(withdrawn_at=None, ends_at__gt=now)

    def for_staff(self, user: User, now: datetime, session: Session | None = None) -> "StaffAlertQuerySet":
        """What this person is to know now, of the children of one session or of all.

        Named people, and where the alert says so whoever delivers a session of the child. Never somebody who may have
        caused harm in the concern or has stepped back from it, whatever else they are.
        """
        named = StaffAlertPerson.objects.filter(alert=OuterRef("pk"), user=user, is_named=True)
        delivers = _deliveries(now, OuterRef(OuterRef("child")), OuterRef("ends_at")).filter(staff__user=user)
        subject = ConcernPerson.objects.filter(concern=OuterRef("concern"), user=user, role=PersonRole.SUBJECT)
        kept_from = Exists(subject) | Exists(Recusal.objects.filter(concern=OuterRef("concern"), user=user))
        rows = self.shown(now).filter(Exists(named) | Q(Exists(delivers), for_deliverers=True)).exclude(kept_from)
        if session is not None:
            places = Booking.objects.holding_a_place().filter(session=session, child=OuterRef("child"))
            rows = rows.filter(Exists(places))
        return rows.exclude(written_by=user)


class StaffAlert(models.Model):
    """One alert about one child, with the time from which it is shown no more."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="alerts")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    words = EncryptedTextField("what staff must know", keys=CONCERNS)
    # Whoever delivers a session of the child, besides those who are named.
    for_deliverers = models.BooleanField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = StaffAlertQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-written_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="staffalert_withdrawn_by_somebody",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            )
        ]
        triggers = never_deleted(unless=certified())

    def __str__(self) -> str:
        return f"Alert ({self.pk})"

    @property
    def last_day(self) -> date:
        """The last day, London's, on which staff see it."""
        return dates.local(self.ends_at).date() - timedelta(days=1)

    def is_shown(self, now: datetime) -> bool:
        """Whether staff see it."""
        return self.withdrawn_at is None and self.ends_at > now

    def whom_it_is_for(self, now: datetime) -> models.QuerySet[User]:
        """Everybody who is to know it now, as `for_staff` says it of each."""
        named = StaffAlertPerson.objects.filter(alert=self, is_named=True).values("user")
        delivering = _deliveries(now, self.child_id, self.ends_at).values("staff__user")
        subjects = ConcernPerson.objects.filter(concern=self.concern_id, role=PersonRole.SUBJECT, user__isnull=False)
        stepped_back = Recusal.objects.filter(concern=self.concern_id).values("user")
        people = Q(pk__in=named) | Q(pk__in=delivering) if self.for_deliverers else Q(pk__in=named)
        kept_from = Q(pk__in=subjects.values("user")) | Q(pk__in=stepped_back) | Q(pk=self.written_by_id)
        return User.objects.filter(people, is_active=True).exclude(kept_from).order_by("name")


class StaffAlertPerson(models.Model):
    """Somebody of staff whom an alert is for: named in it, told of it by mail, and when they said that they read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(StaffAlert, on_delete=models.PROTECT, related_name="people")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_named = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["alert", "user"], name="staffalertperson_once")]
        triggers = never_deleted(
            unless=certified("(SELECT a.concern_id FROM safeguarding_staffalert a WHERE a.id = OLD.alert_id)")
        )

    def __str__(self) -> str:
        return f"Whom an alert is for ({self.pk})"
