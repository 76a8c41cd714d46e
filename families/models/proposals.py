"""What parents and carers would change, until staff have said yes or no; and that nothing has changed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from families.models.children import Child
from families.models.households import Guardian
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.crypto import EncryptedTextField


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: User) -> "ProposalQuerySet":
        """Coordinators see every proposal; a guardian only the own ones, and of children whose details they may see.

        The other parent of the child never does, in the same household either.
        """
        if user.has_role(Role.COORDINATOR):
            return self
        if not user.has_role(Role.GUARDIAN):
            return self.none()
        own = Q(child=None) | Q(child__in=Child.objects.visible_to(user))
        return self.filter(own, proposed_by__user=user)

    def waiting(self) -> "ProposalQuerySet":
        """The ones that nobody has answered."""
        return self.filter(state=Proposal.State.PROPOSED)


class Proposal(models.Model):
    """One value that a guardian would change: of a child, or the e-mail address with which they sign in."""

    class Field(models.TextChoices):
        """What can be proposed: names of the child's fields, and the guardian's address."""

        KNOWN_AS = "known_as", "Name they go by"
        COMMUNICATION = "communication", "Communicates by"
        COMMUNICATION_NOTES = "communication_notes", "How the child communicates"
        MEDICAL_NOTES = "medical_notes", "Allergies and medical notes"
        ACCESS_NEEDS = "access_needs", "Access needs"
        WHAT_HELPS = "what_helps", "What helps"
        WHAT_TO_AVOID = "what_to_avoid", "What to avoid"
        LIKES = "likes", "Likes"
        LOCAL_AUTHORITY = "local_authority", "Local authority"
        EMAIL = "email", "E-mail address for signing in"

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waiting"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Taken back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Nobody for the guardian's own address.
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="proposals")
    field = models.CharField("what", max_length=20, choices=Field.choices)
    # What was held when it was proposed.
    old = EncryptedTextField(blank=True, default="")
    new = EncryptedTextField(blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="proposals")
    proposed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Why it was declined, in words for the family.
    reason = EncryptedTextField(blank=True, default="")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "change that a family proposes"
        verbose_name_plural = "changes from families"
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "field", "proposed_by"],
                condition=Q(state="proposed"),
                nulls_distinct=False,
                name="proposal_one_waiting",
            ),
            models.CheckConstraint(
                name="proposal_about_child_or_address",
                condition=Q(child__isnull=True, field="email") | (Q(child__isnull=False) & ~Q(field="email")),
            ),
            models.CheckConstraint(
                name="proposal_ended_when_over",
                condition=Q(state="proposed", ended_at__isnull=True)
                | (~Q(state="proposed") & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="proposal_decision_is_signed",
                condition=Q(state__in=["accepted", "declined"], decided_by__isnull=False)
                | Q(state__in=["proposed", "withdrawn"], decided_by__isnull=True),
            ),
            models.CheckConstraint(
                name="proposal_declined_with_reason", condition=~Q(state="declined") | ~Q(reason="")
            ),
        ]
        # Every staff page counts the ones that wait.
        indexes = [models.Index(fields=["proposed_at"], condition=Q(state="proposed"), name="proposal_waiting")]

    def __str__(self) -> str:
        return f"{self.about}: {self.get_field_display().lower()}"

    @property
    def about(self) -> Child | Guardian:
        """Whose value it is."""
        return self.child or self.proposed_by

    @property
    def held(self) -> str:
        """The value as it is now."""
        return str(getattr(self.about, self.field))

    @property
    def changed_meanwhile(self) -> bool:
        """Whether the value is another one than when it was proposed, and not the proposed one either."""
        return self.state == self.State.PROPOSED and self.held not in (self.old, self.new)

    def said(self, value: str) -> str:
        """A value in words."""
        return dict(Child.Communication.choices).get(value, value) if self.field == "communication" else value


class DetailsConfirmed(models.Model):
    """A guardian has said that nothing about a child has changed: on this day, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="details_confirmed")
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()

    class Meta:
        ordering = ["-on"]
        constraints = [models.UniqueConstraint(fields=["child", "guardian", "on"], name="details_confirmed_once_a_day")]

    def __str__(self) -> str:
        return f"{self.child}, {dates.full_day(self.on)}"
