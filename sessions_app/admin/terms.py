"""The charity's year as coordinators enter it: terms, and school holidays once a year."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone

from sessions_app import terms
from sessions_app.admin.carrying import carry_page, carrying_page
from sessions_app.admin.times import DayField
from sessions_app.models import Holiday, Term
from whippersnappers import dates
from whippersnappers.staff_admin import StaffAdmin


class SpanForm(forms.ModelForm):
    """A name and two days."""

    first_day = DayField(label="First day")
    last_day = DayField(label="Last day")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "The last day must not be before the first.")
        return cleaned


class SpanAdmin(StaffAdmin):
    form = SpanForm
    fields = ["name", ("first_day", "last_day")]
    search_fields = ["name"]
    search_help_text = "Name"
    ordering = ["-first_day"]
    actions = None

    @admin.display(description="From", ordering="first_day")
    def begins(self, span: Any) -> str:
        return dates.calendar_day(span.first_day, now=timezone.now())

    @admin.display(description="To", ordering="last_day")
    def is_over(self, span: Any) -> str:
        return dates.calendar_day(span.last_day, now=timezone.now())


@admin.register(Term)
class TermAdmin(SpanAdmin):
    list_display = ["name", "begins", "is_over", "runs"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Term]:
        return super().get_queryset(request).annotate(runs=Count("series"))

    change_form_outer_after_template = "staff/term_plan.html"

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.carry_over)
        working = self.admin_site.admin_view(self.carrying)
        return [
            path("<uuid:pk>/carry-over/", page, name="sessions_app_term_carry_over"),
            path("<uuid:pk>/carry-over/<uuid:key>/", working, name="sessions_app_term_carrying"),
            *super().get_urls(),
        ]

    def carry_over(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Plan this term from another one."""
        return carry_page(request, self._planned_term(request, pk), self.admin_site, timezone.now())

    def carrying(self, request: HttpRequest, pk: Any, key: Any) -> HttpResponse:
        """How far a worker is with that."""
        return carrying_page(request, self._planned_term(request, pk), key, self.admin_site, timezone.now())

    def _planned_term(self, request: HttpRequest, pk: Any) -> Term:
        if not request.user.has_perm("sessions_app.add_series"):
            raise PermissionDenied
        return get_object_or_404(Term, pk=pk)

    def save_model(self, request: HttpRequest, obj: Term, form: Any, change: bool) -> None:
        terms.save_term(obj, by=request.user, now=timezone.now())

    @admin.display(description="Series", ordering="runs")
    def runs(self, term: Any) -> int:
        return int(term.runs)


@admin.register(Holiday)
class HolidayAdmin(SpanAdmin):
    list_display = ["name", "begins", "is_over"]

    def save_model(self, request: HttpRequest, obj: Holiday, form: Any, change: bool) -> None:
        terms.save_holiday(obj, by=request.user, now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Holiday) -> None:
        terms.remove_holiday(obj, by=request.user, now=timezone.now())
