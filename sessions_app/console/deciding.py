"""Saying at the door who somebody is: by one press, or from the list of those who are expected."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from families.models import Guardian
from sessions_app.admin.steps import say_at_fields
from sessions_app.console.visiting import Visit, console_view
from sessions_app.door_list import door_list
from sessions_app.live.deciding import decide
from sessions_app.models import DoorDecision, Presence, StaffProfile

_Is = DoorDecision.Is


@console_view("POST")
def pressed(visit: Visit) -> HttpResponse:
    """One press beside a name: `<stay>:guardian:<guardian>`, or `<stay>:not_ours:`."""
    key, verdict, who = (*visit.request.POST.get("is", "").split(":"), "", "", "")[:3]
    try:
        _decide(visit, _stay(visit, key), verdict, who)
    except ValidationError as refused:
        for sentence in refused.messages:
            messages.error(visit.request, sentence)
    return _to_console(visit)


def _stay(visit: Visit, key: str) -> Presence:
    """The stay that a press names; it may have ended between the look and the press."""
    stay = visit.session.presences.filter(pk=key).first() if _is_key(key) else None
    if stay is None:
        raise ValidationError("They have just moved or left: look at the list again.")
    return stay


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class WhoForm(forms.Form):
    """Everybody whom a participant can be: the staff and those invited."""

    who = forms.ChoiceField(
        label="Who is it?", widget=forms.RadioSelect, error_messages={"required": "Choose who it is."}
    )

    def __init__(self, data: Any, choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["who"].choices = choices  # type: ignore[attr-defined]


@console_view("GET", "HEAD", "POST")
def choose(visit: Visit, stay: UUID) -> HttpResponse:
    """The whole list to choose from."""
    row = get_object_or_404(visit.session.presences, pk=stay)
    form = WhoForm(visit.request.POST if visit.request.method == "POST" else None, _choices(visit))
    if form.is_bound and form.is_valid():
        verdict, _, who = form.cleaned_data["who"].partition(":")
        try:
            _decide(visit, row, verdict, who)
        except ValidationError as refused:
            say_at_fields(form, refused)
        else:
            return _to_console(visit)
    context = {"session": visit.session, "visit": visit, "stay": row, "form": form}
    return render(visit.request, "console/who.html", context, status=422 if form.is_bound else 200)


def _choices(visit: Visit) -> list[tuple[str, str]]:
    staff = visit.session.assignments.filter(withdrawn_at=None).select_related("staff__user")
    families = [
        (f"{_Is.GUARDIAN}:{line.guardian.pk}", f"{line.guardian} with {_children(line)}")
        for line in door_list(visit.session)
    ]
    ours = [(f"{_Is.STAFF}:{one.staff_id}", f"{one.staff}, one of us") for one in staff]
    return [*families, *ours, (f"{_Is.NOT_OURS}:", "Nobody of these: not ours")]


def _children(line: Any) -> str:
    return ", ".join(one.child.known_as for one in line.children)


def _decide(visit: Visit, stay: Presence, verdict: str, who: str) -> None:
    keys = [who] if _is_key(who) else []
    guardian = Guardian.objects.filter(pk__in=keys).first() if verdict == _Is.GUARDIAN else None
    staff = StaffProfile.objects.filter(pk__in=keys).first() if verdict == _Is.STAFF else None
    decide(visit.session.pk, stay, verdict, staff=staff, guardian=guardian, by=visit.user, now=visit.now)


def _to_console(visit: Visit) -> HttpResponse:
    return HttpResponseRedirect(reverse("live_console", args=[visit.session.pk]))
