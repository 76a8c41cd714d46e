"""The list of calls: families that no mail can reach, worked through one by one, or printed (W2)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget

from sessions_app import phone_tasks
from sessions_app.admin.call_queue import Queue, queue_from
from sessions_app.admin.calls import Call, also_about, by_person, calls_of, parts_of
from sessions_app.admin.session_list import two_lines
from sessions_app.admin.steps import say_at_fields
from sessions_app.models import PhoneTask
from whippersnappers import dates
from whippersnappers.staff_admin import NotMadeHere, StaffAdmin, StartsWithFilter

# Things to tell; more than anybody does in a day. The rest is on the list.
MOST_PRINTED = 100
# Of what one person is told; the page of the call has all of it.
MOST_SHOWN = 4


# What the list can show besides the calls still to make.
OTHERWISE = {"done": "Done", "never": "Never made", "all": "All"}


class OpenFilter(StartsWithFilter):
    """The calls still to make, unless asked otherwise."""

    title = "calls"
    parameter_name = "calls"
    starts_with = "Still to make"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(OTHERWISE.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[PhoneTask]:
        now = timezone.now()
        match self.value():
            case "all":
                return queryset
            case "done":
                return queryset.filter(done_at__isnull=False)
            case "never":
                return queryset.never_made(now)
        return queryset.to_make(now)


class CallForm(forms.Form):
    """How a call went: the button that was pressed, and a note."""

    outcome = forms.ChoiceField(
        choices=PhoneTask.Outcome.choices, error_messages={"required": "Say how the call went."}
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="For colleagues. Nothing confidential, please.",
    )
    # Other calls to the same person that were made by this one.
    also = forms.MultipleChoiceField(required=False)
    # How often it had been tried when the page was shown: two presses are one call.
    tried = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, also: list[Call], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["also"].choices = [(str(call.task.pk), str(call.task)) for call in also]  # type: ignore[attr-defined]


@admin.register(PhoneTask)
class PhoneTaskAdmin(NotMadeHere, StaffAdmin):
    list_display = ["whom", "number", "to_tell", "status"]
    list_display_links = ["whom"]
    search_help_text = "Parent, carer or session"
    list_filter = [OpenFilter]
    list_filter_sheet = False
    export_columns = {
        "Parent or carer": "guardian.full_name", "Phone": "guardian.phone", "What to say": "told_in_words",
        "Starts": "session.starts_at", "State": "status", "Tries": "attempts", "Outcome": "outcome", "Done": "done_at",
    }  # fmt: skip
    search_fields = ["guardian__search_text", "session__search_text"]
    ordering = ["session__starts_at", "created_at"]
    actions = None
    list_before_template = "staff/phone_list_top.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PhoneTask]:
        return super().get_queryset(request).select_related("session__place", "guardian", "done_by")

    # --- The list

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Phone list", **(extra_context or {})})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Of the calls still to make each person has one row, whichever of the calls was searched for."""
        found, repeats = super().get_search_results(request, queryset, search_term)
        if _shows_otherwise(request):
            return found, repeats
        return found.each_person_once().prefetch_related(_told()), repeats  # type: ignore[attr-defined]

    def ready_for_export(self, request: HttpRequest, rows: list[Any]) -> None:
        if not _shows_otherwise(request):
            prefetch_related_objects(rows, _told())

    @admin.display(description="Whom", ordering="guardian__last_name")
    def whom(self, task: PhoneTask) -> str:
        return str(task.guardian.full_name)

    @admin.display(description="Phone")
    def number(self, task: PhoneTask) -> str | SafeString:
        if not task.guardian.phone:
            return "No number"
        return format_html('<a href="tel:{}">{}</a>', task.guardian.phone.replace(" ", ""), task.guardian.phone)

    @admin.display(description="What to say", ordering="session__starts_at")
    def to_tell(self, task: PhoneTask) -> SafeString:
        told = _told_in(task)
        shown = told if len(told) <= MOST_SHOWN else told[: MOST_SHOWN - 1]
        cells = [two_lines(each.session.title, _why_and_when(each)) for each in shown]
        if len(told) > len(shown):
            cells.append(format_html('<span class="st-cell">And {} more</span>', len(told) - len(shown)))
        return format_html("<div>{}</div>", format_html_join("", "{}", [[cell] for cell in cells]))

    def told_in_words(self, task: PhoneTask) -> str:
        """What is to be said, as one cell of a file has it."""
        return "; ".join(f"{each.session.title}: {_why_and_when(each)}" for each in _told_in(task))

    @admin.display(description="State")
    def status(self, task: PhoneTask) -> SafeString:
        word, colour = ("Done", "success") if task.done_at else ("To call", "warning")
        if not task.done_at and task.session.ends_at <= timezone.now():
            word, colour = "Never made", "danger"
        elif tried := 0 if task.done_at else max(each.attempts for each in _told_in(task)):
            word = f"To call, tried {tried}×"
        return format_html('<span class="st-label st-label--{}">{}</span>', colour, word)

    # --- One call

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One call: the number, what to say, and how it went; then the next one."""
        task, now = self.get_object(request, object_id), timezone.now()
        if task is None or not self.has_view_permission(request, task):
            raise Http404
        queue = queue_from(task, now)
        may_record = self.has_change_permission(request, task)
        also = [] if task.done_at else also_about(task, now)
        form = CallForm(request.POST or None, initial={"tried": task.attempts}, also=also)
        if request.method == "POST" and may_record and form.is_valid() and self._recorded(request, task, form):
            return _on(request, queue.without(form.cleaned_data["also"]))
        (call,) = calls_of(PhoneTask.objects.filter(pk=task.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Call {task.guardian}",
            "task": task,
            "call": call,
            "also": also,
            "parts": parts_of([call, *also]),
            "refusal": call.refusal(now),
            "form": form,
            "outcomes": PhoneTask.Outcome.choices,
            "may_record": may_record,
            "queue": queue,
            "now": now,
            "back": reverse("admin:sessions_app_phonetask_changelist"),
        }
        return TemplateResponse(request, "staff/call.html", context)

    def _recorded(self, request: HttpRequest, task: PhoneTask, form: CallForm) -> bool:
        said, now = form.cleaned_data, timezone.now()
        try:
            phone_tasks.record_call(
                task.pk, outcome=said["outcome"], note=said["note"], tried=said["tried"], by=request.user, now=now
            )
        except ValidationError as refused:
            say_at_fields(form, refused)
            # Now they have seen it: another press counts.
            task.refresh_from_db()
            form.data = {**{name: form.data.get(name, "") for name in form.fields}, "tried": task.attempts}
            return False
        phone_tasks.record_also(said["also"], outcome=said["outcome"], note=said["note"], by=request.user, now=now)
        messages.success(request, f"{task.guardian}: {PhoneTask.Outcome(said['outcome']).label.lower()}. Noted.")
        return True

    # --- Pages beside them

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("start/", wrap(self.start), name="sessions_app_phonetask_start"),
            path("sheet/", wrap(self.sheet), name="sessions_app_phonetask_sheet"),
            path("<uuid:pk>/reopen/", wrap(self.reopen), name="sessions_app_phonetask_reopen"),
            path("<uuid:pk>/take-off/", wrap(self.take_off), name="sessions_app_phonetask_take_off"),
        ]
        return own + super().get_urls()

    def start(self, request: HttpRequest) -> HttpResponse:
        """Go to the first call of the list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _on(request, queue_from(None, timezone.now()))

    def sheet(self, request: HttpRequest) -> HttpResponse:
        """All calls to print, with room to note how they went."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        waiting = PhoneTask.objects.to_make(now)
        first = calls_of(waiting[: MOST_PRINTED + 1])
        context = {
            **self.admin_site.each_context(request),
            "title": "Calls to make",
            "people": by_person(call for call in first[:MOST_PRINTED] if not call.refusal(now)),
            "waiting": waiting.each_person_once().count(),
            "is_all": len(first) <= MOST_PRINTED,
            "outcomes": PhoneTask.Outcome.labels,
            "now": now,
        }
        return TemplateResponse(request, "staff/call_sheet.html", context)

    def reopen(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Put a call back on the list."""
        task = self._pressed(request, pk)
        if isinstance(task, HttpResponse):
            return task
        phone_tasks.reopen(task.pk, by=request.user, now=timezone.now())
        messages.success(request, "The call is on the list again.")
        return redirect(reverse("admin:sessions_app_phonetask_change", args=[pk]))

    def take_off(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Take a call off the list that need not be made."""
        task = self._pressed(request, pk)
        if isinstance(task, HttpResponse):
            return task
        now = timezone.now()
        phone_tasks.take_off(task.pk, by=request.user, now=now)
        messages.success(request, f"{task.guardian}: taken off the list.")
        return _on(request, queue_from(task, now))

    def _pressed(self, request: HttpRequest, pk: Any) -> PhoneTask | HttpResponse:
        """The call whose button was pressed, or the answer to a request that is no press."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)


def _shows_otherwise(request: HttpRequest) -> bool:
    return request.GET.get(OpenFilter.parameter_name) in OTHERWISE


def _told() -> "Prefetch[Any]":
    """With each call, all that the person is told in it."""
    waiting = PhoneTask.objects.to_make(timezone.now()).exclude(purpose=PhoneTask.Purpose.OFFER)
    return Prefetch("guardian__phone_tasks", waiting.select_related("session"), to_attr="is_to_be_told")


def _told_in(task: PhoneTask) -> list[PhoneTask]:
    """All that is said in this call, by time, where it was gathered; else what the call itself is about."""
    if task.done_at or task.purpose == PhoneTask.Purpose.OFFER:
        return [task]
    return getattr(task.guardian, "is_to_be_told", None) or [task]


def _why_and_when(task: PhoneTask) -> str:
    session = task.session
    return f"{task.get_purpose_display()}. {dates.when(session.starts_at, session.ends_at, now=timezone.now())}"


def _on(request: HttpRequest, queue: Queue) -> HttpResponse:
    """On to the next call; after the last, back to the list."""
    if queue.after is not None:
        return redirect(reverse("admin:sessions_app_phonetask_change", args=[queue.after]))
    messages.info(request, "That was the last call on the list." if queue.key else "There is nobody to call.")
    return redirect(reverse("admin:sessions_app_phonetask_changelist"))
