"""A change of a long series by a worker: worked out, made once it was seen, and nothing done by halves."""

import json
from datetime import time, timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from sessions_app import confirming
from sessions_app.models import Series, SeriesWork, Skill
from sessions_app.series import lasting, working
from sessions_app.series.keeping import kept_plan, plan_from, rehearsal_from
from sessions_app.series.plans import plan_of
from tests.factories import ChildFactory
from tests.sessions_app.series.scenes import NOW, days_of, started

pytestmark = pytest.mark.django_db
State = SeriesWork.State


@pytest.fixture(autouse=True)
def monday_in_january(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def series(coordinator):
    return started(coordinator).series


def asked(series, by, *, seen=None, reason="", **facts):
    """What a page asks: the stored series with other facts."""
    plan = plan_of(Series.objects.get(pk=series.pk))
    for name, value in facts.items():
        setattr(plan.series, name, value)
    about = {"from_day": None, "reason": reason, "page": "change", "posted": "title=Drums"}
    return working.ask(plan, seen=seen, by=by, now=NOW, **about)


def done(work):
    assert working.work_on(str(work.pk))
    return SeriesWork.objects.get(pk=work.pk)


def hours_of(series):
    return {session.starts_at.hour for session in series.sessions.all()}


def test_what_is_kept_of_a_plan_is_the_plan(series):
    series.wanted_skills.add(Skill.objects.create(name="Makaton"))
    plan = plan_of(series)
    assert plan.skills
    assert plan_from(json.loads(json.dumps(kept_plan(plan)))) == plan


def test_a_change_is_worked_out_first_and_made_once_that_was_seen(series, coordinator):
    looked = done(asked(series, coordinator, starts=time(17), ends=time(17, 45)))
    assert looked.state == State.LOOKED
    assert hours_of(series) == {16}
    rehearsal = rehearsal_from(looked.found, series)
    assert [line.what for line in rehearsal.outcome.lines] == ["changed"] * 6
    made = done(asked(series, coordinator, seen=rehearsal.fingerprint, starts=time(17), ends=time(17, 45)))
    assert (made.state, made.became, hours_of(series)) == (State.DONE, series, {17})
    assert not working.work_on(str(made.pk))


def test_what_would_do_something_else_by_now_is_shown_again_and_not_done(series, coordinator):
    looked = done(asked(series, coordinator, starts=time(17), ends=time(17, 45)))
    seen = rehearsal_from(looked.found, series).fingerprint
    series.sessions.first().delete()
    again = done(asked(series, coordinator, seen=seen, starts=time(17), ends=time(17, 45)))
    assert (again.state, hours_of(series)) == (State.LOOKED, {16})


def test_a_refusal_is_kept_with_its_field(series, coordinator):
    for session in series.sessions.all():
        confirming.confirm(session.pk, by=coordinator, now=NOW)
    plan = lasting.ended(Series.objects.get(pk=series.pk), series.first_day)
    about = {"from_day": None, "reason": "", "page": "end", "posted": ""}
    work = done(working.ask(plan, seen=None, by=coordinator, now=NOW, **about))
    assert work.state == State.REFUSED
    assert json.loads(work.found) == {"reason": ["Families know these sessions: say why they are called off."]}


def test_a_second_press_finds_the_work_that_is_under_way(series, coordinator):
    first = asked(series, coordinator, seen="seen")
    assert asked(series, coordinator, seen="seen") == first
    assert SeriesWork.objects.count() == 1


def test_work_that_failed_too_often_is_given_up_and_old_work_forgotten(series, coordinator):
    work = asked(series, coordinator)
    assert working.sweep(NOW) == [work]
    SeriesWork.objects.update(attempts=working.MAX_ATTEMPTS)
    assert working.sweep(NOW) == []
    assert SeriesWork.objects.get().state == State.STOPPED
    working.sweep(NOW + timedelta(days=2))
    assert not SeriesWork.objects.exists()


def test_a_confirmed_session_counts_for_more_than_a_draft(series, coordinator, monkeypatch):
    monkeypatch.setattr(working, "AT_ONCE", 6)
    assert not working.is_long(series, NOW)
    confirming.confirm(series.sessions.first().pk, by=coordinator, now=NOW)
    assert working.is_long(series, NOW)


@pytest.mark.django_db(transaction=True)
def test_others_see_how_far_it_is_and_keep_their_hands_off(series, coordinator):
    """While one worker is at it, a page reads its progress, and a second worker leaves it alone."""
    work, at_it, seen = asked(series, coordinator), Event(), Event()

    def hold():
        with transaction.atomic():
            SeriesWork.objects.select_for_update().get(pk=work.pk)
            working._say(work.pk, 2, 6)
            at_it.set()
            seen.wait(10)
        connection.close()

    worker = Thread(target=hold)
    worker.start()
    assert at_it.wait(10)
    try:
        assert working.progress(work) == (2, 6)
        assert not working.work_on(str(work.pk))
        assert working.sweep(NOW) == []
    finally:
        seen.set()
        worker.join()
    assert working.progress(work) is None
    assert done(work).state == State.LOOKED
    assert len(days_of(series)) == 6


def test_a_child_who_was_erased_meanwhile_is_left_out(series):
    child = ChildFactory()
    kept = kept_plan(plan_of(series)) | {"children": [str(child.pk)]}
    child.delete()
    assert plan_from(kept).children == ()
