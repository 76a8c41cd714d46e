"""What staff see of the concerns that they raised: as it was sent, acknowledged or not; they may add, not edit."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect

from safeguarding.dashboard.files import download
from safeguarding.files.attaching import add_own
from safeguarding.gathering.record import told
from safeguarding.models import Concern
from safeguarding.reading import Answer, Page, confidential
from safeguarding.reporting import own_list
from safeguarding.reporting.forms import AddForm
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import STAFF_ROLES

REPORTERS = tuple(STAFF_ROLES)


@confidential(to=REPORTERS)
def mine(request: HttpRequest, user: User, now: datetime) -> Answer:
    """All that one sent oneself, newest first, and what waits to be sent, without a word of what it says."""
    sent, drafts = own_list.sent_by(user), list(Concern.objects.drafts_of(user))
    context = {"sent": sent, "drafts": drafts}
    return Page("concern.own_listed", "safeguarding/reporting/mine.html", context, detail={"rows": len(sent)})


@confidential(to=REPORTERS, methods=("GET", "HEAD", "POST"))
def own(request: HttpRequest, user: User, now: datetime, pk: uuid.UUID) -> Answer:
    """One of them, with a form to add to it."""
    concern = get_object_or_404(Concern.objects.for_reporter(user), pk=pk)
    form = AddForm(request.POST, request.FILES) if request.method == "POST" else AddForm()
    if form.is_bound and form.is_valid() and _added(form, concern, user, now):
        return redirect("concern_own", pk=concern.pk)
    files = concern.files.filter(author=user).select_related("author")
    context = {"concern": concern, "versions": told(concern, by=user), "files": files, "form": form}
    return Page("concern.own_read", "safeguarding/reporting/own.html", context, target=concern)


@confidential(to=REPORTERS)
def own_file(request: HttpRequest, user: User, now: datetime, pk: uuid.UUID, file: uuid.UUID) -> Answer:
    """One of the files that one added oneself."""
    concern = get_object_or_404(Concern.objects.for_reporter(user), pk=pk)
    return download("concern.own_file_taken", get_object_or_404(concern.files.filter(author=user), pk=file))


def _added(form: AddForm, concern: Concern, user: User, now: datetime) -> bool:
    """Whether it was kept; else the form says what to do."""
    said = form.cleaned_data
    try:
        add_own(concern.pk, form.more(), said["uploads"], about=said["about"], by=user, now=now)
    except ValidationError as refused:
        form.add_error(None, refused)
        return False
    return True
