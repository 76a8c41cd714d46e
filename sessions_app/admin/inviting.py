"""Choosing the children to invite: one by one, or whole groups; and what to decide before anybody is."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db import transaction
from django.db.models import Count, Q

from families.models import Child, Group
from sessions_app import booking, waiting
from sessions_app.admin.naming import NamesField, TakesNames
from sessions_app.admin.steps import Step
from sessions_app.capacity import Places, places_of
from sessions_app.fair_shares import Share, Stretch, shares_of, stretch_of
from sessions_app.models import Booking, Session
from sessions_app.overlaps import overlaps
from whippersnappers import dates
from whippersnappers.plain_fields import ChosenRows

PLACE, WAIT, OUT = "place", "wait", "out"


@dataclass(frozen=True)
class PlanLine:
    """One child about whom something is to be decided; `choice` is what happens unless it is changed."""

    child: Child
    share: Share
    elsewhere: list[Session]
    choice: str


@dataclass(frozen=True)
class InvitePlan:
    """What inviting the chosen children would come to, as shown before the press."""

    places: Places
    chosen: int
    lines: list[PlanLine]
    stretch: Stretch
    choices = ((PLACE, "Give a place"), (WAIT, "Waiting list"), (OUT, "Leave out"))

    @property
    def is_short(self) -> bool:
        return self.chosen > self.places.free

    @property
    def sentence(self) -> str:
        """`3 places left, 5 chosen: 3 would be invited, 2 would wait.`"""
        if not self.is_short:
            several = len(self.lines) > 1
            return f"{len(self.lines)} {'children are' if several else 'child is'} somewhere else at that time."
        invited, waiting = (sum(line.choice == what for line in self.lines) for what in (PLACE, WAIT))
        return f"{self.places.said}, {self.chosen} chosen: {invited} would be invited, {waiting} would wait."

    @property
    def mark(self) -> str:
        """A mark of what was shown: when it differs at the press, it is shown again."""
        facts = [str(self.places.free), *(f"{line.child.pk}:{len(line.elsewhere)}" for line in self.lines)]
        return hashlib.sha256("|".join(facts).encode()).hexdigest()[:16]


def plan_for(session: Session, children: list[Child], decided: Mapping[str, str]) -> InvitePlan | None:
    """What is to be decided before these children are invited; None when nothing is."""
    having = session.bookings.filter(child__in=children).holding_a_place().values_list("child", flat=True)
    new = [child for child in children if child.pk not in set(having)]
    places = places_of(session)
    elsewhere = overlaps([session], [child.pk for child in new])
    stretch = stretch_of(dates.local(session.starts_at).date())
    shares = shares_of([child.pk for child in new], stretch)
    is_short = len(new) > places.free
    if is_short:
        about = sorted(new, key=lambda child: (*shares.get(child.pk, Share()).turn, str(child)))
    else:
        about = [child for child in new if (session.pk, child.pk) in elsewhere]
    if not about:
        return None
    lines = [
        PlanLine(
            child,
            shares.get(child.pk, Share()),
            elsewhere.get((session.pk, child.pk), []),
            decided.get(str(child.pk)) or (WAIT if is_short and number >= places.free else PLACE),
        )
        for number, child in enumerate(about)
    ]
    return InvitePlan(places, len(new), lines, stretch)


class InviteForm(TakesNames, forms.Form):
    """Children by name or from a pasted list, groups by tick. A child in two of them gets one place.

    When there are fewer places than children, or a child is elsewhere at that time, the form is shown again
    with what to decide (`plan`); it is valid once that was seen as it stands now.
    """

    child = ChosenRows(
        label="Children", queryset=Child.objects.none(), required=False, help_text="Type a name to find a child."
    )
    names = NamesField()
    groups = ChosenRows(
        label="Groups",
        queryset=Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "st-check"}),
        help_text="Everybody in the group is invited.",
    )

    def __init__(self, data: Any, session: Session, now: datetime) -> None:
        super().__init__(data)
        self.session, self.now = session, now
        self.plan: InvitePlan | None = None
        field = Booking._meta.get_field("child")
        self.fields["child"].widget = AutocompleteSelectMultiple(field, admin.site)
        self.fields["child"].widget.is_required = True  # no cross that empties the whole list with one slip
        self.fields["child"].queryset = Child.objects.filter(archived_at=None)  # type: ignore[attr-defined]
        members = Count("children", filter=Q(children__archived_at=None))
        self.fields["groups"].queryset = Group.objects.annotate(members=members).order_by("name")  # type: ignore[attr-defined]
        self.fields["groups"].label_from_instance = group_said  # type: ignore[attr-defined]
        self.look_names_up()

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        if not self.chosen():
            raise forms.ValidationError("Choose at least one child or group.")
        self.plan = plan_for(self.session, self.chosen(), self._decided())
        if self.plan is not None and self.data.get("shown") != self.plan.mark:
            raise forms.ValidationError("Nobody is invited yet. Please look at this first, then press again.")
        if self.plan is not None:
            self._refuse_too_many(self.plan)
        return self.cleaned_data

    def _refuse_too_many(self, plan: InvitePlan) -> None:
        undecided = plan.chosen - len(plan.lines)
        wanted = undecided + sum(line.choice == PLACE for line in plan.lines)
        if wanted > plan.places.free:
            raise forms.ValidationError(
                f"{plan.places.said}, but {wanted} are to get one: let {wanted - plan.places.free} more wait."
            )

    def _decided(self) -> dict[str, str]:
        known = {PLACE, WAIT, OUT}
        pairs = ((key.removeprefix("for-"), self.data.get(key)) for key in self.data if key.startswith("for-"))
        return {child: str(value) for child, value in pairs if value in known}

    def chosen(self) -> list[Child]:
        """Every child chosen, once."""
        named = list(self.cleaned_data["child"])
        grouped = Child.objects.filter(groups__in=self.cleaned_data["groups"], archived_at=None)
        return list({child.pk: child for child in [*named, *grouped]}.values())

    def for_(self, what: str) -> list[Child]:
        """The chosen children who get a place (PLACE) or wait (WAIT)."""
        decided = {line.child.pk: line.choice for line in self.plan.lines} if self.plan else {}
        return [child for child in self.chosen() if decided.get(child.pk, PLACE) == what]


def group_said(group: Any) -> str:
    """A group with how many are in it, as a choice says it."""
    return f"{group.name} (1 child)" if group.members == 1 else f"{group.name} ({group.members} children)"


class Invite(Step):
    name, path, title, button = "invite", "invite/", "Invite children", "Give them a place"
    template = "staff/invite.html"

    def form(self, data: Any = None) -> forms.Form:
        return InviteForm(data, self.session, self.now)

    def explain(self) -> list[str]:
        places = places_of(self.session)
        said = f"{places.said} of {places.capacity}." if places.free else "No place is free: children can wait for one."
        waiting_now = self.session.bookings.all().waiting().count()
        queue = [f"{waiting_now} on the waiting list already."] if waiting_now else []
        if self.is_told:
            told = "The session is confirmed: parents and carers of the children you add are invited at once."
            return [said, *queue, told]
        return [said, *queue, "Families hear of it once the session is confirmed."]

    def reach(self) -> None:
        return None

    def act(self, form: forms.Form) -> str:
        assert isinstance(form, InviteForm)
        with transaction.atomic():
            placed = form.for_(PLACE)
            result = booking.invite_children(self.session.pk, placed, by=self.request.user, now=self.now)
            joined = waiting.join_waiting_list(self.session.pk, form.for_(WAIT), by=self.request.user, now=self.now)
        added = {0: "Nobody new was added", 1: "1 child has a place now"}
        sentence = added.get(len(result.added), f"{len(result.added)} children have a place now")
        if result.already:
            sentence += f"; {len(result.already)} had one already"
        if joined:
            sentence += f"; {len(joined)} {'is' if len(joined) == 1 else 'are'} on the waiting list"
        return f"{sentence}."
