"""What is asked for an adult at risk: the section 42 test, and what the adult wants (Making Safeguarding Personal)."""

import uuid

from django.db import models

from safeguarding.models.people import CONCERN, certified
from whippersnappers.accounts.models import User
from whippersnappers.append_only import append_only
from whippersnappers.crypto import CONCERNS, EncryptedTextField


class AdultAssessment(models.Model):
    """How somebody judged it at a time. A new judgement is a new row; the last one counts."""

    class Answer(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        NOT_KNOWN = "not_known", "Not known yet"

    class Consent(models.TextChoices):
        GIVEN = "given", "They agree"
        REFUSED = "refused", "They do not agree"
        OVERRIDDEN = "overridden", "They do not agree, and we go on for a reason"
        NOT_ASKED = "not_asked", "Not asked yet"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    concern = models.ForeignKey(CONCERN, on_delete=models.PROTECT, related_name="adult_assessments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    needs_care = models.CharField("needs care or support", max_length=10, choices=Answer.choices)
    at_risk = models.CharField("experiences abuse or neglect, or is at risk", max_length=10, choices=Answer.choices)
    cannot_protect = models.CharField("cannot protect themselves", max_length=10, choices=Answer.choices)
    wishes = EncryptedTextField("what they wish", keys=CONCERNS, blank=True, default="")
    wanted_outcome = EncryptedTextField("what they want to come of it", keys=CONCERNS, blank=True, default="")
    consent = models.CharField("do they agree to what we do", max_length=10, choices=Consent.choices)
    overridden_because = EncryptedTextField("why we go on without their yes", keys=CONCERNS, blank=True, default="")
    capacity = EncryptedTextField("can they decide this themselves", keys=CONCERNS, blank=True, default="")
    advocate = EncryptedTextField("who speaks for them", keys=CONCERNS, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]
        triggers = append_only(unless=certified())

    def __str__(self) -> str:
        return f"Assessment ({self.pk})"

    @property
    def section_42(self) -> str:
        """What the test says: all three yes, one no, or not known yet."""
        answers = {self.needs_care, self.at_risk, self.cannot_protect}
        if answers == {self.Answer.YES}:
            return "The section 42 test is met: tell adult social care."
        if self.Answer.NO in answers:
            return "The section 42 test is not met."
        return "The section 42 test is not answered yet."
