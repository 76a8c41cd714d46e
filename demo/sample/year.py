"""The sample charity's year: the present term and the next two, and the holidays of a year."""

from datetime import date, datetime, timedelta

from dateutil.easter import easter

from demo.sample.making import MAKER, fixed_id
from demo.sample.timetable import WEEKS_AHEAD
from sessions_app import terms
from sessions_app.models import Holiday, Term
from whippersnappers import dates

# A term with less than this to go makes room for the next one.
NEARLY_OVER = timedelta(weeks=3)


def make_year(now: datetime) -> None:
    """Enter it all, as a coordinator does once a year."""
    today = dates.local(now).date()
    for name, first_day, last_day in terms_from(today):
        term = Term(id=fixed_id("term", name), name=name, first_day=first_day, last_day=last_day)
        terms.save_term(term, by=MAKER, now=now)
    for name, first_day, last_day in holidays_from(today):
        holiday = Holiday(id=fixed_id("holiday", name), name=name, first_day=first_day, last_day=last_day)
        terms.save_holiday(holiday, by=MAKER, now=now)


def terms_from(today: date) -> list[tuple[str, date, date]]:
    """The present term and the next two. All sessions that the sample has ahead are in the present one."""
    monday = today - timedelta(days=today.weekday())
    year = [term for number in range(today.year - 1, today.year + 3) for term in _terms_of(number)]
    name, first_day, last_day = (present := [term for term in year if term[2] > today + NEARLY_OVER])[0]
    last_day = max(last_day, monday + timedelta(weeks=WEEKS_AHEAD, days=-1))
    coming = [(other, max(first, last_day + timedelta(days=1)), last) for other, first, last in present[1:3]]
    return [(name, min(first_day, monday), last_day), *coming]


def _terms_of(year: int) -> list[tuple[str, date, date]]:
    sunday = easter(year)
    return [
        (f"Spring {year}", _monday_from(date(year, 1, 3)), sunday - timedelta(days=9)),
        (f"Summer {year}", sunday + timedelta(days=8), _monday_from(date(year, 7, 15)) + timedelta(days=4)),
        (f"Autumn {year}", _monday_from(date(year, 9, 1)), _monday_from(date(year, 12, 12)) + timedelta(days=4)),
    ]


def holidays_from(today: date) -> list[tuple[str, date, date]]:
    """The school holidays of a year, but for the long one in summer: no term reaches into it."""
    found = [holiday for year in range(today.year - 1, today.year + 2) for holiday in _holidays_of(year)]
    return [holiday for holiday in found if today <= holiday[2] and holiday[1] < today + timedelta(days=365)]


def _holidays_of(year: int) -> list[tuple[str, date, date]]:
    sunday = easter(year)
    return [
        _week(f"February half term {year}", _monday_from(date(year, 2, 12))),
        (f"Easter holidays {year}", sunday - timedelta(days=8), sunday + timedelta(days=7)),
        _week(f"May half term {year}", _monday_from(date(year, 5, 25))),
        _week(f"October half term {year}", _monday_from(date(year, 10, 22))),
        (f"Christmas holidays {year}", date(year, 12, 21), date(year + 1, 1, 2)),
    ]


def _week(name: str, monday: date) -> tuple[str, date, date]:
    return name, monday, monday + timedelta(days=6)


def _monday_from(day: date) -> date:
    """The day itself, or the first Monday after it."""
    return day + timedelta(days=-day.weekday() % 7)
