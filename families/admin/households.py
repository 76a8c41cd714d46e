"""Households, and the parents and carers in them."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import StackedInline

from families import agreeing
from families.admin.archive_pages import archive_urls
from families.admin.ground import CheckedForm, FamiliesAdmin
from families.admin.signatures import SignedFilter, agreement_of, signature_cell, signature_in_file
from families.admin.spreadsheet import import_urls
from families.admin.standing import (
    ArchivedFilter,
    ChildrenOfGuardian,
    RestrictionFilter,
    label,
    marks_of,
    restrictions_of,
)
from families.admin.welcome_page import offer_welcome, signing_in_of, welcome_urls
from families.admin.welcoming import send_welcome
from families.models import Child, Family, Guardian, Guardianship
from whippersnappers.finding.lists import Found
from whippersnappers.plain_fields import SpeaksPlainly


class ReachFilter(admin.SimpleListFilter):
    """Guardians whom mail does not reach."""

    title = "can be reached"
    parameter_name = "reach"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no_email", "No e-mail address"), ("problem", "Mail comes back"), ("phone", "Prefers the phone")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "no_email":
                return queryset.filter(email="")
            case "problem":
                return queryset.exclude(email_problem="")
            case "phone":
                return queryset.filter(prefers=Guardian.Contact.PHONE)
        return queryset


class GuardiansInFamily(SpeaksPlainly, StackedInline):
    model = Guardian
    form = CheckedForm
    extra = 0
    show_change_link = True
    verbose_name_plural = "Parents and carers of this household"
    fieldsets = [(None, {"fields": [("first_name", "last_name"), ("email", "phone", "prefers"), "mark"]})]


class ChildrenInFamily(SpeaksPlainly, StackedInline):
    """The children of the household; their own page says the rest."""

    model = Child
    form = CheckedForm
    extra = 0
    show_change_link = True
    verbose_name_plural = "Children of this household"
    fieldsets = [(None, {"fields": [("first_name", "last_name"), ("known_as", "date_of_birth"), "mark"]})]


@admin.register(Family)
class FamilyAdmin(FamiliesAdmin):
    """A household: who lives in it, where, and what staff should know."""

    list_display = ["household", "number", "adults", "kids", "state"]
    list_display_links = ["household", "number"]
    list_filter = [ArchivedFilter]
    search_fields = ["search_text", "guardians__search_text", "children__search_text"]
    export_columns = {
        "Reference": "reference", "Family": "name", "Parents and carers": "adults", "Children": "kids",
        "State": "state", "With us since": "created_at", "Archived": "archived_at",
    }  # fmt: skip
    search_place = 1
    search_all = "&archived=all"
    search_help_text = "Family, reference, parent, e-mail address or child"
    list_before_template = "families/list_top.html"
    change_form_outer_before_template = "families/family_top.html"
    inlines = [GuardiansInFamily, ChildrenInFamily]
    fieldsets = [
        ("Household", {"fields": [("name", "reference"), "address"]}),
        ("For staff", {"fields": ["notes"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Family]:
        people = [Prefetch("guardians"), Prefetch("children")]
        return super().get_queryset(request).prefetch_related(*people)

    def get_urls(self) -> list[URLPattern]:
        return [*import_urls(self), *archive_urls(self), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may_import = request.user.has_perm("families.import_families")
        return super().changelist_view(request, {"may_import": may_import, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        family = self.get_object(request, object_id)
        return super().change_view(request, object_id, form_url, _around(family) | (extra_context or {}))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is Guardian:
            request.newcomers = formset.new_objects  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Family, post_url_continue: str | None = None) -> HttpResponse:
        offer_welcome(request, request.newcomers)  # type: ignore[attr-defined]
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Family) -> HttpResponse:
        offer_welcome(request, request.newcomers)  # type: ignore[attr-defined]
        return super().response_change(request, obj)

    def as_result(self, row: Family) -> Found:
        people = ", ".join([self.adults(row), self.kids(row)]) if row.children.all() else self.adults(row)
        return Found(row.name, f"{row.reference}: {people}", marks_of(row))

    @admin.display(description="Family", ordering="name")
    def household(self, family: Family) -> str:
        return family.name

    @admin.display(description="Reference", ordering="reference")
    def number(self, family: Family) -> str:
        return family.reference

    @admin.display(description="Parents and carers")
    def adults(self, family: Family) -> str:
        return ", ".join(str(guardian) for guardian in family.guardians.all()) or "Nobody yet"

    @admin.display(description="Children")
    def kids(self, family: Family) -> str:
        return ", ".join(child.known_as for child in family.children.all()) or "Nobody yet"

    @admin.display(description="State")
    def state(self, family: Family) -> str | SafeString:
        return label("Archived", "warning") if family.archived_at else "With us"


def _around(family: Family | None) -> dict[str, Any]:
    """What stands above a household's form: its people, and which children nobody would be invited for."""
    if family is None:
        return {}
    children = [child for child in family.children.all() if child.archived_at is None]
    covered = set(Guardianship.objects.inviting().filter(child__in=children).values_list("child", flat=True))
    adults = list(family.guardians.all())
    signed = agreeing.signed_ids(adult.pk for adult in adults)
    return {
        "people": [
            {
                "name": str(person),
                "page": reverse(f"admin:families_{person._meta.model_name}_change", args=[person.pk]),
                "unsigned": person in adults and person.pk not in signed,
            }
            for person in [*adults, *family.children.all()]
        ],
        "alone": [child for child in children if child.pk not in covered],
    }


@admin.register(Guardian)
class GuardianAdmin(FamiliesAdmin):
    """A parent or carer: how to reach them, and for whom they stand."""

    list_display = ["name", "family", "reach", "standing", "agreement"]
    list_display_links = ["name"]
    list_filter = [ReachFilter, SignedFilter, RestrictionFilter, ArchivedFilter]
    search_fields = ["search_text", "family__search_text"]
    export_columns = {
        "First name": "first_name", "Last name": "last_name", "Family": "family.name",
        "Family reference": "family.reference", "E-mail": "email", "Phone": "phone", "Prefers": "prefers",
        "Language": "language", "Mail comes back": "email_problem", "Stands for": "standing",
        "Agreement": "agreement_in_file", "Archived": "archived_at",
    }  # fmt: skip
    search_place = 2
    search_title = "Parents and carers"
    search_all = "&archived=all"
    search_help_text = "Name, e-mail address, phone or family"
    autocomplete_fields = ["family"]
    actions = [send_welcome]
    readonly_fields = ["mail_state"]
    inlines = [ChildrenOfGuardian]
    change_form_outer_before_template = "families/guardian_top.html"
    fieldsets = [
        ("Who", {"fields": [("first_name", "last_name"), "family"]}),
        ("How to reach them", {"fields": ["email", "mail_state", ("phone", "prefers"), ("language", "easy_read")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Guardian]:
        standings = Prefetch("guardianships", Guardianship.objects.select_related("child"))
        rows = super().get_queryset(request).select_related("family").prefetch_related(standings)
        known = {"has_signed": agreeing.signed_by(OuterRef("pk")), "signed_as": agreeing.signed_as(OuterRef("pk"))}
        return rows.annotate(**known)

    def get_readonly_fields(self, request: HttpRequest, obj: Guardian | None = None) -> list[str]:
        return ["mail_state", *(["family"] if obj else [])]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        guardian = self.get_object(request, object_id)
        found = restrictions_of(guardian.guardianships.select_related("guardian", "child")) if guardian else []
        around: dict[str, Any] = {"restrictions": found, "now": timezone.now()}
        if guardian:
            around |= {"signing": agreement_of(guardian), "signing_in": signing_in_of(guardian)}
        return super().change_view(request, object_id, form_url, around | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        return [*welcome_urls(self), *super().get_urls()]

    def response_add(self, request: HttpRequest, obj: Guardian, post_url_continue: str | None = None) -> HttpResponse:
        offer_welcome(request, [obj])
        return super().response_add(request, obj, post_url_continue)

    def as_result(self, row: Guardian) -> Found:
        standings = list(row.guardianships.all())
        kids = ", ".join(standing.child.known_as for standing in standings)
        about = f"{row.family}, for {kids}" if kids else str(row.family)
        return Found(str(row), about, marks_of(row, restricted=any(s.restricted for s in standings)))

    @admin.display(description="Name", ordering="last_name")
    def name(self, guardian: Guardian) -> str:
        return str(guardian)

    @admin.display(description="Reached by")
    def reach(self, guardian: Guardian) -> str | SafeString:
        if guardian.archived_at:
            return label("Archived", "warning")
        if guardian.email_problem:
            return format_html("{} {}", label("Mail comes back", "danger"), guardian.email)
        if not guardian.email:
            return f"Phone {guardian.phone}" if guardian.phone else label("Nobody can reach them", "danger")
        return f"{guardian.email} (prefers phone)" if guardian.prefers == Guardian.Contact.PHONE else guardian.email

    @admin.display(description="Stands for")
    def standing(self, guardian: Guardian) -> str | SafeString:
        standings = list(guardian.guardianships.all())
        names = ", ".join(s.child.known_as for s in standings) or "Nobody yet"
        if any(s.restricted for s in standings):
            return format_html("{} {}", names, label("Restriction", "danger"))
        return names

    @admin.display(description="Agreement")
    def agreement(self, guardian: Any) -> SafeString:
        return signature_cell(guardian)

    def agreement_in_file(self, guardian: Guardian) -> str:
        return signature_in_file(guardian)

    @admin.display(description="Mail to this address")
    def mail_state(self, guardian: Guardian) -> str:
        if guardian.email_problem:
            return f"comes back: {guardian.email_problem} A new address clears this."
        if not guardian.email:
            return "There is no address: staff phone this person."
        return "No problem known."


__all__ = ["FamilyAdmin", "GuardianAdmin"]
