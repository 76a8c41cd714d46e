"""My rota: what somebody delivers, “I can't come” in one press, swaps, and the address of their calendar feed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from sessions_app import rota_feed, staffing, suggesting, swapping
from sessions_app.admin.pressing import own_profile, pressed
from sessions_app.admin.steps import say_at_fields
from sessions_app.models import Absence, Session, StaffAssignment, StaffProfile, SwapRequest
from sessions_app.to_read import to_read
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.admin_site import staff_site

_ASSIGNMENTS = StaffAssignment.objects.select_related("session__place", "staff__user")


def my_rota(request: HttpRequest) -> HttpResponse:
    """Everything about one person's own sessions, on one page."""
    me, now = own_profile(request), timezone.now()
    context: dict[str, Any] = staff_site().each_context(request) | {"title": "My rota", "now": now, "me": me}
    context["to_read"] = to_read(signed_in(request), now)
    if me is not None:
        context |= _shown(me, now)
    return TemplateResponse(request, "staff/my_rota.html", context)


def _shown(me: StaffProfile, now: datetime) -> dict[str, Any]:
    ahead = list(_ahead(me, now).prefetch_related(Prefetch("swap_requests", SwapRequest.objects.pending(now), "asked")))
    absences = list(me.absences.filter(period__endswith__gt=now))
    gone = _ASSIGNMENTS.filter(staff=me, withdrawn_by=me.user, session__starts_at__gt=now)
    return {
        "ahead": ahead,
        "gone": [a for a in gone.prefetch_related("session__assignments") if staffing.may_come_back(a, me.user, now)],
        "asking": _asking(me, ahead, absences, now),
        "agreed": SwapRequest.objects.pending(now)
        .filter(agreed_by=me)
        .select_related("assignment__session__place", "assignment__staff__user"),
        "absences": absences,
        "hours": me.working_hours.all(),
        "gaps": me.clearance_gaps(dates.local(now).date()),
        "feed_url": rota_feed.feed_url(me),
    }


def _ahead(me: StaffProfile, now: datetime) -> QuerySet[StaffAssignment]:
    states = [Session.State.CONFIRMED, Session.State.LIVE]
    return _ASSIGNMENTS.filter(
        staff=me, withdrawn_at=None, session__state__in=states, session__ends_at__gt=now
    ).order_by("period")


def _asking(
    me: StaffProfile, ahead: Sequence[StaffAssignment], absences: list[Absence], now: datetime
) -> list[SwapRequest]:
    """Colleagues who ask me, or anyone, and whom I could help: I am free then and cleared."""
    asked = SwapRequest.objects.pending(now).filter(Q(wanted_from=me) | Q(wanted_from=None), agreed_by=None)
    taken = [a.period for a in ahead] + [a.period for a in absences]
    rows = asked.exclude(assignment__staff=me).select_related("assignment__session__place", "assignment__staff__user")
    return [swap for swap in rows if swap.wanted_from_id == me.pk or _could(me, swap.assignment.session, taken)]


def _could(me: StaffProfile, session: Session, taken: list[Any]) -> bool:
    busy = any(period.lower < session.ends_at and session.starts_at < period.upper for period in taken)
    return not busy and not me.clearance_gaps(dates.local(session.starts_at).date())


def _mine(request: HttpRequest, pk: Any, **conditions: Any) -> StaffAssignment:
    """One of the person's own places at a session; 404 for anybody else's."""
    return get_object_or_404(_ASSIGNMENTS, pk=pk, staff=_me(request), **conditions)


def _me(request: HttpRequest) -> StaffProfile:
    me = own_profile(request)
    if me is None:
        raise Http404
    return me


def cannot_come(request: HttpRequest, pk: Any) -> HttpResponse:
    """Off the session at once; the gate is looked at again and coordinators are told, with who could step in."""
    mine, now = _mine(request, pk, session__state=Session.State.CONFIRMED), timezone.now()

    def act() -> None:
        staffing.drop_out(mine.pk, reason="Cannot come", by=signed_in(request), now=now)

    said = f"You are off “{mine.session.title}”. The office looks for somebody else."
    return pressed(request, act, said, reverse("admin:my_rota"))


def come_back(request: HttpRequest, pk: Any) -> HttpResponse:
    """Undo it, as long as nobody has come instead."""
    mine = _mine(request, pk)
    said = f"You are on “{mine.session.title}” again."
    user = signed_in(request)
    return pressed(
        request,
        lambda: staffing.come_back(mine.pk, by=user, now=timezone.now()),
        said,
        reverse("admin:my_rota"),
    )


def new_address(request: HttpRequest) -> HttpResponse:
    """Another address for the calendar feed; the old one ends."""
    me, user = _me(request), signed_in(request)
    said = "The old address does not work any more. Put the new one into your calendar."
    return pressed(
        request, lambda: rota_feed.new_address(me, by=user, now=timezone.now()), said, reverse("admin:my_rota")
    )


class SwapForm(forms.Form):
    """Whom to ask: one colleague who could, or everybody who could."""

    wanted_from = forms.ChoiceField(label="Whom do you ask?", required=False, widget=UnfoldAdminSelectWidget())

    def __init__(self, data: Any, people: list[StaffProfile]) -> None:
        super().__init__(data)
        self.people = {str(one.pk): one for one in people}
        choices = [("", "Anyone who can"), *((pk, str(one)) for pk, one in self.people.items())]
        self.fields["wanted_from"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> StaffProfile | None:
        return self.people.get(self.cleaned_data["wanted_from"])


def ask_to_swap(request: HttpRequest, pk: Any) -> HttpResponse:
    """Choose whom to ask. Only names of colleagues are shown, nothing of what else they do."""
    mine, now = _mine(request, pk, withdrawn_at=None, session__state=Session.State.CONFIRMED), timezone.now()
    people = [one.staff for one in suggesting.suitable(mine.session)]
    form = SwapForm(request.POST if request.method == "POST" else None, people)
    if form.is_bound and form.is_valid():
        try:
            swapping.ask(mine.pk, form.chosen(), by=signed_in(request), now=now)
        except ValidationError as refused:
            say_at_fields(form, refused)
        else:
            return redirect(reverse("admin:my_rota"))
    context = staff_site().each_context(request) | {"title": "Ask to swap", "form": form, "mine": mine, "now": now}
    return TemplateResponse(request, "staff/swap.html", context | {"people": people})


def agree(request: HttpRequest, pk: Any) -> HttpResponse:
    """A colleague's answer: yes."""
    me, user = _me(request), signed_in(request)
    swap = get_object_or_404(SwapRequest.objects.visible_to(user).exclude(assignment__staff=me), pk=pk)
    said = "Thank you. The office looks at it now, and you hear from us."
    return pressed(
        request, lambda: swapping.agree(swap.pk, me, by=user, now=timezone.now()), said, reverse("admin:my_rota")
    )


def decline(request: HttpRequest, pk: Any) -> HttpResponse:
    """A colleague's answer: no. Only whoever was asked by name has to give one."""
    me, user = _me(request), signed_in(request)
    swap = get_object_or_404(SwapRequest.objects.filter(Q(wanted_from=me) | Q(agreed_by=me)), pk=pk)
    said = f"{swap.assignment.staff} is told that it does not work for you."
    return pressed(
        request, lambda: swapping.refuse(swap.pk, by=user, now=timezone.now()), said, reverse("admin:my_rota")
    )


def take_back(request: HttpRequest, pk: Any) -> HttpResponse:
    """Whoever asked has thought better of it."""
    user = signed_in(request)
    swap = get_object_or_404(SwapRequest.objects.filter(assignment__staff=_me(request)), pk=pk)
    return pressed(
        request,
        lambda: swapping.take_back(swap.pk, by=user, now=timezone.now()),
        "You have taken it back: all stays as it was.",
        reverse("admin:my_rota"),
    )


for _route, _view, _name in (
    ("my-rota/", my_rota, "my_rota"),
    ("my-rota/<uuid:pk>/cannot-come/", cannot_come, "my_rota_cannot_come"),
    ("my-rota/<uuid:pk>/come-back/", come_back, "my_rota_come_back"),
    ("my-rota/<uuid:pk>/swap/", ask_to_swap, "my_rota_swap"),
    ("my-rota/swaps/<uuid:pk>/agree/", agree, "my_rota_agree"),
    ("my-rota/swaps/<uuid:pk>/decline/", decline, "my_rota_decline"),
    ("my-rota/swaps/<uuid:pk>/take-back/", take_back, "my_rota_take_back"),
    ("my-rota/new-address/", new_address, "my_rota_new_address"),
):
    staff_site().register_page(_route, _view, _name)
