"""Choosing the children to invite: one by one, or whole groups."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db.models import Count, Q

from families.models import Child, Group
from sessions_app.models import Booking


class InviteForm(forms.Form):
    """Children by name, groups by tick. A child in two of them gets one place."""

    child = forms.ModelMultipleChoiceField(
        label="Children", queryset=Child.objects.none(), required=False, help_text="Type a name to find a child."
    )
    groups = forms.ModelMultipleChoiceField(
        label="Groups",
        queryset=Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "st-check"}),
        help_text="Everybody in the group is invited.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = Booking._meta.get_field("child")
        self.fields["child"].widget = AutocompleteSelectMultiple(field, admin.site)
        self.fields["child"].queryset = Child.objects.filter(archived_at=None)  # type: ignore[attr-defined]
        members = Count("children", filter=Q(children__archived_at=None))
        self.fields["groups"].queryset = Group.objects.annotate(members=members).order_by("name")  # type: ignore[attr-defined]
        self.fields["groups"].label_from_instance = group_said  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.chosen():
            raise forms.ValidationError("Choose at least one child or group.")
        return self.cleaned_data

    def chosen(self) -> list[Child]:
        """Every child chosen, once."""
        named = list(self.cleaned_data["child"])
        grouped = Child.objects.filter(groups__in=self.cleaned_data["groups"], archived_at=None)
        return list({child.pk: child for child in [*named, *grouped]}.values())


def group_said(group: Any) -> str:
    """A group with how many are in it, as a choice says it."""
    return f"{group.name} (1 child)" if group.members == 1 else f"{group.name} ({group.members} children)"
