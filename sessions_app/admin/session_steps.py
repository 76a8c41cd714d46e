"""The steps of a session that reach families or staff: confirm, move, cancel, invite, take out, drop out."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from sessions_app import booking, confirming, moving, staffing, suggesting
from sessions_app.admin.family_texts import FamilyTextInput
from sessions_app.admin.inviting import Invite
from sessions_app.admin.steps import Reach, Step, reach_of, told_in
from sessions_app.admin.times import ClockField, DayField, initial_times, period_of
from sessions_app.contacting import contacts_of, unsigned_said
from sessions_app.mail_times import PREPARATION, REMINDER, marks_due, preparation_due_at, reminder_due_at
from sessions_app.models import Booking, Session, StaffAssignment
from whippersnappers import dates
from whippersnappers.secret_requests import refuse_secret_requests

# The tick under a warning that the coordinator has read.
ANYWAY = "anyway"


class Confirm(Step):
    name, path, title, button = "confirm", "confirm/", "Confirm this session", "Confirm and invite"

    def refusal(self) -> str:
        if self.session.state == Session.State.CONFIRMED:
            return "This session is confirmed already."
        return super().refusal()

    def explain(self) -> list[str]:
        first = ["Staff are told that the session will happen."]
        if self.session.is_remote:
            first.insert(0, "The Zoom meeting is made. The invitations wait for it, usually some seconds.")
        return [*first, *self._follow_up()]

    def _follow_up(self) -> list[str]:
        """What families get after the invitation, and when (W2)."""
        session, carried = self.session, {mark.split(":")[0] for mark in marks_due(self.session, self.now)}
        if PREPARATION in carried:
            said = ["It starts soon, so the invitation also says how to prepare."]
        else:
            said = [f"A mail on how to prepare follows on {self._at(preparation_due_at(session))}."]
        if REMINDER not in carried:
            said.append(f"A reminder follows on {self._at(reminder_due_at(session.starts_at))}.")
        return said

    def _at(self, when: datetime) -> str:
        return dates.moment(when, now=self.now)

    def reach(self) -> Reach:
        return reach_of(self.session)

    def context(self) -> dict[str, Any]:
        return {"unsigned": unsigned_said(contacts_of(self.session.pk)) if self.session.is_remote else ""}

    def act(self, form: forms.Form) -> str:
        confirming.confirm(self.session.pk, by=self.request.user, now=self.now)
        return f"Confirmed. {self.reach().sentence}"


class TimesForm(forms.Form):
    """When the session will be instead."""

    day, starts, ends = DayField(label="Day"), ClockField(label="From"), ClockField(label="To")
    said_at = {"starts_at": "starts", "ends_at": "ends"}
    period: tuple[datetime, datetime] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if ANYWAY in self.data:
            self.ask_whether_anyway()

    def ask_whether_anyway(self) -> None:
        """From now on, ask for a tick: there is something that the coordinator should know first."""
        tick = forms.CheckboxInput(attrs={"class": "st-check"})
        self.fields[ANYWAY] = forms.BooleanField(label="Move it anyway", required=False, widget=tick)

    def clean(self) -> dict[str, Any]:
        self.period = period_of(self)
        return self.cleaned_data


class Reschedule(Step):
    name, path, title, button = "reschedule", "reschedule/", "Move this session", "Move the session"
    form_class = TimesForm

    def form(self, data: Any = None) -> TimesForm:
        return TimesForm(data, initial=initial_times(self.session.starts_at, self.session.ends_at))

    def context(self) -> dict[str, Any]:
        return {"mark": moving.mark_of(self.session)}

    def explain(self) -> list[str]:
        if not self.is_told:
            return ["Families do not know of this draft yet, so nobody is told."]
        told = f"Families get one mail that says the old and the new time, {told_in(self.session, self.now)}."
        return [told, "The entry in their calendars moves. Staff are told too."]

    def act(self, form: forms.Form) -> str:
        assert isinstance(form, TimesForm)
        assert form.period is not None
        start, end = form.period
        if (start, end) == (self.session.starts_at, self.session.ends_at):
            raise ValidationError({"starts": "This is the time it has now: choose another."})
        self._warn(form, start, end)
        moved = moving.move(
            self.session.pk,
            starts_at=start,
            ends_at=end,
            seen=self.request.POST.get("seen", ""),
            by=self.request.user,
            now=self.now,
        )
        when = dates.when(moved.starts_at, moved.ends_at, now=self.now)
        if moved.starts_at == self.session.starts_at:
            return f"It now lasts {dates.length(moved.starts_at, moved.ends_at)}: {when}."
        return f"Moved to {when}."

    def _warn(self, form: TimesForm, start: datetime, end: datetime) -> None:
        """What does not refuse the move is said once; raises ValidationError until it is wanted anyway."""
        if form.cleaned_data.get(ANYWAY):
            return
        hinders = moving.what_hinders(self.session, start, end, self.now)
        if hinders and not any(h.refuses for h in hinders):
            form.ask_whether_anyway()
            raise ValidationError([h.says for h in hinders])


class ReasonForm(forms.Form):
    """Why, in words that families may read."""

    reason = forms.CharField(
        label="Why is it cancelled?",
        max_length=300,
        help_text="Families read this. For example: “Maya is ill. We are sorry.”",
        widget=FamilyTextInput(),
        validators=[refuse_secret_requests],
        error_messages={"required": "Say why, in words that families may read."},
    )


class Cancel(Step):
    name, path, title, button = "cancel", "cancel/", "Cancel this session", "Cancel the session"
    danger = True
    form_class = ReasonForm

    def explain(self) -> list[str]:
        if not self.is_told:
            return ["Families do not know of this draft yet, so nobody is told. It cannot be brought back."]
        first = "Everybody who was invited is told at once, with your reason. The entry goes from their calendars."
        return [first, "The Zoom meeting is deleted and staff are free. A cancelled session cannot be brought back."]

    def act(self, form: forms.Form) -> str:
        reason = form.cleaned_data["reason"]
        confirming.cancel(self.session.pk, reason=reason, by=self.request.user, now=self.now)
        return "The session is cancelled."


class TakeOut(Step):
    name, path, title, button = (
        "take_out",
        "bookings/<uuid:booking>/take-out/",
        "Take a child out",
        "Take the child out",
    )
    danger = True

    def __init__(self, request: HttpRequest, session: Session, now: datetime, booking: Any) -> None:
        super().__init__(request, session, now)
        found = session.bookings.select_related("child").filter(pk=booking).first()
        if found is None:
            raise Http404
        self.booking: Booking = found

    def refusal(self) -> str:
        if self.booking.state == Booking.State.WITHDRAWN:
            return f"{self.booking.child} has no place in this session any more."
        return super().refusal()

    def explain(self) -> list[str]:
        first = f"{self.booking.child} loses the place."
        if not self.is_told:
            return [first, "Families do not know of this draft yet, so nobody is told."]
        return [first, "Parents and carers who have no other child in it are told, and their way in is closed."]

    def reach(self) -> Reach | None:
        found = super().reach()
        if found is None:
            return None
        child = self.booking.child_id
        alone = [r for r in found.mailed if {c.pk for c in r.children} == {child}]
        calls = [r for r in found.phoned if {c.pk for c in r.children} == {child}]
        return Reach(mailed=alone, phoned=calls, unreached=[])

    def act(self, form: forms.Form) -> str:
        booking.withdraw(self.booking.pk, by=self.request.user, now=self.now)
        return f"{self.booking.child} has no place any more."


class DropOutForm(forms.Form):
    """Why somebody cannot come; for staff only."""

    reason = forms.CharField(
        label="Why?",
        max_length=200,
        required=False,
        help_text="For colleagues only.",
        widget=UnfoldAdminTextInputWidget(),
    )


class DropOut(Step):
    name, path = "drop_out", "staff/<uuid:assignment>/drop-out/"
    title, button, danger = "Somebody drops out", "Take them off", True
    form_class = DropOutForm

    def __init__(self, request: HttpRequest, session: Session, now: datetime, assignment: Any) -> None:
        super().__init__(request, session, now)
        found = StaffAssignment.objects.filter(session=session, pk=assignment).select_related("staff__user").first()
        if found is None:
            raise Http404
        self.assignment = found

    def refusal(self) -> str:
        if self.assignment.withdrawn_at is not None:
            return f"{self.assignment.staff} is not on this session any more."
        return super().refusal()

    def explain(self) -> list[str]:
        first = f"{self.assignment.staff} is taken off this session and told so."
        if not self.is_told:
            return [first]
        return [
            first,
            "If too few cleared staff are left, the gate opens again. Families are not told.",
        ]

    def reach(self) -> None:
        return None

    def context(self) -> dict[str, Any]:
        return {"helpers": suggesting.suitable(self.session)[: suggesting.SHOWN]}

    def act(self, form: forms.Form) -> str:
        reason = form.cleaned_data["reason"]
        staffing.drop_out(self.assignment.pk, reason=reason, by=self.request.user, now=self.now)
        return f"{self.assignment.staff} is off this session."


PAGES: list[type[Step]] = [Confirm, Reschedule, Cancel, Invite, TakeOut, DropOut]
