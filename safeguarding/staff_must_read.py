"""What staff pages say to whom an alert is for, or who began a concern: that there is something, and where."""

from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.urls import reverse

from safeguarding.models import Concern, StaffAlert, StaffAlertPerson
from sessions_app.models import Session
from sessions_app.to_read import BEGUN, TO_READ, ToRead, when_asked, when_asked_at_home
from sessions_app.waiting_rows import as_rows
from whippersnappers.accounts.models import User

# Names of the pages that show them.
_ALERT, _DRAFT = "staff_alert", "concern_draft"


@when_asked
def alerts(user: User, now: datetime, session: Session | None) -> list[ToRead]:
    """The alerts that are for this person, without a word of theirs."""
    rows = _alerts_for(user, now, session).values_list("pk", "mine_read_at")
    return [ToRead(reverse(_ALERT, args=[pk]), at) for pk, at in rows]


@when_asked_at_home
def alerts_and_drafts(user: User, now: datetime) -> list[QuerySet[Any, Any]]:
    """The alerts that are for this person, and the concerns that this person began, without a word of either."""
    drafts = Concern.objects.drafts_of(user)
    return [
        as_rows(TO_READ, _alerts_for(user, now), Value(_ALERT), "written_at", F("mine_read_at")),
        as_rows(BEGUN, drafts, Value(_DRAFT), "started_at", F("draft__kept_at")),
    ]


def _alerts_for(user: User, now: datetime, session: Session | None = None) -> QuerySet[Any]:
    mine = StaffAlertPerson.objects.filter(alert=OuterRef("pk"), user=user).values("read_at")
    return StaffAlert.objects.for_staff(user, now, session).annotate(mine_read_at=Subquery(mine))
