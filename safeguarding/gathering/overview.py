"""What waits, in the order in which somebody should see to it; the same few queries however much that is."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Value, When

from safeguarding.clocks import ReferralFacts, is_decision_late
from safeguarding.gathering.keeping import waiting_reviews
from safeguarding.gathering.lines import Line, for_lines, lines, soonest_first
from safeguarding.models import Action, Concern, Referral, RetentionReview
from safeguarding.vocabulary import Agency, State
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
    reviews: list[RetentionReview]

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
        return len(self.lines) + len(self.overdue) + len(self.referrals) + len(self.reviews)

    @property
    def facts(self) -> tuple[object, ...]:
        """What the page shows, told without a word of what was said."""
        waiting = [(w.referral.pk, w.is_late) for w in self.referrals]
        due = [[row.pk for row in rows] for rows in (self.overdue, self.reviews)]
        return (*[line.facts for line in self.lines], due, waiting)


def overview(user: User, now: datetime) -> Overview:
    """What waits, as far as this person may know of it."""
    seen = Concern.objects.visible_to(user).in_hand()
    waits = Case(
        When(acknowledged_at=None, then=Value(0)),
        When(state__in=[State.CLOSING, State.CLOSED], then=Value(1)),
        When(state=State.ACKNOWLEDGED, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    rows = soonest_first(for_lines(Concern.objects.visible_to(user).for_overview(now)))
    rows = rows.order_by(waits, *rows.query.order_by)[:SHOWN]
    mine = {"concern__in": seen.values("pk")}
    overdue = Action.objects.filter(**mine, done_at=None, due_at__lte=now).select_related("concern", "owner")
    referrals = Referral.objects.filter(**mine, answered_at=None).select_related("concern")
    waiting = [Waiting(r, _is_late(r, now)) for r in referrals[:SHOWN]]
    return Overview(lines(rows, now), list(overdue[:SHOWN]), waiting, waiting_reviews(user, SHOWN))


def _is_late(referral: Referral, now: datetime) -> bool:
    return is_decision_late(ReferralFacts(Agency(referral.agency), referral.made_at), now)
