"""What somebody types in who holds a report on paper: what the sheet asks, and how it came."""

from typing import Any

from families.models import Child
from safeguarding.dashboard import fields
from safeguarding.gathering import choices
from safeguarding.models import Concern
from safeguarding.paper.entering import Sheet
from safeguarding.raising import Report
from safeguarding.reporting.forms import ConcernForm
from safeguarding.vocabulary import Kind
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

_HOW_IT_CAME = ("reporter", "reporter_words", "written_at", "received_at")
_LABELS = {
    "who": "Who is it about, as it stands on the paper?",
    "what_happened": "What was seen or heard?",
    "how_serious": "How serious did it seem to whoever wrote it?",
    "action_taken": "What did they do at once?",
    "opinion": "What do they think about it?",
    "uploads": "The paper itself, scanned",
    "about": "What do the files show?",
}
_HELP = {
    "kind": "About the Lead or the deputy: it goes to the trustees, and to nobody else.",
    "how_serious": "",
    "opinion": "It is kept apart from the facts.",
    "what_happened": "Word for word, as it stands on the paper. What you think of it comes later, as a note.",
    "subject": "For them it does not exist. About the Lead or the deputy: it goes to the trustees.",
}


class PaperForm(ConcernForm):
    """The form of the sheet, with how it came before it."""

    reporter = fields.known("Who reported it? Somebody of staff")
    reporter_words = fields.some("Or somebody else, in words")
    written_at = fields.Moment("When was it written?")
    received_at = fields.Moment("When did you receive it?", help_text="The clocks run from this time.")
    child = fields.known("A child we know")
    subject = fields.known("Is it about somebody of staff?")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, children=Child.objects.none(), **kwargs)
        del self.fields["children"]
        self.fields["who"].required = False
        known: Any = self.fields
        known["reporter"].queryset = known["subject"].queryset = choices.staff()
        known["child"].queryset = choices.children()
        if not user.has_role(Role.LEAD, Role.DEPUTY):
            # Trustees know no families: they say in words who it is about.
            del self.fields["child"]
        for name, label in _LABELS.items():
            self.fields[name].label = label
        for name, help_text in _HELP.items():
            self.fields[name].help_text = help_text
        self.order_fields([*_HOW_IT_CAME, "kind", "child", "who", "subject"])

    def clean(self) -> dict[str, Any]:
        child = self.cleaned_data.get("child")
        self.cleaned_data["children"] = [child] if child else []
        return super().clean()

    def report(self) -> Report:
        """What the sheet reports."""
        said = self.cleaned_data
        return Report(
            kind=Kind(said["kind"]),
            source=Concern.Source.PAPER,
            form_key=said["form_key"],
            danger_now=Concern.Danger(said["danger_now"]),
            words=self.words(),
            children=said["children"],
        )

    def sheet(self) -> Sheet:
        """How it came."""
        return Sheet(**{name: self.cleaned_data[name] for name in (*_HOW_IT_CAME, "subject")})


def first_drawn(form_key: Any, user: User) -> PaperForm:
    """The form with nothing typed in yet."""
    return PaperForm(user=user, initial={"form_key": form_key, "received_at": fields.this_minute()})
