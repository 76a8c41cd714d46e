"""Saying yes or no for a child, and taking a yes back: being in a group session that is recorded (X1)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from families import consenting
from families.models import Consent, Guardianship
from families.portal.guards import signed_in_guardian
from whippersnappers.accounts.access import signed_in

_RECORDED = Consent.Purpose.RECORDED_GROUP
_CHOOSE = "Please press “Yes” or “No”."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What holds, who may change it, and what was said before. Of two answers the later holds."""
    standing = _standing(request, pk)
    refusal = ""
    if request.method == "POST":
        refusal = _answer(request, standing)
        if not refusal:
            return redirect("portal_consent", pk)
    child, guardian = standing.child, standing.guardian
    answers = consenting.history(child, _RECORDED, guardian)
    context = {
        "child": child,
        "may_decide": standing.parental_responsibility,
        "others": consenting.who_decides(child, guardian),
        "current": next((one for one in answers if one.consent.superseded_at is None), None),
        "answers": answers,
        "refusal": refusal,
        "now": timezone.now(),
    }
    return render(request, "portal/consent.html", context, status=422 if refusal else 200)


def _answer(request: HttpRequest, standing: Guardianship) -> str:
    """Note the press; returns what to say when it cannot be noted."""
    given = {"yes": True, "no": False}.get(request.POST.get("answer", ""))
    if given is None:
        return _CHOOSE
    try:
        held = consenting.answer(
            standing.child, _RECORDED, given=given, guardian=standing.guardian, by=request.user, now=timezone.now()
        )
    except ValidationError:
        return "You cannot answer this. Please ask the people named below, or ask us."
    messages.success(request, f"Saved. Your answer is: {'yes' if held.given else 'no'}.")
    return ""


def _standing(request: HttpRequest, pk: UUID) -> Guardianship:
    """How the guardian stands to the child; 404 for a child that is none of theirs, or whom they may not know of."""
    signed_in_guardian(request)
    mine = Guardianship.objects.for_guardian(signed_in(request))
    found = mine.filter(child=pk).select_related("child", "guardian").first()
    if found is None or not (found.parental_responsibility or found.may_see_details):
        raise Http404
    return found
