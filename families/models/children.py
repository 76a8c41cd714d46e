"""Children, who may do what for them, and groups of children."""

import uuid
from datetime import date

from django.db import models
from django.db.models import Q

from families.models.households import Family, Guardian
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.crypto import EncryptedTextField
from whippersnappers.finding.words import search_index, search_text


class ChildQuerySet(models.QuerySet["Child"]):
    def visible_to(self, user: User) -> "ChildQuerySet":
        """Coordinators see every child, guardians the ones whose details they may see."""
        if user.has_role(Role.COORDINATOR):
            return self
        if not user.has_role(Role.GUARDIAN):
            return self.none()
        standing = Guardianship.objects.filter(guardian__user=user, restricted=False, may_see_details=True)
        return self.filter(pk__in=standing.values("child"))


class Child(models.Model):
    """A disabled child or a sibling. `known_as` is what families and sessions call them."""

    class Communication(models.TextChoices):
        SPEECH = "speech", "Speech"
        SOME_WORDS = "some_words", "Some words"
        MAKATON = "makaton", "Makaton or signing"
        BSL = "bsl", "British Sign Language"
        AAC = "aac", "A communication aid (AAC)"
        PECS = "pecs", "Pictures or symbols"
        NON_VERBAL = "non_verbal", "Sounds, looks and gestures"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="children")
    # The charity's own reference, by which an import finds the child again.
    reference = models.CharField(max_length=40, unique=True)
    known_as = models.CharField(max_length=60)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    date_of_birth = models.DateField()
    communication = models.CharField("communicates by", max_length=20, choices=Communication.choices, blank=True)
    communication_notes = EncryptedTextField("how the child communicates", blank=True, default="")
    access_needs = EncryptedTextField(blank=True, default="")
    medical_notes = EncryptedTextField("allergies and medical notes", blank=True, default="")
    what_helps = EncryptedTextField("what helps", blank=True, default="")
    what_to_avoid = EncryptedTextField("what to avoid", blank=True, default="")
    likes = EncryptedTextField(blank=True, default="")
    local_authority = models.CharField(max_length=80, blank=True)
    entitlement_hours = models.DecimalField(
        "short-break entitlement (hours a year)", max_digits=6, decimal_places=1, null=True, blank=True
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    search_text = search_text("known_as", "first_name", "last_name", "reference")

    objects = ChildQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "children"
        ordering = ["known_as", "last_name", "reference"]
        indexes = [search_index("child_found")]
        constraints = [
            models.CheckConstraint(
                name="child_entitlement_not_negative",
                condition=Q(entitlement_hours__isnull=True) | Q(entitlement_hours__gte=0),
            )
        ]

    def __str__(self) -> str:
        return f"{self.known_as} {self.last_name}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def age_on(self, day: date) -> int:
        """Full years on `day`; a child born on 29 February has birthdays on 1 March in common years."""
        had_birthday = (day.month, day.day) >= (self.date_of_birth.month, self.date_of_birth.day)
        return day.year - self.date_of_birth.year - (0 if had_birthday else 1)


def age_said(child: Child, day: date) -> str:
    """`1 year`, `9 years`."""
    years = child.age_on(day)
    return "1 year" if years == 1 else f"{years} years"


class GuardianshipQuerySet(models.QuerySet["Guardianship"]):
    def inviting(self) -> "GuardianshipQuerySet":
        """The ones whose guardian is invited when the child is: no restriction, nobody archived."""
        return self.filter(restricted=False, may_be_invited=True, guardian__archived_at=None, child__archived_at=None)

    def deciding(self) -> "GuardianshipQuerySet":
        """The ones whose guardian may decide for the child: parental responsibility, and no restriction."""
        return self.filter(restricted=False, parental_responsibility=True)

    def for_guardian(self, user: User) -> "GuardianshipQuerySet":
        """How this guardian stands to the children of whom they may know anything."""
        return self.filter(guardian__user=user, restricted=False, guardian__archived_at=None, child__archived_at=None)


class Guardianship(models.Model):
    """One guardian's standing for one child."""

    class Relationship(models.TextChoices):
        MOTHER = "mother", "Mother"
        FATHER = "father", "Father"
        STEP_PARENT = "step_parent", "Step-parent"
        GRANDPARENT = "grandparent", "Grandparent"
        FOSTER_CARER = "foster_carer", "Foster carer"
        RELATIVE = "relative", "Other relative"
        CARER = "carer", "Carer"
        OTHER = "other", "Other"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="guardianships")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="guardianships")
    relationship = models.CharField(max_length=20, choices=Relationship.choices)
    parental_responsibility = models.BooleanField(default=False)
    may_be_invited = models.BooleanField("is invited to sessions", default=True)
    may_see_details = models.BooleanField("may see the child's details", default=True)
    # A court order or the like: this guardian gets nothing about this child.
    restricted = models.BooleanField(default=False)
    restriction_reason = EncryptedTextField(blank=True, default="")
    restriction_review_on = models.DateField("restriction reviewed on", null=True, blank=True)

    objects = GuardianshipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guardian", "child"], name="guardianship_once"),
            models.CheckConstraint(
                name="guardianship_restriction_has_review",
                condition=Q(restricted=False) | Q(restriction_review_on__isnull=False),
                violation_error_message="Say when the restriction will be reviewed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian} for {self.child}"


class Group(models.Model):
    """Children who are usually invited together, such as the Saturday drummers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, unique=True)
    children = models.ManyToManyField(Child, blank=True, related_name="groups")
    search_text = search_text("name")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
