"""Where sessions happen: places, and the Zoom hosts that hold meetings."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from sessions_app import venues
from sessions_app.admin.family_texts import read_by_families
from sessions_app.models import Place, ZoomHost
from whippersnappers.staff_admin import StaffAdmin


class PlaceForm(forms.ModelForm):
    """A place, with how to get there in words that families read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        read_by_families(self, "directions")


@admin.register(Place)
class PlaceAdmin(StaffAdmin):
    form = PlaceForm
    list_display = ["name", "address_line", "sessions_ahead"]
    search_fields = ["search_text"]
    search_help_text = "Name or address"
    fields = ["name", "address", "directions"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Place]:
        ahead = Count("sessions", filter=Q(sessions__ends_at__gt=timezone.now()) & ~Q(sessions__state="cancelled"))
        return super().get_queryset(request).annotate(ahead=ahead)

    def save_model(self, request: HttpRequest, obj: Place, form: Any, change: bool) -> None:
        venues.save_place(obj, by=request.user, now=timezone.now())

    @admin.display(description="Address")
    def address_line(self, place: Place) -> str:
        return ", ".join(line.strip() for line in place.address.splitlines() if line.strip())

    @admin.display(description="Sessions ahead", ordering="ahead")
    def sessions_ahead(self, place: Any) -> int:
        return int(place.ahead)


@admin.register(ZoomHost)
class ZoomHostAdmin(StaffAdmin):
    list_display = ["name", "email", "in_use", "meetings_ahead"]
    search_fields = ["name", "email"]
    search_help_text = "Name or Zoom sign-in"
    fields = ["name", "email", "is_active"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[ZoomHost]:
        ahead = Count("meetings", filter=Q(meetings__is_wanted=True, meetings__session__ends_at__gt=timezone.now()))
        return super().get_queryset(request).annotate(ahead=ahead)

    def save_model(self, request: HttpRequest, obj: ZoomHost, form: Any, change: bool) -> None:
        venues.save_host(obj, by=request.user, now=timezone.now())

    @admin.display(description="In use", ordering="is_active")
    def in_use(self, host: ZoomHost) -> str:
        return "In use" if host.is_active else "Not in use"

    @admin.display(description="Meetings ahead", ordering="ahead")
    def meetings_ahead(self, host: Any) -> int:
        return int(host.ahead)
