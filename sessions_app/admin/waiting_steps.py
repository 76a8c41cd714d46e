"""The steps for one child on a waiting list: place, offer, answer, move up, take off."""

from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from families.models import Guardian
from sessions_app import booking, offer_notices, offers, phone_tasks, waiting
from sessions_app.admin.steps import NothingToFill, Step
from sessions_app.models import Booking, PhoneTask, PlaceOffer, Session
from sessions_app.offer_links import closes_at
from sessions_app.offer_times import answer_by
from sessions_app.reach import guardians_of
from whippersnappers import dates
from whippersnappers.plain_fields import ChosenRow


class WhyFirstForm(forms.Form):
    """Why a child comes before others; for staff only."""

    reason = forms.CharField(
        label="Why does this child come first?",
        max_length=200,
        help_text="For colleagues only. For example: “Missed out three times this term.”",
        widget=UnfoldAdminTextInputWidget(),
        error_messages={"required": "Say why this child comes before those who have waited longer."},
    )


class WaitingStep(Step):
    """A step for one child that waits."""

    def __init__(self, request: HttpRequest, session: Session, now: datetime, booking: Any) -> None:
        super().__init__(request, session, now)
        found = session.bookings.select_related("child").filter(pk=booking).first()
        if found is None:
            raise Http404
        self.booking: Booking = found
        self.offer = PlaceOffer.objects.open().select_related("booking__session").filter(booking=found).first()

    def refusal(self) -> str:
        if self.booking.state != Booking.State.WAITING:
            return f"{self.booking.child} is not on the waiting list any more."
        return super().refusal()

    def reach(self) -> None:
        return None

    @property
    def by(self) -> dict[str, Any]:
        return {"by": self.request.user, "now": self.now}


class GivesAPlace(WaitingStep):
    """A step that may pass over children who have waited longer, and then takes a reason."""

    def __init__(self, request: HttpRequest, session: Session, now: datetime, booking: Any) -> None:
        super().__init__(request, session, now, booking)
        self.earlier = offers.passed_over(self.booking)

    def form(self, data: Any = None) -> forms.Form:
        return WhyFirstForm(data) if self.earlier else NothingToFill(data)

    def passes(self) -> list[str]:
        names = ", ".join(str(waiting.child) for waiting in self.earlier)
        return [f"This passes over {names}: please say why."] if self.earlier else []


class OfferPlace(GivesAPlace):
    name, path = "offer", "waiting/<uuid:booking>/offer/"
    title, button = "Offer a place", "Offer the place"

    def refusal(self) -> str:
        if self.offer is not None:
            return f"{self.booking.child} has an offer that waits for an answer."
        return super().refusal()

    def explain(self) -> list[str]:
        until = answer_by(self.now, self.session.starts_at)
        if until is None:
            return ["It is too late to offer a place by mail. Ring the family; if they come, give the child the place."]
        said = dates.moment(until, now=self.now)
        asks = f"The parents and carers of {self.booking.child} are asked by mail or by phone."
        return [asks, f"They can answer until {said}.", "The place is held for them until then.", *self.passes()]

    def act(self, form: forms.Form) -> str:
        offers.offer_to(self.booking.pk, reason=form.cleaned_data.get("reason", ""), **self.by)
        return f"The place is offered to {self.booking.child}."


class GivePlace(GivesAPlace):
    name, path = "place", "waiting/<uuid:booking>/place/"
    title, button = "Give a place", "Give the place"

    def refusal(self) -> str:
        if self.is_told and answer_by(self.now, self.session.starts_at) is not None:
            return "The session is confirmed: offer the place, so that the family can say whether they come."
        return super().refusal()

    def explain(self) -> list[str]:
        told = "The family hears of it once the session is confirmed."
        if self.is_told:
            told = "Ring the family first. The invitation goes to them at once."
        return [f"{self.booking.child} gets a place. {told}", *self.passes()]

    def act(self, form: forms.Form) -> str:
        booking.place_waiting(self.booking.pk, reason=form.cleaned_data.get("reason", ""), **self.by)
        return f"{self.booking.child} has a place now."


class MoveUp(WaitingStep):
    name, path = "move_up", "waiting/<uuid:booking>/move-up/"
    title, button = "Move to the top of the list", "Move to the top"
    form_class = WhyFirstForm

    def explain(self) -> list[str]:
        return [f"{self.booking.child} is the next to be offered a place. Nobody is told."]

    def act(self, form: forms.Form) -> str:
        waiting.move_up(self.booking.pk, reason=form.cleaned_data["reason"], **self.by)
        return f"{self.booking.child} is first on the list now."


class TakeOffList(WaitingStep):
    name, path = "take_off_list", "waiting/<uuid:booking>/take-off/"
    title, button, danger = "Take off the waiting list", "Take off the list", True

    def explain(self) -> list[str]:
        if self.offer is None:
            return [f"{self.booking.child} does not wait for this session any more. Nobody is told."]
        ends = "The offer ends. Parents and carers who have had it are told so, and the next family is asked."
        return [f"{self.booking.child} does not wait for this session any more.", ends]

    def act(self, form: forms.Form) -> str:
        waiting.leave(self.booking.pk, **self.by)
        return f"{self.booking.child} is off the waiting list."


class OfferStep(WaitingStep):
    """A step about the offer that a child has."""

    def refusal(self) -> str:
        return super().refusal() or ("" if self.offer else "This offer is over: it was answered, or its time was up.")

    @property
    def present_offer(self) -> PlaceOffer:
        assert self.offer is not None  # `refusal` has asked
        return self.offer


class TakeBackOffer(OfferStep):
    name, path = "take_back", "waiting/<uuid:booking>/take-back/"
    title, button, danger = "Take the offer back", "Take it back", True

    def explain(self) -> list[str]:
        return [
            f"{self.booking.child} stays on the list, and the place is offered to the next child.",
            "Parents and carers who have had the offer are told that it is over.",
        ]

    def act(self, form: forms.Form) -> str:
        offers.take_back(self.present_offer.pk, **self.by)
        return "The offer is taken back."


class AnswerForm(forms.Form):
    """What the family said, and who said it."""

    answer = forms.ChoiceField(
        label="Do they take the place?",
        choices=[("take", "Yes, they take it"), ("decline", "No, they do not want it")],
        widget=forms.RadioSelect(attrs={"class": "st-check"}),
        error_messages={"required": "Say what they answered."},
    )
    guardian = ChosenRow(
        label="Who said so?",
        queryset=Guardian.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect(attrs={"class": "st-check"}),
        error_messages={"required": "Say who answered."},
    )


class NoteAnswer(OfferStep):
    name, path = "note_answer", "waiting/<uuid:booking>/answer/"
    title, button = "Note the family’s answer", "Note the answer"

    def form(self, data: Any = None) -> forms.Form:
        form = AnswerForm(data)
        people = [reach.guardian.pk for reach in guardians_of(self.booking.child_id)]
        form.fields["guardian"].queryset = Guardian.objects.filter(pk__in=people)  # type: ignore[attr-defined]
        if len(people) == 1:
            form.fields["guardian"].initial = people[0]
        return form

    def explain(self) -> list[str]:
        said = [f"A place is offered to {self.booking.child}."]
        if self.offer is not None:
            until = closes_at(self.offer)
            said.append(f"They can answer until {dates.moment(until, now=self.now)}.")
        return [*said, "Yes: the family is invited like everybody else. No: the place goes to the next."]

    def act(self, form: forms.Form) -> str:
        guardian, offer = form.cleaned_data["guardian"], self.present_offer
        takes = form.cleaned_data["answer"] == "take"
        with transaction.atomic():
            self._close_call(offer, guardian)
            answer = offers.take if takes else offers.decline
            answer(offer.pk, guardian=guardian, **self.by)
        if takes:
            return f"{self.booking.child} is coming."
        return "Noted: they do not want the place. The next family is asked."

    def _close_call(self, offer: PlaceOffer, guardian: Guardian) -> None:
        """The call that was on the list for this has been made."""
        for call in offer_notices.calls_about(offer, self.session).filter(guardian=guardian, done_at=None):
            phone_tasks.record_call(call.pk, outcome=PhoneTask.Outcome.REACHED, **self.by)


WAITING_PAGES: list[type[Step]] = [OfferPlace, GivePlace, MoveUp, TakeOffList, TakeBackOffer, NoteAnswer]
