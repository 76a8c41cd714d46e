"""The rule of a series: which days it gives, and how it is said in words. Pure functions.

A rule is a line of RFC 5545, section 3.3.10, without DTSTART, UNTIL and COUNT: where a series begins and ends stands
beside it, and wall-clock times are added to its days afterwards, so that a change of the clocks moves nothing.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from itertools import islice

from dateutil.rrule import rrule, rrulestr
from django.core.exceptions import ValidationError

# More than two years of weekly sessions: beyond that a rule is a slip of the finger.
MOST_SESSIONS = 120
# How far a rule is followed; one that gives fewer days than wanted by then never will.
HORIZON = timedelta(days=5 * 366)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
# What may narrow each kind of rule: such as always leave a day within the horizon, or are quick to have none.
_ALLOWED = {
    "DAILY": {"INTERVAL", "BYDAY"},
    "WEEKLY": {"INTERVAL", "BYDAY", "WKST", "BYMONTH"},
    "MONTHLY": {"INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
    "YEARLY": {"INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
}
_RARER_THAN_THIS = 52
_TOO_OFTEN = f"This makes more than {MOST_SESSIONS} sessions: choose an earlier last day, or a rarer rule."


def weekly(weekdays: Iterable[int], every: int = 1) -> str:
    """The rule of a run on some weekdays (Monday is 0) in every week, or every so many weeks."""
    return f"FREQ=WEEKLY;INTERVAL={every};BYDAY={','.join(CODES[day] for day in sorted(set(weekdays)))}"


def monthly(first_day: date, every: int = 1) -> str:
    """The rule of a run on the weekday and week of the month that `first_day` is: such as each second Saturday.

    A first day in the fifth week means the last such weekday of each month.
    """
    week = (first_day.day - 1) // 7 + 1
    return f"FREQ=MONTHLY;INTERVAL={every};BYDAY={week if week < 5 else -1}{CODES[first_day.weekday()]}"


def check(rule: str) -> None:
    """Raise ValidationError for text that is no rule of days."""
    parts = _parts(rule)
    freq = parts.pop("FREQ", "")
    if freq not in _ALLOWED:
        raise ValidationError("Begin with how often: FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY.")
    if unknown := sorted(set(parts) - _ALLOWED[freq]):
        raise ValidationError(f"{unknown[0]} does not belong into a rule of this kind: leave it out.")
    every = parts.get("INTERVAL", "1")
    if not (every.isdecimal() and 1 <= int(every) <= _RARER_THAN_THIS):
        raise ValidationError(f"INTERVAL is a number from 1 to {_RARER_THAN_THIS}.")
    _parsed(rule, date(2024, 1, 1))


def _parts(rule: str) -> dict[str, str]:
    return dict(part.strip().split("=", 1) for part in rule.upper().split(";") if "=" in part)


def _parsed(rule: str, first_day: date) -> rrule:
    if "\n" in rule:
        raise ValidationError("Write one rule, on one line.")
    try:
        parsed = rrulestr(f"RRULE:{rule}", dtstart=datetime.combine(first_day, datetime.min.time()))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValidationError("This is not a rule: write it like FREQ=WEEKLY;BYDAY=TU.") from error
    assert isinstance(parsed, rrule)  # one line gives one rule
    return parsed


def days_until(rule: str, first_day: date, last_day: date) -> list[date]:
    """Every day of the rule from the first to the last day, both included.

    Raises ValidationError for a rule that is none, gives no day, or gives more than a series can hold.
    """
    if last_day > first_day + HORIZON:
        raise ValidationError({"last_day": "This is more than five years ahead: choose an earlier last day."})
    end = datetime.combine(last_day, datetime.max.time())
    parsed = _parsed(rule, first_day).replace(until=end)
    found = [at.date() for at in islice(parsed, MOST_SESSIONS + 1)]
    if len(found) > MOST_SESSIONS:
        raise ValidationError({"last_day": _TOO_OFTEN})
    if not found:
        raise ValidationError({"last_day": "The rule gives no day until then: choose a later last day."})
    return found


def days_counted(rule: str, first_day: date, count: int, *, without: Collection[date] = ()) -> list[date]:
    """The first `count` days of the rule that are not among `without`; the same errors, said at the count."""
    if count > MOST_SESSIONS:
        raise ValidationError(
            {"count": f"A series has at most {MOST_SESSIONS} sessions: plan the rest as another one."}
        )
    parsed = _parsed(rule, first_day).replace(until=datetime.combine(first_day + HORIZON, datetime.min.time()))
    found = list(islice((at.date() for at in parsed if at.date() not in without), count))
    if len(found) < count:
        some = "no day" if not found else f"only {len(found)} of these days"
        raise ValidationError(
            {"count": f"The rule gives {some} in five years: choose another rule, or fewer sessions."}
        )
    return found


def said(rule: str, first_day: date) -> str:
    """The rule in words: `Every Tuesday`, `Every 2 weeks on Tuesday`, `Every month on the first Saturday`."""
    parts = _parts(rule)
    every = int(parts.get("INTERVAL", "1"))
    days = parts.get("BYDAY", "")
    if set(parts) - {"FREQ", "INTERVAL", "BYDAY", "WKST"}:
        return f"By the rule {rule}"
    match parts.get("FREQ"):
        case "DAILY" if not days:
            return "Every day" if every == 1 else f"Every {every} days"
        case "WEEKLY":
            named = _listed([WEEKDAYS[CODES.index(code)] for code in days.split(",")] if days else [_name(first_day)])
            return f"Every {named}" if every == 1 else f"Every {every} weeks on {named}"
        case "MONTHLY" if days and "," not in days and days[:-2].lstrip("+-").isdigit():
            which = f"{_ORDINALS.get(int(days[:-2]), days[:-2])} {WEEKDAYS[CODES.index(days[-2:])]}"
            return f"Every month on the {which}" if every == 1 else f"Every {every} months on the {which}"
    return f"By the rule {rule}"


def _name(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
