"""How long a concern is kept: plain functions of facts and `now`. The longest clock wins, and a legal hold beats all.

Where a birthday is not known, the youngest that somebody could have been is taken, so that nothing ends too early.
"""

from dataclasses import dataclass
from datetime import date, datetime

from safeguarding.vocabulary import AdultCategory, ChildCategory, Kind, RetentionClass, Tag
from whippersnappers.dates import local

CHILD_UNTIL_AGE = 25
SEXUAL_YEARS = 75
STAFF_YEARS = 10
# The highest that the State Pension has in law so far.
PENSION_AGE = 68
_ADULT_FROM = 18
_ABOUT_STAFF = frozenset({Kind.STAFF, Kind.LOW_LEVEL, Kind.LEAD})
_SEXUAL = frozenset({ChildCategory.SEXUAL, AdultCategory.SEXUAL, Tag.SEXUAL_EXPLOITATION})


@dataclass(frozen=True)
class RetentionFacts:
    """What the clocks are read from. A birthday that is not known is None; `words` are categories and tags."""

    kind: Kind
    raised_on: date
    chosen: RetentionClass | None = None
    words: frozenset[str] = frozenset()
    children_born: tuple[date | None, ...] = ()
    staff_born: tuple[date | None, ...] = ()
    # The LADO found the allegation malicious or false: no career is followed by it.
    is_cleared: bool = False
    # What a review decided last.
    kept_until: date | None = None
    is_held: bool = False


def clocks(facts: RetentionFacts) -> dict[RetentionClass, date]:
    """Until when each class that fits keeps it; the class that was chosen fits always."""
    ends = {}
    if facts.children_born or facts.chosen == RetentionClass.CHILD:
        ends[RetentionClass.CHILD] = max(
            years_after(born or facts.raised_on, CHILD_UNTIL_AGE) for born in facts.children_born or (None,)
        )
    if facts.words & _SEXUAL or facts.chosen == RetentionClass.SEXUAL:
        ends[RetentionClass.SEXUAL] = years_after(facts.raised_on, SEXUAL_YEARS)
    if facts.kind in _ABOUT_STAFF or facts.chosen == RetentionClass.STAFF or not ends:
        ends[RetentionClass.STAFF] = _about_staff(facts)
    return ends


def keep_until(facts: RetentionFacts) -> date:
    """The day on which the longest clock ends, or the later one that a review decided."""
    return max([*clocks(facts).values(), *([facts.kept_until] if facts.kept_until else [])])


def is_due(facts: RetentionFacts, now: datetime) -> bool:
    """Whether somebody has to look at it: the day has come, in London, and no hold stands."""
    return not facts.is_held and keep_until(facts) <= local(now).date()


def years_after(day: date, years: int) -> date:
    """The same day so many years later; whoever is born on 29 February has it on 1 March of other years."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _about_staff(facts: RetentionFacts) -> date:
    ten_years = years_after(facts.raised_on, STAFF_YEARS)
    if facts.is_cleared:
        return ten_years
    # Somebody whose birthday we do not hold could have been of age for a day.
    pensions = [
        years_after(born, PENSION_AGE) if born else years_after(facts.raised_on, PENSION_AGE - _ADULT_FROM)
        for born in facts.staff_born or (None,)
    ]
    return max(ten_years, *pensions)
