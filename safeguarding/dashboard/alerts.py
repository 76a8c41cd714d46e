"""Alerts to staff, as whoever looks after the concern withdraws them."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.shortcuts import redirect

from safeguarding import alerting
from safeguarding.dashboard.concern import found
from safeguarding.models import StaffAlert
from safeguarding.reading import Answer, confidential
from whippersnappers.accounts.models import User

WITHDRAWN = "Nobody of the staff sees that alert any more."


@confidential(methods=("POST",))
def withdraw(request: HttpRequest, user: User, now: datetime, pk: UUID, alert: UUID) -> Answer:
    """From now on nobody sees it."""
    found(user, pk)
    try:
        alerting.withdraw_alert(pk, alert, by=user, now=now)
    except StaffAlert.DoesNotExist as nothing:
        raise Http404 from nothing
    messages.success(request, WITHDRAWN)
    return redirect("safeguarding_concern", pk)
