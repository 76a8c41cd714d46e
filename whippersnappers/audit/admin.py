"""The audit trail for administrators: what happened, when, and by whom. Nothing here can be changed."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.utils import timezone

from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.staff_admin import OnlyLookedAt, StaffAdmin

# What happens with safeguarding concerns does not exist on this list: not that it happened, not who did it.
_UNSEEN = Q(target_type__startswith="safeguarding.") | Q(event__startswith="concern.")
# Events whose detail is about accounts only. Of all others the administrator sees that they happened.
_DETAIL_SHOWN = ("person.", "sign_in.", "sign_out.", "second_factor.", "password.")


@admin.register(AuditEvent)
class AuditEventAdmin(OnlyLookedAt, StaffAdmin):
    """A list to read. Content stays out: no detail of what is not about accounts."""

    list_display = ("sequence", "moment", "event", "who", "target_type", "target_id", "about")
    list_filter = ("event", ("at", admin.DateFieldListFilter))
    export_columns = {
        "Number": "sequence", "When": "at", "Event": "event", "Who": "who", "Kind of thing": "target_type",
        "Id of the thing": "target_id", "Detail": "about",
    }  # fmt: skip
    search_fields = ("=actor", "=target_id", "event")
    search_help_text = "An event's name, or the id of a person or thing"
    ordering = ("-sequence",)
    list_display_links = None
    list_per_page = 100

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        staff = User.objects.staff().annotate(
            actor_id=Concat(Value("user:"), Cast("pk", TextField()), output_field=TextField())
        )
        name = staff.filter(actor_id=OuterRef("actor")).values("name")
        seen = super().get_queryset(request).exclude(_UNSEEN)
        return seen.annotate(staff_name=Subquery(name))

    @admin.display(description="when", ordering="at")
    def moment(self, event: AuditEvent) -> str:
        """The day and the time to the second, on London's clock."""
        return f"{dates.day(event.at, now=timezone.now())}, {dates.local(event.at):%H:%M:%S}"

    @admin.display(description="who")
    def who(self, event: AuditEvent) -> str:
        """The member of staff by name; families and processes by id only."""
        return getattr(event, "staff_name", None) or event.actor

    @admin.display(description="detail")
    def about(self, event: AuditEvent) -> str:
        """Codes of the change, for events about accounts."""
        if not event.event.startswith(_DETAIL_SHOWN):
            return ""
        return ", ".join(f"{name}: {_plain(value)}" for name, value in event.detail.items())


def _plain(value: Any) -> str:
    return " ".join(str(item) for item in value) if isinstance(value, list) else str(value)
