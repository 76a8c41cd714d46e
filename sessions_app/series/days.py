"""Days on which the charity plans nothing: bank holidays of England, and the holidays that it entered."""

from collections.abc import Iterable
from datetime import date

from sessions_app.models import Holiday
from sessions_app.series import rules
from whippersnappers import working_days


def bank_holidays(days: Iterable[date]) -> dict[date, str]:
    """Those of the days that are bank holidays in England, with their names."""
    found = {day: working_days.bank_holidays(day.year).get(day) for day in days}
    return {day: name for day, name in found.items() if name}


def days_off(days: Iterable[date]) -> dict[date, str]:
    """Those of the days on which nothing takes place, with the reason; one query however many days."""
    wanted = sorted(set(days))
    if not wanted:
        return {}
    off: dict[date, str] = {}
    for holiday in Holiday.objects.all().meeting(wanted[0], wanted[-1]).order_by("first_day"):
        off |= {day: holiday.name for day in wanted if holiday.first_day <= day <= holiday.last_day}
    return off | bank_holidays(wanted)


def counted_days_on(rule: str, first_day: date, count: int) -> list[date]:
    """The first `count` days of the rule that are not days off. Raises what `rules.days_counted` raises."""
    off: dict[date, str] = {}
    while True:
        days = rules.days_counted(rule, first_day, count, without=off)
        more = days_off(days)
        if not more:
            return days
        off |= more
