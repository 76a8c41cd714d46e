"""All that the assurance page says of a period: each promise with its measures and what went against it."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from safeguarding.assurance.enforcing import ENFORCED
from safeguarding.assurance.measuring import Measure, measures
from safeguarding.figures.periods import Period
from sessions_app.models import PolicyAlert
from whippersnappers.accounts.models import User
from whippersnappers.policy import Clause


@dataclass(frozen=True)
class Against:
    """A policy alert with its explanation; `is_theirs` where this person sees to it."""

    alert: PolicyAlert
    is_theirs: bool


@dataclass(frozen=True)
class Promise:
    """One clause. `others` is how many alerts there were besides those that this person may read of."""

    clause: Clause
    enforced: str
    measures: list[Measure]
    against: list[Against]
    others: int

    @property
    def raised(self) -> int:
        return len(self.against) + self.others

    @property
    def unsettled(self) -> int:
        """How many of those that this person reads of have no outcome yet."""
        return sum(not each.alert.settled_at for each in self.against)


@dataclass(frozen=True)
class Assurance:
    """The page of a period."""

    period: Period
    promises: list[Promise]

    @property
    def raised(self) -> int:
        return sum(promise.raised for promise in self.promises)


def assurance(user: User, period: Period) -> Assurance:
    """As this person may see it: the numbers are the same for all, explanations not of sessions that they deliver."""
    raised = PolicyAlert.objects.filter(began_at__gte=period.begins, began_at__lt=period.ends)
    theirs = set(raised.overseen_by(user).values_list("pk", flat=True))
    all_raised = Counter(raised.values_list("clause", flat=True))
    told: dict[str, list[Against]] = defaultdict(list)
    for alert in raised.explained_to(user).select_related("session", "settled_by").order_by("-began_at", "pk"):
        told[alert.clause].append(Against(alert, alert.pk in theirs))
    counted = measures(period)
    promises = [
        Promise(clause, ENFORCED[clause], counted.get(clause, []), told[clause], all_raised[clause] - len(told[clause]))
        for clause in Clause
    ]
    return Assurance(period, promises)
