"""A spreadsheet of families on its way in: the file, and row by row what it would do."""

import uuid

from django.conf import settings
from django.db import models

from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.crypto import EncryptedTextField


class FamilyImportQuerySet(models.QuerySet["FamilyImport"]):
    def visible_to(self, user: User) -> "FamilyImportQuerySet":
        """Coordinators see every import, nobody else any."""
        return self if user.has_role(Role.COORDINATOR) else self.none()


class FamilyImport(models.Model):
    """One uploaded file: checked first, put in only when a coordinator says so, gone a day later.

    A worker claims it with `owner` and renews `claimed_until`; when that lapses another one takes over.
    """

    class State(models.TextChoices):
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked, nothing imported yet"
        REFUSED = "refused", "Could not be read"
        IMPORTING = "importing", "Being imported"
        DONE = "done", "Imported"
        DISCARDED = "discarded", "Thrown away"
        FAILED = "failed", "Stopped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CHECKING)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    filename = models.CharField(max_length=120)
    # The file itself, base64 inside the encryption; emptied as soon as it is not needed any more.
    content = EncryptedTextField(blank=True, default="")
    problem = models.TextField(blank=True)
    notes = models.JSONField(default=list)
    # How many rows: the outcomes, and after the import `landed` and `left_out`.
    counts = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    owner = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    # When the present piece of work was asked for, so that the page can tell that no worker takes it.
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    objects = FamilyImportQuerySet.as_manager()

    class Meta:
        verbose_name = "import of families"
        verbose_name_plural = "imports of families"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.filename or 'A file'}, {dates.full_moment(self.created_at)}"


class FamilyImportRow(models.Model):
    """What one row of the file would do, and whether it has been done. Its words are confidential."""

    class Outcome(models.TextChoices):
        ADD = "add", "New"
        CHANGE = "change", "Changes"
        SAME = "same", "Stays as it is"
        WRONG = "wrong", "Needs mending"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(FamilyImport, on_delete=models.CASCADE, related_name="rows")
    # The row's number as the spreadsheet program shows it; the headings are row 1.
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    # JSON: label, changes (what, old, new), problems and notes (cell, heading, message).
    findings = EncryptedTextField(blank=True, default="")
    landed_at = models.DateTimeField(null=True, blank=True)
    # True when the row was good at the check but could not be put in later; the findings say why.
    left_out = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="familyimportrow_once")]

    def __str__(self) -> str:
        return f"Row {self.number}"
