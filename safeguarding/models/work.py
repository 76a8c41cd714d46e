"""What is done about a concern: actions, referrals, and what had to be said when something was late."""

import uuid

from django.db import models
from django.db.models import Q

from safeguarding.models.people import CONCERN, certified
from safeguarding.vocabulary import Agency, LadoOutcome
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only, never_deleted
from whippersnappers.crypto import CONCERNS, EncryptedTextField


class Action(models.Model):
    """Something that somebody has to do by a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="actions")
    what = EncryptedTextField("what is to be done", keys=CONCERNS)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    added_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = EncryptedTextField("what came of it", keys=CONCERNS, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="action_open")]
        triggers = never_deleted(unless=certified())

    def __str__(self) -> str:
        return f"Action ({self.pk})"


class Referral(models.Model):
    """A concern told to an agency: to whom, when, how, and what they answered (N2)."""

    class How(models.TextChoices):
        PHONE = "phone", "By phone"
        FORM = "form", "By their form"
        EMAIL = "email", "By secure e-mail"
        PERSON = "person", "In person"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="referrals")
    agency = models.CharField(max_length=20, choices=Agency.choices)
    officer = EncryptedTextField("who took it", keys=CONCERNS, blank=True, default="")
    their_reference = EncryptedTextField(keys=CONCERNS, blank=True, default="")
    how = models.CharField(max_length=10, choices=How.choices)
    why = EncryptedTextField("why it is referred", keys=CONCERNS)
    # Who noted it; the call itself may have been somebody else's.
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    told_by = EncryptedTextField("who told them, if somebody else", keys=CONCERNS, blank=True, default="")
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = EncryptedTextField("what they decided", keys=CONCERNS, blank=True, default="")
    lado_outcome = models.CharField(max_length=20, choices=LadoOutcome.choices, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="referral_lado_outcome_is_the_lados", condition=Q(lado_outcome="") | Q(agency=Agency.LADO)
            )
        ]
        triggers = never_deleted(unless=certified())

    def __str__(self) -> str:
        return f"Referral ({self.pk})"


class Escalation(models.Model):
    """One thing that was late and was said so, once; `about` is the concern, the referral or the action."""

    class Step(models.TextChoices):
        DEPUTY = "deputy", "Nobody acknowledged it: the deputy was told"
        TRUSTEE = "trustee", "Still nobody acknowledged it: the trustees were told"
        LADO = "lado", "The LADO had not been told within a working day"
        DECISION = "decision", "Children’s services had not said what they decided"
        ACTION = "action", "An action was not done in time"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="escalations")
    step = models.CharField(max_length=10, choices=Step.choices)
    about = models.UUIDField()
    # For what is said every day: the day of London's calendar.
    day = models.DateField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["step", "about", "day"], name="escalation_once", nulls_distinct=False)
        ]
        triggers = append_only(unless=certified())

    def __str__(self) -> str:
        return f"{self.step} ({self.pk})"
