"""What those who deliver a session need to know of the children in it, and no more (W8)."""

from django.contrib import admin
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.utils import timezone

from families.models.children import age_said
from sessions_app.models import ChildInMySessions
from whippersnappers.accounts.access import signed_in
from whippersnappers.finding.lists import Found
from whippersnappers.finding.words import Searchable
from whippersnappers.staff_admin import OnlyLookedAt, StaffAdmin


@admin.register(ChildInMySessions)
class ChildInMySessionsAdmin(OnlyLookedAt, StaffAdmin):
    """Read-only: no surname's address, no family, no import reference, no entitlement."""

    list_display = ["name", "age", "communication"]
    search_help_text = "Name"
    search_fields = ["shown_search_text"]
    search_place = 3
    ordering = ["known_as"]
    actions = None
    fieldsets = [
        (None, {"fields": ["name", "age"]}),
        ("How to talk with them", {"fields": ["communication", "communication_notes"]}),
        ("What they need", {"fields": ["access_needs", "medical_notes"]}),
        ("What helps", {"fields": ["what_helps", "what_to_avoid", "likes"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChildInMySessions]:
        return _by_what_is_shown(super().get_queryset(request))

    def rows_to_search(self, request: HttpRequest) -> QuerySet[ChildInMySessions]:
        return _by_what_is_shown(ChildInMySessions.objects.visible_to(signed_in(request)))

    def may_find(self, request: HttpRequest) -> bool:
        """Whoever finds every child among the families needs no second line for it."""
        return super().may_find(request) and not request.user.has_perm("families.view_child")

    def as_result(self, row: ChildInMySessions) -> Found:
        facts = [age_said(row, timezone.localdate()), row.get_communication_display()]
        return Found(str(row), ", ".join(filter(None, facts)), [("Archived", "warning")] if row.archived_at else [])

    @admin.display(description="Name", ordering="known_as")
    def name(self, child: ChildInMySessions) -> str:
        return str(child)

    @admin.display(description="Age")
    def age(self, child: ChildInMySessions) -> str:
        return age_said(child, timezone.localdate())


def _by_what_is_shown(children: QuerySet[ChildInMySessions]) -> QuerySet[ChildInMySessions]:
    """Found by the name on the page only: a first name that is not used, or a reference, must not be guessable."""
    return children.annotate(shown_search_text=Searchable(Concat("known_as", Value(" "), "last_name")))
