"""The days that a rule gives, and what is refused with which words."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.series import rules

TUESDAY = date(2026, 11, 24)


def refusal(call, *arguments) -> str:
    with pytest.raises(ValidationError) as refused:
        call(*arguments)
    return refused.value.messages[0]


def test_a_weekly_rule_gives_its_weekday_both_ends_included():
    days = rules.days_until(rules.weekly([1]), TUESDAY, date(2026, 12, 15))
    assert days == [TUESDAY, date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 15)]


def test_counting_leaves_out_the_days_off():
    days = rules.days_counted(rules.weekly([1]), TUESDAY, 3, without={date(2026, 12, 1)})
    assert days == [TUESDAY, date(2026, 12, 8), date(2026, 12, 15)]


def test_a_monthly_rule_keeps_the_week_of_the_month():
    second_saturday = date(2026, 11, 14)
    days = rules.days_counted(rules.monthly(second_saturday), second_saturday, 3)
    assert days == [second_saturday, date(2026, 12, 12), date(2027, 1, 9)]


def test_a_fifth_week_means_the_last_one():
    assert rules.days_counted(rules.monthly(date(2026, 12, 29)), date(2026, 12, 29), 2)[1] == date(2027, 1, 26)


def test_a_leap_day_comes_every_four_years():
    assert rules.days_counted("FREQ=YEARLY", date(2028, 2, 29), 2)[1] == date(2032, 2, 29)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("", "Begin with how often"),
        ("every tuesday", "Begin with how often"),
        ("FREQ=HOURLY", "Begin with how often"),
        ("FREQ=WEEKLY;COUNT=3", "COUNT does not belong"),
        ("FREQ=WEEKLY;UNTIL=20270101", "UNTIL does not belong"),
        ("FREQ=DAILY;BYHOUR=9,10", "BYHOUR does not belong"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL is a number from 1 to 52"),
        ("FREQ=WEEKLY;INTERVAL=x", "INTERVAL is a number from 1 to 52"),
        ("FREQ=WEEKLY;BYDAY=XX", "This is not a rule"),
        ("FREQ=WEEKLY;BYDAY=TU\nRRULE:FREQ=DAILY", "on one line"),
    ],
)
def test_what_is_no_rule_of_days_is_refused_in_words(rule, words):
    assert words in refusal(rules.check, rule)


def test_thirtieth_of_february_gives_no_day_and_says_so():
    assert "no day in five years" in refusal(rules.days_counted, "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", TUESDAY, 3)


def test_a_rule_that_makes_ten_thousand_sessions_is_refused():
    assert "at most" in refusal(rules.days_counted, "FREQ=DAILY", TUESDAY, 10_000)
    assert "more than 120 sessions" in refusal(rules.days_until, "FREQ=DAILY", TUESDAY, date(2028, 1, 1))
    assert "five years ahead" in refusal(rules.days_until, "FREQ=WEEKLY", TUESDAY, date(9999, 1, 1))


def test_no_day_until_the_end_is_said():
    assert "no day until then" in refusal(rules.days_until, rules.weekly([0]), TUESDAY, TUESDAY + timedelta(days=2))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY;INTERVAL=1;BYDAY=TU", "Every Tuesday"),
        ("FREQ=WEEKLY", "Every Tuesday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,TH", "Every 2 weeks on Monday, Tuesday and Thursday"),
        ("FREQ=MONTHLY;INTERVAL=1;BYDAY=4TU", "Every month on the fourth Tuesday"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=-1SA", "Every 3 months on the last Saturday"),
        ("FREQ=DAILY;INTERVAL=2", "Every 2 days"),
        ("FREQ=YEARLY", "By the rule FREQ=YEARLY"),
    ],
)
def test_a_rule_is_said_in_words(rule, words):
    assert rules.said(rule, TUESDAY) == words


@given(
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    every=st.integers(1, 6),
    first=st.dates(date(2025, 1, 1), date(2030, 1, 1)),
    count=st.integers(1, 30),
)
def test_counted_days_rise_lie_on_their_weekdays_and_are_the_same_until_their_last(weekdays, every, first, count):
    rule = rules.weekly(weekdays, every)
    days = rules.days_counted(rule, first, count)
    assert len(days) == count
    assert days == sorted(set(days))
    assert {day.weekday() for day in days} <= weekdays
    assert rules.days_until(rule, first, days[-1]) == days
