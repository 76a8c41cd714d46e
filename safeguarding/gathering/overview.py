"""What waits, in the order in which somebody should see to it; the same few queries however much that is."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Value, When

from safeguarding import waiting
from safeguarding.clocks import ReferralFacts, is_decision_late
from safeguarding.gathering.besides import Ending, besides
from safeguarding.gathering.lines import Line, for_lines, lines, soonest_first
from safeguarding.models import Action, Concern, Referral
from safeguarding.vocabulary import Agency, State
from sessions_app.models import PolicyAlert
from whippersnappers.accounts.models import User

# So many of each: a list that is longer is looked through on the page of all concerns.
SHOWN = 40


@dataclass(frozen=True)
class Waiting:
    """A referral that was not answered, and whether the answer is late."""

    referral: Referral
    is_late: bool


@dataclass(frozen=True)
class Overview:
    """The lists of the overview."""

    lines: list[Line]
    overdue: list[Action]
    referrals: list[Waiting]
    reviews: list[Ending]
    alerts: list[Ending]
    policy_alerts: list[PolicyAlert]

    @property
    def unread(self) -> list[Line]:
        return [line for line in self.lines if line.concern.acknowledged_at is None]

    @property
    def to_judge(self) -> list[Line]:
        return self._in(State.ACKNOWLEDGED)

    @property
    def second_person(self) -> list[Line]:
        return self._in(State.CLOSING)

    @property
    def others(self) -> list[Line]:
        return self._in(State.TRIAGED, State.OPEN, State.REFERRED, State.MONITORING, State.REOPENED)

    @property
    def closed_alone(self) -> list[Line]:
        return self._in(State.CLOSED)

    def _in(self, *states: State) -> list[Line]:
        return [line for line in self.lines if line.concern.state in states and line.concern.acknowledged_at]

    @property
    def shown(self) -> int:
        return len(self.lines) + len(self._rows) + len(self.policy_alerts)

    @property
    def concerns(self) -> list[str]:
        """The ids of all concerns of which the page shows something."""
        return sorted({str(line.concern.pk) for line in self.lines} | {str(row.concern_id) for row in self._rows})

    @property
    def _rows(self) -> list[Action | Referral | Ending]:
        return [*self.overdue, *(waits.referral for waits in self.referrals), *self.reviews, *self.alerts]

    @property
    def facts(self) -> tuple[object, ...]:
        """What the page shows, told without a word of what was said."""
        waiting = [(w.referral.pk, w.is_late) for w in self.referrals]
        overdue = [action.pk for action in self.overdue]
        policy = [(alert.pk, alert.standing) for alert in self.policy_alerts]
        return (*[line.facts for line in self.lines], overdue, waiting, self.reviews, self.alerts, policy)


def overview(user: User, now: datetime) -> Overview:
    """What waits, as far as this person may know of it."""
    waits = Case(
        When(acknowledged_at=None, then=Value(0)),
        When(state__in=[State.CLOSING, State.CLOSED], then=Value(1)),
        When(state=State.ACKNOWLEDGED, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    rows = soonest_first(for_lines(Concern.objects.visible_to(user).for_overview(now)))
    rows = rows.order_by(waits, *rows.query.order_by)[:SHOWN]
    referrals = waiting.unanswered(user).select_related("concern")[:SHOWN]
    others = besides(user, now, SHOWN)
    return Overview(
        lines=lines(rows, now),
        overdue=list(waiting.overdue(user, now).select_related("concern", "owner")[:SHOWN]),
        referrals=[Waiting(referral, _is_late(referral, now)) for referral in referrals],
        reviews=others.reviews,
        alerts=others.alerts,
        policy_alerts=others.policy_alerts,
    )


def _is_late(referral: Referral, now: datetime) -> bool:
    return is_decision_late(ReferralFacts(Agency(referral.agency), referral.made_at), now)
