"""“Keep as an activity”: what a session was made of goes into the library."""

from typing import Any

from django import forms

from sessions_app import activities
from sessions_app.admin.family_texts import FamilyTextInput
from sessions_app.admin.steps import Step


class NameForm(forms.Form):
    """What the activity is called in the library."""

    name = forms.CharField(
        label="Name of the activity",
        max_length=80,
        help_text="Families read it where it becomes a session's title.",
        widget=FamilyTextInput(),
        error_messages={"required": "Give it a name, so that it can be found again."},
    )


class KeepAsActivity(Step):
    name, path, title, button = "keep", "keep/", "Keep as an activity", "Keep it in the library"
    form_class = NameForm

    def refusal(self) -> str:
        empty = not self.session.steps.exists() and not self.session.items.exists()
        return activities.NOTHING_TO_KEEP if empty else ""

    def explain(self) -> list[str]:
        copied = "The summary, the steps and the props go into the library, as a copy. The session stays as it is."
        return [copied, "Nobody is told. Whoever plans a session or a series can use it from now on."]

    def reach(self) -> None:
        return None

    def form(self, data: Any = None) -> forms.Form:
        return NameForm(data, initial={"name": self.session.title[:80]})

    def act(self, form: forms.Form) -> str:
        kept = activities.keep(self.session, name=form.cleaned_data["name"], by=self.request.user, now=self.now)
        return f"“{kept}” is in the library now."
