"""Where somebody of the staff reads an alert that is for them. It leads to no concern, and none is named in it."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect

from safeguarding import alerting
from safeguarding.models import StaffAlert
from safeguarding.reading import Answer, Page, confidential
from safeguarding.reporting.own_pages import REPORTERS
from whippersnappers.accounts.models import User

THANK_YOU = "Thank you. It is noted that you have read it."


@confidential(methods=("GET", "HEAD", "POST"), to=REPORTERS)
def alert(request: HttpRequest, user: User, now: datetime, pk: UUID) -> Answer:
    """One alert, and the button that says that it was read."""
    seen = get_object_or_404(StaffAlert.objects.for_staff(user, now).select_related("child", "written_by"), pk=pk)
    if request.method == "POST":
        alerting.note_read(pk, by=user, now=now)
        messages.success(request, THANK_YOU)
        return redirect("staff_alert", pk)
    mine = seen.people.filter(user=user).first()
    context = {"alert": seen, "read_at": mine.read_at if mine else None}
    return Page("concern.alert_read", "safeguarding/reporting/alert.html", context, target=seen)
