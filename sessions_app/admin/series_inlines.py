"""What hangs on a series' form: its steps, its props and its staff, as tables that services read."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet

from sessions_app.admin.session_inlines import (
    ItemInline,
    LinesFormSet,
    StepInline,
    name_fields,
    without_side_doors,
)
from sessions_app.models import SeriesItem, SeriesStaff, SeriesStep, StaffAssignment
from whippersnappers.plain_fields import SpeaksPlainly


class SeriesStepInline(StepInline):
    model = SeriesStep  # type: ignore[assignment]

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj is None else 0


class SeriesItemInline(ItemInline):
    model = SeriesItem  # type: ignore[assignment]


class SeriesStaffFormSet(PaginationInlineFormSet):
    """Who delivers: each person once."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        name_fields(form)
        if index == 0 and self.instance._state.adding:
            form.initial["role"] = StaffAssignment.Role.LEAD

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.forms:
            staff = form.cleaned_data.get("staff") if hasattr(form, "cleaned_data") else None
            if staff is not None and form not in self.deleted_forms:
                if staff.pk in seen:
                    form.add_error("staff", f"{staff} is on this series already.")
                seen.add(staff.pk)

    def validate_unique(self) -> None:
        """`clean` says it in better words."""


class SeriesStaffInline(SpeaksPlainly, TabularInline):
    """Members of staff at every session of the series."""

    model = SeriesStaff
    formset = SeriesStaffFormSet
    fields = ["staff", "role"]
    autocomplete_fields = ["staff"]
    extra = 0
    hide_title = True
    verbose_name = "person"
    verbose_name_plural = "Staff"

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Every session needs two."""
        return 2 if obj is None else 0

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return without_side_doors(super().formfield_for_dbfield(db_field, request, **kwargs))


def steps_in(lines: LinesFormSet) -> tuple[tuple[str, str, str], ...]:
    """The steps that a valid table holds, in order."""
    rows = [form.cleaned_data for form in lines.in_order()]
    return tuple((row["title"], row["detail"], row["picture"]) for row in rows)


def items_in(lines: LinesFormSet) -> tuple[tuple[str, bool, str], ...]:
    """The props that a valid table holds, in order."""
    rows = [form.cleaned_data for form in lines.in_order()]
    return tuple((row["name"], row["needed"], row["note"]) for row in rows)


def staff_in(table: SeriesStaffFormSet) -> dict[UUID, str]:
    """The people that a valid table holds, with their parts."""
    rows = [form.cleaned_data for form in table.forms if form not in table.deleted_forms and form.cleaned_data]
    return {row["staff"].pk: row["role"] for row in rows if row.get("staff")}
