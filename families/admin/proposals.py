"""Changes that families propose: the list, and one page with what we hold beside what they wrote."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget

from families import proposing
from families.admin.standing import label
from families.models import Guardianship, Proposal
from families.plain_text import WordsField
from whippersnappers import dates
from whippersnappers.staff_admin import NotMadeHere, StaffAdmin, StartsWithFilter

_COLOURS = {"proposed": "warning", "accepted": "success", "declined": "danger", "withdrawn": ""}


class WaitingFilter(StartsWithFilter):
    """The ones that wait for an answer, unless asked otherwise."""

    title = "state"
    parameter_name = "state"
    starts_with = "Waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(s.value, str(s.label)) for s in Proposal.State if s != Proposal.State.PROPOSED] + [("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        value = self.value()
        return queryset if value == "all" else queryset.filter(state=value or Proposal.State.PROPOSED)


class DecideForm(forms.Form):
    """Yes or no. `seen` is what was held when the page was shown."""

    decision = forms.ChoiceField(choices=[("accept", "Accept"), ("decline", "Decline")])
    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    reason = WordsField(
        label="Why not? The family reads this.",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Only needed when you decline.",
    )


@admin.register(Proposal)
class ProposalAdmin(NotMadeHere, StaffAdmin):
    """Nothing is typed here but the reason of a refusal: families write, staff say yes or no."""

    list_display = ["what", "about_whom", "whose", "sent", "status"]
    list_display_links = ["what"]
    list_filter = [WaitingFilter]
    search_fields = ["child__search_text", "proposed_by__search_text"]
    search_help_text = "Child, parent or carer"
    ordering = ["proposed_at"]
    actions = None
    export_columns = {
        "What": "field", "About": "about_whom", "Sent by": "whose", "Sent": "proposed_at", "State": "state",
        "Answered": "ended_at",
    }  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        return super().get_queryset(request).select_related("child", "proposed_by__family", "decided_by")

    @admin.display(description="What", ordering="field")
    def what(self, proposal: Proposal) -> str:
        return proposal.get_field_display()

    @admin.display(description="About", ordering="child__known_as")
    def about_whom(self, proposal: Proposal) -> str:
        return str(proposal.about)

    @admin.display(description="Sent by", ordering="proposed_by__last_name")
    def whose(self, proposal: Proposal) -> str:
        return str(proposal.proposed_by)

    @admin.display(description="Sent", ordering="proposed_at")
    def sent(self, proposal: Proposal) -> str:
        return dates.near_moment(proposal.proposed_at, now=timezone.now())

    @admin.display(description="State")
    def status(self, proposal: Proposal) -> SafeString:
        return label(proposal.get_state_display(), _COLOURS[proposal.state])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Old beside new; accept, or decline with a reason. Then what became of it, and the way to the next one."""
        proposal, now = self.get_object(request, object_id), timezone.now()
        if proposal is None or not self.has_view_permission(request, proposal):
            raise Http404
        form = DecideForm(request.POST or None, initial={"seen": proposal.held})
        if request.method == "POST":
            if not self.has_change_permission(request, proposal):
                raise PermissionDenied
            if form.is_valid() and self._decided(request, proposal, form, now):
                return redirect(proposal_page(proposal.pk))
            proposal.refresh_from_db()
            form.data = {**form.data.dict(), "seen": proposal.held}  # type: ignore[attr-defined]
        context = {**self.admin_site.each_context(request), **_shown(proposal), "form": form, "now": now}
        return TemplateResponse(request, "families/proposal.html", context)

    def _decided(self, request: HttpRequest, proposal: Proposal, form: DecideForm, now: datetime) -> bool:
        said = form.cleaned_data
        try:
            if said["decision"] == "accept":
                proposing.accept(proposal, seen=said["seen"], by=request.user, now=now)
            else:
                proposing.decline(proposal, said["reason"], by=request.user, now=now)
        except ValidationError as refusal:
            say_at_fields(form, refusal)
            return False
        verb = "accepted" if said["decision"] == "accept" else "declined"
        messages.success(request, f"{proposal}: {verb}. The family sees it on their page.")
        return True


def say_at_fields(form: forms.Form, refusal: ValidationError) -> None:
    """Put a service's refusal at the form's fields, or on top when it is about none of them."""
    at = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
    for name, said in at.items():
        form.add_error(name if name in form.fields else None, said)


def _shown(proposal: Proposal) -> dict[str, Any]:
    """What the page says about one proposal, and what else waits about the same child."""
    guardian = proposal.proposed_by
    others = Proposal.objects.waiting().filter(child=proposal.child_id).exclude(pk=proposal.pk)
    standing = Guardianship.objects.filter(guardian=proposal.proposed_by, child=proposal.child_id)
    return {
        "title": f"{proposal.get_field_display()}: {proposal.about}",
        "proposal": proposal,
        "old": proposal.said(proposal.old),
        "held": proposal.said(proposal.held),
        "new": proposal.said(proposal.new),
        "is_waiting": proposal.state == Proposal.State.PROPOSED,
        "is_address": proposal.field == Proposal.Field.EMAIL,
        "own_phone_since": guardian.own_phone_since,
        "ring": guardian.known_phone if guardian.own_phone_since else guardian.phone,
        "next_page": _next_page() if proposal.state != Proposal.State.PROPOSED else "",
        "restricted": standing.filter(restricted=True).exists(),
        "others": list(others.select_related("child", "proposed_by")) if proposal.child_id else [],
        "whose_page": reverse("admin:families_guardian_change", args=[proposal.proposed_by_id]),
        "child_page": proposal.child_id and reverse("admin:families_child_change", args=[proposal.child_id]),
        "back": reverse("admin:families_proposal_changelist"),
    }


def proposal_page(pk: UUID) -> str:
    """The address of a proposal's page."""
    return reverse("admin:families_proposal_change", args=[pk])


def _next_page() -> str:
    """The address of the one that waits longest; empty after the last."""
    first = Proposal.objects.waiting().order_by("proposed_at").first()
    return proposal_page(first.pk) if first else ""
