"""The families' pages about their children: what we hold, what they would change, and that nothing has changed."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from families.confirming_details import confirm_details
from families.models import Child, Guardian, Proposal
from families.portal.child_pages import ChildForm, child_page
from families.portal.guards import signed_in_guardian
from families.portal.typed import keeps_what_is_typed, typed_before, with_typed
from families.proposing import propose, withdraw
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in


@never_cache
@require_safe
def children(request: HttpRequest) -> HttpResponse:
    """The children whose details this guardian may see."""
    signed_in_guardian(request)
    user = signed_in(request)
    found = list(Child.objects.visible_to(user).filter(archived_at=None))
    waiting = Proposal.objects.visible_to(user).waiting().values_list("child", flat=True)
    asked = set(waiting)
    for child in found:
        child.has_waiting = child.pk in asked  # type: ignore[attr-defined]
    return render(request, "portal/children.html", {"children": found, "now": timezone.now()})


@never_cache
@require_safe
def child(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All that we hold to look after the child."""
    guardian, found = _own_child(request, pk)
    own = Proposal.objects.visible_to(signed_in(request)).filter(child=found)
    now = timezone.now()
    return render(request, "portal/child.html", {"page": child_page(found, guardian, own, now), "now": now})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_is_typed
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose other values. What is refused stays in its field, with a sentence above it."""
    guardian, found = _own_child(request, pk)
    waiting = Proposal.objects.visible_to(signed_in(request)).waiting().filter(child=found)
    form = ChildForm(request.POST if request.method == "POST" else None, found, waiting)
    with_typed(form, typed_before(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = propose(found, guardian, form.changes, by=request.user, now=timezone.now())
        except PermissionDenied:
            raise Http404 from None
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _thanks(len(made)))
            return redirect("portal_child", found.pk)
    return render(request, "portal/child_change.html", {"child": found, "form": form})


def _thanks(made: int) -> str:
    if not made:
        return "There is nothing new to send. Everything is as it was."
    return f"Thank you. We got {dates.counted(made, 'change')}. We will look at it soon."


@require_http_methods(["GET", "HEAD", "POST"])
def nothing_changed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One press says that all is still right. A second one on the same day changes nothing."""
    guardian, found = _own_child(request, pk)
    if request.method == "POST":
        try:
            confirm_details(found, guardian, by=request.user, now=timezone.now())
        except PermissionDenied:
            raise Http404 from None
        messages.success(request, "Thank you. We noted that nothing has changed.")
    return redirect("portal_child", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an own proposal back."""
    signed_in_guardian(request)
    proposal = Proposal.objects.visible_to(signed_in(request)).filter(pk=pk).first()
    if proposal is None:
        raise Http404
    if request.method == "POST":
        withdraw(proposal, by=request.user, now=timezone.now())
        proposal.refresh_from_db()
        taken_back = proposal.state == Proposal.State.WITHDRAWN
        messages.info(request, "You took it back." if taken_back else "We had answered this already.")
    return redirect("portal_child", proposal.child_id) if proposal.child_id else redirect("portal_me")


def _own_child(request: HttpRequest, pk: UUID) -> tuple[Guardian, Child]:
    """The guardian, and the child as long as its details may be seen; else there is no such page."""
    guardian = signed_in_guardian(request)
    found = Child.objects.visible_to(signed_in(request)).filter(pk=pk, archived_at=None).first()
    if found is None:
        raise Http404
    return guardian, found
