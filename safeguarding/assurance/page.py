"""The assurance page, for the Lead, the deputy and the trustees, and as a PDF for funders."""

import hashlib
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from safeguarding.assurance.gathering import Assurance, assurance
from safeguarding.assurance.paper import paper
from safeguarding.dashboard.bundles import to_show_again
from safeguarding.dashboard.figures import DaysForm
from safeguarding.figures.periods import last_quarters
from safeguarding.reading import Answer, Download, Page, confidential
from whippersnappers.accounts import second_factors
from whippersnappers.accounts.models import User


@confidential()
def assured(request: HttpRequest, user: User, now: datetime) -> Page:
    """Each promise in a period."""
    form, found = _found(request, user, now)
    context = {"form": form, "found": found, "query": request.GET.urlencode()}
    return Page("assurance.read", "safeguarding/dashboard/assurance.html", context, detail=_detail(found))


@confidential()
def file(request: HttpRequest, user: User, now: datetime) -> Answer:
    """The numbers as a PDF, without explanations, after showing once more that it is them."""
    if not second_factors.is_shown_again(request, now):
        return to_show_again(user, f"{reverse('safeguarding_assurance')}?{request.GET.urlencode()}")
    _, found = _found(request, user, now)
    content = paper(found, now)
    detail = _detail(found) | {"sha256": hashlib.sha256(content).hexdigest()}
    return Download("assurance.taken", content, "application/pdf", f"assurance-{found.period.since}.pdf", detail=detail)


def _found(request: HttpRequest, user: User, now: datetime) -> tuple[DaysForm, Assurance]:
    form = DaysForm(request.GET, quarters=last_quarters(now, with_present=True))
    return form, assurance(user, form.period())


def _detail(found: Assurance) -> dict[str, str]:
    return {"since": str(found.period.since), "until": str(found.period.until)}
