"""The forms on which it is said what leaves, to whom, and by which right."""

from safeguarding import looking_after
from safeguarding.dashboard import fields
from safeguarding.dashboard.step_forms import AboutConcern
from safeguarding.models import Disclosure
from safeguarding.vocabulary import RECIPIENTS, IdentityCheck, LawfulBasis, ShareConsent

_NOT_BY_CONSENT = "Asking can put a child at risk. The law does not need a yes where somebody must be protected."


class RecipientForm(AboutConcern):
    """To whom, checked how, and by which right."""

    recipient = fields.one_of("With whom?", RECIPIENTS)
    person = fields.words("Who there?", "Say who receives it.", rows=2, help_text="Name, job, and how to reach them.")
    identity = fields.one_of("How do you know that it is them?", IdentityCheck.choices)
    how = fields.one_of("How does it reach them?", Disclosure.How.choices)
    basis = fields.one_of("Why may it be shared?", LawfulBasis.choices)
    consent = fields.one_of("Do those whom it is about agree?", ShareConsent.choices, help_text=_NOT_BY_CONSENT)
    consent_words = fields.words(
        "Who agreed, when and how? Or why is it shared without?",
        "Say who agreed, or why it is shared without their yes.",
        rows=3,
    )
    decided_by = fields.one_of("Who decided it?", [])

    def prepare(self) -> None:
        """The last referral says most often to whom."""
        keepers = looking_after.keepers(self.concern)
        self.fields["decided_by"].choices = [(str(user.pk), str(user)) for user in keepers]  # type: ignore[attr-defined]
        last = self.concern.referrals.last()
        if last is not None:
            self.fields["recipient"].initial = last.agency
            self.fields["person"].initial = last.officer


class ShareForm(RecipientForm):
    """Something was shared: in a call, by a letter, on a form of theirs."""

    what = fields.words(
        "What was shared?",
        "Say what was shared.",
        help_text="What you told them, or which papers. A PDF that is made here keeps its own entry.",
    )
    shared_at = fields.Moment("When?")

    field_order = ["what", "recipient", "person", "identity", "how", "shared_at"]

    def prepare(self) -> None:
        super().prepare()
        self.fields["shared_at"].initial = fields.this_minute
