"""What left the house: everything that was shared outside, across concerns, the newest first."""

from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest

from safeguarding.models import Disclosure
from safeguarding.reading import Page, confidential
from whippersnappers.accounts.models import User

A_PAGE = 25


@confidential()
def disclosures(request: HttpRequest, user: User, now: datetime) -> Page:
    """A page of the log, as far as this person may know of it."""
    seen = Disclosure.objects.visible_to(user).select_related("concern", "made_by", "decided_by")
    page = Paginator(seen.order_by("-shared_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    shown = {"shown": len(page.object_list), "page": page.number}
    return Page("concern.disclosures_read", "safeguarding/dashboard/left.html", {"page": page}, detail=shown)
