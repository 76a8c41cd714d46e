"""The clocks of safeguarding, over weekends, bank holidays, both clock changes, leap day and midnight."""

from datetime import date, datetime

import pytest

from safeguarding.clocks import (
    ActionFacts,
    ConcernFacts,
    Escalation,
    ReferralFacts,
    acknowledge_by,
    decision_by,
    escalations,
    is_decision_late,
    lado_by,
    late_on,
)
from safeguarding.vocabulary import Agency, Kind, Severity
from whippersnappers.dates import LONDON

D, T, L = Escalation.DEPUTY, Escalation.TRUSTEE, Escalation.LADO


def at(text: str) -> datetime:
    """A time on London's clock, or with the offset that the text names."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("submitted", "severity", "first", "second"),
    [
        ("2026-11-25T09:00", "immediate", "2026-11-25T10:00", "2026-11-25T11:00"),
        ("2026-11-25T09:00", "high", "2026-11-25T10:00", "2026-11-25T11:00"),
        ("2026-11-25T09:00", "medium", "2026-11-25T12:00", "2026-11-25T15:00"),
        ("2026-11-25T09:00", "low", "2026-11-26T09:00", "2026-11-27T09:00"),
        # Nobody has judged it yet: the shortest clock.
        ("2026-11-25T09:00", None, "2026-11-25T10:00", "2026-11-25T11:00"),
        # Hours run over midnight, weekends and bank holidays.
        ("2026-11-25T23:30", "high", "2026-11-26T00:30", "2026-11-26T01:30"),
        ("2026-11-28T23:30", "medium", "2026-11-29T02:30", "2026-11-29T05:30"),
        ("2026-12-25T12:00", "immediate", "2026-12-25T13:00", "2026-12-25T14:00"),
        ("2026-12-31T23:59", "high", "2027-01-01T00:59", "2027-01-01T01:59"),
        ("2028-02-28T23:30", "high", "2028-02-29T00:30", "2028-02-29T01:30"),
        ("2028-02-29T22:30", "medium", "2028-03-01T01:30", "2028-03-01T04:30"),
        # The clocks go forward on 29 March 2026 at 1am and back on 25 October 2026 at 2am: an hour is an hour.
        ("2026-03-29T00:30", "high", "2026-03-29T02:30", "2026-03-29T03:30"),
        ("2026-03-28T23:30", "medium", "2026-03-29T03:30", "2026-03-29T06:30"),
        ("2026-10-25T00:30+01:00", "high", "2026-10-25T01:30+01:00", "2026-10-25T01:30+00:00"),
        ("2026-10-25T00:30+01:00", "medium", "2026-10-25T02:30+00:00", "2026-10-25T05:30+00:00"),
        # Low: working days.
        ("2026-11-27T16:00", "low", "2026-11-30T16:00", "2026-12-01T16:00"),
        ("2026-11-28T10:00", "low", "2026-12-01T00:00", "2026-12-02T00:00"),
        ("2026-12-24T16:00", "low", "2026-12-29T16:00", "2026-12-30T16:00"),
        ("2026-04-02T16:00", "low", "2026-04-07T16:00", "2026-04-08T16:00"),
        ("2026-03-27T16:00", "low", "2026-03-30T16:00", "2026-03-31T16:00"),
        ("2026-10-23T16:00", "low", "2026-10-26T16:00", "2026-10-27T16:00"),
        ("2028-02-28T16:00", "low", "2028-02-29T16:00", "2028-03-01T16:00"),
    ],
)
def test_until_when_a_concern_is_acknowledged(submitted: str, severity: str | None, first: str, second: str) -> None:
    level = Severity(severity) if severity else None
    assert acknowledge_by(at(submitted), level) == at(first)
    assert acknowledge_by(at(submitted), level, times=2) == at(second)


@pytest.mark.parametrize(
    ("now", "late"),
    [
        ("2026-11-28T09:00", set()),
        ("2026-11-28T09:59:59", set()),
        ("2026-11-28T10:00", {D}),
        ("2026-11-28T10:59:59", {D}),
        ("2026-11-28T11:00", {D, T}),
        ("2027-11-28T11:00", {D, T}),
    ],
)
def test_nobody_acknowledges_on_a_saturday(now: str, late: set[Escalation]) -> None:
    facts = ConcernFacts(Kind.CHILD, at("2026-11-28T09:00"), Severity.HIGH)
    assert escalations(facts, at(now)) == late


@pytest.mark.parametrize("kind", sorted(Kind))
def test_an_acknowledged_concern_has_no_clock_but_an_allegation(kind: Kind) -> None:
    facts = ConcernFacts(kind, at("2026-11-25T09:00"), Severity.HIGH, acknowledged_at=at("2026-11-25T09:30"))
    assert escalations(facts, at("2026-12-25T09:00")) == ({L} if kind == Kind.STAFF else set())


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2026-11-25T09:00", "2026-11-26T09:00"),
        ("2026-11-27T17:30", "2026-11-30T17:30"),
        ("2026-11-29T17:30", "2026-12-01T00:00"),
        ("2026-12-24T09:00", "2026-12-29T09:00"),
        ("2026-12-26T09:00", "2026-12-30T00:00"),
        ("2026-08-28T09:00", "2026-09-01T09:00"),
        ("2026-03-27T23:59", "2026-03-30T23:59"),
        ("2026-10-24T12:00", "2026-10-27T00:00"),
        ("2028-02-29T00:00", "2028-03-01T00:00"),
    ],
)
def test_the_lado_and_childrens_services_have_one_working_day(submitted: str, due: str) -> None:
    assert lado_by(at(submitted)) == decision_by(at(submitted)) == at(due)


@pytest.mark.parametrize(
    ("told", "over", "now", "late"),
    [
        (False, False, "2026-11-30T17:29", {D, T}),
        (False, False, "2026-11-30T17:30", {D, T, L}),
        (True, False, "2026-11-30T17:30", {D, T}),
        (False, True, "2026-11-30T17:30", set()),
    ],
)
def test_an_allegation_reaches_the_lado(told: bool, over: bool, now: str, late: set[Escalation]) -> None:
    told_at = at("2026-11-27T18:00") if told else None
    facts = ConcernFacts(Kind.STAFF, at("2026-11-27T17:30"), Severity.HIGH, lado_told_at=told_at, is_over=over)
    assert escalations(facts, at(now)) == late


@pytest.mark.parametrize(
    ("agency", "answered", "now", "late"),
    [
        (Agency.CHILDREN, None, "2026-11-30T15:59", False),
        (Agency.CHILDREN, None, "2026-11-30T16:00", True),
        (Agency.CHILDREN, "2026-11-28T10:00", "2026-11-30T16:00", False),
        (Agency.POLICE, None, "2026-12-30T16:00", False),
        (Agency.LADO, None, "2026-12-30T16:00", False),
    ],
)
def test_childrens_services_are_asked_for_their_decision(
    agency: Agency, answered: str | None, now: str, late: bool
) -> None:
    facts = ReferralFacts(agency, at("2026-11-27T16:00"), at(answered) if answered else None)
    assert is_decision_late(facts, at(now)) is late


@pytest.mark.parametrize(
    ("done", "now", "day"),
    [
        (None, "2026-11-30T11:59", None),
        (None, "2026-11-30T12:00", date(2026, 11, 30)),
        (None, "2026-11-30T23:59", date(2026, 11, 30)),
        (None, "2026-12-01T00:00", date(2026, 12, 1)),
        # Late at night by UTC, the next day by London's summer time.
        (None, "2027-06-01T23:30+00:00", date(2027, 6, 2)),
        ("2026-11-30T13:00", "2026-12-01T00:00", None),
    ],
)
def test_a_late_action_is_told_once_a_day(done: str | None, now: str, day: date | None) -> None:
    facts = ActionFacts(at("2026-11-30T12:00"), at(done) if done else None)
    assert late_on(facts, at(now)) == day
