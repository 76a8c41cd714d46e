"""What the calendar is narrowed to: by staff, child, kind, place and state. It stands in the address."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect

from families.models import Child
from sessions_app.calendar import Wanted
from sessions_app.models import Booking, ChildInMySessions, Place, Session, StaffProfile
from whippersnappers.accounts.models import User
from whippersnappers.plain_fields import ChosenRow

# Not a state of a session, but what coordinators look for most.
TO_MEND = "to_mend"
_SHOWN = [("", "All but cancelled"), (TO_MEND, "Something to mend"), *Session.State.choices]


class ChildSelect(AutocompleteSelect):
    """A child, found by typing a name."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> Any:
        # Django empties it after all that is given from outside.
        return super().build_attrs(base_attrs, extra_attrs) | {"data-placeholder": "All children"}


class FilterForm(forms.Form):
    """The filters that this person may use. A value that is not there any more narrows nothing, and is said."""

    staff = ChosenRow(queryset=StaffProfile.objects.none(), required=False, empty_label="Everybody")
    child = ChosenRow(queryset=Child.objects.none(), required=False, empty_label="All children")
    kind = forms.ChoiceField(choices=[("", "All kinds"), *Session.Kind.choices], required=False)
    place = ChosenRow(queryset=Place.objects.none(), required=False, empty_label="All places")
    show = forms.ChoiceField(choices=_SHOWN, required=False)

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data, auto_id="filter_%s")
        self._offer(
            "staff", StaffProfile.objects.select_related("user"), user.has_perm("sessions_app.view_staffprofile")
        )
        self._offer("place", Place.objects.all(), user.has_perm("sessions_app.view_place"))
        if user.has_perm("families.view_child"):
            # Thousands of children do not fit into a list.
            field = Booking._meta.get_field("child")
            self.fields["child"].widget = ChildSelect(field, admin.site)
            self._offer("child", Child.objects.visible_to(user), True)
        else:
            mine = ChildInMySessions.objects.visible_to(user)
            self._offer("child", mine, user.has_perm("sessions_app.view_childinmysessions"))
        self.full_clean()
        # What is not there any more is said, but not shown as chosen.
        self.data = {name: value for name, value in self.data.items() if name not in self.errors}

    def _offer(self, name: str, choices: Any, permitted: bool) -> None:
        if permitted:
            self.fields[name].queryset = choices  # type: ignore[attr-defined]
        else:
            del self.fields[name]

    def wanted(self) -> Wanted:
        """What is looked for; every field that is not understood is left out."""
        chosen = {name: self.cleaned_data.get(name) or "" for name in ("staff", "child", "place", "kind")}
        keys = {name: getattr(value, "pk", None) for name, value in chosen.items() if name != "kind"}
        shown = self.cleaned_data.get("show") or ""
        return Wanted(**keys, kind=str(chosen["kind"]), state="" if shown == TO_MEND else shown)

    @property
    def only_to_mend(self) -> bool:
        """Whether only sessions with something to mend are looked for."""
        return self.cleaned_data.get("show") == TO_MEND

    @property
    def narrows(self) -> bool:
        """Whether anything is left out that would be shown without the filters."""
        return any(self.cleaned_data.get(name) for name in self.fields)
