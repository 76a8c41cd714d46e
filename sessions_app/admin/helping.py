"""Families that asked for help with Zoom: a list of open tasks, and a page to help from (F1)."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget

from families.helping import MOST, finish, help_due
from families.models import Guardianship, HelpRequest
from families.plain_text import WordsField
from sessions_app.admin.session_list import two_lines
from sessions_app.models import Booking, Session
from whippersnappers import dates
from whippersnappers.staff_admin import NotMadeHere, StaffAdmin, StartsWithFilter


class WaitingFilter(StartsWithFilter):
    """The ones that wait, unless asked otherwise."""

    title = "requests"
    parameter_name = "requests"
    starts_with = "Waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("done", "Done"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[HelpRequest]:
        if self.value() == "all":
            return queryset
        return queryset.filter(done_at__isnull=False) if self.value() == "done" else queryset.waiting()


class HelpedForm(forms.Form):
    """How it went, for colleagues."""

    note = WordsField(
        label="How did it go?",
        help_text="What was wrong, and what helped. Colleagues who help this family next can read it.",
        error_messages={"required": "Please say in a few words how it went."},
        most=MOST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


def with_next_session(requests: QuerySet[HelpRequest], now: datetime) -> QuerySet[HelpRequest]:
    """The requests, each with `next_session_at`: when the guardian next needs Zoom; None when nothing is planned."""
    children = Guardianship.objects.inviting().filter(guardian=OuterRef(OuterRef("guardian"))).values("child")
    ahead = Session.objects.filter(
        state__in=[Session.State.CONFIRMED, Session.State.LIVE],
        delivery=Session.Delivery.REMOTE,
        ends_at__gt=now,
        bookings__state__in=[Booking.State.INVITED, Booking.State.COMING],
        bookings__child__in=children,
    )
    return requests.annotate(next_session_at=Subquery(ahead.order_by("starts_at").values("starts_at")[:1]))


@admin.register(HelpRequest)
class HelpRequestAdmin(NotMadeHere, StaffAdmin):
    list_display = ["whom", "what", "number", "next_session", "status"]
    list_display_links = ["whom"]
    list_filter = [WaitingFilter]
    export_columns = {
        "Parent or carer": "guardian.full_name", "Family": "guardian.family.name", "Phone": "guardian.phone",
        "Device": "get_device_display", "Tries to": "get_trying_display", "Asked": "asked_at", "Done": "done_at",
    }  # fmt: skip
    search_fields = ["guardian__search_text"]
    search_help_text = "Parent or carer"
    ordering = ["asked_at"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[HelpRequest]:
        found = super().get_queryset(request).select_related("guardian__family", "done_by")
        return with_next_session(found, timezone.now())

    @admin.display(description="Whom", ordering="guardian__last_name")
    def whom(self, asked: HelpRequest) -> SafeString:
        return two_lines(asked.guardian.full_name, asked.guardian.family.name)

    @admin.display(description="With what")
    def what(self, asked: HelpRequest) -> SafeString:
        return two_lines(asked.get_device_display(), asked.get_trying_display())

    @admin.display(description="Phone")
    def number(self, asked: HelpRequest) -> str | SafeString:
        if not asked.guardian.phone:
            return "No number"
        return format_html('<a href="tel:{}">{}</a>', asked.guardian.phone.replace(" ", ""), asked.guardian.phone)

    @admin.display(description="Next session")
    def next_session(self, asked: Any) -> str:
        if asked.next_session_at is None:
            return "None planned"
        return f"{dates.near_day(asked.next_session_at, now=timezone.now())}, {dates.clock(asked.next_session_at)}"

    @admin.display(description="State", ordering="asked_at")
    def status(self, asked: Any) -> SafeString:
        word, colour = _state(asked, timezone.now())
        return format_html('<span class="st-label st-label--{}">{}</span>', colour, word)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One request: whom, with what, by when; and the note that somebody has helped."""
        asked, now = self.get_object(request, object_id), timezone.now()
        if asked is None or not self.has_view_permission(request, asked):
            raise Http404
        may_finish = self.has_change_permission(request, asked)
        form = HelpedForm(request.POST or None)
        if request.method == "POST" and may_finish and form.is_valid():
            finish(asked, note=form.cleaned_data["note"], by=request.user, now=now)  # type: ignore[arg-type]
            messages.success(request, f"{asked.guardian}: noted that somebody has helped.")
            return redirect("admin:families_helprequest_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Help for {asked.guardian}",
            "asked": asked,
            "state": _state(asked, now),
            "form": form,
            "may_finish": may_finish,
            "now": now,
            "back": reverse("admin:families_helprequest_changelist"),
        }
        return TemplateResponse(request, "staff/help_request.html", context)


def _state(asked: Any, now: datetime) -> tuple[str, str]:
    """How it stands in a word or two, and the label's colour."""
    if asked.done_at is not None:
        return "Done", "success"
    due = help_due(asked.asked_at, asked.next_session_at)
    if due <= now:
        return "Overdue", "danger"
    return f"Due: {dates.near_day(due, now=now)}, {dates.clock(due)}", "warning"
