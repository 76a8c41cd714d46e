"""The form on which an alert to staff is written."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from safeguarding.dashboard import fields
from safeguarding.dashboard.step_forms import AboutConcern
from safeguarding.gathering import choices
from safeguarding.vocabulary import PersonRole

# How long an alert is shown unless somebody says otherwise.
USUALLY = timedelta(days=28)
_DAY = {"required": "Say until when they see it.", "invalid": "Write the day like 24/11/2026."}
_NOT_WHY = "Say what to do, not why: “Do not leave Pip alone with …”. They see nothing of the concern."


class LongerForm(AboutConcern):
    last_day = forms.DateField(
        label="Until when do they see it?",
        help_text="The last day, within three months from today.",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages=_DAY,
    )
    reason = fields.reason("Why must they still know it?")

    def prepare(self) -> None:
        self.fields["last_day"].initial = lambda: timezone.localdate() + USUALLY


class AlertForm(AboutConcern):
    child = fields.one_of("About which child?", [])
    words = fields.words("What must they know?", "Say what they must know.", help_text=_NOT_WHY)
    for_deliverers = forms.BooleanField(
        label="For everybody who delivers a session of this child, now or later", required=False, initial=True
    )
    named = fields.some_of("And for these people by name", [])
    last_day = forms.DateField(
        label="Until when?",
        help_text="The last day. Then nobody sees it any more.",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages=_DAY,
    )

    def prepare(self) -> None:
        """Children of the concern; staff without those who may have caused harm in it."""
        people = self.concern.people.all()
        subjects = {person.user_id for person in people if person.role == PersonRole.SUBJECT}
        children = [(str(person.child_id), str(person.child)) for person in people if person.child]
        staff = [(str(user.pk), str(user)) for user in choices.staff() if user.pk not in subjects and user.is_active]
        self.fields["child"].choices = children  # type: ignore[attr-defined]
        self.fields["named"].choices = staff  # type: ignore[attr-defined]
        self.fields["last_day"].initial = lambda: timezone.localdate() + USUALLY
        if len(children) == 1:
            self.fields["child"].initial = children[0][0]
