"""Who can deliver sessions, and whether their clearance is in date (W5)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminFileFieldWidget, UnfoldBooleanWidget

from sessions_app import clearing, photos, suggesting
from sessions_app.admin.mending import page_of
from sessions_app.admin.times import DayField
from sessions_app.models import Skill, StaffPhoto, StaffProfile
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.finding.lists import Found
from whippersnappers.plain_fields import ChosenRows
from whippersnappers.staff_admin import StaffAdmin

# How long before a clearance runs out it is called "soon".
SOON = timedelta(days=60)


def clearance_said(profile: StaffProfile, today: date) -> tuple[str, str]:
    """The word and the colour for a person's clearance."""
    if profile.clearance_gaps(today):
        return "Not cleared", "danger"
    if profile.clearance_gaps(today + SOON):
        first = min(until for until in (profile.dbs_valid_until, profile.training_valid_until) if until)
        return f"Until {dates.full_day(first)}", "warning"
    return "Cleared", "success"


class ClearanceFilter(admin.SimpleListFilter):
    """People whose clearance has gaps now or will have soon."""

    title = "clearance"
    parameter_name = "clearance"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("gaps", "Lapsed, or within 60 days"), ("fine", "In date")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StaffProfile]) -> QuerySet[StaffProfile]:
        if self.value() not in ("gaps", "fine"):
            return queryset
        fine = StaffProfile.objects.cleared_on(timezone.localdate() + SOON).values("pk")
        return queryset.filter(pk__in=fine) if self.value() == "fine" else queryset.exclude(pk__in=fine)


class StaffProfileForm(forms.ModelForm):
    """The days as native fields, so that an impossible one is said plainly."""

    dbs_checked_on = DayField(label="DBS checked on", required=False)
    dbs_valid_until = DayField(label="DBS valid until", required=False)
    training_valid_until = DayField(label="Safeguarding training valid until", required=False)

    skills = ChosenRows(
        queryset=Skill.objects.all(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="The list of skills is kept on a page of its own.",
    )

    new_photo = forms.FileField(
        label="Photo for families",
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=(
            "Shown to families whose session this person delivers, if this person agrees. We keep a small copy only."
        ),
    )
    remove_photo = forms.BooleanField(label="Take the photo away", required=False, widget=UnfoldBooleanWidget())

    class Meta:
        model = StaffProfile
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets choose)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        checked, until = cleaned.get("dbs_checked_on"), cleaned.get("dbs_valid_until")
        if checked and until and until < checked:
            self.add_error("dbs_valid_until", "It cannot run out before it was checked.")
        if checked and checked > timezone.localdate():
            self.add_error("dbs_checked_on", "This day is still to come.")
        return cleaned

    def clean_new_photo(self) -> Any:
        """Look at the file before anything is saved."""
        file = self.cleaned_data["new_photo"]
        if file:
            photos.small_square(file)
            file.seek(0)
        return file


@admin.register(StaffProfile)
class StaffProfileAdmin(StaffAdmin):
    form = StaffProfileForm
    list_display = ["name", "first_name", "clearance", "dbs", "training", "sessions_ahead"]
    list_display_links = ["name"]
    list_filter = [ClearanceFilter]
    search_fields = ["user__search_text", "search_text"]
    search_place = 5
    export_columns = {
        "Name": "name", "First name": "first_name", "Clearance": "clearance", "DBS until": "dbs_valid_until",
        "Training until": "training_valid_until", "Sessions ahead": "sessions_ahead",
    }  # fmt: skip
    search_help_text = "Name or e-mail address"
    ordering = ["user__name"]
    fieldsets = [
        ("Who", {"fields": ["user", "first_name"]}),
        ("DBS", {"fields": ["dbs_number", ("dbs_checked_on", "dbs_valid_until")]}),
        ("Safeguarding training", {"fields": ["training_valid_until"]}),
        ("What they are good at", {"fields": ["skills"]}),
        ("Zoom", {"fields": ["zoom_email"]}),
        ("Photo", {"fields": ["photo_now", "new_photo", "remove_photo"]}),
        ("Availability", {"fields": ["availability", "hours_held"]}),
        ("Sessions ahead", {"fields": ["schedule"]}),
    ]
    readonly_fields = ["photo_now", "schedule", "availability", "hours_held"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffProfile]:
        ahead = Count(
            "assignments", filter=Q(assignments__holds=True, assignments__session__ends_at__gt=timezone.now())
        )
        return super().get_queryset(request).select_related("user").annotate(ahead=ahead)

    def get_fieldsets(self, request: HttpRequest, obj: StaffProfile | None = None) -> list[Any]:
        if obj is None:
            return list(self.fieldsets)[:-3]
        return [("Who", {"fields": ["name", "first_name"]}), *list(self.fieldsets)[1:]]

    def get_readonly_fields(self, request: HttpRequest, obj: StaffProfile | None = None) -> list[str]:
        return ["name", *self.readonly_fields] if obj else list(self.readonly_fields)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.staff().filter(is_active=True, staff_profile=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: StaffProfile, form: Any, change: bool) -> None:
        now = timezone.now()
        clearing.save_staff_profile(obj, by=request.user, now=now)
        if form.cleaned_data.get("new_photo"):
            photos.set_photo(obj, form.cleaned_data["new_photo"], by=request.user, now=now)
        elif form.cleaned_data.get("remove_photo"):
            photos.remove_photo(obj, by=request.user, now=now)

    def as_result(self, row: Any) -> Found:
        word, colour = clearance_said(row, timezone.localdate())
        ahead = "1 session ahead" if row.ahead == 1 else f"{row.ahead} sessions ahead"
        gone = [] if row.user.is_active else [("May not sign in any more", "warning")]
        return Found(str(row), ahead, [*gone, (word, colour)])

    @admin.display(description="Name", ordering="user__name")
    def name(self, profile: StaffProfile) -> str:
        return str(profile)

    @admin.display(description="Now")
    def photo_now(self, profile: StaffProfile) -> str | SafeString:
        photo = StaffPhoto.objects.filter(staff=profile).only("pk").first()
        if photo is None:
            return "No photo: families read the first name."
        address = reverse("portal_staff_photo", args=[photo.pk])
        return format_html('<img class="st-photo" src="{}" alt="" width="96" height="96">', address)

    @admin.display(description="Clearance")
    def clearance(self, profile: StaffProfile) -> SafeString:
        word, colour = clearance_said(profile, timezone.localdate())
        return format_html('<span class="st-label st-label--{}">{}</span>', colour, word)

    @admin.display(description="DBS until", ordering="dbs_valid_until")
    def dbs(self, profile: StaffProfile) -> str:
        return _day_said(profile.dbs_valid_until)

    @admin.display(description="Training until", ordering="training_valid_until")
    def training(self, profile: StaffProfile) -> str:
        return _day_said(profile.training_valid_until)

    @admin.display(description="Sessions ahead", ordering="ahead")
    def sessions_ahead(self, profile: Any) -> int:
        return int(profile.ahead)

    @admin.display(description="Hours and absences")
    def availability(self, profile: StaffProfile) -> SafeString:
        """The weekly pattern and what is ahead, with the way to change both."""
        now = timezone.now()
        lines = [str(hours) for hours in profile.working_hours.all()] or ["Any time"]
        away = profile.absences.filter(period__endswith__gt=now)
        lines += [f"{a.get_kind_display()}: {dates.days(a.period.lower, a.period.upper, now=now)}" for a in away]
        return format_html(
            '<ul>{}</ul><a href="{}">Change hours and absences</a>',
            format_html_join("", "<li>{}</li>", [[line] for line in lines]),
            reverse("admin:rota_availability", args=[profile.pk]),
        )

    @admin.display(description="Hours")
    def hours_held(self, profile: StaffProfile) -> str:
        """How long the sessions of the term (or of four weeks) are that the person is on."""
        worked, window = suggesting.worked_around(profile, timezone.now())
        return f"{dates.duration(worked) if worked else 'None'} {window.name}"

    @admin.display(description="")
    def schedule(self, profile: StaffProfile) -> str | SafeString:
        now = timezone.now()
        held = (
            profile.assignments.filter(holds=True, session__ends_at__gt=now)
            .select_related("session")
            .order_by("period")
        )
        rows = [
            (page_of(a.session), a.session.title, dates.when(a.session.starts_at, a.session.ends_at, now=now))
            for a in held
        ]
        if not rows:
            return "No sessions ahead."
        return format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a>, {}</li>', rows))


def _day_said(day: date | None) -> str:
    return dates.full_day(day) if day else "Not recorded"
