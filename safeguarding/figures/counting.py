"""Figures about concerns for those who oversee safeguarding: pure counting of facts, in one query."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from safeguarding.clocks import acknowledge_by
from safeguarding.figures.hiding import Row, Table, gives_itself_away, median_is_shown, table
from safeguarding.figures.periods import Period
from safeguarding.models import Concern
from safeguarding.models.concerns import ConcernQuerySet
from safeguarding.vocabulary import CATEGORIES, AdultCategory, Kind, Severity, State
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

# Up to how old: the word, and less than so many days.
AGES = [("Up to a week", 7), ("Up to a month", 31), ("Up to three months", 92), ("Up to a year", 366)]
OLDER = "Over a year"
_ADULT = set(AdultCategory.values)
_FIELDS = ("kind", "categories", "severity", "submitted_at", "acknowledged_at", "closed_at")


@dataclass(frozen=True)
class Fact:
    """What is counted of one concern."""

    kind: str
    categories: list[str]
    severity: str
    submitted_at: datetime
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Figures:
    """All figures of a period. `hiding`: small numbers are left out."""

    period: Period
    hiding: bool
    tables: list[Table]
    quarters: Table
    times: list[tuple[str, str]]

    @property
    def hides(self) -> bool:
        """Whether anything is left out."""
        return any(t.hides for t in [*self.tables, self.quarters])


def is_exact_for(user: User) -> bool:
    """Whether this person sees single cases anyway; for trustees small numbers are hidden."""
    return user.has_role(Role.LEAD, Role.DEPUTY)


def counted_for(user: User) -> ConcernQuerySet:
    """What is counted for this person: what they may know of; for trustees all, but what they are kept from."""
    counted = Concern.objects.exclude(state=State.ERROR)
    return counted.visible_to(user) if is_exact_for(user) else counted.overseen_by(user)


def figures(user: User, period: Period, quarters: list[Period], *, now: datetime) -> Figures:
    """The figures of a period, with how many were raised in each of some quarters."""
    rows = counted_for(user).filter(submitted_at__isnull=False).values_list(*_FIELDS)
    return count([Fact(*row) for row in rows], period, quarters, hiding=not is_exact_for(user), now=now)


def count(facts: list[Fact], period: Period, quarters: list[Period], *, hiding: bool, now: datetime) -> Figures:
    """Count them. How old open ones are is as it was when the period ended, or as it is now."""
    then = min(period.ends, now)
    raised = [fact for fact in facts if period.holds(fact.submitted_at)]
    open_then = [f for f in facts if f.submitted_at < then and not _is_before(f.closed_at, then)]
    kinds = Counter(fact.kind for fact in raised)
    named = Counter(category for fact in raised for category in fact.categories)
    parts = {
        "By what it is about": {str(k.label): kinds[k.value] for k in Kind},
        "Acknowledged": _each(raised, _acknowledged, ["In time", "Late", "Not yet"]),
        "Closed": _each(raised, _closed, ["Closed", "Not closed"]),
    }
    # One total stands under all of these: what it gives away in one of them, it gives away everywhere.
    blank = hiding and any(gives_itself_away(list(part.values())) for part in parts.values())
    harm = {_harm(*choice): named[choice[0]] for choice in CATEGORIES}
    tables = [
        *(table(title, part, hiding=hiding, blank=blank) for title, part in parts.items()),
        table("Open at its end (or now), by age", _ages(open_then, then), hiding=hiding),
        table("By harm", harm, hiding=hiding, adds_up=False, blank=blank),
    ]
    newest_last = {q.name: sum(q.holds(f.submitted_at) for f in facts) for q in reversed(quarters)}
    if blank:
        newest_last = {name: 0 if name == period.name else number for name, number in newest_last.items()}
    raised_by_quarter = table("Raised in each quarter", newest_last, hiding=hiding, adds_up=False)
    return Figures(period, hiding, tables, raised_by_quarter, _times([] if blank else raised, hiding))


def rows_of(found: Figures) -> Iterable[tuple[str, Row]]:
    """All numbers, each with the title of its table."""
    for part in [*found.tables, found.quarters]:
        yield from ((part.title, row) for row in part.rows)
        if part.adds_up:
            yield part.title, Row("All", part.total)


def _harm(value: str, label: str) -> str:
    return f"{label} of an adult" if value in _ADULT else f"{label} of a child"


def _each(facts: list[Fact], name: Callable[[Fact], str], names: list[str]) -> dict[str, int]:
    counted = Counter(map(name, facts))
    return {word: counted[word] for word in names}


def _acknowledged(fact: Fact) -> str:
    if fact.acknowledged_at is None:
        return "Not yet"
    severity = Severity(fact.severity) if fact.severity else None
    return "In time" if fact.acknowledged_at <= acknowledge_by(fact.submitted_at, severity) else "Late"


def _closed(fact: Fact) -> str:
    return "Closed" if fact.closed_at else "Not closed"


def _is_before(at: datetime | None, moment: datetime) -> bool:
    return at is not None and at < moment


def _ages(facts: list[Fact], then: datetime) -> dict[str, int]:
    def age(fact: Fact) -> str:
        return next((name for name, most in AGES if then - fact.submitted_at < timedelta(days=most)), OLDER)

    return _each(facts, age, [*(name for name, _ in AGES), OLDER])


def _times(facts: list[Fact], hiding: bool) -> list[tuple[str, str]]:
    acknowledged = [f.acknowledged_at - f.submitted_at for f in facts if f.acknowledged_at]
    closed = [f.closed_at - f.submitted_at for f in facts if f.closed_at]
    return [
        ("Half were acknowledged within", _said(acknowledged, hiding)),
        ("Half of those that are closed were closed within", _said(closed, hiding)),
    ]


def _said(times: list[timedelta], hiding: bool) -> str:
    """The median, in the unit in which people think of it."""
    if not median_is_shown(len(times), hiding=hiding):
        return "not shown" if hiding else "none yet"
    minutes = round(median(time.total_seconds() for time in times) / 60)
    for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= 2 * size or unit == "minute":
            number = round(minutes / size)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    raise AssertionError("minutes always fit")
