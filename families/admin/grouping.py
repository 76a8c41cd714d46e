"""Putting many children into a group at once, from the list of children."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from families import registering
from families.models import Child, Group
from whippersnappers.plain_fields import ChosenRow


class GroupingForm(forms.Form):
    """A group that is there, or the name of a new one."""

    group = ChosenRow(
        label="Group",
        queryset=Group.objects.all(),
        required=False,
        empty_label="A new group",
        widget=UnfoldAdminSelectWidget(),
    )
    name = forms.CharField(
        label="Name of the new group", max_length=80, required=False, widget=UnfoldAdminTextInputWidget()
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name = cleaned.get("name", "").strip()
        if not self.errors and (cleaned.get("group") is None) == (not name):
            raise forms.ValidationError("Choose a group, or give a new one its name: one of the two.")
        if name and Group.objects.filter(name__iexact=name).exists():
            self.add_error("name", "There is a group of this name: choose it above.")
        return cleaned

    def chosen(self) -> Group:
        """The group to fill; a new one is not stored yet."""
        return self.cleaned_data["group"] or Group(name=self.cleaned_data["name"].strip())


@admin.action(description="Put into a group", permissions=["change"])
def put_into_group(page: Any, request: HttpRequest, queryset: QuerySet[Child]) -> HttpResponse | None:
    """Ask for the group, then add the ticked children to those who are in it already."""
    if not request.user.has_perm("families.change_group"):
        raise PermissionDenied
    children = list(queryset.filter(archived_at=None))
    form = GroupingForm(request.POST if "put" in request.POST else None)
    if form.is_valid():
        group = form.chosen()
        before = [] if group._state.adding else list(group.children.all())
        members = list({child.pk: child for child in [*before, *children]}.values())
        registering.save_group(group, members, by=request.user, now=timezone.now())
        new = len(members) - len(before)
        known = len(children) - new
        there = f", {known} {'was' if known == 1 else 'were'} in it already" if known else ""
        messages.success(request, f"{_counted(new)} put into “{group.name}”{there}.")
        return None
    context = {
        **page.admin_site.each_context(request),
        "title": "Put into a group",
        "form": form,
        "counted": _counted(len(children)),
        "ticked": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "across": request.POST.get("select_across", "0"),
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "families/grouping.html", context)


def _counted(number: int) -> str:
    return "1 child" if number == 1 else f"{number} children"
