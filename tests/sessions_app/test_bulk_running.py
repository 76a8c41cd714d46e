"""Runs as workers meet them: claimed once, gone on with after a crash, two at a time, five hundred long."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from sessions_app.bulk import actions, choosing, running
from sessions_app.bulk.asking import Asked
from sessions_app.models import BulkRun, Session
from tests.factories import SessionFactory, tomorrow_at
from tests.sessions_app.bulk_scenes import chosen, drafts, outcome, started, states, undone
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail


def running_run(sessions: list[Session], by: User) -> BulkRun:
    """A run for a worker: longer than what is done at once."""
    run = started("confirm", sessions, by)
    assert run.state == "running"
    return run


@pytest.mark.django_db
def test_a_claimed_run_is_left_alone_and_taken_over_when_the_claim_lapses(coordinator: User) -> None:
    run = running_run(drafts(6), coordinator)
    dead = running._claim(str(run.pk), timezone.now())
    assert dead is not None
    assert running.work(str(run.pk)) is False
    first = run.items.filter(state="waiting")[0]
    running._see_to(dead, first.pk)
    assert running.sweep(timezone.now()) == []
    BulkRun.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert running.sweep(timezone.now()) == [run]
    assert running.work(str(run.pk)) is True
    assert states(run) == ["done"] * 6
    # What the dead worker still tries is refused.
    with pytest.raises(running.LostClaim):
        running._see_to(dead, first.pk)
    assert AuditEvent.objects.filter(event="session.confirmed").count() == 6
    assert OutgoingMail.objects.filter(kind="invitation").count() == 6


@pytest.mark.django_db
def test_a_run_that_kills_its_workers_is_given_up_and_what_it_did_goes_out(coordinator: User) -> None:
    run = running_run(drafts(6), coordinator)
    claim = running._claim(str(run.pk), timezone.now())
    assert claim is not None
    running._see_to(claim, run.items.all()[0].pk)
    past = timezone.now() - timedelta(seconds=1)
    BulkRun.objects.update(attempts=running.MAX_ATTEMPTS, claimed_until=past)
    assert running.sweep(timezone.now()) == []
    run.refresh_from_db()
    assert run.state == "stopped"
    assert not OutgoingMail.objects.filter(not_before__gt=timezone.now()).exists()
    assert states(undone(run, coordinator)) == ["undone", *["left_out"] * 5]


@pytest.mark.django_db
def test_one_session_that_we_cannot_do_keeps_none_of_the_others_from_it(
    coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = drafts(3)
    action = actions.ACTIONS["confirm"]
    real = type(action).take

    def broken(self: Any, verdict: Any, asked: Asked, *, by: Any, now: Any) -> str:
        said = real(self, verdict, asked, by=by, now=now)
        if verdict.session.pk == sessions[1].pk:
            raise ZeroDivisionError
        return said

    monkeypatch.setattr(type(action), "take", broken)
    run = started("confirm", sessions, coordinator)
    assert states(run) == ["done", "failed", "done"]
    sessions[1].refresh_from_db()
    assert sessions[1].state == "draft"


@pytest.mark.django_db
def test_nothing_to_do_and_too_much_to_do_are_refused(coordinator: User) -> None:
    now = timezone.now()
    with pytest.raises(ValidationError, match="Tick at least one"):
        choosing.choose("confirm", [], by=coordinator, now=now)
    run = chosen("confirm", [SessionFactory()], coordinator)
    with pytest.raises(ValidationError, match="nothing of it can be done"):
        running.start(run.pk, Asked(), {1}, by=coordinator, now=now)
    run.refresh_from_db()
    assert run.state == "chosen"
    running.sweep(now + timedelta(hours=25))
    assert not BulkRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_over_the_same_sessions_do_each_once(coordinator: User) -> None:
    sessions = drafts(6)
    runs = [running_run(sessions, coordinator), running_run(sessions, coordinator)]

    def work(run: BulkRun) -> None:
        running.work(str(run.pk))
        connection.close()

    threads = [threading.Thread(target=work, args=[run]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [line for run in runs for line in outcome(run)]
    assert sorted(state for state, _ in done) == ["done"] * 6 + ["left_out"] * 6
    assert {message for state, message in done if state == "left_out"} == {"It is confirmed already."}
    assert OutgoingMail.objects.filter(kind="invitation").count() == 6


@pytest.mark.django_db
def test_five_hundred_sessions_are_looked_at_at_once_and_left_to_a_worker(coordinator: User) -> None:
    first = tomorrow_at(8)
    Session.objects.bulk_create(
        Session(title="S", kind="small_group", starts_at=at, ends_at=at + timedelta(minutes=30))
        for at in (first + timedelta(hours=number) for number in range(500))
    )
    began = time.monotonic()
    run = started("cancel", Session.objects.all(), coordinator, reason="The hall is shut.")
    assert time.monotonic() - began < 5
    assert (run.state, run.items.filter(state="waiting").count()) == ("running", 500)
    assert Session.objects.filter(state="draft").count() == 500
    claim = running._claim(str(run.pk), timezone.now())
    assert claim is not None
    # The mails of the first are held until the last is done.
    assert claim.held_until is not None
    assert claim.held_until - timezone.now() > timedelta(minutes=6)
