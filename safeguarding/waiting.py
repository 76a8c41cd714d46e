"""What somebody who looks after safeguarding has to act on, as rows: what is counted on every page is what is listed.

Each function gives the rows of one thing that waits, as far as this person may know of them.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from safeguarding.clocks import DECISION_WORKING_DAYS, LADO_WORKING_DAYS
from safeguarding.models import Action, ChronologyEntry, Concern, LegalHold, Referral, RetentionReview, StaffAlert
from safeguarding.models.concerns import ConcernQuerySet
from safeguarding.vocabulary import Agency, Kind, State
from sessions_app.models import PolicyAlert
from sessions_app.models.policy_alerts import PolicyAlertQuerySet
from whippersnappers.accounts.models import User
from whippersnappers.working_days import last_start_over

# A weekend and a day.
ENDS_SOON = timedelta(days=3)


def in_hand(user: User) -> ConcernQuerySet:
    """Everything that somebody still has to see to."""
    return Concern.objects.visible_to(user).in_hand()


def unread(user: User) -> ConcernQuerySet:
    """What nobody has acknowledged."""
    return in_hand(user).filter(acknowledged_at=None)


def to_judge(user: User) -> ConcernQuerySet:
    """What was acknowledged and not judged."""
    return in_hand(user).filter(state=State.ACKNOWLEDGED)


def to_agree(user: User) -> ConcernQuerySet:
    """What somebody else proposed to close."""
    proposals = ChronologyEntry.objects.filter(
        concern=OuterRef("pk"), kind=ChronologyEntry.Kind.STATE, state=State.CLOSING
    )
    last = Subquery(proposals.order_by("-at", "-id").values("author")[:1])
    return in_hand(user).filter(state=State.CLOSING).annotate(proposed_by=last).exclude(proposed_by=user.pk)


def lado_late(user: User, now: datetime) -> ConcernQuerySet:
    """Allegations about staff of which the LADO was not told within a working day."""
    told = Referral.objects.filter(concern=OuterRef("pk"), agency=Agency.LADO)
    late = in_hand(user).filter(kind=Kind.STAFF, submitted_at__lte=last_start_over(now, LADO_WORKING_DAYS))
    return late.filter(~Exists(told))


def policy_alerts(user: User) -> PolicyAlertQuerySet:
    """Policy alerts of which nobody has said what came of it, the most pressing first."""
    return PolicyAlert.objects.overseen_by(user).unsettled().most_pressing_first()


def overdue(user: User, now: datetime) -> QuerySet[Action]:
    """Actions that were not done in time."""
    return Action.objects.filter(_theirs(user), done_at=None, due_at__lte=now)


def unanswered(user: User) -> QuerySet[Referral]:
    """Referrals without an answer."""
    return Referral.objects.filter(_theirs(user), answered_at=None)


def decisions_late(user: User, now: datetime) -> QuerySet[Referral]:
    """Those of them on which children's services should have decided."""
    since = last_start_over(now, DECISION_WORKING_DAYS)
    return unanswered(user).filter(agency=Agency.CHILDREN, made_at__lte=since)


def reviews(user: User) -> QuerySet[RetentionReview]:
    """What was kept for as long as it must be. What is held waits for nothing."""
    seen = Concern.objects.visible_to(user)
    held = LegalHold.objects.filter(concern=OuterRef("concern"), lifted_at=None)
    return RetentionReview.objects.filter(~Exists(held), decided_at=None, concern__in=seen.values("pk"))


def reviews_to_decide(user: User) -> QuerySet[RetentionReview]:
    """Those of them that do not wait for somebody else to agree."""
    return reviews(user).filter(~Q(proposed_by=user) | Q(proposed_by=None))


def alerts_ending(user: User, now: datetime) -> QuerySet[StaffAlert]:
    """Alerts that staff see no more in a few days, unless somebody lets them stand longer."""
    return StaffAlert.objects.visible_to(user).shown(now).filter(ends_at__lte=now + ENDS_SOON)


def _theirs(user: User) -> Any:
    return Q(concern__in=in_hand(user).values("pk"))
