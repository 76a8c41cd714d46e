"""Requests about data: the legal clock, and what is noted of the answer."""

import uuid
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from families import asking_about_data
from families.data_clock import days_left, due_on, may_extend
from families.models import DataRequest
from tests.factories import household, london
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

NOW = london("2026-11-25 10:00")


@pytest.mark.parametrize(
    ("received", "month", "three"),
    [
        ("2026-11-25 10:00", date(2026, 12, 25), date(2027, 2, 25)),
        ("2026-12-15 10:00", date(2027, 1, 15), date(2027, 3, 15)),
        # Months that have no such day: their last one.
        ("2026-08-31 10:00", date(2026, 9, 30), date(2026, 11, 30)),
        ("2027-01-31 10:00", date(2027, 2, 28), date(2027, 4, 30)),
        ("2028-01-31 10:00", date(2028, 2, 29), date(2028, 4, 30)),
        ("2027-11-30 10:00", date(2027, 12, 30), date(2028, 2, 29)),
        ("2026-11-30 10:00", date(2026, 12, 30), date(2027, 2, 28)),
        ("2028-02-29 10:00", date(2028, 3, 29), date(2028, 5, 29)),
        # The last minute of the day is that day; in summer London is an hour ahead of UTC.
        ("2026-06-30 23:59", date(2026, 7, 30), date(2026, 9, 30)),
        ("2026-07-01 00:00", date(2026, 8, 1), date(2026, 10, 1)),
        # Across either change of the clocks.
        ("2026-10-24 23:30", date(2026, 11, 24), date(2027, 1, 24)),
        ("2027-03-27 23:30", date(2027, 4, 27), date(2027, 6, 27)),
    ],
)
def test_due_one_calendar_month_later_or_three(received, month, three):
    at = london(received)
    assert (due_on(at, extended=False), due_on(at, extended=True)) == (month, three)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-11-25 10:00", 30),
        ("2026-12-24 23:59", 1),
        ("2026-12-25 00:00", 0),
        ("2026-12-25 23:59", 0),
        ("2026-12-26 00:00", -1),
    ],
)
def test_days_left_are_days_of_the_calendar(now, left):
    assert days_left(date(2026, 12, 25), london(now)) == left


@pytest.mark.parametrize(
    ("due", "now", "left"), [(date(2027, 3, 28), "2027-03-27 12:00", 1), (date(2026, 10, 25), "2026-10-24 12:00", 1)]
)
def test_a_day_of_23_or_25_hours_is_one_day(due, now, left):
    assert days_left(due, london(now)) == left


def test_more_time_can_be_taken_within_the_first_month_only():
    received = london("2026-11-25 10:00")
    assert [may_extend(received, london(t)) for t in ("2026-12-25 23:59", "2026-12-26 00:00")] == [True, False]


@pytest.fixture
def guardian(db):
    return household()[0][0]


def ask(guardian, kind="copy", words="", press=None, now=NOW):
    return asking_about_data.ask(guardian, kind, words, press=press or uuid.uuid4(), by=guardian.user, now=now)


def test_a_request_is_noted_and_acknowledged_once(guardian):
    press = uuid.uuid4()
    first = ask(guardian, "correction", "canary-words", press)
    assert ask(guardian, "correction", "canary-words", press) == first
    assert list(OutgoingMail.objects.values_list("kind", "to")) == [("data_request_received", guardian.email)]
    assert [e.event for e in AuditEvent.objects.all()] == ["data_request.received"]
    assert "canary" not in str(
        [(e.detail, m.context) for e in AuditEvent.objects.all() for m in OutgoingMail.objects.all()]
    )


def test_one_open_request_for_a_copy_many_for_corrections(guardian):
    assert ask(guardian) == ask(guardian)
    assert ask(guardian, "correction", "One") != ask(guardian, "correction", "Two")
    with pytest.raises(ValidationError, match="what is wrong"):
        ask(guardian, "correction", "  ")


def test_an_answer_has_an_outcome_and_a_reason_and_is_final(guardian, coordinator):
    request = ask(guardian, "deletion")
    for outcome, reason in (("", "Why"), ("refused", " ")):
        with pytest.raises(ValidationError):
            asking_about_data.answer(request, outcome, reason, by=coordinator, now=NOW)
    asking_about_data.answer(request, "refused", "A concern must be kept", by=coordinator, now=NOW)
    with pytest.raises(ValidationError, match="not rewritten"):
        asking_about_data.answer(request, "done", "Rewritten", by=coordinator, now=NOW)
    request.refresh_from_db()
    assert (request.outcome, request.reason, request.answered_by) == ("refused", "A concern must be kept", coordinator)
    assert request.clock_said(NOW) == ""
    assert ask(guardian, "deletion") != request


def test_more_time_needs_a_reason_once_and_in_time(guardian, coordinator):
    request = ask(guardian)
    assert request.clock_said(NOW) == "30 days left"
    with pytest.raises(ValidationError, match="takes longer"):
        asking_about_data.extend(request, "", by=coordinator, now=NOW)
    with pytest.raises(ValidationError, match="too late"):
        asking_about_data.extend(request, "Much", by=coordinator, now=london("2026-12-26 09:00"))
    request = asking_about_data.extend(request, "Many years", by=coordinator, now=NOW)
    assert request.due_on == date(2027, 2, 25)
    with pytest.raises(ValidationError, match="already"):
        asking_about_data.extend(request, "More", by=coordinator, now=NOW)


def test_the_clock_in_words(guardian):
    request = ask(guardian)
    said = {day: request.clock_said(london(f"2026-12-{day} 09:00")) for day in (24, 25, 26)}
    assert said == {24: "1 day left", 25: "due today", 26: "1 day late"}


@pytest.mark.parametrize("wrong", [{"outcome": "done"}, {"answered_at": NOW}, {"extended_at": NOW}])
def test_postgres_refuses_half_an_answer(guardian, wrong):
    request = ask(guardian)
    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.filter(pk=request.pk).update(**wrong)


def test_a_guardian_sees_only_the_own_requests(guardian, coordinator, practitioner):
    request = ask(guardian)
    ask(household()[0][0])
    assert list(DataRequest.objects.visible_to(guardian.user)) == [request]
    assert DataRequest.objects.visible_to(coordinator).count() == 2
    assert not DataRequest.objects.visible_to(practitioner).exists()
