"""The register of recordings: what Zoom keeps of which session, who was in it, and when it goes. Nothing is played."""

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
from unfold.widgets import UnfoldAdminTextareaWidget

from families.plain_text import WordsField
from sessions_app.admin.mending import page_of
from sessions_app.admin.session_list import DaysFilter, two_lines
from sessions_app.admin.steps import say_at_fields
from sessions_app.models import RecordingFile
from sessions_app.recordings import keeping
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.staff_admin import NotMadeHere, StaffAdmin, StartsWithFilter

_SAID = {"hold": "Kept until it is let go.", "let_go": "It goes when its time is over.", "delete": "It goes now."}


class StandingFilter(StartsWithFilter):
    """What Zoom still keeps, unless asked otherwise."""

    title = "state"
    parameter_name = "state"
    starts_with = "At Zoom"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("held", "Kept longer"), ("must_go", "Must go"), ("deleted", "Deleted"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RecordingFile]) -> QuerySet[RecordingFile]:
        match self.value():
            case "all":
                return queryset
            case "held":
                return queryset.filter(deleted_at=None, held_at__isnull=False)
            case "must_go":
                return queryset.filter(deleted_at=None).exclude(not_allowed="")
            case "deleted":
                return queryset.filter(deleted_at__isnull=False)
        return queryset.filter(deleted_at=None)


class HoldForm(forms.Form):
    """Why a recording is kept longer."""

    reason = WordsField(
        label="Why it has to be kept longer",
        most=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Coordinators read it. No names of children, please.",
        error_messages={"required": keeping.WITHOUT_REASON},
    )


@admin.register(RecordingFile)
class RecordingFileAdmin(NotMadeHere, StaffAdmin):
    """To look at; coordinators let one go before its time, those who safeguard keep one longer."""

    list_display = ["of_session", "recorded", "standing", "goes"]
    list_display_links = ["of_session"]
    list_filter = [StandingFilter, ("started_at", DaysFilter)]
    list_filter_sheet = True
    list_filter_submit = True
    search_fields = ["session__search_text"]
    search_help_text = "Session"
    actions = None
    export_columns = {
        "Session": "session.title", "Recording started": "started_at", "Recording stopped": "stopped_at",
        "Must not be": "not_allowed", "Delete by": "delete_by", "Held since": "held_at", "Deleted": "deleted_at",
    }  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[RecordingFile]:
        return super().get_queryset(request).select_related("session")

    @admin.display(description="Session", ordering="session__starts_at")
    def of_session(self, file: RecordingFile) -> SafeString:
        session = file.session
        return two_lines(session.title, dates.when(session.starts_at, session.ends_at, now=timezone.now()))

    @admin.display(description="Recorded", ordering="started_at")
    def recorded(self, file: RecordingFile) -> str:
        return f"{dates.clock(file.started_at)} to {dates.clock(file.stopped_at)}"

    @admin.display(description="State")
    def standing(self, file: RecordingFile) -> str:
        return file.standing

    @admin.display(description="Goes", ordering="delete_by")
    def goes(self, file: RecordingFile) -> str:
        day = dates.column_day(dates.local(file.deleted_at or file.delete_by).date())
        return f"Deleted {day}" if file.deleted_at else day

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One recording: who was in it, the proof that it went, and what may be done with it."""
        file, now = self.get_object(request, object_id), timezone.now()
        if file is None or not self.has_view_permission(request, file):
            raise Http404
        if request.method == "POST" and not self.has_change_permission(request, file):
            raise PermissionDenied
        step = request.POST.get("step", "")
        form = HoldForm(request.POST if step == "hold" else None)
        if step and (step != "hold" or form.is_valid()) and self._done(request, file, step, form, now):
            return redirect(request.path)
        context = {**self.admin_site.each_context(request), **_shown(request, file, now), "form": form}
        return TemplateResponse(request, "staff/recording.html", context)

    def _done(self, request: HttpRequest, file: RecordingFile, step: str, form: forms.Form, now: datetime) -> bool:
        user = signed_in(request)
        try:
            if step == "hold":
                keeping.hold(file.pk, **form.cleaned_data, by=user, now=now)
            elif step == "let_go":
                keeping.let_go(file.pk, by=user, now=now)
            elif step == "delete":
                keeping.delete_soon(file.pk, by=user, now=now)
        except ValidationError as refusal:
            if form.is_bound:
                say_at_fields(form, refusal)
                return False
            for sentence in refusal.messages:
                messages.error(request, sentence)
            return True
        messages.success(request, _SAID.get(step, "Nothing was changed."))
        return True


def _shown(request: HttpRequest, file: RecordingFile, now: datetime) -> dict[str, Any]:
    user = signed_in(request)
    return {
        "title": str(file.session),
        "file": file,
        "children": file.children.select_related("child").order_by("child__known_as", "child__last_name"),
        "session_page": page_of(file.session),
        "may_hold": keeping.may_hold(user),
        "back": reverse("admin:sessions_app_recordingfile_changelist"),
        "now": now,
    }
