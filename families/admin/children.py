"""Children: what staff must know at a glance, and the rest below."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from families.admin.ground import FamiliesAdmin
from families.admin.grouping import put_into_group
from families.admin.proposals import proposal_page
from families.admin.standing import (
    ArchivedFilter,
    GuardiansOfChild,
    RestrictionFilter,
    label,
    marks_of,
    restrictions_of,
)
from families.confirming_details import confirmed_since, last_confirmed, term_began
from families.models import Child, Consent, Guardianship, Proposal
from families.models.children import age_said
from whippersnappers import dates
from whippersnappers.finding.lists import Found


class ConsentFilter(admin.SimpleListFilter):
    """What was answered about being in a recorded group session (X1)."""

    title = "recorded group sessions"
    parameter_name = "recorded"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No"), ("open", "Not asked yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Child]) -> QuerySet[Child]:
        current = Consent.objects.filter(purpose=Consent.Purpose.RECORDED_GROUP, superseded_at=None)
        match self.value():
            case "yes":
                return queryset.filter(pk__in=current.filter(given=True).values("child"))
            case "no":
                return queryset.filter(pk__in=current.filter(given=False).values("child"))
            case "open":
                return queryset.exclude(pk__in=current.values("child"))
        return queryset


class ConfirmedFilter(admin.SimpleListFilter):
    """Whether a parent or carer has said this term that nothing has changed."""

    title = "“Nothing changed” this term"
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Said so"), ("no", "Not yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Child]) -> QuerySet[Child]:
        if self.value() not in ("yes", "no"):
            return queryset
        said = confirmed_since(Child.objects.all(), term_began(timezone.localdate())).values("pk")
        return queryset.filter(pk__in=said) if self.value() == "yes" else queryset.exclude(pk__in=said)


@admin.register(Child)
class ChildAdmin(FamiliesAdmin):
    """A child. What keeps it safe stands first."""

    list_display = ["name", "age", "family", "adults", "communication", "local_authority"]
    list_display_links = ["name"]
    list_filter = [
        ("communication", ChoicesDropdownFilter), "local_authority", ConsentFilter, ConfirmedFilter, RestrictionFilter,
        ArchivedFilter,
    ]  # fmt: skip
    search_fields = ["search_text", "family__search_text", "guardianships__guardian__search_text"]
    export_columns = {
        "Reference": "reference", "Known as": "known_as", "Last name": "last_name", "Born": "date_of_birth",
        "Age": "age", "Family": "family.name", "Family reference": "family.reference", "Parents and carers": "adults",
        "Communicates by": "communication", "Local authority": "local_authority",
        "Entitlement, hours a year": "entitlement_hours", "Archived": "archived_at",
    }  # fmt: skip
    search_place = 3
    search_all = "&archived=all"
    search_help_text = "Child, reference, family or parent"
    autocomplete_fields = ["family"]
    actions = [put_into_group]
    inlines = [GuardiansOfChild]
    readonly_fields = ["recorded", "confirmed", "proposed"]
    change_form_outer_before_template = "families/restrictions.html"
    fieldsets = [
        ("Who", {"fields": [("first_name", "last_name"), ("known_as", "date_of_birth"), ("family", "reference")]}),
        ("To keep them safe", {"fields": ["medical_notes", "what_to_avoid"]}),
        ("How they communicate", {"fields": ["communication", "communication_notes"]}),
        ("To take part", {"fields": ["access_needs", "what_helps", "likes"]}),
        ("Short breaks", {"fields": [("local_authority", "entitlement_hours"), "recorded"]}),
        ("What the family says", {"fields": [("confirmed", "proposed")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Child]:
        standings = Prefetch("guardianships", Guardianship.objects.select_related("guardian"))
        return super().get_queryset(request).select_related("family").prefetch_related(standings)

    def get_readonly_fields(self, request: HttpRequest, obj: Child | None = None) -> list[str]:
        return ["recorded", "confirmed", "proposed", *(["family"] if obj else [])]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        child = self.get_object(request, object_id)
        found = restrictions_of(child.guardianships.select_related("guardian", "child")) if child else []
        return super().change_view(request, object_id, form_url, {"restrictions": found, **(extra_context or {})})

    def rows_for_search(self, request: HttpRequest) -> QuerySet[Child]:
        restricted = Guardianship.objects.filter(child=OuterRef("pk"), restricted=True)
        return self.get_queryset(request).prefetch_related(None).annotate(is_restricted=Exists(restricted))

    def as_result(self, row: Any) -> Found:
        facts = [str(row.family), age_said(row, timezone.localdate()), row.local_authority]
        return Found(str(row), ", ".join(filter(None, facts)), marks_of(row, restricted=row.is_restricted))

    @admin.display(description="Child", ordering="known_as")
    def name(self, child: Child) -> str | SafeString:
        return format_html("{} {}", child, label("Archived", "warning")) if child.archived_at else str(child)

    @admin.display(description="Age", ordering="-date_of_birth")
    def age(self, child: Child) -> int:
        return child.age_on(timezone.localdate())

    @admin.display(description="Parents and carers")
    def adults(self, child: Child) -> str | SafeString:
        standings = list(child.guardianships.all())
        names = ", ".join(str(s.guardian) for s in standings) or "Nobody yet"
        if any(s.restricted for s in standings):
            return format_html("{} {}", names, label("Restriction", "danger"))
        return names

    @admin.display(description="Recorded group sessions")
    def recorded(self, child: Child) -> str:
        current = child.consents.filter(purpose=Consent.Purpose.RECORDED_GROUP, superseded_at=None).first()
        if current is None:
            return "Not asked yet. Record the answer under Consents."
        return f"{'Yes' if current.given else 'No'}, since {dates.full_day(current.decided_at)}"

    @admin.display(description="“Nothing changed”")
    def confirmed(self, child: Child) -> str:
        last = last_confirmed(child)
        return f"{last.guardian}, {dates.full_day(last.on)}" if last else "Nobody has said so yet."

    @admin.display(description="Changes that wait for an answer")
    def proposed(self, child: Child) -> str | SafeString:
        waiting = Proposal.objects.waiting().filter(child=child)
        rows = ((proposal_page(one.pk), one.get_field_display()) for one in waiting)
        return format_html_join(", ", '<a href="{}">{}</a>', rows) or "None"
