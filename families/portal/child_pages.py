"""What a parent reads about a child, in a parent's words, and the form with which they propose something else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from families.carers import Carer, others_caring_for
from families.child_words import ASKED, LABELS, Asked, held_by, shown
from families.confirming_details import confirmed_by, term_began
from families.models import Child, Guardian, Proposal
from families.plain_text import LinesField, WordsField
from families.seen_forms import SeenForm
from whippersnappers import dates

# How long the answer to a proposal stays on the child's page.
ANSWERS_SHOWN = timedelta(days=60)


@dataclass(frozen=True)
class Line:
    """One thing as the page shows it: what we hold, and what this parent has proposed instead."""

    asked: Asked
    value: str
    waiting: Proposal | None

    @property
    def proposed(self) -> str:
        """The proposed value in words."""
        return self.waiting.said(self.waiting.new) if self.waiting else ""


@dataclass(frozen=True)
class ChildPage:
    """A child as one guardian sees it."""

    child: Child
    lines: list[Line]
    answers: list[Proposal]
    carers: list[Carer]
    confirmed_on: date | None
    confirmed_this_term: bool


def child_page(child: Child, guardian: Guardian, own: Iterable[Proposal], now: datetime) -> ChildPage:
    """All that the page shows. `own` are the guardian's own proposals for the child."""
    own = list(own)
    waiting = {p.field: p for p in own if p.state == Proposal.State.PROPOSED}
    confirmed = confirmed_by(guardian, child)
    return ChildPage(
        child=child,
        lines=[Line(asked, shown(child, asked.field), waiting.get(asked.field)) for asked in ASKED],
        answers=answers_of(own, now),
        carers=others_caring_for([child], guardian)[child.pk],
        confirmed_on=confirmed,
        confirmed_this_term=confirmed is not None and confirmed >= term_began(dates.local(now).date()),
    )


def answers_of(own: Iterable[Proposal], now: datetime) -> list[Proposal]:
    """The ones that staff answered lately, newest first, with the words that parents use."""
    decided = (Proposal.State.ACCEPTED, Proposal.State.DECLINED)
    lately = [p for p in own if p.state in decided and p.ended_at and p.ended_at > now - ANSWERS_SHOWN]
    for proposal in lately:
        proposal.label = LABELS[proposal.field]  # type: ignore[attr-defined]
        proposal.wanted = proposal.said(proposal.new)  # type: ignore[attr-defined]
    return sorted(lately, key=lambda p: str(p.ended_at), reverse=True)


class ChildForm(SeenForm):
    """Everything that a parent may propose for a child, filled with what we hold or what waits already."""

    known_as = WordsField(most=60, error_messages={"required": "Please write a name for your child."})
    communication = forms.ChoiceField(
        choices=[("", "Not said yet"), *Child.Communication.choices],
        required=False,
        error_messages={"invalid_choice": "Please choose one of the answers."},
    )
    communication_notes = LinesField(required=False)
    medical_notes = LinesField(required=False)
    access_needs = LinesField(required=False)
    what_helps = LinesField(required=False)
    what_to_avoid = LinesField(required=False)
    likes = LinesField(required=False)
    local_authority = WordsField(most=80, required=False)

    def __init__(self, data: Any, child: Child, waiting: Iterable[Proposal]) -> None:
        held = {asked.field: held_by(child, asked.field) for asked in ASKED}
        super().__init__(data, base=held | {p.field: p.new for p in waiting})
        for asked in ASKED:
            field = self.fields[asked.field]
            field.label, field.help_text = asked.label, asked.help_text
