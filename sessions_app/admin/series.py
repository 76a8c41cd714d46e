"""Series as coordinators see them: the list, and the form that shows what it would do before it does it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from sessions_app.admin.cards import cards
from sessions_app.admin.series_form import SeriesForm
from sessions_app.admin.series_inlines import (
    SeriesItemInline,
    SeriesStaffInline,
    SeriesStepInline,
    items_in,
    staff_in,
    steps_in,
)
from sessions_app.admin.series_steps import STEPS, SeriesStep, respond
from sessions_app.admin.series_words import (
    hours_said,
    outcome_said,
    rhythm_said,
    skipped_said,
    untouched_said,
    what_would_happen,
)
from sessions_app.admin.series_work import ByWorker, press_change, show_again, work_page
from sessions_app.admin.session_inlines import without_side_doors
from sessions_app.admin.session_list import two_lines
from sessions_app.admin.using_activities import UsesActivities
from sessions_app.models import Series, Session
from sessions_app.series import rules
from sessions_app.series.plans import Outcome, Plan
from sessions_app.series.rehearsing import Rehearsal, press
from sessions_app.series.starting import start
from whippersnappers import dates

DO = "do"
SEEN = "seen"


class Shown(Exception):
    """Not done yet: the person is to see first what it would do."""

    def __init__(self, rehearsal: Rehearsal, form: SeriesForm) -> None:
        super().__init__("shown first")
        self.rehearsal, self.form = rehearsal, form


def _press(request: HttpRequest, form: SeriesForm, wanted: Plan, *, is_new: bool) -> tuple[Rehearsal, bool]:
    """What it does or would do, and whether it is done: only what was seen is."""
    seen = request.POST.get(SEEN) if DO in request.POST else None
    if is_new:
        return press(lambda: start(wanted, by=request.user, now=timezone.now()), seen)
    about = {"from_day": form.from_day, "reason": form.cleaned_data["reason"]}
    return press_change(request, wanted, page="change", seen=seen, **about)


def _only_shown(form: type[Any]) -> type[Any]:
    """The form class, without a complaint, but not to be saved either."""

    class ShownForm(form):
        def is_valid(self) -> bool:
            super().is_valid()
            return False

    return ShownForm


@admin.register(Series)
class SeriesAdmin(UsesActivities):
    """Runs of sessions. Every press shows first what would happen; the second one does it."""

    form = SeriesForm
    inlines = [SeriesStepInline, SeriesItemInline, SeriesStaffInline]
    list_display = ["name", "rhythm", "sessions_left", "next_one"]
    list_display_links = ["name"]
    list_filter = ["term", ("kind", ChoicesDropdownFilter), ("delivery", ChoicesDropdownFilter)]
    search_fields = ["title"]
    search_help_text = "Title"
    ordering = ["-last_day", "starts"]
    actions = None
    conditional_fields = {
        "place": "delivery == 'in_person'",
        "weekdays": "repeats == 'weekly' || repeats == 'fortnightly'",
        "rule": "repeats == 'own'",
    }
    change_form_outer_before_template = "staff/series_top.html"
    change_form_after_template = "staff/series_days.html"
    compressed_fields = False
    change_form_show_cancel_button = False

    # --- The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        ahead = Q(sessions__starts_at__gt=timezone.now()) & ~Q(sessions__state=Session.State.CANCELLED)
        counted = super().get_queryset(request).select_related("term", "place")
        return counted.annotate(left=Count("sessions", filter=ahead), next=Min("sessions__starts_at", filter=ahead))

    @admin.display(description="Series", ordering="title")
    def name(self, series: Series) -> SafeString:
        return two_lines(series.title, str(series.term or series.get_kind_display()))

    @admin.display(description="When", ordering="starts")
    def rhythm(self, series: Series) -> SafeString:
        return two_lines(rules.said(series.rule, series.first_day), hours_said(series))

    @admin.display(description="Still to come", ordering="left")
    def sessions_left(self, series: Any) -> int:
        return int(series.left)

    @admin.display(description="Next", ordering="next")
    def next_one(self, series: Any) -> str:
        return dates.day(series.next, now=timezone.now()) if series.next else "–"

    # --- The form

    def get_fieldsets(self, request: HttpRequest, obj: Series | None = None) -> list[Any]:
        end = ("last_day", "count") if obj is None else ("last_day",)
        who = ["child", "names", "groups"] if obj is None else ["child", "names"]
        sets = [
            ("What", {"fields": ["title", ("kind", "delivery"), "place", "summary"]}),
            ("When", {"fields": [("term", "repeats"), "weekdays", "rule", ("starts", "ends"), ("first_day", *end)]}),
            ("Children and mails", {"fields": [*who, ("capacity", "pre_session_hours")]}),
            ("Choosing staff", {"fields": ["wanted_skills"]}),
        ]
        return sets if obj is None else [*sets, ("This change", {"fields": ["holds", "reason"]})]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "summary":
            field.widget.attrs["rows"] = 3
        return without_side_doors(field) if db_field.name in ("place", "term") else field

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        return _only_shown(form) if hasattr(request, "is_shown") else form

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        series, now = self._visible(request, object_id), timezone.now()
        show_again(request, series.pk, "change")
        run = cards(series.sessions.all(), now)
        around = {
            "title": series.title,
            "subtitle": None,
            "now": now,
            "rhythm": rhythm_said(series),
            "run": run,
            "untouched": untouched_said((card.session for card in run), now),
            "skipped_days": skipped_said(dict(series.skipped_days.values_list("day", "reason")), now),
            "steps": [step for step in STEPS if step.fits(series, dates.local(now).date())],
        }
        return super().change_view(request, object_id, form_url, around | (extra_context or {}))

    def _visible(self, request: HttpRequest, object_id: Any) -> Series:
        try:
            return self.get_queryset(request).get(pk=object_id)
        except (Series.DoesNotExist, ValidationError) as error:
            raise Http404 from error

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<uuid:pk>/{step.name}/",
                self.admin_site.admin_view(self._step_view(step)),
                name=f"sessions_app_series_{step.name}",
            )
            for step in STEPS
        ]
        working = self.admin_site.admin_view(self._working_view)
        own.append(path("<uuid:pk>/working/<uuid:key>/", working, name="sessions_app_series_working"))
        return own + super().get_urls()

    def _working_view(self, request: HttpRequest, pk: Any, key: Any) -> HttpResponse:
        series = self._visible(request, pk)
        if not self.has_change_permission(request, series):
            raise PermissionDenied
        return work_page(request, series, key, self.admin_site, timezone.now())

    def _step_view(self, step: SeriesStep) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: Any) -> HttpResponse:
            series, now = self._visible(request, pk), timezone.now()
            if not self.has_change_permission(request, series):
                raise PermissionDenied
            if not step.fits(series, dates.local(now).date()):
                raise Http404
            return respond(step, request, series, self.admin_site, now)

        return view

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        title = {} if object_id else {"title": "Plan a series"}
        plain = dict.fromkeys(("show_save", "show_save_and_continue", "show_save_and_add_another", "show_close"), False)
        return super().changeform_view(request, object_id, form_url, title | plain | (extra_context or {}))

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict[str, Any] | None
    ) -> HttpResponse:
        try:
            return super()._changeform_view(request, object_id, form_url, extra_context)
        except ByWorker as too_long:
            return too_long.respond()
        except Shown as shown:
            request.is_shown = True  # type: ignore[attr-defined]
            below = what_would_happen(shown.rehearsal, shown.form, timezone.now())
        # The same form once more, with all that was typed, and what it would do below it.
        below["pressed"] = DO in request.POST
        return super()._changeform_view(request, object_id, form_url, {**(extra_context or {}), **below})

    # --- Saving: shown first, then done

    def save_model(self, request: HttpRequest, obj: Series, form: Any, change: bool) -> None:
        """The services store it, with what stands in the tables: see `save_related`."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """See `save_related`."""

    def save_related(self, request: HttpRequest, form: SeriesForm, formsets: Any, change: bool) -> None:
        steps, items, staff = formsets
        wanted = form.plan(steps=steps_in(steps), items=items_in(items), staff=staff_in(staff))
        rehearsal, is_done = _press(request, form, wanted, is_new=not change)
        if not is_done:
            raise Shown(rehearsal, form)
        request.outcome = rehearsal.outcome  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Series, post_url_continue: str | None = None) -> HttpResponse:
        return self._done(request)

    def response_change(self, request: HttpRequest, obj: Series) -> HttpResponse:
        return self._done(request)

    def _done(self, request: HttpRequest) -> HttpResponse:
        outcome: Outcome = request.outcome  # type: ignore[attr-defined]
        messages.success(request, outcome_said(outcome))
        return redirect(reverse("admin:sessions_app_series_change", args=[outcome.series.pk]))
