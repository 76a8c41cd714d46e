"""The assurance page, for the Lead, the deputy and the trustees, and as a PDF for funders."""

import hashlib
from datetime import datetime

from django.http import Http404, HttpRequest
from django.urls import reverse

from safeguarding.assurance import hours
from safeguarding.assurance.gathering import Assurance, assurance
from safeguarding.assurance.paper import paper
from safeguarding.dashboard.bundles import to_show_again
from safeguarding.dashboard.figures import DaysForm
from safeguarding.figures.periods import last_quarters
from safeguarding.reading import Answer, Download, Page, confidential
from whippersnappers.accounts import second_factors
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.staff_lists.exporting import FORMATS


@confidential()
def assured(request: HttpRequest, user: User, now: datetime) -> Page:
    """Each promise in a period."""
    form, found = _found(request, user, now)
    totals = hours.totals(hours.hours(found.period))
    context = {
        "form": form,
        "found": found,
        "query": request.GET.urlencode(),
        "totals": totals,
        "councils": sorted({total.council for total in totals}),
        "names_children": user.has_role(Role.LEAD, Role.DEPUTY),
    }
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


@confidential(to=(Role.LEAD, Role.DEPUTY))
def hours_file(request: HttpRequest, user: User, now: datetime, form: str) -> Answer:
    """Short-break hours by child, of one local authority or all, after showing once more that it is them."""
    if form not in FORMATS:
        raise Http404
    if not second_factors.is_shown_again(request, now):
        return to_show_again(user, f"{reverse('safeguarding_assurance')}?{request.GET.urlencode()}")
    period = _form(request, now).period()
    rows = hours.of_council(hours.hours(period), request.GET.get("council", ""))
    write, kind = FORMATS[form]
    content = b"".join(write(f"Hours {period.since}", hours.HEADINGS, hours.cells(rows)))
    detail = {"since": str(period.since), "until": str(period.until), "rows": len(rows), "form": form}
    detail |= {"sha256": hashlib.sha256(content).hexdigest()}
    return Download("assurance.hours_taken", content, kind, f"hours-{period.since}.{form}", detail=detail)


def _form(request: HttpRequest, now: datetime) -> DaysForm:
    return DaysForm(request.GET, quarters=last_quarters(now, with_present=True))


def _found(request: HttpRequest, user: User, now: datetime) -> tuple[DaysForm, Assurance]:
    form = _form(request, now)
    return form, assurance(user, form.period())


def _detail(found: Assurance) -> dict[str, str]:
    return {"since": str(found.period.since), "until": str(found.period.until)}
