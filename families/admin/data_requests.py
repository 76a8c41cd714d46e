"""Requests about data: what is due when, and the page on which they are given more time or answered (W8)."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from families import asking_about_data
from families.admin.proposals import say_at_fields
from families.admin.standing import label
from families.data_clock import may_extend
from families.models import DataRequest
from families.plain_text import WordsField
from whippersnappers import dates
from whippersnappers.staff_admin import NotMadeHere, StaffAdmin, StartsWithFilter

# From so many days on, the clock is shown as urgent.
SOON = 7


class AnsweredFilter(StartsWithFilter):
    """The open ones, unless asked otherwise."""

    title = "state"
    parameter_name = "state"
    starts_with = "Open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("answered", "Answered"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DataRequest]) -> QuerySet[DataRequest]:
        match self.value():
            case "all":
                return queryset
            case "answered":
                return queryset.filter(answered_at__isnull=False)
        return queryset.filter(answered_at=None)


class AnswerForm(forms.Form):
    """What was decided, and why."""

    outcome = forms.ChoiceField(
        label="What was done",
        choices=[("", "Choose"), *DataRequest.Outcome.choices],
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": "Say what was done."},
    )
    reason = WordsField(
        label="What was done, what was not, and why",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="The family reads it.",
        error_messages={"required": "Say what was done, what was not, and why. The family reads it."},
    )


class ExtendForm(forms.Form):
    """Why it takes longer."""

    extension_reason = WordsField(
        label="Why it takes longer",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="The family reads it.",
        error_messages={"required": "Say why it takes longer. The family reads it."},
    )


@admin.register(DataRequest)
class DataRequestAdmin(NotMadeHere, StaffAdmin):
    """Families ask, staff answer; nothing else can be edited."""

    list_display = ["whose", "kind", "received", "due", "clock", "status"]
    list_display_links = ["whose"]
    list_filter = [AnsweredFilter]
    search_fields = ["guardian__search_text"]
    search_help_text = "Parent or carer"
    ordering = ["received_at"]
    actions = None
    export_columns = {
        "Parent or carer": "guardian.full_name", "Asks for": "kind", "Came in": "received_at", "Due": "due_on",
        "Answered": "answered_at", "Outcome": "outcome",
    }  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataRequest]:
        return super().get_queryset(request).select_related("guardian__family", "answered_by")

    @admin.display(description="Parent or carer", ordering="guardian__last_name")
    def whose(self, request: DataRequest) -> str:
        return str(request.guardian)

    @admin.display(description="Came in", ordering="received_at")
    def received(self, request: DataRequest) -> str:
        return dates.near_moment(request.received_at, now=timezone.now())

    @admin.display(description="Due")
    def due(self, request: DataRequest) -> str:
        return dates.calendar_day(request.due_on, now=timezone.now())

    @admin.display(description="Clock")
    def clock(self, request: DataRequest) -> str | SafeString:
        now = timezone.now()
        words = request.clock_said(now)
        if not words:
            return "–"
        left = request.days_left(now)
        return label(words, "danger" if left < 0 else "warning" if left <= SOON else "")

    @admin.display(description="State")
    def status(self, request: DataRequest) -> str:
        return request.get_outcome_display() or ("More time taken" if request.extended_at else "Open")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One request: what they ask, until when, and the two steps."""
        asked, now = self.get_object(request, object_id), timezone.now()
        if asked is None or not self.has_view_permission(request, asked):
            raise Http404
        step = request.POST.get("step", "")
        forms_ = {
            "answer": AnswerForm(request.POST if step == "answer" else None),
            "extend": ExtendForm(request.POST if step == "extend" else None),
        }
        if request.method == "POST" and not self.has_change_permission(request, asked):
            raise PermissionDenied
        if step in forms_ and forms_[step].is_valid() and self._done(request, asked, step, forms_[step], now):
            return redirect(request.path)
        context = {**self.admin_site.each_context(request), **_shown(asked, now), **forms_, "now": now}
        return TemplateResponse(request, "families/data_request.html", context)

    def _done(self, request: HttpRequest, asked: DataRequest, step: str, form: forms.Form, now: datetime) -> bool:
        said = form.cleaned_data
        try:
            if step == "answer":
                asking_about_data.answer(asked, said["outcome"], said["reason"], by=request.user, now=now)
            else:
                asking_about_data.extend(asked, said["extension_reason"], by=request.user, now=now)
        except ValidationError as refusal:
            say_at_fields(form, refusal)
            return False
        messages.success(request, "Noted. The family is told by mail to look at their page.")
        return True


def _shown(asked: DataRequest, now: datetime) -> dict[str, Any]:
    return {
        "title": str(asked),
        "asked": asked,
        "clock": asked.clock_said(now),
        "is_late": asked.answered_at is None and asked.days_left(now) < 0,
        "due": dates.calendar_day(asked.due_on, now=now),
        "may_extend": asked.answered_at is None and not asked.extended_at and may_extend(asked.received_at, now),
        "is_deletion": asked.kind == DataRequest.Kind.DELETION,
        "whose_page": reverse("admin:families_guardian_change", args=[asked.guardian_id]),
        "back": reverse("admin:families_datarequest_changelist"),
    }
