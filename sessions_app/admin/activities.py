"""The library of activities: the list, the form with steps and props, and for practitioners a page to read."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from sessions_app import activities
from sessions_app.admin.family_texts import read_by_families
from sessions_app.admin.session_inlines import ItemInline, LinesFormSet, StepInline
from sessions_app.admin.session_list import two_lines
from sessions_app.models import Activity, ActivityItem, ActivityStep
from sessions_app.text_advice import advise_on_all
from whippersnappers.staff_admin import StaffAdmin


class ActivityForm(forms.ModelForm):
    """An activity in words that families will read."""

    # It stands above the list of props, and so outside the fieldsets.
    nothing_needed = forms.BooleanField(required=False, label="Nothing needed")

    class Meta:
        model = Activity
        fields = ["name", "summary"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["nothing_needed"] = self.instance.nothing_needed
        read_by_families(self, "name", "summary")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.instance.nothing_needed = bool(cleaned.get("nothing_needed"))
        return cleaned


class ActivityStepInline(StepInline):
    model = ActivityStep  # type: ignore[assignment]


class ActivityItemInline(ItemInline):
    model = ActivityItem  # type: ignore[assignment]


class ShelfFilter(admin.SimpleListFilter):
    """What can be chosen, unless one asks for what was put away."""

    title, parameter_name = "which", "which"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("archived", "Put away"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": "In the library"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Activity]) -> QuerySet[Activity]:
        if self.value() == "all":
            return queryset
        return queryset.filter(archived_at__isnull=self.value() != "archived")


@admin.register(Activity)
class ActivityAdmin(StaffAdmin):
    """Coordinators keep it; those who deliver may read it."""

    form = ActivityForm
    inlines = [ActivityStepInline, ActivityItemInline]
    list_display = ["activity", "steps_in_it", "to_bring"]
    list_display_links = ["activity"]
    list_filter = [ShelfFilter]
    search_fields = ["name", "summary", "steps__title", "items__name"]
    search_help_text = "Name, step or prop"
    ordering = ["name"]
    actions = None
    fieldsets = [("What", {"fields": ["name", "summary"]})]
    change_form_outer_before_template = "staff/activity_top.html"
    compressed_fields = False

    # --- The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Activity]:
        counted = Count("steps", distinct=True), Count("items", distinct=True, filter=Q(items__needed=True))
        return super().get_queryset(request).annotate(step_count=counted[0], needed_count=counted[1])

    @admin.display(description="Activity", ordering="name")
    def activity(self, activity: Activity) -> SafeString:
        return two_lines(activity.name, activity.summary[:90] + ("…" if len(activity.summary) > 90 else ""))

    @admin.display(description="Steps", ordering="step_count")
    def steps_in_it(self, activity: Any) -> int:
        return int(activity.step_count)

    @admin.display(description="Families need", ordering="needed_count")
    def to_bring(self, activity: Any) -> str:
        things = activity.needed_count
        return "Nothing" if not things else "1 thing" if things == 1 else f"{things} things"

    # --- The form

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "summary":
            field.widget.attrs["rows"] = 3
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Activity | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        activity = self._visible(request, object_id)
        context = {"title": activity.name, "subtitle": None, "activity": activity, "reading": _reading(activity)}
        if self.has_change_permission(request, activity):
            return super().change_view(request, object_id, form_url, context | (extra_context or {}))
        if request.method == "POST" or not self.has_view_permission(request, activity):
            raise PermissionDenied
        context |= {"steps": activity.steps.all(), "items": activity.items.all(), "opts": None}
        return TemplateResponse(request, "staff/activity_read.html", self.admin_site.each_context(request) | context)

    def _visible(self, request: HttpRequest, key: Any) -> Activity:
        try:
            return self.get_queryset(request).get(pk=key)
        except (Activity.DoesNotExist, ValidationError) as error:
            raise Http404 from error

    def save_model(self, request: HttpRequest, obj: Activity, form: Any, change: bool) -> None:
        activities.save_activity(obj, by=request.user, now=timezone.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        assert isinstance(formset, LinesFormSet)
        formset.save_in_order()

    # --- Put away, and taken out again

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<uuid:pk>/{name}/",
                self.admin_site.admin_view(self._press(name)),
                name=f"sessions_app_activity_{name}",
            )
            for name in PRESSES
        ]
        return own + super().get_urls()

    def _press(self, name: str) -> Any:
        do, said = PRESSES[name]

        @require_POST
        def view(request: HttpRequest, pk: Any) -> HttpResponse:
            activity = self._visible(request, pk)
            if not self.has_change_permission(request, activity):
                raise PermissionDenied
            now: datetime = timezone.now()
            do(activity.pk, by=request.user, now=now)
            messages.success(request, said)
            return redirect(reverse("admin:sessions_app_activity_change", args=[activity.pk]))

        return view


PRESSES: dict[str, tuple[Any, str]] = {
    "archive": (activities.archive, "Put away. What was planned with it stays as it is."),
    "restore": (activities.restore, "It is in the library again."),
}


def _reading(activity: Activity) -> Any:
    texts = [activity.name, activity.summary]
    texts += [f"{step.title}. {step.detail}" for step in activity.steps.all()]
    return advise_on_all([*texts, *(f"{item.name}. {item.note}" for item in activity.items.all())])
