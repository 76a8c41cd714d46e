"""Times are said on London's clock, in the words that families and staff read."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField, TimeField
from django.template import Context, Template

from tests.factories import london
from whippersnappers import dates

NOW = london("2026-11-22 15:00")


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-11-24 16:00", "2026-11-24 16:45", "Tuesday 24 November, 4:00pm to 4:45pm"),
        ("2026-11-24 11:30", "2026-11-24 12:00", "Tuesday 24 November, 11:30am to midday"),
        ("2026-11-24 12:15", "2026-11-24 13:05", "Tuesday 24 November, 12:15pm to 1:05pm"),
        ("2027-01-05 09:00", "2027-01-05 10:00", "Tuesday 5 January 2027, 9:00am to 10:00am"),
        (
            "2026-11-24 23:30",
            "2026-11-25 00:15",
            "Tuesday 24 November, 11:30pm to Wednesday 25 November, 12:15am",
        ),
        (
            "2026-12-31 23:30",
            "2027-01-01 00:30",
            "Thursday 31 December, 11:30pm to Friday 1 January 2027, 12:30am",
        ),
        ("2028-02-29 16:00", "2028-02-29 17:00", "Tuesday 29 February 2028, 4:00pm to 5:00pm"),
    ],
)
def test_when(start, end, said):
    assert dates.when(london(start), london(end), now=NOW) == said


def test_summer_time_is_shown_on_londons_clock_wherever_the_value_comes_from():
    start = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)
    tokyo = start.astimezone(ZoneInfo("Asia/Tokyo"))
    said = "Wednesday 1 July, 4:00pm to 4:45pm"
    assert dates.when(start, start + timedelta(minutes=45), now=NOW) == said
    assert dates.when(tokyo, tokyo + timedelta(minutes=45), now=NOW) == said


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        dates.clock(datetime(2026, 7, 1, 15, 0))


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (45, "45 minutes"),
        (1, "1 minute"),
        (60, "1 hour"),
        (75, "1 hour 15 minutes"),
        (121, "2 hours 1 minute"),
        (0, "0 minutes"),
        (-5, "0 minutes"),
        (47 * 60 + 59, "47 hours 59 minutes"),
        (48 * 60, "2 days"),
        (3 * 24 * 60 + 90, "3 days"),
    ],
)
def test_duration(minutes, said):
    assert dates.duration(timedelta(minutes=minutes)) == said


def test_length_is_real_time_when_the_clocks_change():
    assert dates.length(london("2026-03-29 00:30"), london("2026-03-29 02:30")) == "1 hour"
    assert dates.length(london("2026-10-25 00:30"), london("2026-10-25 02:30")) == "3 hours"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-22 15:00", "now"),
        ("2026-11-22 14:00", "now"),
        ("2026-11-22 15:15", "in 15 minutes"),
        ("2026-11-23 14:59", "in 23 hours 59 minutes"),
        ("2026-11-23 15:00", "tomorrow"),
        ("2026-11-23 23:59", "tomorrow"),
        ("2026-11-24 00:00", "in 2 days"),
        ("2026-11-25 16:00", "in 3 days"),
    ],
)
def test_until(at, said):
    assert dates.until(london(at), now=NOW) == said


def test_a_started_minute_counts_until_it_is_over():
    assert dates.until(NOW + timedelta(seconds=61), now=NOW) == "in 2 minutes"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-22 23:59", "Today"),
        ("2026-11-23 00:00", "Tomorrow"),
        ("2026-11-24 09:00", "Tuesday 24 November"),
        ("2026-11-21 09:00", "Saturday 21 November"),
    ],
)
def test_near_day(at, said):
    assert dates.near_day(london(at), now=NOW) == said


def test_midnight_and_midday_have_names():
    assert [dates.clock(london(f"2026-11-24 {t}")) for t in ("00:00", "12:00", "00:01")] == [
        "midnight",
        "midday",
        "12:01am",
    ]


def test_a_week_starts_on_monday_midnight_in_london():
    assert dates.week_of(london("2026-11-22 23:59")) == london("2026-11-16 00:00")
    assert dates.week_of(london("2026-11-23 00:00")) == london("2026-11-23 00:00")
    assert dates.week_of(london("2026-03-29 12:00")) == london("2026-03-23 00:00")


def test_template_tags_say_the_same():
    page = Template("{% load dates %}{% when a b now %}|{% length a b %}|{% near_day a now %}|{{ a|clock }}")
    text = page.render(Context({"a": london("2026-11-24 16:00"), "b": london("2026-11-24 17:15"), "now": NOW}))
    assert text == "Tuesday 24 November, 4:00pm to 5:15pm|1 hour 15 minutes|Tuesday 24 November|4:00pm"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-22 00:00", "Today, midnight"),
        ("2026-11-21 23:59", "Yesterday, 11:59pm"),
        ("2026-11-20 16:05", "Friday 20 November, 4:05pm"),
        ("2025-11-21 16:05", "Friday 21 November 2025, 4:05pm"),
    ],
)
def test_a_moment_not_long_ago(at, said):
    assert dates.near_moment(london(at), now=NOW) == said


def test_each_purpose_has_its_one_format():
    at = london("2026-11-24 16:05")
    assert dates.moment(at, now=NOW) == "Tuesday 24 November, 4:05pm"
    assert dates.full_day(at) == dates.full_day(at.date()) == "24 November 2026"
    assert dates.full_moment(at) == "24 November 2026, 4:05pm"
    assert dates.column_day(at.date()) == "Tue 24 Nov"
    assert dates.typed_day(at.date()) == "24/11/2026"


def test_a_full_day_is_londons_day():
    assert dates.full_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "2 July 2026"
    assert dates.full_moment(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "2 July 2026, 12:30am"


# What is no day that is said: machine's addresses, widgets' values, headings of spans of time.
OF_THEIR_OWN = {
    "sessions_app/calendar.py",
    "sessions_app/fair_shares.py",
    "safeguarding/bundle/parts.py",
    "safeguarding/figures/periods.py",
    "safeguarding/gathering/history.py",
    "whippersnappers/dates.py",
}
_A_DAY_IN_PYTHON = re.compile(r":%[-aAbBdejuxc]|:%d/%m|date_format\(")
_A_DAY_IN_A_TEMPLATE = re.compile(r"""\|date(?!:["'](Y-m-d|c["']|H:i))|\|time\b""")
ROOT = Path(settings.BASE_DIR)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            [f"{app}/**/*.py" for app in ("families", "sessions_app", "safeguarding", "whippersnappers")],
            _A_DAY_IN_PYTHON,
        ),
        (["templates/**/*.html", "templates/**/*.txt"], _A_DAY_IN_A_TEMPLATE),
    ],
)
def test_no_page_and_no_mail_says_a_day_in_a_format_of_its_own(files, said):
    found = {
        str(path.relative_to(ROOT)): line.strip()
        for pattern in files
        for path in ROOT.glob(pattern)
        for line in path.read_text().splitlines()
        if said.search(line)
    }
    assert {path: line for path, line in found.items() if path not in OF_THEIR_OWN} == {}


def test_no_list_of_staff_leaves_a_time_to_djangos_own_format():
    """`25 Nov 2026, 5:58 p.m.` is what a bare field in a list says."""
    bare = [
        f"{page.model.__name__}.{name}"
        for page in admin.site._registry.values()
        for name in page.list_display
        if isinstance(name, str) and isinstance(_field(page.model, name), DateField | TimeField)
    ]
    assert bare == []


def _field(model, name):
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
