"""Households and the parents or carers in them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.crypto import EncryptedTextField
from whippersnappers.finding.words import Digits, search_index, search_text


class FamilyQuerySet(models.QuerySet["Family"]):
    def visible_to(self, user: User) -> "FamilyQuerySet":
        """Coordinators see every family, guardians their own household, nobody else any."""
        if user.has_role(Role.COORDINATOR):
            return self
        return self.filter(guardians__user=user).distinct() if user.has_role(Role.GUARDIAN) else self.none()


class Family(models.Model):
    """A household. Separated parents of one child are two households."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The charity's own reference, by which an import finds the family again.
    reference = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    address = EncryptedTextField(blank=True, default="")
    notes = EncryptedTextField("notes for staff", blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    search_text = search_text("name", "reference")

    objects = FamilyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "families"
        ordering = ["name", "reference"]
        indexes = [search_index("family_found")]

    def __str__(self) -> str:
        return f"{self.name} ({self.reference})"


class GuardianQuerySet(models.QuerySet["Guardian"]):
    def visible_to(self, user: User) -> "GuardianQuerySet":
        """Coordinators see every guardian; a guardian sees the ones of the own household."""
        if user.has_role(Role.COORDINATOR):
            return self
        return self.filter(family__guardians__user=user).distinct() if user.has_role(Role.GUARDIAN) else self.none()


class Guardian(models.Model):
    """A parent or carer. Signs in with an e-mailed code when there is an e-mail address."""

    class Contact(models.TextChoices):
        EMAIL = "email", "E-mail"
        PHONE = "phone", "Phone"

    class Language(models.TextChoices):
        """What many families in London speak at home; the rest is noted as another one."""

        ENGLISH = "en", "English"
        BRITISH_SIGN = "bfi", "British Sign Language"
        ALBANIAN = "sq", "Albanian"
        ARABIC = "ar", "Arabic"
        BENGALI = "bn", "Bengali"
        CHINESE = "zh", "Chinese"
        FRENCH = "fr", "French"
        GUJARATI = "gu", "Gujarati"
        ITALIAN = "it", "Italian"
        PERSIAN = "fa", "Persian"
        POLISH = "pl", "Polish"
        PORTUGUESE = "pt", "Portuguese"
        PUNJABI = "pa", "Punjabi"
        ROMANIAN = "ro", "Romanian"
        SOMALI = "so", "Somali"
        SPANISH = "es", "Spanish"
        TAMIL = "ta", "Tamil"
        TURKISH = "tr", "Turkish"
        UKRAINIAN = "uk", "Ukrainian"
        URDU = "ur", "Urdu"
        VIETNAMESE = "vi", "Vietnamese"
        OTHER = "other", "Another language"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="guardians")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="guardian"
    )
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    email = models.EmailField("e-mail address", max_length=254, blank=True)
    # Why mail to the address cannot arrive, once a server has said so; cleared with a new address.
    email_problem = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    # Since when the number is one that was given on the portal, and the last one that staff knew: whoever holds a
    # phone that is signed in can give a number, so it proves nothing about who they are.
    own_phone_since = models.DateTimeField(null=True, blank=True, editable=False)
    known_phone = models.CharField(max_length=30, blank=True, editable=False)
    prefers = models.CharField(
        "prefers to be contacted by", max_length=10, choices=Contact.choices, default=Contact.EMAIL
    )
    language = models.CharField(
        "language they like best", max_length=10, choices=Language.choices, default=Language.ENGLISH
    )
    easy_read = models.BooleanField("pages and mails in easy read", default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    search_text = search_text("first_name", "last_name", "email", Digits("phone"))

    objects = GuardianQuerySet.as_manager()

    class Meta:
        verbose_name = "parent or carer"
        verbose_name_plural = "parents and carers"
        ordering = ["last_name", "first_name"]
        indexes = [search_index("guardian_found")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="guardian_email_unique",
                condition=~Q(email=""),
                violation_error_message="This e-mail address belongs to another parent or carer.",
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def can_be_mailed(self) -> bool:
        """Whether there is an address, and no server has refused it."""
        return bool(self.email) and not self.email_problem and self.archived_at is None
