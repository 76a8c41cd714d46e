"""The list of calls: families that no mail can reach, each call ticked off with how it went (W2)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget

from sessions_app import phone_tasks
from sessions_app.admin.session_list import two_lines
from sessions_app.admin.steps import say_at_fields
from sessions_app.invitations import current_meeting
from sessions_app.models import PhoneTask
from sessions_app.reach import reached_guardian
from whippersnappers import dates
from whippersnappers.staff_admin import StaffAdmin


class OpenFilter(admin.SimpleListFilter):
    """The calls still to make, unless asked otherwise."""

    title = "calls"
    parameter_name = "calls"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("done", "Done"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield first | {"display": "Still to make"}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: QuerySet[PhoneTask]) -> QuerySet[PhoneTask]:
        if self.value() == "all":
            return queryset
        return queryset.filter(done_at__isnull=self.value() != "done")


class CallForm(forms.Form):
    """How a call went."""

    outcome = forms.ChoiceField(
        label="How did it go?",
        choices=PhoneTask.Outcome.choices,
        widget=forms.RadioSelect(attrs={"class": "st-check"}),
        error_messages={"required": "Say how the call went."},
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget(),
        help_text="For colleagues. Nothing confidential, please.",
    )


@admin.register(PhoneTask)
class PhoneTaskAdmin(StaffAdmin):
    list_display = ["whom", "number", "session_said", "status"]
    list_display_links = ["whom"]
    search_help_text = "Parent, carer or session"
    list_filter = [OpenFilter]
    list_filter_sheet = False
    search_fields = ["guardian__first_name", "guardian__last_name", "session__title"]
    ordering = ["session__starts_at", "created_at"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[PhoneTask]:
        return super().get_queryset(request).select_related("session__place", "guardian", "done_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PhoneTask | None = None) -> bool:
        return False

    @admin.display(description="Whom", ordering="guardian__last_name")
    def whom(self, task: PhoneTask) -> SafeString:
        return two_lines(task.guardian.full_name, task.get_purpose_display())

    @admin.display(description="Phone")
    def number(self, task: PhoneTask) -> str | SafeString:
        if not task.guardian.phone:
            return "No number"
        return format_html('<a href="tel:{}">{}</a>', task.guardian.phone.replace(" ", ""), task.guardian.phone)

    @admin.display(description="Session", ordering="session__starts_at")
    def session_said(self, task: PhoneTask) -> SafeString:
        session = task.session
        return two_lines(session.title, dates.when(session.starts_at, session.ends_at, now=timezone.now()))

    @admin.display(description="State")
    def status(self, task: PhoneTask) -> SafeString:
        word, colour = ("Done", "success") if task.done_at else ("To call", "warning")
        if not task.done_at and task.attempts:
            word = f"To call, tried {task.attempts}×"
        return format_html('<span class="st-label st-label--{}">{}</span>', colour, word)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One call: the number, what to say, and how it went."""
        task = self.get_object(request, object_id)
        if task is None or not self.has_view_permission(request, task):
            raise Http404
        may_record = self.has_change_permission(request, task) and task.done_at is None
        form = CallForm(request.POST if request.method == "POST" and may_record else None)
        if form.is_bound and form.is_valid() and self._recorded(request, task, form):
            return redirect(reverse("admin:sessions_app_phonetask_changelist"))
        return TemplateResponse(request, "staff/call.html", self._context(request, task, form, may_record))

    def _recorded(self, request: HttpRequest, task: PhoneTask, form: CallForm) -> bool:
        said, now = form.cleaned_data, timezone.now()
        try:
            phone_tasks.record_call(task.pk, outcome=said["outcome"], note=said["note"], by=request.user, now=now)
        except ValidationError as refused:
            say_at_fields(form, refused)
            return False
        messages.success(request, f"Noted: {PhoneTask.Outcome(said['outcome']).label.lower()}.")
        return True

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reopen)
        return [path("<uuid:pk>/reopen/", view, name="sessions_app_phonetask_reopen"), *super().get_urls()]

    def reopen(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Put a call back on the list."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        task = get_object_or_404(self.get_queryset(request), pk=pk)
        phone_tasks.reopen(task.pk, by=request.user, now=timezone.now())
        messages.success(request, "The call is on the list again.")
        return redirect(reverse("admin:sessions_app_phonetask_change", args=[pk]))

    def _context(self, request: HttpRequest, task: PhoneTask, form: CallForm, may_record: bool) -> dict[str, Any]:
        reached = reached_guardian(task.session_id, task.guardian_id)
        session = task.session
        return {
            **self.admin_site.each_context(request),
            "title": f"Call {task.guardian}",
            "task": task,
            "session": session,
            "meeting": current_meeting(session),
            "form": form,
            "may_record": may_record,
            "may_reopen": self.has_change_permission(request, task),
            "children": [child.known_as for child in reached.children] if reached else [],
            "steps": session.steps.all(),
            "items": session.items.all(),
            "now": timezone.now(),
            "back": reverse("admin:sessions_app_phonetask_changelist"),
        }
