"""What was destroyed: certificates that say when, and by which two people."""

from datetime import datetime

from django.http import HttpRequest

from safeguarding.reading import Page, confidential
from safeguarding.retention.destroying import certificates
from whippersnappers.accounts.models import User


@confidential()
def destroyed(request: HttpRequest, user: User, now: datetime) -> Page:
    """All certificates that this person may know of."""
    rows = certificates(user)
    template = "safeguarding/dashboard/destroyed.html"
    return Page("concern.certificates_read", template, {"certificates": rows}, detail={"shown": len(rows)})
