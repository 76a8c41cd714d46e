"""Who stands for whom, on the pages of children and of guardians, and how a restriction is shown."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import StackedInline

from families.admin.ground import TEXTAREAS, CheckedForm, EndingFormSet
from families.models import Guardianship
from whippersnappers.plain_fields import SpeaksPlainly


class GuardianshipForm(CheckedForm):
    """One guardian's standing for one child."""

    class Meta:
        model = Guardianship
        fields = "__all__"
        labels = {"restricted": "There is a restriction (court order or the like)"}
        help_texts = {
            "restricted": "This person gets nothing about this child: no mail, no invitation, no page.",
            "restriction_review_on": "When somebody looks again whether it still holds.",
        }


class StandingInline(SpeaksPlainly, StackedInline):
    """The ground of both inlines."""

    model = Guardianship
    form = GuardianshipForm
    formset = EndingFormSet
    formfield_overrides = TEXTAREAS
    extra = 0
    other = ""
    verbose_name_plural = "Who stands for whom"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [
            (
                None,
                {
                    "fields": [
                        (self.other, "relationship"),
                        ("parental_responsibility", "may_be_invited", "may_see_details"),
                        "restricted",
                        ("restriction_reason", "restriction_review_on"),
                        "mark",
                    ]
                },
            )
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Guardianship]:
        return super().get_queryset(request).select_related("guardian", "child")


class GuardiansOfChild(StandingInline):
    other = "guardian"
    autocomplete_fields = ["guardian"]
    verbose_name = "parent or carer"
    verbose_name_plural = "Parents and carers"


class ChildrenOfGuardian(StandingInline):
    other = "child"
    autocomplete_fields = ["child"]
    verbose_name = "child"
    verbose_name_plural = "Children"


class RestrictionFilter(admin.SimpleListFilter):
    """People with a restriction between them."""

    title = "restriction"
    parameter_name = "restriction"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("yes", "With a restriction")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(guardianships__restricted=True).distinct() if self.value() == "yes" else queryset


class ArchivedFilter(admin.SimpleListFilter):
    """Whether people who left are shown; they are not unless asked for."""

    title = "archive"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("only", "Archived only"), ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *rest = super().choices(changelist)
        yield {**first, "display": "With us now"}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(archived_at__isnull=self.value() != "only")


def label(word: str, colour: str) -> SafeString:
    """A word in a coloured pill; the word alone says it."""
    return format_html('<span class="st-label st-label--{}">{}</span>', colour, word)


def marks_of(person: Any, *, restricted: bool = False) -> list[tuple[str, str]]:
    """What must be seen at once where this person or household is only named."""
    marks = [("Archived", "warning")] if person.archived_at else []
    return [*marks, ("Restriction", "danger")] if restricted else marks


def restrictions_of(standings: Iterable[Guardianship]) -> list[dict[str, Any]]:
    """The restrictions among the standings, for the notice on top of a page."""
    return [
        {"guardian": s.guardian, "child": s.child, "review_on": s.restriction_review_on}
        for s in standings
        if s.restricted
    ]
