"""The list of skills, which the coordinator keeps."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from sessions_app import clearing
from sessions_app.models import Skill
from whippersnappers.staff_admin import StaffAdmin


@admin.register(Skill)
class SkillAdmin(StaffAdmin):
    list_display = ["name", "held_by"]
    search_fields = ["name"]
    search_help_text = "Name"
    fields = ["name"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Skill]:
        return super().get_queryset(request).annotate(held=Count("staff"))

    def save_model(self, request: HttpRequest, obj: Skill, form: Any, change: bool) -> None:
        clearing.save_skill(obj, by=request.user, now=timezone.now())

    @admin.display(description="Staff who have it", ordering="held")
    def held_by(self, skill: Any) -> int:
        return int(skill.held)
