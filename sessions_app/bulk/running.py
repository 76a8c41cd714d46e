"""Doing and undoing a run: a row that workers claim, one session after the other, each in its own transaction.

A worker renews its claim with every session; one that was killed is replaced by the sweep, which goes on with
the first session that is not done. Nothing is done twice, because a session and its item end together.
"""

import json
import uuid
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from sessions_app import hosting
from sessions_app.bulk import choosing, mails, traces
from sessions_app.bulk.actions import look, take
from sessions_app.bulk.asking import Asked
from sessions_app.bulk.undoing import undo_session
from sessions_app.models import BulkItem, BulkRun, Meeting
from whippersnappers.audit.trail import record
from whippersnappers.outbox.ending import database_is_away
from whippersnappers.outbox.wake import wake

log = structlog.get_logger(__name__)
State = BulkRun.State
Item = BulkItem.State
CLAIM = timedelta(seconds=60)
# Times that a worker may vanish in a row, without one session getting done.
MAX_ATTEMPTS = 5
# What one session takes at most, for holding the mails of the first until the last is done.
EACH = timedelta(seconds=0.5)
# So many are done while the person waits for the page, in less than a second.
AT_ONCE = 5
TASK = "sessions_app.tasks.work_on_bulk_run"
# Which items each piece of work is about.
TO_DO = {State.RUNNING: Item.WAITING, State.UNDOING: Item.DONE}
ENDS = {State.RUNNING: State.DONE, State.UNDOING: State.UNDONE}
OUR_FAULT = "Something went wrong on our side, so it stays as it was. Please try it on the session’s own page."


class LostClaim(Exception):
    """Another worker has taken this run over, or it was stopped: go no further."""


def start(run_id: Any, asked: Asked, seen: Collection[int], *, by: Any, now: datetime) -> BulkRun:
    """Go ahead with the sessions that the coordinator saw as possible (`seen`: their numbers).

    A second press does nothing more. Raises ValidationError when nothing can be done any more.
    """
    with transaction.atomic():
        run = BulkRun.objects.select_for_update().get(pk=run_id)
        if run.state != State.CHOSEN:
            return run
        items = _sort_out(run, asked, seen, now)
        if not any(item.state == Item.WAITING for item in items):
            raise ValidationError("Something changed meanwhile: nothing of it can be done now.")
        BulkItem.objects.bulk_update(items, ["state", "message"])
        run.state, run.asked, run.made_by = State.RUNNING, asked.kept(), by
        run.started_at = run.asked_at = now
        run.save(update_fields=["state", "asked", "made_by", "started_at", "asked_at"])
        waiting = sum(item.state == Item.WAITING for item in items)
        record("bulk.started", by=by, target=run, now=now, kind=run.kind, sessions=waiting)
    _work_or_wake(run, waiting)
    return run


def _sort_out(run: BulkRun, asked: Asked, seen: Collection[int], now: datetime) -> list[BulkItem]:
    items = []
    for line in look(run, asked, now):
        if not line.can:
            line.item.state, line.item.message = Item.LEFT_OUT, line.why
        elif line.item.number not in seen:
            # A yes covers what was seen, and nothing else.
            line.item.state = Item.LEFT_OUT
            line.item.message = "It became possible only after you had looked, so it was left as it is."
        items.append(line.item)
    return items


def _work_or_wake(run: BulkRun, sessions: int) -> None:
    """A few at once, so that no page has to wait for them; many by a worker."""
    if sessions <= AT_ONCE:
        work(str(run.pk))
    else:
        wake(TASK, str(run.pk))


def undo(run_id: Any, *, by: Any, now: datetime) -> BulkRun:
    """Take a run back, session by session, where nothing has left the house; stops it if it is still going on.

    A second press does nothing more.
    """
    with transaction.atomic():
        run = BulkRun.objects.select_for_update().get(pk=run_id)
        if run.state not in (State.RUNNING, State.DONE, State.STOPPED):
            return run
        run.items.filter(state=Item.WAITING).update(
            state=Item.LEFT_OUT, message="Stopped before its turn. Nothing about it was changed."
        )
        sessions = run.items.filter(state=Item.DONE).count()
        run.state, run.undone_by, run.asked_at = State.UNDOING, by, now
        run.attempts, run.owner, run.claimed_until = 0, None, None
        run.save()
        # Nothing may leave while the first of them are being undone.
        until = now + settings.BULK_UNDO_WINDOW + sessions * EACH
        mails.keep_all(run, until)
        put_off = Meeting.objects.filter(session__in=run.items.values("session"), next_attempt_at__gt=now)
        hosting.put_off_removal(put_off, until)
        record("bulk.undo_started", by=by, target=run, now=now, kind=run.kind, sessions=sessions)
    _work_or_wake(run, sessions)
    return run


def let_go(run_id: Any, *, by: Any, now: datetime) -> None:
    """Send the run's mails now instead of holding them; from then on they cannot be undone."""
    with transaction.atomic():
        run = BulkRun.objects.select_for_update().get(pk=run_id)
        if run.state != State.DONE or run.held_until is None or run.held_until <= now:
            return
        run.held_until = now
        run.save(update_fields=["held_until"])
        mails.let_go(mails.of_run(run), now)
        record("bulk.mails_let_go", by=by, target=run, now=now, kind=run.kind)


def work(run_id: str) -> bool:
    """Do, or undo, what is left of a run. False when it is not ours to do. Stops when the claim is lost."""
    run = _claim(run_id, timezone.now())
    if run is None:
        return False
    try:
        for item_id in list(run.items.filter(state=TO_DO[State(run.state)]).values_list("pk", flat=True)):
            _see_to(run, item_id)
        _finish(run)
    except LostClaim:
        log.info("bulk_claim_lost", run=run_id)
    return True


def _see_to(run: BulkRun, item_id: Any) -> None:
    """One session and its item, together or not at all."""
    now = timezone.now()
    with transaction.atomic():
        _renew(run, now)
        item = BulkItem.objects.select_for_update().get(pk=item_id)
        if item.state == TO_DO[State(run.state)]:
            (_do if run.state == State.RUNNING else _undo)(run, item, now)
            item.save(update_fields=["state", "message", "trace"])


def _do(run: BulkRun, item: BulkItem, now: datetime) -> None:
    def step() -> None:
        assert run.held_until is not None
        before = traces.photograph(item.session_id)
        item.message = take(run.kind, item.session_id, Asked(**run.asked), by=run.made_by, now=now)
        changes = traces.difference(before, traces.photograph(item.session_id))
        mails.gather(item, before["mail"].keys(), run.held_until)
        dropped = [change.pk for change in changes if change.rows == "meeting" and not change.is_new]
        hosting.put_off_removal(Meeting.objects.filter(pk__in=dropped), run.held_until)
        item.state, item.trace = Item.DONE, json.dumps([asdict(change) for change in changes])

    _or_say_why(item, step, refused=Item.LEFT_OUT, failed=Item.FAILED)


def _undo(run: BulkRun, item: BulkItem, now: datetime) -> None:
    def step() -> None:
        undo_session(item, by=run.undone_by, now=now)
        item.state, item.message, item.trace = Item.UNDONE, "It is as it was before.", ""

    _or_say_why(item, step, refused=Item.KEPT, failed=Item.KEPT)
    if item.state == Item.KEPT:
        mails.let_go(item.mails.all(), now)


def _or_say_why(item: BulkItem, step: Callable[[], None], *, refused: str, failed: str) -> None:
    """Take one session's step, or leave all as it was and note why: it must not keep the others from theirs."""
    try:
        with transaction.atomic():
            step()
    except ValidationError as refusal:
        item.state, item.message = refused, " ".join(refusal.messages)
    except Exception as error:
        if database_is_away(error):
            raise
        log.error("bulk_item_failed", item=item.pk, error=type(error).__name__, exc_info=error)
        item.state, item.message = failed, OUR_FAULT


def sweep(now: datetime) -> list[BulkRun]:
    """Give up what failed too often, forget what is old, and answer the runs that wait for a worker."""
    choosing.forget(now)
    waiting = BulkRun.objects.filter(state__in=TO_DO).exclude(claimed_until__gt=now)
    for run in waiting.filter(attempts__gte=MAX_ATTEMPTS):
        with transaction.atomic():
            BulkRun.objects.filter(pk=run.pk, owner=run.owner).update(state=State.STOPPED, finished_at=now)
            mails.let_go(mails.of_run(run), now)
            record("bulk.stopped", by="system:beat", target=run, now=now, kind=run.kind)
    return list(waiting.filter(attempts__lt=MAX_ATTEMPTS))


def wake_for(run: BulkRun) -> None:
    """Ask a worker to take the run on."""
    wake(TASK, str(run.pk))


def _claim(run_id: str, now: datetime) -> BulkRun | None:
    """Take a run on, unless another worker has it, in one conditional write."""
    with transaction.atomic():
        free = BulkRun.objects.select_for_update(skip_locked=True, of=("self",)).select_related("made_by", "undone_by")
        run = free.filter(pk=run_id, state__in=TO_DO, attempts__lt=MAX_ATTEMPTS).exclude(claimed_until__gt=now).first()
        if run is not None:
            left = run.items.filter(state=Item.WAITING).count()
            run.owner, run.claimed_until, run.attempts = uuid.uuid4(), now + CLAIM, run.attempts + 1
            if run.state == State.RUNNING:
                run.held_until = max(run.held_until or now, now + settings.BULK_UNDO_WINDOW + left * EACH)
            run.save(update_fields=["owner", "claimed_until", "attempts", "held_until"])
    return run


def _renew(run: BulkRun, now: datetime) -> None:
    """Keep the claim. Raises LostClaim when it is not ours any more."""
    ours = BulkRun.objects.filter(pk=run.pk, owner=run.owner)
    if not ours.update(claimed_until=now + CLAIM, attempts=1):
        raise LostClaim(str(run.pk))


def _finish(run: BulkRun) -> None:
    """End the piece of work, if it is still ours."""
    now = timezone.now()
    end = ENDS[State(run.state)]
    with transaction.atomic():
        ours = BulkRun.objects.filter(pk=run.pk, owner=run.owner)
        times = {"finished_at": now} if end == State.DONE else {"undone_at": now}
        if not ours.update(state=end, claimed_until=None, owner=None, **times):
            raise LostClaim(str(run.pk))
        if end == State.DONE:
            mails.go_together(run)
        counts = {state.value: run.items.filter(state=state).count() for state in Item}
        by = run.made_by if end == State.DONE else run.undone_by
        record("bulk.finished" if end == State.DONE else "bulk.undone", by=by, target=run, now=now, **counts)
