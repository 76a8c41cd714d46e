"""A change of a series: what follows, what stays, who is told, and what is left alone."""

from dataclasses import replace
from datetime import time

import pytest
from django.core.exceptions import ValidationError

from sessions_app import booking, confirming
from sessions_app.models import PhoneTask, Series, Session, Skill, StaffAssignment
from sessions_app.series import lasting, rules
from sessions_app.series.editing import change
from sessions_app.series.plans import Line, plan_of
from sessions_app.series.rehearsing import press
from tests.factories import SessionFactory, StaffAssignmentFactory, StaffProfileFactory, UserFactory, household, london
from tests.sessions_app.series.scenes import DAYS, NOW, day, days_of, started
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return UserFactory(roles=["coordinator"])


@pytest.fixture
def series(coordinator):
    return started(coordinator).series


def edit(series, by, *, from_day=None, reason="", now=NOW, days=None, **fields):
    wanted = plan_of(Series.objects.get(pk=series.pk))
    lines = {
        name: fields.pop(name)
        for name in ("steps", "items", "skills", "staff", "children", "skipped")
        if name in fields
    }
    for name, value in fields.items():
        setattr(wanted.series, name, value)
    ours = wanted.series
    days = days or tuple(rules.days_until(ours.rule, ours.first_day, ours.last_day))
    skipped = lines.get("skipped", wanted.skipped)
    wanted = replace(wanted, days=tuple(d for d in days if d not in skipped), **lines)
    return change(wanted, from_day=from_day, reason=reason, by=by, now=now)


def session_on(series, text) -> Session:
    return series.sessions.get(series_day=day(text))


def test_a_new_title_and_time_reach_every_session(series, coordinator):
    outcome = edit(series, coordinator, title="Big drums", starts=time(17), ends=time(18))
    assert outcome.count(Line.CHANGED) == 6
    assert {s.title for s in series.sessions.all()} == {"Big drums"}
    assert session_on(series, "2027-02-02").starts_at == london("2027-02-02 17:00")


def test_a_delivered_day_stays_as_it_was_whatever_becomes_of_the_series(series, coordinator):
    after_two = london("2027-01-20 20:00")
    series.sessions.filter(series_day__lte="2027-01-19").update(state=Session.State.DELIVERED, confirmed_at=NOW)
    held = series.sessions.filter(series_day__lte="2027-01-19").order_by("pk")
    before = list(held.values())
    edit(series, coordinator, now=after_two, title="Big drums", starts=time(17), ends=time(18), children=(), staff={})
    edit(series, coordinator, now=after_two, rule=rules.weekly([2]))

    def take(step, *facts):
        stored = Series.objects.get(pk=series.pk)
        return change(step(stored, *facts), from_day=None, reason="", by=coordinator, now=after_two)

    take(lasting.paused, day("2027-01-12"), day("2027-01-31"), after_two)
    # Only what was still to come is left out.
    assert list(series.skipped_days.values_list("day", flat=True)) == [day("2027-01-27")]
    take(lasting.resumed, day("2027-01-12"))
    take(lasting.extended, day("2027-03-03"))
    take(lasting.ended, day("2027-02-03"))
    edit(series, coordinator, now=after_two, from_day=day("2027-01-27"), title="Small drums")
    assert list(held.values()) == before
    for step, facts, at in (
        (lasting.paused, (day("2027-01-12"), day("2027-01-20"), after_two), "from_day"),
        (lasting.ended, (day("2027-01-13"),), "last_day"),
    ):
        with pytest.raises(ValidationError) as refused:
            take(step, *facts)
        assert list(refused.value.message_dict) == [at]


def test_what_was_changed_in_one_session_stays_and_is_said(series, coordinator):
    own = session_on(series, "2027-01-19")
    Session.objects.filter(pk=own.pk).update(title="Our birthday party")
    outcome = edit(series, coordinator, title="Big drums", capacity=8)
    own.refresh_from_db()
    assert (own.title, own.capacity) == ("Our birthday party", 8)
    line = next(line for line in outcome.lines if line.session == own)
    assert "keeps its own title" in line.said


def test_skills_that_help_follow_where_a_session_has_none_of_its_own_and_nobody_is_told(series, coordinator):
    makaton, signs = (Skill.objects.create(name=name) for name in ("Makaton", "Signs"))
    own = session_on(series, "2027-01-19")
    own.wanted_skills.set([signs])
    outcome = edit(series, coordinator, skills=frozenset([makaton.pk]))
    assert [set(s.wanted_skills.all()) for s in series.sessions.order_by("series_day")] == [
        {signs} if s == own else {makaton} for s in series.sessions.order_by("series_day")
    ]
    assert set(series.wanted_skills.all()) == {makaton}
    assert {tuple(line.said) for line in outcome.lines if line.session != own} == {("new: skills that help",)}
    assert "keeps its own skills that help" in next(line.said for line in outcome.lines if line.session == own)
    assert not OutgoingMail.objects.exists()


def test_a_session_moved_by_hand_keeps_its_time(series, coordinator):
    own = session_on(series, "2027-01-19")
    at = london("2027-01-20 10:00")
    confirming.reschedule(own.pk, starts_at=at, ends_at=london("2027-01-20 10:45"), by=coordinator, now=NOW)
    outcome = edit(series, coordinator, starts=time(15), ends=time(15, 30))
    own.refresh_from_db()
    assert own.starts_at == at
    assert "keeps its own time" in next(line for line in outcome.lines if line.session == own).said
    assert session_on(series, "2027-01-26").starts_at == london("2027-01-26 15:00")


def test_this_and_following_splits_the_series(series, coordinator):
    outcome = edit(series, coordinator, from_day=day("2027-02-02"), title="Big drums")
    series.refresh_from_db()
    assert days_of(series) == list(DAYS[:3])
    assert str(series.last_day) == "2027-02-01"
    assert days_of(outcome.series) == list(DAYS[3:])
    assert outcome.series.follows == series
    assert [s.title for s in series.sessions.all()] == ["Drums and songs"] * 3
    assert [s.title for s in outcome.series.sessions.all()] == ["Big drums"] * 3


def test_tuesdays_become_wednesdays(series, coordinator):
    last = day("2027-02-17")
    outcome = edit(series, coordinator, rule=rules.weekly([2]), last_day=last)
    assert outcome.count(Line.CHANGED) == 6
    assert days_of(series)[0] == "2027-01-13"
    assert session_on(series, "2027-02-17").starts_at == london("2027-02-17 16:00")


def test_a_later_end_adds_drafts_and_an_earlier_one_takes_untold_drafts_away(series, coordinator):
    assert edit(series, coordinator, last_day=day("2027-03-02")).count(Line.PLANNED) == 2
    outcome = edit(series, coordinator, last_day=day("2027-01-26"))
    assert outcome.count(Line.REMOVED) == 5
    assert days_of(series) == list(DAYS[:3])
    assert AuditEvent.objects.filter(event="session.removed").count() == 5


def test_confirmed_days_are_called_off_only_with_a_reason(series, coordinator):
    told = session_on(series, "2027-02-16")
    confirming.confirm(told.pk, by=coordinator, now=NOW)
    with pytest.raises(ValidationError) as refused:
        edit(series, coordinator, last_day=day("2027-02-09"))
    assert "reason" in refused.value.message_dict
    assert Session.objects.filter(pk=told.pk, state=Session.State.CONFIRMED).exists()
    outcome = edit(series, coordinator, last_day=day("2027-02-09"), reason="The hall is being painted.")
    told.refresh_from_db()
    assert outcome.count(Line.CALLED_OFF) == 1
    assert (told.state, told.cancel_reason) == (Session.State.CANCELLED, "The hall is being painted.")


def test_a_skipped_day_can_be_brought_back(series, coordinator):
    gone = day("2027-01-26")
    edit(series, coordinator, skipped={gone: "Snow"})
    assert "2027-01-26" not in days_of(series)
    outcome = edit(series, coordinator, skipped={})
    assert outcome.count(Line.PLANNED) == 1
    assert days_of(series) == list(DAYS)


def test_a_session_that_was_called_off_alone_is_not_planned_again(series, coordinator):
    off = session_on(series, "2027-01-26")
    confirming.cancel(off.pk, reason="Maya is ill.", by=coordinator, now=NOW)
    outcome = edit(series, coordinator, title="Big drums")
    assert outcome.count(Line.PLANNED) == 0
    assert "2027-01-26" not in days_of(series)


def test_what_has_begun_or_was_delivered_is_left_alone(series, coordinator):
    first = session_on(series, "2027-01-12")
    Session.objects.filter(pk=first.pk).update(state=Session.State.DELIVERED, confirmed_at=NOW)
    outcome = edit(series, coordinator, title="Big drums", now=london("2027-01-14 09:00"))
    first.refresh_from_db()
    assert first.title == "Drums and songs"
    assert outcome.count(Line.CHANGED) == 5


def test_staff_and_children_come_and_go_in_every_session(series, coordinator):
    new, (child,) = StaffProfileFactory(), household()[1]
    was = plan_of(series)
    stays, gone = was.staff
    edit(
        series,
        coordinator,
        staff={stays: StaffAssignment.Role.LEAD, new.pk: StaffAssignment.Role.SUPPORT},
        children=(was.children[0], child),
    )
    for session in series.sessions.all():
        present = {a.staff_id for a in session.assignments.filter(withdrawn_at=None)}
        assert present == {stays, new.pk}
        assert gone not in present
        assert {b.child for b in session.bookings.all().holding_a_place()} == {was.children[0], child}


def test_somebody_who_dropped_out_of_one_session_stays_out(series, coordinator):
    session = session_on(series, "2027-01-19")
    place = session.bookings.first()
    booking.withdraw(place.pk, by=coordinator, now=NOW)
    edit(series, coordinator, title="Big drums")
    place.refresh_from_db()
    assert place.state == "withdrawn"


def test_a_clash_leaves_that_session_whole_as_it_was(series, coordinator):
    busy = next(iter(plan_of(series).staff))
    other = SessionFactory(title="Puppets", starts_at=london("2027-01-26 17:00"), ends_at=london("2027-01-26 18:00"))
    StaffAssignmentFactory(session=other, staff_id=busy)
    outcome = edit(series, coordinator, title="Big drums", starts=time(17), ends=time(17, 45))
    stuck = [line for line in outcome.lines if line.what == Line.STUCK]
    assert [str(line.day) for line in stuck] == ["2027-01-26"]
    assert "Puppets" in stuck[0].trouble[0]
    session = session_on(series, "2027-01-26")
    assert (session.title, session.starts_at) == ("Drums and songs", london("2027-01-26 16:00"))
    assert outcome.count(Line.CHANGED) == 5


def test_a_rehearsal_says_whom_it_would_tell_and_leaves_no_trace(series, coordinator):
    for session in series.sessions.all():
        confirming.confirm(session.pk, by=coordinator, now=NOW)
    OutgoingMail.objects.update(state=OutgoingMail.State.SENT, sent_at=NOW)
    before = (AuditEvent.objects.count(), OutgoingMail.objects.count(), PhoneTask.objects.count())
    rehearsal = press(lambda: edit(series, coordinator, starts=time(17), ends=time(17, 45)), None)[0]
    assert rehearsal.outcome.count(Line.CHANGED) == 6
    assert len(rehearsal.mailed) == 1
    assert len(rehearsal.staff) == 2
    assert (AuditEvent.objects.count(), OutgoingMail.objects.count(), PhoneTask.objects.count()) == before
    assert session_on(series, "2027-01-12").starts_at == london("2027-01-12 16:00")
    again = press(lambda: edit(series, coordinator, starts=time(17), ends=time(17, 45)), None)[0]
    assert again.fingerprint == rehearsal.fingerprint
