"""How a step that reaches families is shown and taken: first whom it reaches, then one press does it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from sessions_app.admin.cards import SessionCard, card
from sessions_app.admin.mending import page_of
from sessions_app.mail_times import change_mail_at
from sessions_app.models import Session
from sessions_app.reach import ToReach, guardians_to_reach
from sessions_app.readiness import gate_facts
from whippersnappers import dates

NOTHING_MORE = "This session is over or called off: nothing about it can be changed any more."


@dataclass(frozen=True)
class Reach:
    """Whom a step reaches: by mail, by phone, and the children for whom nobody can be reached at all."""

    mailed: list[ToReach]
    phoned: list[ToReach]
    unreached: list[str]

    @property
    def sentence(self) -> str:
        """`This reaches 24 parents and carers: 22 by mail, 3 by phone (1 of them both ways).`"""
        people = len({r.guardian.pk for r in self.mailed + self.phoned})
        if not people:
            return "This reaches nobody."
        noun = "1 parent or carer" if people == 1 else f"{people} parents and carers"
        both = len(self.mailed) + len(self.phoned) - people
        twice = f" ({both} of them both ways)" if both else ""
        return f"This reaches {noun}: {len(self.mailed)} by mail, {len(self.phoned)} by phone{twice}."


def reach_of(session: Session) -> Reach:
    """Whom a mail about the session reaches now."""
    reached = guardians_to_reach(session)
    covered = {child.pk for r in reached for child in r.children}
    children = [b.child for b in session.bookings.select_related("child").holding_a_place()]
    return Reach(
        mailed=[r for r in reached if r.by_mail],
        phoned=[r for r in reached if r.why_phone],
        unreached=[str(child) for child in children if child.pk not in covered],
    )


def told_in(session: Session, now: datetime) -> str:
    """How soon families hear of an edit made now: `in 5 minutes`, or `at once` close to the start."""
    left = change_mail_at(now, session.starts_at) - now
    return f"in {dates.duration(left)}" if left else "at once"


class NothingToFill(forms.Form):
    """A step that needs no words."""


class Step(ABC):
    """One step about a session: what it is called, what it asks, whom it reaches and what it does."""

    name: ClassVar[str]
    path: ClassVar[str]
    title: ClassVar[str]
    button: ClassVar[str]
    danger: ClassVar[bool] = False
    template: ClassVar[str] = "staff/step.html"
    form_class: ClassVar[type[forms.Form]] = NothingToFill

    def __init__(self, request: HttpRequest, session: Session, now: datetime) -> None:
        self.request, self.session, self.now = request, session, now

    @property
    def is_told(self) -> bool:
        """Whether families know of the session already, so that the step reaches them."""
        return self.session.state == Session.State.CONFIRMED

    def refusal(self) -> str:
        """Why the step cannot be taken at all; empty when it can."""
        open_still = self.session.state in (Session.State.DRAFT, Session.State.CONFIRMED)
        return "" if open_still and self.session.ends_at > self.now else NOTHING_MORE

    @abstractmethod
    def explain(self) -> list[str]:
        """What pressing the button does, in plain sentences."""

    def reach(self) -> Reach | None:
        """Whom it reaches; None when families do not know of the session yet."""
        return reach_of(self.session) if self.is_told else None

    def form(self, data: Any = None) -> forms.Form:
        return self.form_class(data)

    @abstractmethod
    def act(self, form: forms.Form) -> str:
        """Do it; returns what to tell the person. Raises ValidationError for what cannot be done."""

    def context(self) -> dict[str, Any]:
        return {}


def respond(step: Step, site: Any) -> HttpResponse:
    """Show the step, or on POST take it and go back to the session."""
    pressed = step.request.method == "POST"
    form = step.form(step.request.POST if pressed else None)
    if pressed and not step.refusal() and form.is_valid():
        try:
            messages.success(step.request, step.act(form))
        except ValidationError as refused:
            say_at_fields(form, refused)
        else:
            return redirect(page_of(step.session))
    return TemplateResponse(step.request, step.template, _context(step, form, site))


def say_at_fields(form: forms.Form, refused: ValidationError) -> None:
    """Put a service's complaint at the form's fields, or on top when it is about none of them."""
    at = refused.message_dict if hasattr(refused, "error_dict") else {"": refused.messages}
    for name, said in at.items():
        name = getattr(form, "said_at", {}).get(name, name)
        form.add_error(name if name in form.fields else None, said)


def _context(step: Step, form: forms.Form, site: Any) -> dict[str, Any]:
    session = gate_facts(Session.objects.filter(pk=step.session.pk)).get()
    line: SessionCard = card(session, step.now)
    return {
        **site.each_context(step.request),
        **step.context(),
        "title": step.title,
        "step": step,
        "refusal": step.refusal(),
        "card": line,
        "blocked": step.name == "confirm" and bool(line.mends),
        "explain": step.explain(),
        "reach": step.reach(),
        "form": form,
        "media": form.media,
        "now": step.now,
        "back": page_of(step.session),
    }
