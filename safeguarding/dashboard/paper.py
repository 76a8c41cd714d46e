"""Typing in a report that came on paper."""

import uuid
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import redirect

from safeguarding.dashboard.stepping import METHODS
from safeguarding.models import Concern
from safeguarding.paper.entering import enter_paper
from safeguarding.paper.entry_form import PaperForm, first_drawn
from safeguarding.reading import Answer, Page, confidential
from whippersnappers.accounts.models import User

KEPT = "It is kept. It came on paper, you typed it in, and you have acknowledged it."
KEPT_FOR_OTHERS = "It is kept, and those who look after it were told. You cannot see it here."


@confidential(methods=METHODS)
def paper(request: HttpRequest, user: User, now: datetime) -> Answer:
    """A sheet of paper becomes a concern."""
    is_sent = request.method == "POST"
    form = PaperForm(request.POST, request.FILES, user=user) if is_sent else first_drawn(uuid.uuid4(), user)
    concern = _entered(form, user, now) if form.is_bound and form.is_valid() else None
    if concern is None:
        return Page("concern.paper_form_read", "safeguarding/dashboard/paper.html", {"form": form})
    if Concern.objects.visible_to(user).filter(pk=concern.pk).exists():
        messages.success(request, KEPT)
        return redirect("safeguarding_concern", concern.pk)
    messages.success(request, KEPT_FOR_OTHERS)
    return redirect("safeguarding_home")


def _entered(form: PaperForm, user: User, now: datetime) -> Concern | None:
    """The concern; None when it was refused, and the form says why."""
    said = form.cleaned_data
    try:
        return enter_paper(form.report(), form.sheet(), said["uploads"], about=said["about"], by=user, now=now)
    except ValidationError as refused:
        form.add_error(None, refused)
        return None
