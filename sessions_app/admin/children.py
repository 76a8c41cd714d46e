"""What those who deliver a session need to know of the children in it, and no more (W8)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from sessions_app.models import ChildInMySessions
from whippersnappers.staff_admin import StaffAdmin


@admin.register(ChildInMySessions)
class ChildInMySessionsAdmin(StaffAdmin):
    """Read-only: no surname's address, no family, no import reference, no entitlement."""

    list_display = ["name", "age", "communication"]
    search_help_text = "Name"
    search_fields = ["known_as", "last_name"]
    ordering = ["known_as"]
    actions = None
    fieldsets = [
        (None, {"fields": ["name", "age"]}),
        ("How to talk with them", {"fields": ["communication", "communication_notes"]}),
        ("What they need", {"fields": ["access_needs", "medical_notes"]}),
        ("What helps", {"fields": ["what_helps", "what_to_avoid", "likes"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Name", ordering="known_as")
    def name(self, child: ChildInMySessions) -> str:
        return str(child)

    @admin.display(description="Age")
    def age(self, child: ChildInMySessions) -> str:
        years = child.age_on(timezone.localdate())
        return f"{years} years" if years != 1 else "1 year"
