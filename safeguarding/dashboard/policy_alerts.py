"""Policy alerts for those who safeguard: the list, each alert, seeing to it, and making it a concern."""

from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.shortcuts import redirect

from safeguarding.dashboard import fields
from safeguarding.dashboard.search import A_PAGE, day
from safeguarding.from_alerts import make_concern
from safeguarding.gathering.policy_alerts import STANDING, Seen, Sought, by_id, search
from safeguarding.models import Concern
from safeguarding.reading import Answer, Page, confidential
from sessions_app import policy_alerts
from sessions_app.live.alert_kinds import KINDS, AlertKind
from sessions_app.models import PolicyAlert
from whippersnappers.accounts.models import User

_ANY = [("", "Any")]
_CLAUSES = sorted({(facts.clause.value, f"{facts.clause.value}: {facts.clause.label}") for facts in KINDS.values()})
WENT_TO_TRUSTEES = "It is with the trustees now. You see no more of it."
MADE = "It is a concern now, with what the portal knows of the session. Acknowledge and judge it next."


class AlertSearchForm(forms.Form):
    """What may be sought."""

    words = forms.CharField(label="Session", required=False, max_length=80)
    standing = forms.ChoiceField(
        label="Where it stands", choices=[(name, label) for name, (label, _) in STANDING.items()], required=False
    )
    kind = forms.ChoiceField(label="What", choices=_ANY + AlertKind.choices, required=False)
    clause = forms.ChoiceField(label="What we promise", choices=_ANY + _CLAUSES, required=False)
    since = day("Began from")
    until = day("Began until")


class SettleForm(forms.Form):
    """What came of it, and why."""

    use_required_attribute = False
    button = "Settle it"
    outcome = fields.one_of("What came of it?", PolicyAlert.Outcome.choices)
    reason = fields.words(
        "What happened, and what was done about it?",
        policy_alerts.WITHOUT_REASON,
        help_text="Coordinators and trustees read it: nothing of a concern, and no child’s name.",
    )


@confidential()
def all_alerts(request: HttpRequest, user: User, now: datetime) -> Page:
    """A page of the alerts that fit."""
    form = AlertSearchForm(request.GET)
    sought = Sought(**form.cleaned_data) if form.is_valid() else Sought()
    page = Paginator(search(user, sought), A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page, "query": query.urlencode()}
    shown = {"shown": len(page.object_list), "page": page.number, "narrowed": bool(query)}
    return Page("policy_alert.list_read", "safeguarding/dashboard/policy_alerts.html", context, detail=shown)


@confidential(methods=("GET", "HEAD", "POST"))
def alert(request: HttpRequest, user: User, now: datetime, pk: UUID) -> Answer:
    """One alert, and settling it."""
    seen, form = _found(user, pk, now), SettleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            policy_alerts.settle(seen.alert, **form.cleaned_data, by=user, now=now)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
            seen = _found(user, pk, now)
        else:
            messages.success(request, "It is settled.")
            return redirect("safeguarding_policy_alert", pk)
    context = {"seen": seen, "alert": seen.alert, "form": form}
    return Page("policy_alert.read", "safeguarding/dashboard/policy_alert.html", context, target=seen.alert)


@confidential(methods=("POST",))
def seen(request: HttpRequest, user: User, now: datetime, pk: UUID) -> Answer:
    """This person sees to it."""
    policy_alerts.acknowledge(_found(user, pk, now).alert, by=user, now=now)
    messages.success(request, "Noted: somebody sees to it.")
    return redirect("safeguarding_policy_alert", pk)


@confidential(methods=("POST",))
def concern(request: HttpRequest, user: User, now: datetime, pk: UUID) -> Answer:
    """It becomes a concern."""
    try:
        made = make_concern(pk, by=user, now=now)
    except PolicyAlert.DoesNotExist as nothing:
        raise Http404 from nothing
    if Concern.objects.visible_to(user).filter(pk=made.pk).exists():
        messages.success(request, MADE)
        return redirect("safeguarding_concern", made.pk)
    messages.success(request, WENT_TO_TRUSTEES)
    return redirect("safeguarding_policy_alert", pk)


def _found(user: User, pk: UUID, now: datetime) -> Seen:
    try:
        return by_id(user, pk, now)
    except PolicyAlert.DoesNotExist as nothing:
        raise Http404 from nothing
