"""The page of one concern: what was said, what happened, and what can be done next."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest

from safeguarding import linking
from safeguarding.dashboard.steps import offered
from safeguarding.from_alerts import alert_behind
from safeguarding.gathering import record
from safeguarding.gathering.alerts import alerts_of
from safeguarding.gathering.keeping import kept
from safeguarding.gathering.readings import readings_of
from safeguarding.models import ChronologyEntry, Concern
from safeguarding.reading import Page, confidential
from safeguarding.retention.reviewing import standing_hold
from whippersnappers.accounts.models import User

OLDEST_FIRST = "oldest"


def found(user: User, pk: UUID) -> Concern:
    """The concern with all that hangs on it; for whom it does not exist, nothing is here."""
    try:
        return record.by_id(user, pk)
    except Concern.DoesNotExist as nothing:
        raise Http404 from nothing


@confidential()
def concern(request: HttpRequest, user: User, now: datetime, pk: UUID) -> Page:
    """One concern."""
    seen = found(user, pk)
    links = linking.links(seen, user)
    order, kind = request.GET.get("order", ""), request.GET.get("kind", "")
    context = {
        "concern": seen,
        "line": record.line_of(seen, now),
        "versions": record.told(seen),
        "chronology": record.chronology(seen, kind=kind, newest_first=order != OLDEST_FIRST),
        "kinds": ChronologyEntry.Kind.choices,
        "kind": kind,
        "order": order,
        "readings": readings_of(seen),
        "steps": offered(seen, user),
        "links": links,
        "linked": [(row.second if row.first_id == pk else row.first, row) for row in linking.linked_now(links)],
        "kept": kept(seen),
        "hold": standing_hold(seen),
        "alerts": alerts_of(seen, now),
        "adult": seen.adult_assessments.last(),
        "alert_behind": alert_behind(seen, user),
    }
    return Page("concern.read", "safeguarding/dashboard/concern.html", context, target=seen)
