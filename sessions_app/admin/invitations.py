"""Guardians' ways in: who used one and when, and ending or renewing it (F7)."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.paginator import InfinitePaginator

from sessions_app import invitations
from sessions_app.admin.mending import page_of
from sessions_app.invitations import WayInState
from sessions_app.models import Invitation, JoinUse, LetIn, Session
from whippersnappers import dates
from whippersnappers.staff_admin import OnlyLookedAt, StaffAdmin

# What staff call a way in, by what keeps it from its guardian.
_WORDS = {
    None: ("Theirs", "success"),
    WayInState.WITHDRAWN: ("Withdrawn", "danger"),
    WayInState.UNSIGNED: ("Not signed", "warning"),
    WayInState.NO_CONSENT: ("Nobody said yes to recording", "warning"),
}


class SignedFilter(admin.SimpleListFilter):
    """Ways in that are kept back until a parent or carer has signed the agreement."""

    title = "agreement"
    parameter_name = "agreement"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("missing", "Not signed"), ("let_in", "Let in once")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "missing":
                return queryset.filter(
                    may_enter=False, session__delivery=Session.Delivery.REMOTE, session__ends_at__gt=timezone.now()
                )
            case "let_in":
                let_in = LetIn.objects.filter(session=OuterRef("session"), guardian=OuterRef("guardian"))
                return queryset.filter(Exists(let_in))
        return queryset


@admin.register(Invitation)
class InvitationAdmin(OnlyLookedAt, StaffAdmin):
    """To read; what changes it are the two buttons. The link itself is never shown to staff."""

    list_display = ["guardian", "session_title", "when", "status", "joined"]
    list_filter = [SignedFilter]
    search_help_text = "Parent, carer or session"
    export_columns = {
        "Parent or carer": "guardian.full_name", "Session": "session.title", "Starts": "session.starts_at",
        "Way in": "status", "Went to Zoom": "times_joined", "Used last": "last_used",
    }  # fmt: skip
    search_fields = ["guardian__search_text", "session__search_text"]
    ordering = ["-session__starts_at", "guardian__last_name"]
    paginator = InfinitePaginator
    actions = None
    fields = ["guardian", "of", "when", "status", "without_signature", "uses"]
    change_form_outer_after_template = "staff/invitation_steps.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        uses = JoinUse.objects.filter(invitation=OuterRef("pk"))
        joins = uses.filter(outcome=JoinUse.Outcome.JOINED).order_by().values("invitation")
        # Looked up for the rows of the page alone: joining all uses of ten years takes seconds.
        joined = Subquery(joins.annotate(times=Count("pk")).values("times"))
        last = Subquery(uses.order_by("-at").values("at")[:1])
        rows = super().get_queryset(request).select_related("session", "guardian")
        rows = invitations.knowing_what_keeps_back(rows)
        return rows.annotate(times_joined=Coalesce(joined, 0), last_used=last)

    @admin.display(description="Session", ordering="session__title")
    def session_title(self, invitation: Invitation) -> str:
        return invitation.session.title

    @admin.display(description="Session")
    def of(self, invitation: Invitation) -> SafeString:
        return format_html('<a href="{}">{}</a>', page_of(invitation.session), invitation.session.title)

    @admin.display(description="When", ordering="session__starts_at")
    def when(self, invitation: Invitation) -> str:
        session = invitation.session
        return dates.when(session.starts_at, session.ends_at, now=timezone.now())

    @admin.display(description="Way in", ordering="withdrawn_at")
    def status(self, invitation: Invitation) -> SafeString:
        is_over = invitation.session.ends_at <= timezone.now()
        kept_back = invitations.kept_back_by(invitation)
        word, colour = _WORDS[None if is_over and kept_back in invitations.KEPT_BACK else kept_back]
        return format_html('<span class="st-label st-label--{}">{}</span>', colour, word)

    @admin.display(description="Went to Zoom", ordering="times_joined")
    def joined(self, invitation: Any) -> str:
        times = invitation.times_joined
        return {0: "Not yet", 1: "Once"}.get(times, f"{times} times")

    @admin.display(description="Let in without a signature")
    def without_signature(self, invitation: Invitation) -> str:
        row = (
            LetIn.objects.filter(session=invitation.session, guardian=invitation.guardian).select_related("by").first()
        )
        return f"{row.reason} ({row.by}, {dates.day(row.at, now=timezone.now())})" if row else "No"

    @admin.display(description="Used")
    def uses(self, invitation: Invitation) -> str | SafeString:
        now = timezone.now()
        rows = [(dates.moment(u.at, now=now), u.get_outcome_display()) for u in invitation.uses.all()[:50]]
        if not rows:
            return "Not used yet."
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", rows))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<uuid:pk>/renew/", wrap(self.renew), name="sessions_app_invitation_renew"),
            path("<uuid:pk>/withdraw/", wrap(self.withdraw), name="sessions_app_invitation_withdraw"),
        ]
        return own + super().get_urls()

    def renew(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Make a new link, which ends the older ones, and send it."""
        said = "There is a new way in, and they are told. The links from before do not work any more."
        return self._press(request, pk, invitations.reissue, said)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        invitation = self.get_object(request, object_id)
        is_ahead = invitation is not None and invitation.session.ends_at > timezone.now()
        kept_back = invitations.kept_back_by(invitation) if is_ahead else None
        return super().change_view(request, object_id, form_url, {"kept_back": kept_back, **(extra_context or {})})

    def withdraw(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Close the way in."""
        said = "Their way in is closed. The links that they have say so kindly."
        return self._press(request, pk, invitations.withdraw, said)

    def _press(self, request: HttpRequest, pk: Any, service: Any, said: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm("sessions_app.change_session"):
            raise PermissionDenied
        invitation = get_object_or_404(self.get_queryset(request), pk=pk)
        service(invitation.pk, by=request.user, now=timezone.now())
        messages.success(request, said)
        return redirect(reverse("admin:sessions_app_invitation_change", args=[pk]))
