"""The forms of the steps of a concern. What is asked, in which words; the services refuse what does not fit."""

from typing import Any

from django import forms
from django.utils import timezone

from safeguarding import ending_alerts, linking, looking_after
from safeguarding.dashboard import fields
from safeguarding.dashboard.fields import StepForm
from safeguarding.files.fields import FilesField, about_field, check_files
from safeguarding.gathering import choices
from safeguarding.handling import NOT_BY_MOVING
from safeguarding.models import AdultAssessment, Concern, Referral
from safeguarding.states import STEPS
from safeguarding.vocabulary import (
    AdultCategory,
    Agency,
    ChildCategory,
    Kind,
    LadoOutcome,
    PersonRole,
    RetentionClass,
    Severity,
    State,
    Tag,
)
from whippersnappers.accounts.models import User

_ACKNOWLEDGES = "Noting it acknowledges the concern too. Then judge it."
_ALERTS_END = "Its alerts to staff are withdrawn when it is closed, unless whoever agrees lets them stand."
_ALERTS_END_IN_ERROR = "“Entered in error” withdraws its alerts to staff."
_WHICH = "Say which concern it belongs to."


class AboutConcern(StepForm):
    """A step's form that knows its concern."""

    def __init__(self, *args: Any, concern: Concern, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.concern, self.by = concern, by
        self.prepare()

    def prepare(self) -> None:
        """What depends on the concern: lists to choose from, what stands there at first."""


class PressForm(AboutConcern):
    """Nothing to fill in."""


class TriageForm(AboutConcern):
    kind = fields.one_of("What is it about?", Kind.choices)
    severity = fields.one_of("How soon must somebody act?", Severity.choices)
    child_categories = fields.some_of("Harm to a child", ChildCategory.choices)
    adult_categories = fields.some_of("Harm to an adult", AdultCategory.choices)
    tags = fields.some_of("What else does it touch?", Tag.choices)
    reason = fields.reason("Why do you judge it so?", help_text="Also say why it is not referred, if it is not.")

    def prepare(self) -> None:
        self.fields["kind"].initial = self.concern.kind


class MoveForm(AboutConcern):
    to = fields.one_of("Where does it stand from now on?", [])
    reason = fields.reason(required=False, help_text="Needed for everything but “open”.")

    def prepare(self) -> None:
        steps = [(state.value, state.label) for state in State if state in moves(self.concern)]
        if ending_alerts.shown_of(self.concern, timezone.now()):
            self.fields["to"].help_text = _ALERTS_END_IN_ERROR
        self.fields["to"].choices = steps  # type: ignore[attr-defined]


def moves(concern: Concern) -> frozenset[State]:
    """Where a concern can be moved with no more than a reason."""
    return STEPS[State(concern.state)] - NOT_BY_MOVING


class NoteForm(AboutConcern):
    words = fields.words("What happened?", "Say what happened.", rows=6)


class FileForm(AboutConcern):
    uploads = FilesField(required=True)
    about = about_field()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        check_files(self, said)
        return said


class ActionForm(AboutConcern):
    what = fields.words("What is to be done?", "Say what is to be done.", rows=3)
    owner = fields.one_of("Who does it?", [])
    due_at = fields.Moment("By when?")

    def prepare(self) -> None:
        keepers = looking_after.keepers(self.concern)
        self.fields["owner"].choices = [(str(user.pk), str(user)) for user in keepers]  # type: ignore[attr-defined]


class DoneForm(AboutConcern):
    outcome = fields.words("What came of it?", "Say what came of it.")


class ReferralForm(AboutConcern):
    agency = fields.one_of("Whom did you tell?", Agency.choices)
    how = fields.one_of("How?", Referral.How.choices)
    made_at = fields.Moment("When?")
    told_by = fields.some("Who told them, if not you?", help_text="Whoever called 999, for example.")
    officer = fields.some("Who took it?")
    their_reference = fields.some("Their reference")
    why = fields.reason("Why do you refer it?")

    def prepare(self) -> None:
        self.fields["made_at"].initial = fields.this_minute
        if self.concern.acknowledged_at is None:
            self.fields["agency"].help_text = _ACKNOWLEDGES


class AnswerForm(AboutConcern):
    answer = fields.words("What did they decide?", "Say what they decided.")


class LadoAnswerForm(AnswerForm):
    lado_outcome = fields.one_of("The LADO’s outcome", LadoOutcome.choices)


class AssignForm(AboutConcern):
    to = fields.one_of("Give it to", [])
    reason = fields.reason()

    def prepare(self) -> None:
        people = looking_after.may_be_given(self.concern)
        self.fields["to"].choices = [(str(user.pk), str(user)) for user in people]  # type: ignore[attr-defined]


class RecuseForm(AboutConcern):
    reason = fields.reason(
        "Why do you step back?",
        help_text="From then on it does not exist for you: no row, no count, no mail. You cannot undo this yourself.",
    )


class PersonForm(AboutConcern):
    role = fields.one_of("In what role?", PersonRole.choices)
    child = fields.known("A child we know")
    user = fields.known("Somebody of staff")
    words = fields.some("Or somebody else, in words")

    def prepare(self) -> None:
        self.fields["child"].queryset = choices.children()  # type: ignore[attr-defined]
        self.fields["user"].queryset = choices.staff()  # type: ignore[attr-defined]


class LinkForm(AboutConcern):
    likely = fields.one_of("Concerns that name the same people", [])
    reference = forms.CharField(
        label="Or the reference of another one",
        required=False,
        max_length=40,
        help_text="For example: WS-7K4M-2Q9P",
        error_messages={"required": _WHICH},
    )
    reason = fields.reason("Why do they belong together?")

    def prepare(self) -> None:
        named = linking.likely(self.concern, self.by)
        about = [
            (c.reference, f"{c.reference}: {c.get_kind_display()}, {c.get_state_display().lower()}") for c in named
        ]
        self.fields["likely"].choices = about  # type: ignore[attr-defined]
        self.fields["likely"].required = False
        if not about:
            del self.fields["likely"]
            self.fields["reference"].label, self.fields["reference"].required = "The reference of the other one", True

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        chosen = said.pop("likely", "")
        said["reference"] = said.get("reference") or chosen
        if not said["reference"] and not self.errors:
            self.add_error("reference", _WHICH)
        return said


class PartForm(AboutConcern):
    reason = fields.reason("Why do they not belong together after all?")


class ProposeForm(AboutConcern):
    reason = fields.reason("Why can it be closed?")
    parent_told = fields.words("Was the parent told? If not, why?", "Say whether the parent was told; if not, why.")
    retention = fields.one_of("How long is it kept?", RetentionClass.choices)

    def prepare(self) -> None:
        if ending_alerts.shown_of(self.concern, timezone.now()):
            self.fields["reason"].help_text = _ALERTS_END


class AgreeForm(AboutConcern):
    button = "Close it"
    reason = fields.reason("Why do you agree?")
    alerts = fields.one_of(
        "What becomes of its alerts to staff?",
        [("withdraw", "They are withdrawn"), ("keep", "They stand, for a reason")],
    )
    keep_alerts = fields.some("If they stand: why?")

    def prepare(self) -> None:
        self.fields["alerts"].initial = "withdraw"
        if not ending_alerts.shown_of(self.concern, timezone.now()):
            del self.fields["alerts"], self.fields["keep_alerts"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        keeps = said.pop("alerts", "withdraw") == "keep"
        if keeps and not said.get("keep_alerts"):
            self.add_error("keep_alerts", "Say why staff must still see them.")
        return said if keeps else {name: words for name, words in said.items() if name != "keep_alerts"}


class AloneForm(AgreeForm):
    exception = fields.words(
        "Why can it not wait for a second person?",
        "Say why it cannot wait for a second person. The trustees will see it.",
        help_text="There is nobody else now. Every trustee will be given this concern and sees what you write.",
    )


class FreezeForm(AboutConcern):
    reason = fields.reason(help_text="They are signed out at once and cannot sign in until an administrator lets them.")


class AdultForm(AboutConcern):
    needs_care = fields.one_of("Do they need care or support?", AdultAssessment.Answer.choices)
    at_risk = fields.one_of("Do they experience abuse or neglect, or are they at risk?", AdultAssessment.Answer.choices)
    cannot_protect = fields.one_of("Are they unable to protect themselves from it?", AdultAssessment.Answer.choices)
    wishes = fields.some("What do they wish?")
    wanted_outcome = fields.some("What do they want to come of it?")
    consent = fields.one_of("Do they agree to what we do?", AdultAssessment.Consent.choices)
    overridden_because = fields.some("If we go on without their yes: why?")
    capacity = fields.some("Can they decide this themselves?")
    advocate = fields.some("Who speaks for them?")


class KeepForm(AboutConcern):
    until = forms.DateField(
        label="Until when is it kept?",
        widget=forms.DateInput({"type": "date"}),
        error_messages={"required": "Choose a day.", "invalid": "Write the day like 24/11/2036."},
    )
    reason = fields.reason("Why is it kept longer?")


class HoldForm(AboutConcern):
    reason = fields.reason(
        "Why must it be kept?",
        help_text="While the hold stands, nothing of it can be destroyed, whatever the clocks say.",
    )


class LiftForm(AboutConcern):
    reason = fields.reason("Why need it not be held any more?")


class DestroyForm(AboutConcern):
    # What the button says: “Keep it” would be read as the contrary.
    button = "Propose it"
    reason = fields.reason(
        "Why need it not be kept any more?",
        help_text="Somebody else has to agree. Then all of it is gone for ever: words, files, people, what happened.",
    )


class AgreeToDestroyForm(AboutConcern):
    button = "Destroy it for ever"
    sure = forms.BooleanField(
        label="I have read it, and agree that all of it is destroyed for ever",
        error_messages={"required": "Tick this if you agree. If not, keep it longer instead."},
    )
