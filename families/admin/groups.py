"""Groups of children who are usually invited together."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from families import registering
from families.models import Group
from whippersnappers.staff_admin import StaffAdmin


@admin.register(Group)
class GroupAdmin(StaffAdmin):
    """A group: its name and its children, found by typing."""

    list_display = ["name", "size"]
    search_fields = ["search_text", "children__search_text"]
    search_help_text = "Group or child"
    autocomplete_fields = ["children"]
    fields = ["name", "children"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(size=Count("children", distinct=True))

    @admin.display(description="Children", ordering="size")
    def size(self, group: Any) -> int:
        return int(group.size)

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        children = list(form.cleaned_data["children"])
        registering.save_group(obj, children, by=request.user, now=timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The members were saved with the group."""

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        registering.delete_group(obj, by=request.user, now=timezone.now())
