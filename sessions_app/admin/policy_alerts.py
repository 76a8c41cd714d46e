"""Policy alerts for coordinators: what is still to see to, and each with its facts and the two steps."""

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
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from families.plain_text import WordsField
from sessions_app import policy_alerts
from sessions_app.admin.mending import page_of
from sessions_app.admin.session_list import DaysFilter, two_lines
from sessions_app.admin.steps import say_at_fields
from sessions_app.live.alert_words import facts_said, moment
from sessions_app.models import PolicyAlert
from sessions_app.models.policy_alerts import MOST_PRESSING_FIRST
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.staff_admin import NotMadeHere, StaffAdmin, StartsWithFilter

_COLOUR = {"Open": "danger", "Acknowledged": "warning", "Settled": "success"}


class StandingFilter(StartsWithFilter):
    """What somebody still has to see to, unless asked otherwise."""

    title = "state"
    parameter_name = "state"
    starts_with = "To see to"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("acknowledged", "Acknowledged"), ("settled", "Settled"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PolicyAlert]) -> QuerySet[PolicyAlert]:
        match self.value():
            case "all":
                return queryset
            case "open":
                return queryset.filter(acknowledged_at=None)
            case "acknowledged":
                return queryset.filter(acknowledged_at__isnull=False, settled_at=None)
            case "settled":
                return queryset.filter(settled_at__isnull=False)
        return queryset.filter(settled_at=None)


class SettleForm(forms.Form):
    """What came of it, and why."""

    outcome = forms.ChoiceField(
        label="What came of it",
        choices=[("", "Choose"), *PolicyAlert.Outcome.choices],
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": "Choose what came of it."},
    )
    reason = WordsField(
        label="What happened, and what was done about it",
        most=policy_alerts.LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="Those who safeguard and the trustees read it. No names of children, please.",
        error_messages={"required": policy_alerts.WITHOUT_REASON},
    )


@admin.register(PolicyAlert)
class PolicyAlertAdmin(NotMadeHere, StaffAdmin):
    """The portal raises them, staff see to them; nothing else can be edited."""

    list_display = ["what", "of_session", "began", "promise", "status"]
    list_display_links = ["what"]
    list_filter = [
        StandingFilter,
        ("kind", ChoicesDropdownFilter),
        ("clause", ChoicesDropdownFilter),
        ("began_at", DaysFilter),
    ]
    list_filter_sheet = True
    list_filter_submit = True
    search_fields = ["session__search_text"]
    search_help_text = "Session"
    actions = None
    export_columns = {
        "What": "kind", "Clause": "clause", "Session": "session.title", "Starts": "session.starts_at",
        "Began": "began_at", "Ended": "ended_at", "State": "standing", "Outcome": "outcome",
    }  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyAlert]:
        return super().get_queryset(request).select_related("session", "acknowledged_by", "settled_by")

    def get_ordering(self, request: HttpRequest) -> Any:
        return MOST_PRESSING_FIRST

    @admin.display(description="What", ordering="kind")
    def what(self, alert: PolicyAlert) -> str:
        return alert.get_kind_display()

    @admin.display(description="Session", ordering="session__starts_at")
    def of_session(self, alert: PolicyAlert) -> SafeString:
        session = alert.session
        return two_lines(session.title, dates.when(session.starts_at, session.ends_at, now=timezone.now()))

    @admin.display(description="Began", ordering="began_at")
    def began(self, alert: PolicyAlert) -> str:
        return moment(alert.began_at, now=timezone.now())

    @admin.display(description="Clause", ordering="clause")
    def promise(self, alert: PolicyAlert) -> str:
        return alert.clause

    @admin.display(description="State")
    def status(self, alert: PolicyAlert) -> SafeString:
        return format_html('<span class="st-label st-label--{}">{}</span>', _COLOUR[alert.standing], alert.standing)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One alert: its facts, who sees to it, and the steps that are left."""
        alert, user, now = self.get_object(request, object_id), signed_in(request), timezone.now()
        if alert is None or not self.has_view_permission(request, alert):
            raise Http404
        if request.method == "POST" and not self.has_change_permission(request, alert):
            raise PermissionDenied
        step = request.POST.get("step", "")
        form = SettleForm(request.POST if step == "settle" else None)
        if step == "acknowledge":
            policy_alerts.acknowledge(alert, by=user, now=now)
            messages.success(request, "Noted: you see to it.")
            return redirect(request.path)
        if step == "settle" and form.is_valid() and self._settled(request, alert, form, now):
            return redirect(reverse("admin:sessions_app_policyalert_changelist"))
        context = {**self.admin_site.each_context(request), **_shown(alert, user, now), "form": form}
        return TemplateResponse(request, "staff/policy_alert.html", context)

    def _settled(self, request: HttpRequest, alert: PolicyAlert, form: forms.Form, now: datetime) -> bool:
        try:
            policy_alerts.settle(alert, **form.cleaned_data, by=signed_in(request), now=now)
        except ValidationError as refusal:
            say_at_fields(form, refusal)
            alert.refresh_from_db()
            return False
        messages.success(request, "Settled.")
        return True


def _shown(alert: PolicyAlert, user: Any, now: datetime) -> dict[str, Any]:
    return {
        "title": str(alert),
        "alert": alert,
        "facts": facts_said(alert, now=now),
        "staff": [str(each.staff) for each in alert.delivering()],
        "is_own": policy_alerts.is_own(alert, user),
        "session_page": page_of(alert.session),
        "colour": _COLOUR[alert.standing],
        "back": reverse("admin:sessions_app_policyalert_changelist"),
        "now": now,
    }
