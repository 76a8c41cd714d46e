"""What staff see of the concerns that they raised: as it was sent, acknowledged or not; they may add, not edit."""

import uuid
from datetime import datetime

from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect

from safeguarding.adding import add_words
from safeguarding.gathering.record import told
from safeguarding.models import Concern
from safeguarding.reading import Answer, Page, confidential
from safeguarding.reporting.forms import AddForm
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import STAFF_ROLES

REPORTERS = tuple(STAFF_ROLES)


@confidential(to=REPORTERS)
def mine(request: HttpRequest, user: User, now: datetime) -> Answer:
    """All that one sent oneself, newest first, without a word of what it says."""
    concerns = list(Concern.objects.for_reporter(user))
    context = {"concerns": concerns}
    return Page("concern.own_listed", "safeguarding/reporting/mine.html", context, detail={"rows": len(concerns)})


@confidential(to=REPORTERS, methods=("GET", "HEAD", "POST"))
def own(request: HttpRequest, user: User, now: datetime, pk: uuid.UUID) -> Answer:
    """One of them, with a form to add to it."""
    concern = get_object_or_404(Concern.objects.for_reporter(user), pk=pk)
    form = AddForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        add_words(concern.pk, form.cleaned_data["words"], by=user, now=now)
        return redirect("concern_own", pk=concern.pk)
    context = {"concern": concern, "versions": told(concern, by=user), "form": form}
    return Page("concern.own_read", "safeguarding/reporting/own.html", context, target=concern)
