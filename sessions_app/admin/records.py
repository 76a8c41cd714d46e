"""The records of sessions: the list, and the page on which one is read, countersigned, given back and added to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from sessions_app.admin.record_forms import AmendForm, GiveBackForm
from sessions_app.admin.session_list import DaysFilter, two_lines
from sessions_app.models import SessionRecord, StaffProfile
from sessions_app.models.records import READ_ALL, RecordTiming
from sessions_app.records import standing
from sessions_app.records.reading import note_reading
from sessions_app.records.shown import has_trouble, planned, signatures_of, steps_said, timing_lines, with_all, words_of
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.accounts.models import User
from whippersnappers.admin_site import staff_site
from whippersnappers.staff_admin import OnlyLookedAt, StaffAdmin

COLOURS = {"to_write": "warning", "draft": "warning", "signed": "warning", "complete": "success"}


class OverdueFilter(admin.SimpleListFilter):
    """The ones that are late."""

    title = "overdue"
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("yes", "Overdue"), ("unfinished", "Not complete")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[SessionRecord]:
        if self.value() == "yes":
            return queryset.overdue(timezone.now())
        return queryset.unfinished() if self.value() == "unfinished" else queryset


class StaffFilter(DropdownFilter):
    """Records that somebody wrote, has to write, or countersigned."""

    title = "staff"
    parameter_name = "staff"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        if not request.user.has_perm(READ_ALL):
            return []
        people = StaffProfile.objects.select_related("user").order_by("user__name")
        return [(str(profile.pk), str(profile)) for profile in people]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[SessionRecord]:
        if not self.value():
            return queryset
        try:
            staff = UUID(self.value())
        except ValueError:
            return queryset.none()
        return queryset.filter(Q(author=staff) | Q(countersigned_by=staff))


class ChildFilter(admin.SimpleListFilter):
    """The records of one child, to whose list links lead; it offers no others."""

    title = "child"
    parameter_name = "child"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        records = _of_child(SessionRecord.objects.visible_to(signed_in(request)), self.value())
        return [(str(one.child_id), str(one.child)) for one in records.select_related("child")[:1]]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[SessionRecord]:
        return _of_child(queryset, self.value()) if self.value() else queryset


def _of_child(records: QuerySet[SessionRecord], value: str | None) -> QuerySet[SessionRecord]:
    try:
        return records.filter(child=UUID(value or ""))
    except ValueError:
        return records.none()


class TimesFilter(admin.SimpleListFilter):
    """The ones about whose times something is missing or does not fit."""

    title = "times"
    parameter_name = "times"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("trouble", "Something is missing or does not fit")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[SessionRecord]:
        if self.value() != "trouble":
            return queryset
        return queryset.filter(pk__in=RecordTiming.objects.exclude(trouble="").values("record"))


@admin.register(SessionRecord)
class SessionRecordAdmin(OnlyLookedAt, StaffAdmin):
    """All records that somebody may see: their state and times; what they say stands on their own pages."""

    list_display = ["when", "whom", "status", "written_by", "minutes"]
    list_display_links = ["when", "whom"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        OverdueFilter,
        StaffFilter,
        ChildFilter,
        ("scheduled_start", DaysFilter),
        TimesFilter,
    ]
    list_filter_sheet = True
    list_filter_submit = True
    search_fields = ["child__search_text"]
    search_help_text = "Child"
    ordering = ["-scheduled_start"]
    actions = None
    export_columns = {
        "Session": "session.title", "Child": "child", "Planned start": "scheduled_start",
        "Planned end": "scheduled_end", "State": "state", "Written by": "author", "Signed": "signed_at",
        "Countersigned by": "countersigned_by", "Countersigned": "countersigned_at", "Child’s minutes": "minutes",
    }  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[SessionRecord]:
        people = ("author__user", "countersigned_by__user")
        family = RecordTiming.objects.filter(whose=RecordTiming.Whose.FAMILY)
        found = super().get_queryset(request).select_related("session__place", "child", *people)
        return found.prefetch_related(Prefetch("timings", family, to_attr="of_the_family"))

    @admin.display(description="When", ordering="scheduled_start")
    def when(self, record: SessionRecord) -> SafeString:
        return two_lines(dates.moment(record.scheduled_start, now=timezone.now()), record.session.title)

    @admin.display(description="Child", ordering="child__known_as")
    def whom(self, record: SessionRecord) -> str:
        return str(record.child)

    @admin.display(description="State", ordering="state")
    def status(self, record: SessionRecord) -> SafeString:
        word, colour = state_said(record, timezone.now())
        return format_html('<span class="st-label st-label--{}">{}</span>', colour, word)

    @admin.display(description="Written by", ordering="author__user__name")
    def written_by(self, record: SessionRecord) -> str:
        second = f", then {record.countersigned_by}" if record.countersigned_by else ""
        return f"{record.author or 'Nobody yet'}{second}"

    @admin.display(description="Child’s minutes")
    def minutes(self, record: Any) -> str:
        if not record.of_the_family:
            return "–"
        (timing,) = record.of_the_family
        return "Not known" if timing.minutes is None else str(timing.minutes)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        return read_page(request, record.pk)


def state_said(record: SessionRecord, now: datetime) -> tuple[str, str]:
    """How it stands in a word or two, and the label's colour."""
    if record.is_overdue(now):
        return f"{record.get_state_display()}, overdue", "danger"
    return record.get_state_display(), COLOURS[record.state]


def read_page(
    request: HttpRequest, pk: Any, *, give_back: GiveBackForm | None = None, amend: AmendForm | None = None
) -> HttpResponse:
    """One record to read, with what this person may do with it; forms come back with what was wrong in them."""
    user, now = signed_in(request), timezone.now()
    record = with_all(SessionRecord.objects.visible_to(user)).filter(pk=pk).first()
    if record is None:
        raise Http404
    may_read = standing.may_read_content(record, user)
    if may_read:
        note_reading([record], form="page", by=user, now=now)
    context = staff_site().each_context(request) | _shown(record, may_read, now) | _steps_of(record, user)
    context |= {"give_back": give_back or GiveBackForm(), "amend": amend or AmendForm(), "now": now}
    return TemplateResponse(request, "staff/record.html", context)


def _shown(record: SessionRecord, may_read: bool, now: datetime) -> dict[str, Any]:
    timings = timing_lines(record)
    return {
        "title": f"Record: {record.child}",
        "record": record,
        "label": state_said(record, now),
        "planned": planned(record, now),
        "signatures": signatures_of(record, now),
        "timings": timings,
        "has_trouble": has_trouble(timings),
        "may_read": may_read,
        "steps": steps_said(record) if may_read else [],
        "words": words_of(record) if may_read else [],
        "amendments": record.amendments.all() if may_read else [],
    }


def _steps_of(record: SessionRecord, user: User) -> dict[str, bool]:
    """What this person may do next."""
    writes = standing.may(standing.check_writes, record, user)
    return {
        "may_write": writes,
        "may_take_over": not writes and standing.may(standing.check_takes_over, record, user),
        "may_countersign": standing.may(standing.check_countersigns, record, user),
        "may_amend": standing.may(standing.check_amends, record, user),
        "reads_all": user.has_perm(READ_ALL),
    }
