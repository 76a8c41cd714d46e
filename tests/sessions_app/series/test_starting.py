"""A new series: its sessions, what they carry, and what is refused."""

from datetime import date, time

import pytest
from django.core.exceptions import ValidationError

from sessions_app.models import Holiday, Series, Session
from sessions_app.readiness import blockers
from sessions_app.series import rules
from sessions_app.series.days import days_off
from sessions_app.series.starting import start
from tests.factories import SessionFactory, StaffAssignmentFactory, StaffProfileFactory, UserFactory, household, london
from tests.sessions_app.series.scenes import DAYS, NOW, day, days_of, plan, started
from whippersnappers.audit.models import AuditEvent
from whippersnappers.dates import local
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
NUMBER_OF_QUERIES = 31


@pytest.fixture
def coordinator():
    return UserFactory(roles=["coordinator"])


def refusal(wanted, by) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        start(wanted, by=by, now=NOW)
    assert Series.objects.count() == Session.objects.count() == 0
    return refused.value.message_dict


def test_each_day_is_a_draft_of_its_own_that_could_be_confirmed(coordinator):
    outcome = started(coordinator)
    sessions = list(outcome.series.sessions.order_by("starts_at"))
    assert days_of(outcome.series) == list(DAYS)
    for session in sessions:
        assert session.state == Session.State.DRAFT
        assert session.bookings.count() == session.assignments.count() == session.steps.count() == 2
        assert [i.name for i in session.items.all()] == ["A pan"]
        assert blockers(session, NOW) == []
    assert AuditEvent.objects.filter(event="session.planned").count() == 6
    assert AuditEvent.objects.filter(event="series.started").count() == 1
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2027, 3, 23), date(2027, 4, 6)), (date(2027, 10, 26), date(2027, 11, 9))],
    ids=["spring", "autumn"],
)
def test_the_clock_time_stays_over_a_change_of_the_clocks(coordinator, first, last):
    outcome = started(coordinator, first_day=first, last_day=last)
    starts = [session.starts_at for session in outcome.series.sessions.order_by("starts_at")]
    assert {local(at).time() for at in starts} == {time(16)}
    assert len({at.astimezone(local(at).tzinfo).utcoffset() for at in starts}) == 2


def test_skipped_days_have_no_session_and_keep_their_reason(coordinator):
    series = started(coordinator, skipped={day("2027-01-26"): "Snow day"}).series
    assert days_of(series) == [d for d in DAYS if d != "2027-01-26"]
    assert [(str(s.day), s.reason) for s in series.skipped_days.all()] == [("2027-01-26", "Snow day")]


def test_days_off_are_bank_holidays_and_the_charitys_own():
    Holiday.objects.create(name="Half term", first_day=date(2027, 2, 15), last_day=date(2027, 2, 19))
    days = rules.days_until("FREQ=DAILY", date(2027, 3, 20), date(2027, 4, 2))
    assert days_off(days) == {date(2027, 3, 26): "Good Friday", date(2027, 3, 29): "Easter Monday"}
    assert days_off([day("2027-02-16"), day("2027-02-23")]) == {day("2027-02-16"): "Half term"}


def test_somebody_who_is_elsewhere_is_left_out_and_the_line_says_where(coordinator):
    busy, free = StaffProfileFactory(), StaffProfileFactory()
    other = SessionFactory(title="Puppets", starts_at=london("2027-01-19 16:30"), ends_at=london("2027-01-19 17:00"))
    StaffAssignmentFactory(session=other, staff=busy)
    outcome = started(coordinator, staff={busy.pk: "lead", free.pk: "support"})
    troubled = [line for line in outcome.lines if line.trouble]
    assert [str(line.day) for line in troubled] == ["2027-01-19"]
    assert "“Puppets” on Tuesday 19 January" in troubled[0].trouble[0]
    assert troubled[0].session.assignments.count() == 1


def test_the_number_of_queries_does_not_grow_with_the_days(coordinator, django_assert_num_queries):
    staff = {StaffProfileFactory().pk: "lead", StaffProfileFactory().pk: "support"}
    children = tuple(household(children=3)[1])
    short = plan(last_day=day("2027-01-19"), staff=staff, children=children)
    with django_assert_num_queries(NUMBER_OF_QUERIES):
        start(short, by=coordinator, now=NOW)
    Series.objects.update(title="Another")
    long = plan(last_day=day("2027-11-30"), starts=time(10), ends=time(11), staff=staff, children=children)
    with django_assert_num_queries(NUMBER_OF_QUERIES):
        start(long, by=coordinator, now=NOW)


def test_an_end_before_the_start_is_said_at_the_end(coordinator):
    assert "end after they start" in str(refusal(plan(starts=time(17), ends=time(16)), coordinator))


def test_hours_when_we_are_closed_are_refused(coordinator):
    assert "Sessions take place between" in refusal(plan(starts=time(21), ends=time(21, 30)), coordinator)["starts"][0]


def test_a_time_that_the_clocks_skip_is_refused_with_its_day(coordinator):
    night = plan(
        first_day=date(2027, 3, 28), last_day=date(2027, 3, 28), rule="FREQ=DAILY", starts=time(1), ends=time(3)
    )
    assert "Sunday 28 March" in refusal(night, coordinator)["starts"][0]


def test_more_children_than_places_are_refused(coordinator):
    assert (
        "3 children" in refusal(plan(capacity=2, children=tuple(household(children=3)[1])), coordinator)["capacity"][0]
    )


def test_two_children_in_a_one_to_one_are_refused(coordinator):
    wanted = plan(kind=Session.Kind.ONE_TO_ONE, children=tuple(household(children=2)[1]))
    assert "one child" in refusal(wanted, coordinator)["kind"][0]


def test_a_first_day_that_has_passed_is_refused(coordinator):
    wanted = plan(first_day=day("2026-12-29"))
    assert "has passed" in refusal(wanted, coordinator)["first_day"][0]
