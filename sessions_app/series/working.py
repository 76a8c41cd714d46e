"""Changes of long series, by a worker: worked out first, and made once that was seen.

All of a change stands or falls together, so a worker does it in one transaction, and holds the lock of its row
meanwhile. A worker that dies leaves everything as it was; the sweep wakes another.
"""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from sessions_app.models import Series, SeriesWork, Session
from sessions_app.series.editing import change
from sessions_app.series.keeping import kept_plan, kept_refusal, kept_rehearsal, plan_from
from sessions_app.series.plans import Outcome, Plan
from sessions_app.series.rehearsing import press
from whippersnappers.outbox.wake import wake

State = SeriesWork.State
OPEN = (State.LOOKING, State.DOING)
# What a page does while the person waits: at most so many drafts, each confirmed session counted for five.
AT_ONCE = 40
CONFIRMED_COUNTS = 5
MAX_ATTEMPTS = 3
KEPT_FOR = timedelta(hours=24)
TASK = "sessions_app.tasks.work_on_series"


def is_long(series: Series, now: datetime) -> bool:
    """Whether a change of the series would take longer than a page may; one query."""
    ahead = Counter(series.sessions.filter(starts_at__gt=now).values_list("state", flat=True))
    return ahead[Session.State.DRAFT] + CONFIRMED_COUNTS * ahead[Session.State.CONFIRMED] > AT_ONCE


def ask(
    wanted: Plan,
    *,
    from_day: date | None,
    reason: str,
    seen: str | None,
    page: str,
    posted: str,
    by: Any,
    now: datetime,
) -> SeriesWork:
    """Let a worker work the change out, or with what the person has `seen` of it, make it.

    `page` and `posted` say where it was asked and what was typed. A second press while the series is being changed
    finds the work that is under way.
    """
    more = {"from_day": from_day and str(from_day), "reason": reason, "seen": seen}
    work = SeriesWork(
        series_id=wanted.series.pk,
        state=State.DOING if seen else State.LOOKING,
        made_by=by,
        asked_at=now,
        page=page,
        posted=posted,
        wanted=json.dumps(kept_plan(wanted) | more),
    )
    try:
        with transaction.atomic():
            work.save()
    except IntegrityError as error:
        if "serieswork_one_at_a_time" not in str(error):
            raise
        return SeriesWork.objects.get(series=wanted.series.pk, state=State.DOING)
    transaction.on_commit(partial(wake_for, work))
    return work


def wake_for(work: SeriesWork) -> None:
    """Ask a worker to take it on."""
    wake(TASK, str(work.pk))


def work_on(work_id: str) -> bool:
    """Work a change out, or make it. False when it is not ours to do."""
    with transaction.atomic():
        work = _taken(work_id)
        if work is None:
            return False
        work.attempts += 1
        work.save(update_fields=["attempts"])
    with transaction.atomic():
        work = _taken(work_id)
        if work is None:
            return False
        _see_to(work, timezone.now())
        work.save(update_fields=["state", "found", "became"])
    return True


def _taken(work_id: str) -> SeriesWork | None:
    """The work with its row locked, unless it is done or in another worker's hands."""
    free = SeriesWork.objects.select_for_update(skip_locked=True, of=("self",)).select_related("made_by")
    return free.filter(pk=work_id, state__in=OPEN, attempts__lte=MAX_ATTEMPTS).first()


def _see_to(work: SeriesWork, now: datetime) -> None:
    wanted = json.loads(work.wanted)
    try:
        rehearsal, is_done = press(_action(work, wanted, now), wanted["seen"])
    except ValidationError as refusal:
        work.state, work.found = State.REFUSED, kept_refusal(refusal)
        return
    work.state, work.found = State.DONE if is_done else State.LOOKED, kept_rehearsal(rehearsal)
    work.became = rehearsal.outcome.series if is_done else None


def _action(work: SeriesWork, wanted: dict[str, Any], now: datetime) -> Callable[[], Outcome]:
    from_day = date.fromisoformat(wanted["from_day"]) if wanted["from_day"] else None
    plan, on_the_way = plan_from(wanted), partial(_say, work.pk)
    return lambda: change(
        plan, from_day=from_day, reason=wanted["reason"], by=work.made_by, now=now, on_the_way=on_the_way
    )


def _say(work_id: Any, done: int, of: int) -> None:
    """Say how far it is where others can read it before the transaction ends: in the connection's name."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL application_name = %s", [f"{work_id} {done} {of}"])


def progress(work: SeriesWork) -> tuple[int, int] | None:
    """How many of how many sessions a worker has done; None while nobody works on it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT application_name FROM pg_stat_activity WHERE application_name LIKE %s", [f"{work.pk} %"])
        row = cursor.fetchone()
    if row is None:
        return None
    _, done, of = row[0].split(" ")
    return int(done), int(of)


def sweep(now: datetime) -> list[SeriesWork]:
    """Give up what failed too often, forget what is a day old, and answer the work that waits for a worker."""
    SeriesWork.objects.filter(asked_at__lte=now - KEPT_FOR).delete()
    free = SeriesWork.objects.filter(state__in=OPEN).select_for_update(skip_locked=True)
    with transaction.atomic():
        worn_out = [work.pk for work in free.filter(attempts__gte=MAX_ATTEMPTS)]
        SeriesWork.objects.filter(pk__in=worn_out).update(state=State.STOPPED)
        return list(free)
