"""What a step for many sessions asks the coordinator, besides the sessions themselves."""

from typing import Any

from django import forms
from django.db.models import Count, Q
from unfold.widgets import UnfoldAdminSelectWidget

from families.models import Group
from sessions_app.admin.inviting import group_said
from sessions_app.admin.session_steps import ReasonForm
from sessions_app.bulk.asking import Asked
from sessions_app.models import BulkRun, StaffAssignment, StaffProfile
from whippersnappers.plain_fields import ChosenRow


class NothingForm(forms.Form):
    """A step that needs no words."""

    def asked(self) -> Asked:
        return Asked()


class CancelForm(ReasonForm):
    """One reason for all of them; families read it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Why are they cancelled?"

    def asked(self) -> Asked:
        return Asked(reason=self.cleaned_data["reason"])


class GroupForm(forms.Form):
    """The group to invite, and what to do about children who are elsewhere."""

    group = ChosenRow(
        label="Group",
        queryset=Group.objects.none(),
        empty_label="Choose a group",
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": "Choose a group.", "invalid_choice": "This group does not exist any more."},
    )
    leave_out_busy = forms.BooleanField(
        label="Leave out children who are in another session at that time", required=False, initial=True
    )
    let_wait = forms.BooleanField(
        label="Where places are too few, put the others on the waiting list",
        required=False,
        initial=True,
        help_text="Who waited in vain most often this term gets a place first. Unticked, such a session is left out.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Count("children", filter=Q(children__archived_at=None))
        self.fields["group"].queryset = Group.objects.annotate(members=members).order_by("name")  # type: ignore[attr-defined]
        self.fields["group"].label_from_instance = group_said  # type: ignore[attr-defined]

    def clean_group(self) -> Any:
        group = self.cleaned_data["group"]
        if not group.members:
            raise forms.ValidationError("Nobody is in this group: put children into it first.")
        return group

    def asked(self) -> Asked:
        chosen = self.cleaned_data
        return Asked("", str(chosen["group"].pk), chosen["leave_out_busy"], chosen["let_wait"])


def _person(label: str, empty: str) -> ChosenRow:
    return ChosenRow(
        label=label,
        queryset=StaffProfile.objects.select_related("user").order_by("user__name"),
        required=False,
        empty_label=empty,
        widget=UnfoldAdminSelectWidget(),
    )


class StaffForm(forms.Form):
    """Who is taken off and who is put on; one of the two may be nobody."""

    off = _person("Take off", "Nobody")
    on = _person("Put on", "Nobody")
    role = forms.ChoiceField(
        label="As",
        required=False,
        choices=[("", "What the other one was"), *StaffAssignment.Role.choices],
        widget=UnfoldAdminSelectWidget(),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        off, on = cleaned.get("off"), cleaned.get("on")
        if not self.errors and off is None and on is None:
            raise forms.ValidationError("Choose whom to take off, whom to put on, or both.")
        if off is not None and off == on:
            self.add_error("on", "This is the same person: choose somebody else.")
        return cleaned

    def asked(self) -> Asked:
        off, on = (str(who.pk) if who else "" for who in (self.cleaned_data["off"], self.cleaned_data["on"]))
        return Asked(off=off, on=on, role=self.cleaned_data["role"])


FORMS: dict[str, type[Any]] = {
    BulkRun.Kind.CONFIRM: NothingForm,
    BulkRun.Kind.CANCEL: CancelForm,
    BulkRun.Kind.INVITE: GroupForm,
    BulkRun.Kind.STAFF: StaffForm,
    BulkRun.Kind.PREPARE: NothingForm,
}
# What these do can only be shown once something is chosen.
ASKED_FIRST = (BulkRun.Kind.INVITE, BulkRun.Kind.STAFF)
