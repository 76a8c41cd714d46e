"""Letting a parent or carer into one session who has not signed the agreement: with a reason, on record (F2-F6)."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from sessions_app import signing
from sessions_app.admin.steps import Step
from sessions_app.models import Invitation, LetIn, Session


class LetInForm(forms.Form):
    """Why; for staff only."""

    reason = forms.CharField(
        label="Why may they come in?",
        max_length=300,
        help_text="For colleagues only. For example: “Read the rules with her on the phone; she signs on Friday.”",
        widget=UnfoldAdminTextInputWidget(),
        error_messages={"required": "Say why they may come in without having signed."},
    )


class LetInOnce(Step):
    name, path = "let_in", "let-in/<uuid:guardian>/"
    title, button = "Let them in without a signature", "Let them in once"
    form_class = LetInForm

    def __init__(self, request: HttpRequest, session: Session, now: datetime, guardian: Any) -> None:
        super().__init__(request, session, now)
        invitations = Invitation.objects.filter(session=session, guardian=guardian).select_related("guardian")
        found = invitations.first()
        if found is None:
            raise Http404
        self.guardian = found.guardian

    def refusal(self) -> str:
        try:
            signing.check_let_in(self.session, self.guardian, self.now)
        except ValidationError as refused:
            return refused.messages[0]
        return ""

    def explain(self) -> list[str]:
        return [
            f"{self.guardian} has not signed our agreement, so there is no way in for them.",
            "Now they get their way into this one session, by mail or by phone.",
            "Your name and your reason are kept. For the next session they still have to sign.",
        ]

    def reach(self) -> None:
        return None

    def act(self, form: forms.Form) -> str:
        row: LetIn = signing.let_in(
            self.session.pk, self.guardian.pk, reason=form.cleaned_data["reason"], by=self.request.user, now=self.now
        )
        return f"{row.guardian} may come into this session."
