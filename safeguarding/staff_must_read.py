"""What the pages of sessions say to whom an alert is for: that there is something to read, and where."""

from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from safeguarding.models import StaffAlert, StaffAlertPerson
from sessions_app.models import Session
from sessions_app.to_read import ToRead, when_asked
from whippersnappers.accounts.models import User


@when_asked
def alerts(user: User, now: datetime, session: Session | None) -> list[ToRead]:
    """The alerts that are for this person, without a word of theirs."""
    mine = StaffAlertPerson.objects.filter(alert=OuterRef("pk"), user=user).values("read_at")
    rows = StaffAlert.objects.for_staff(user, now, session).annotate(mine_read_at=Subquery(mine))
    return [ToRead(reverse("staff_alert", args=[pk]), at) for pk, at in rows.values_list("pk", "mine_read_at")]
