"""What hangs on a session's form: the steps, the props and the staff."""

import copy
import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet

from sessions_app import staffing
from sessions_app.admin.family_texts import read_by_families
from sessions_app.admin.pictures import offer_pictures, settle_picture
from sessions_app.models import Session, SessionItem, SessionStep, StaffAssignment
from sessions_app.staff_standing import away
from whippersnappers import dates
from whippersnappers.plain_fields import SpeaksPlainly


def without_side_doors(field: Any) -> Any:
    """The field without the links that would add, change or look at what is chosen: one page, one job."""
    for link in ("can_add_related", "can_change_related", "can_view_related", "can_delete_related"):
        setattr(field.widget, link, False)
    return field


def name_fields(form: forms.BaseForm) -> None:
    """In a table the label stands far away, in the head: every field carries its own name as well."""
    for field in form.fields.values():
        field.widget.attrs["aria-label"] = field.label


class LinesFormSet(PaginationInlineFormSet):
    """Steps or props in their order. Lines without a number go to the end, in the order they were typed.

    A line that somebody else took away meanwhile comes back as a new one, so that nothing typed is lost.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.data = self._with_vanished_as_new()
            self.__dict__.pop("management_form", None)  # Django remembers it from the data as they came

    def _with_vanished_as_new(self) -> Any:
        if not self.management_form.is_valid():
            return self.data
        total = self.total_form_count()
        stored = {str(pk) for pk in self.get_queryset().values_list("pk", flat=True)}
        rows = [self._row(index) for index in range(total)]
        kept = [row for row in rows if row.get("id") in stored]
        new = [row | {"id": ""} for row in rows if row.get("id") not in stored]
        if [row.get("id") for row in kept + new] == [row.get("id") for row in rows]:
            return self.data
        data = self.data.copy()
        for index, row in enumerate(kept + new):
            data.update({f"{self.prefix}-{index}-{name}": value for name, value in row.items()})
        data[f"{self.prefix}-INITIAL_FORMS"] = str(len(kept))
        return data

    def _row(self, index: int) -> dict[str, str]:
        start = f"{self.prefix}-{index}-"
        return {key.removeprefix(start): value for key, value in self.data.items() if key.startswith(start)}

    def save_in_order(self) -> None:
        """Store the lines, numbered from 1 as they stand."""
        self.save(commit=False)
        for line in self.deleted_objects:
            line.delete()
        for number, form in enumerate(self.in_order(), start=1):
            form.instance.position = number
            form.instance.save()

    def in_order(self) -> list[Any]:
        """The forms of the lines that stay, in the order of their numbers."""
        forms_ = [f for f in self.forms if f not in self.deleted_forms and (f.instance.pk or f.has_changed())]
        last = len(forms_) + max((f.cleaned_data.get("position") or 0 for f in forms_), default=0)
        return sorted(forms_, key=lambda f: f.cleaned_data.get("position") or last)


class LineForm(forms.ModelForm):
    """A line whose number may be left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].required = False
        self.fields["position"].label = "Order"
        self.fields["position"].initial = None
        read_by_families(self, "title", "detail", "name", "note")
        offer_pictures(self)
        name_fields(self)

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0

    def clean(self) -> dict[str, Any]:
        return settle_picture(super().clean() or self.cleaned_data)


class StepInline(SpeaksPlainly, TabularInline):
    """What will happen, step by step (W2)."""

    model = SessionStep
    form = LineForm
    formset = LinesFormSet
    fields = ["position", "title", "picture", "detail"]
    extra = 0
    hide_title = True
    verbose_name = "step"
    verbose_name_plural = "What will happen"


class ItemFormSet(LinesFormSet):
    """Props, unless nothing is needed: not both."""

    def clean(self) -> None:
        super().clean()
        listed = [f for f in self.forms if f not in self.deleted_forms and f.has_changed() | bool(f.initial)]
        if self.instance.nothing_needed and listed:
            raise ValidationError("“Nothing needed” is ticked and props are listed: untick it, or take the list away.")


class ItemInline(SpeaksPlainly, TabularInline):
    """Props and materials, or a tick that nothing is needed (W2)."""

    model = SessionItem
    form = LineForm
    formset = ItemFormSet
    fields = ["position", "name", "needed", "note"]
    extra = 0
    hide_title = True
    verbose_name = "thing to bring"
    verbose_name_plural = "What families need to bring"
    template_before = "staff/nothing_needed.html"


class StaffFormSet(PaginationInlineFormSet):
    """Who delivers. A clash with another session is said at the person, before Postgres has to."""

    def clean(self) -> None:
        super().clean()
        now, seen = timezone.now(), set()
        session = copy.copy(self.instance)
        session.pk = session.pk or uuid.uuid4()  # a new one has no key yet
        for form in self.forms:
            staff = form.cleaned_data.get("staff") if hasattr(form, "cleaned_data") else None
            if staff is None or form in self.deleted_forms:
                continue
            if staff.pk in seen:
                form.add_error("staff", f"{staff} is on this session already.")
            seen.add(staff.pk)
            if form.instance._state.adding and session.starts_at and session.ends_at:
                clash = staffing.clash_of(session, staff, now)
                if clash:
                    form.add_error("staff", clash)

    def save_by_services(self, *, by: Any, now: datetime) -> None:
        """Put on, change and take off what the form says. Raises ValidationError for a clash that came since."""
        self.save(commit=False)
        session_id = self.instance.pk
        for gone in self.deleted_objects:
            staffing.drop_out(gone.pk, reason="taken off while planning", by=by, now=now)
        for assignment in [*self.new_objects, *(changed for changed, _fields in self.changed_objects)]:
            staffing.assign(session_id, assignment.staff, assignment.role, by=by, now=now)


class AssignmentForm(forms.ModelForm):
    """A person's part. Who it is does not change: one goes, another comes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding and "staff" in self.fields:
            self.fields["staff"].disabled = True
        name_fields(self)


class StaffInline(SpeaksPlainly, TabularInline):
    """Members of staff at the session, with what keeps each from delivering it (W5)."""

    model = StaffAssignment
    form = AssignmentForm
    formset = StaffFormSet
    fields = ["staff", "role", "clearance"]
    readonly_fields = ["clearance"]
    autocomplete_fields = ["staff"]
    extra = 0
    hide_title = True
    verbose_name = "person"
    verbose_name_plural = "Staff"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return without_side_doors(super().formfield_for_dbfield(db_field, request, **kwargs))

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffAssignment]:
        return (
            super()
            .get_queryset(request)
            .filter(withdrawn_at=None)
            .select_related("staff__user", "session")
            .annotate(is_away=away())
        )

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        # On a confirmed session somebody drops out on a page of its own, which says what follows.
        return obj is None or obj.state == Session.State.DRAFT

    def clearance(self, assignment: StaffAssignment) -> str | SafeString:
        if assignment._state.adding:
            return "Shown once saved"
        gaps = assignment.staff.clearance_gaps(dates.local(assignment.session.starts_at).date())
        if assignment.is_away:  # type: ignore[attr-defined]
            gaps.append("away at that time")
        if not gaps:
            return "Cleared for that day"
        return format_html('<ul class="st-gaps">{}</ul>', format_html_join("", "<li>{}</li>", [[gap] for gap in gaps]))
