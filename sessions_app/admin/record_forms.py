"""What staff fill in about a session: quick to tick, short to write, on a phone as well."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextareaWidget

from families.plain_text import WordsField
from families.seen_forms import SeenForm
from sessions_app.admin.times import ClockField
from sessions_app.london_times import london_time
from sessions_app.models import SessionRecord
from whippersnappers import dates

MOST = 4000
MOST_REASON = 1000
HOW_FAR = [("done", "Done"), ("partly", "Partly"), ("not", "Not")]
BOTH_TIMES = "Say both: when it began and when it ended."
NOT_IN_ORDER = "The session must end after it began."
# How the record's hand-written times stand in the form.
_HAND = ("hand_began", "hand_ended")
_WORDS = ("what_was_done", "response", "next_time", "about_times")


def _lines(rows: int) -> Any:
    return UnfoldAdminTextareaWidget(attrs={"rows": rows})


def _words(label: str, help_text: str, rows: int = 3) -> WordsField:
    return WordsField(label=label, help_text=help_text, required=False, most=MOST, widget=_lines(rows))


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    widget = forms.RadioSelect(attrs={"class": "st-check"})
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=widget)


class RecordForm(SeenForm):
    """The record's content. Nothing is required: a draft may hold anything, the signature asks for the rest."""

    use_required_attribute = False

    def __init__(self, data: Any, record: SessionRecord) -> None:
        self.record = record
        self.named_steps = record.steps or [(step.title, "") for step in record.session.steps.all()]
        super().__init__(data, base=_base(record, self.named_steps))
        self.times: tuple[datetime, datetime] | None = None
        self._ask()

    def _ask(self) -> None:
        name = self.record.child.known_as
        came = [(SessionRecord.Came.YES, "Yes"), (SessionRecord.Came.NO, "No, it did not take place")]
        self.fields["came"] = _choice(f"Did {name} take part?", [(str(value), label) for value, label in came])
        for number, (title, _) in enumerate(self.named_steps):
            self.fields[f"step_{number}"] = _choice(title, HOW_FAR)
        self.fields["what_was_done"] = _words(
            "What did you do?", "Only what the steps do not say already. If it did not take place: why."
        )
        self.fields["response"] = _words(f"How did {name} respond?", "What went well, what was hard.")
        self.fields["next_time"] = _words("Next time", "What the next person should know.", rows=2)
        if not self.record.session.is_remote:
            for field, label in zip(_HAND, ("It began at", "It ended at"), strict=True):
                self.fields[field] = ClockField(label=label, required=False)
        self.fields["about_times"] = _words("About the times", "If a time is missing or looks wrong: why.", rows=2)

    @property
    def steps(self) -> list[forms.BoundField]:
        """The fields of the session's steps."""
        return [self[f"step_{number}"] for number in range(len(self.named_steps))]

    @property
    def hand_times(self) -> list[forms.BoundField]:
        """The fields for times by hand, where there are such."""
        return [self[name] for name in _HAND if name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        began, ended = (cleaned.get(name) for name in _HAND)
        if (began is None) != (ended is None):
            self.add_error("hand_ended" if ended is None else "hand_began", BOTH_TIMES)
        elif began is not None and ended is not None:
            self._put_together(began, ended)
        return cleaned

    def _put_together(self, began: time, ended: time) -> None:
        day = dates.local(self.record.session.starts_at).date()
        try:
            times = london_time(day, began), london_time(day, ended)
        except ValidationError as mistake:
            self.add_error("hand_began", mistake)
            return
        if times[1] <= times[0]:
            self.add_error("hand_ended", NOT_IN_ORDER)
        else:
            self.times = times

    def content(self) -> dict[str, Any]:
        """What the person changed, named as the record's services name it."""
        changes = self.changes
        said = {name: changes[name] for name in ("came", *_WORDS) if name in changes}
        if any(name.startswith("step_") for name in changes) or not self.record.steps_done:
            said["steps"] = [
                (title, changes.get(f"step_{number}", how)) for number, (title, how) in enumerate(self.named_steps)
            ]
        if any(name in changes for name in _HAND):
            said["times_by_hand"] = self.times
        return said


def _base(record: SessionRecord, steps: list[tuple[str, str]]) -> dict[str, Any]:
    """What the form's fields say now."""
    base: dict[str, Any] = {"came": record.came, **{name: getattr(record, name) for name in _WORDS}}
    base |= {f"step_{number}": how for number, (_, how) in enumerate(steps)}
    if not record.session.is_remote:
        began, ended = record.times_by_hand or (None, None)
        base |= dict(zip(_HAND, (at and dates.local(at).time() for at in (began, ended)), strict=True))
    return base


class GiveBackForm(forms.Form):
    """Why a record goes back to its author."""

    reason = WordsField(
        label="What should be changed?",
        help_text="Its author reads this. The record is a draft again until both of you sign.",
        error_messages={"required": "Say in a few words what should be changed."},
        most=MOST_REASON,
        widget=_lines(2),
    )


class AmendForm(forms.Form):
    """Something to add to a complete record."""

    words = WordsField(
        label="What do you want to add?",
        help_text="The record stays as it is. This stands below it, with your name and the time.",
        error_messages={"required": "Write what you want to add."},
        most=MOST,
        widget=_lines(3),
    )
    reason = WordsField(
        label="Why do you add it?",
        error_messages={"required": "Say why you add it."},
        most=MOST_REASON,
        widget=_lines(2),
    )
