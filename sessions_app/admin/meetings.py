"""Zoom meetings to read: their state in words, what went wrong, and "try again"."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from sessions_app import hosting
from sessions_app.admin.mending import page_of
from sessions_app.models import Meeting
from whippersnappers import dates
from whippersnappers.staff_admin import OnlyLookedAt, StaffAdmin

_COLOUR = {
    Meeting.State.WANTED: "warning",
    Meeting.State.CREATING: "warning",
    Meeting.State.READY: "success",
    Meeting.State.FAILED: "danger",
}


@admin.register(Meeting)
class MeetingAdmin(OnlyLookedAt, StaffAdmin):
    """Nobody edits a meeting: its session is edited, and the worker brings Zoom in line."""

    list_display = ["session_title", "when", "host", "status", "problem_said"]
    list_filter = [("state", ChoicesDropdownFilter)]
    list_filter_submit = True
    search_help_text = "Session, Meeting ID or host"
    export_columns = {
        "Session": "session.title", "Starts": "session.starts_at", "Ends": "session.ends_at", "Zoom host": "host.name",
        "State": "status", "What is wrong": "problem",
    }  # fmt: skip
    search_fields = ["session__title", "zoom_id", "host__name"]
    ordering = ["-session__starts_at"]
    actions = None
    fields = ["of", "when", "host", "status", "problem_said", "tried", "zoom_id", "ready_at"]
    change_form_outer_after_template = "staff/meeting_again.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Meeting]:
        return super().get_queryset(request).select_related("session", "host")

    @admin.display(description="Session", ordering="session__title")
    def session_title(self, meeting: Meeting) -> str:
        return meeting.session.title

    @admin.display(description="Session")
    def of(self, meeting: Meeting) -> SafeString:
        return format_html('<a href="{}">{}</a>', page_of(meeting.session), meeting.session.title)

    @admin.display(description="When", ordering="session__starts_at")
    def when(self, meeting: Meeting) -> str:
        return dates.when(meeting.session.starts_at, meeting.session.ends_at, now=timezone.now())

    @admin.display(description="State", ordering="state")
    def status(self, meeting: Meeting) -> SafeString:
        word, colour = meeting.get_state_display(), _COLOUR.get(Meeting.State(meeting.state), "")
        if not meeting.is_wanted and meeting.state not in (Meeting.State.DELETED, Meeting.State.ENDED):
            word, colour = "Being deleted", "warning"
        return format_html('<span class="st-label st-label--{}">{}</span>', colour, word)

    @admin.display(description="What is wrong")
    def problem_said(self, meeting: Meeting) -> str:
        return meeting.problem or "–"

    @admin.display(description="Attempts")
    def tried(self, meeting: Meeting) -> str:
        now = timezone.now()
        if meeting.next_attempt_at and meeting.next_attempt_at > now:
            return f"{meeting.attempts}; the next one {dates.until(meeting.next_attempt_at, now=now)}"
        return str(meeting.attempts)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.try_again)
        return [path("<uuid:pk>/try-again/", view, name="sessions_app_meeting_try_again"), *super().get_urls()]

    def try_again(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Have the worker look at the meeting at once."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm("sessions_app.change_session"):
            raise PermissionDenied
        meeting = get_object_or_404(self.get_queryset(request), pk=pk)
        hosting.try_again(meeting.pk, by=request.user, now=timezone.now())
        messages.success(request, "We are trying again. Look once more in a minute.")
        return redirect(reverse("admin:sessions_app_meeting_change", args=[meeting.pk]))
