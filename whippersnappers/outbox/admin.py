"""The mail log: every mail, how it stands, what it says, and "send again"."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.paginator import InfinitePaginator

from whippersnappers import dates
from whippersnappers.outbox import catalogue, explaining, resending
from whippersnappers.outbox.models import MailServerPause, OutgoingMail
from whippersnappers.outbox.trouble import trouble
from whippersnappers.staff_admin import OnlyLookedAt, StaffAdmin


class KindFilter(DropdownFilter):
    """The kinds that this person may see, by their names for people."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.name, kind.label) for kind in catalogue.all_kinds() if request.user.has_perm(kind.seen_with)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(OnlyLookedAt, StaffAdmin):
    """To read; the buttons are "send again" and, when the queue is paused, "try now"."""

    list_display = ["to", "what", "status", "how_it_stands", "made"]
    list_filter = [("state", ChoicesDropdownFilter), KindFilter]
    list_filter_submit = True
    # Counting a million mails takes longer than showing fifty.
    paginator = InfinitePaginator
    list_before_template = "staff/mail_log_top.html"
    export_columns = {
        "To": "to", "Name": "to_name", "What": "what", "State": "status", "How it stands": "how_it_stands",
        "Written": "created_at", "Sent": "sent_at",
    }  # fmt: skip
    search_fields = ["to", "to_name", "=about", "=person", "=message_id"]
    search_help_text = "Search by address or name"
    actions = None
    fields = ["to", "to_name", "what", "status", "how_it_stands", "tried", "made", "of_use_until", "mark"]
    change_form_outer_after_template = "staff/mail_log_mail.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutgoingMail]:
        return super().get_queryset(request).defer("secret").annotate(paused=Exists(MailServerPause.objects.all()))

    @admin.display(description="What", ordering="kind")
    def what(self, mail: OutgoingMail) -> str:
        return explaining.kind_label(mail.kind)

    @admin.display(description="State", ordering="state")
    def status(self, mail: OutgoingMail) -> SafeString:
        colour = explaining.COLOURS[OutgoingMail.State(mail.state)]
        return format_html('<span class="st-label st-label--{}">{}</span>', colour, mail.get_state_display())

    @admin.display(description="How it stands")
    def how_it_stands(self, mail: Any) -> str:
        return explaining.story(mail, timezone.now(), paused=mail.paused)

    @admin.display(description="Attempts")
    def tried(self, mail: OutgoingMail) -> str:
        return str(mail.attempts)

    @admin.display(description="Written", ordering="created_at")
    def made(self, mail: OutgoingMail) -> str:
        return f"{dates.day(mail.created_at, now=timezone.now())}, {dates.clock(mail.created_at)}"

    @admin.display(description="Of use until")
    def of_use_until(self, mail: OutgoingMail) -> str:
        if mail.expires_at is None:
            return "–"
        return f"{dates.day(mail.expires_at, now=timezone.now())}, {dates.clock(mail.expires_at)}"

    @admin.display(description="Message-ID")
    def mark(self, mail: OutgoingMail) -> SafeString:
        # Narrow screens may break it before the @ and within the long word.
        parts = [(mail.message_id[start : start + 12],) for start in range(0, len(mail.message_id), 12)]
        return format_html_join(mark_safe("<wbr>"), "{}", parts)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("end-pause/", wrap(self.end_pause), name="outbox_outgoingmail_end_pause"),
            path("<uuid:pk>/again/", wrap(self.send_again), name="outbox_outgoingmail_again"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, below what is wrong with the mail as a whole."""
        context = {
            "trouble": trouble(timezone.now()),
            "pause": MailServerPause.objects.first(),
            "may_resend": request.user.has_perm(resending.PERMISSION),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One mail: its story, what it says, and "send again"."""
        mail = self._mail(request, object_id)
        now = timezone.now()
        may_resend = request.user.has_perm(resending.PERMISSION)
        context = {
            "preview": explaining.preview(mail, now),
            "may_resend": may_resend,
            "why_not_again": resending.why_not_again(mail, now) if may_resend else "",
            "was_sent": mail.state == OutgoingMail.State.SENT,
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    @method_decorator(require_POST)
    def send_again(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Send one mail again, now."""
        mail = self._mail(request, pk)
        try:
            mail = resending.resend(mail.pk, by=request.user, now=timezone.now())  # type: ignore[arg-type]
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, f"The mail to {mail.to} goes within the next minute.")
        return redirect(reverse("admin:outbox_outgoingmail_change", args=[mail.pk]))

    @method_decorator(require_POST)
    def end_pause(self, request: HttpRequest) -> HttpResponse:
        """Have the portal try the mail server at once."""
        if resending.end_pause(by=request.user, now=timezone.now()):  # type: ignore[arg-type]
            messages.success(request, "The portal tries the mail server again now.")
        return redirect(reverse("admin:outbox_outgoingmail_changelist"))

    def _mail(self, request: HttpRequest, pk: Any) -> OutgoingMail:
        mail = self.get_object(request, str(pk))
        if mail is None or not self.has_view_permission(request, mail):
            raise Http404
        return mail
