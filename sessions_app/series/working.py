"""Changes of long series, by a worker: worked out first, and made once that was seen; terms carried over.

All of a change stands or falls together, so a worker does it in one transaction, and holds the lock of its row
meanwhile. A worker that dies leaves everything as it was; the sweep wakes another.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from sessions_app.models import Series, SeriesWork, Session, Term
from sessions_app.series.carrying import carry_over, to_carry
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
# As many series are carried into a term while the person waits.
CARRIED_AT_ONCE = 12
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
    return _begun(work, about={"series": wanted.series.pk})


def ask_to_carry(chosen: Iterable[Series], source: Term, term: Term, *, by: Any, now: datetime) -> SeriesWork:
    """Let a worker carry these series of `source` over into `term`.

    A second press while that goes on finds the work that is under way.
    """
    wanted = json.dumps({"source": str(source.pk), "series": [str(series.pk) for series in chosen]})
    work = SeriesWork(term=term, state=State.DOING, made_by=by, asked_at=now, page="carry_over", wanted=wanted)
    return _begun(work, about={"term": term.pk})


def _begun(work: SeriesWork, about: dict[str, Any]) -> SeriesWork:
    try:
        with transaction.atomic():
            work.save()
    except IntegrityError as error:
        if "at_a_time" not in str(error):
            raise
        return SeriesWork.objects.get(state=State.DOING, **about)
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
    free = SeriesWork.objects.select_for_update(skip_locked=True, of=("self",)).select_related("made_by", "term")
    return free.filter(pk=work_id, state__in=OPEN, attempts__lte=MAX_ATTEMPTS).first()


def _see_to(work: SeriesWork, now: datetime) -> None:
    wanted = json.loads(work.wanted)
    try:
        if work.term is not None:
            work.found, work.state = _carry(work, work.term, wanted, now), State.DONE
            return
        rehearsal, is_done = press(_action(work, wanted, now), wanted["seen"])
    except ValidationError as refusal:
        work.state, work.found = State.REFUSED, kept_refusal(refusal)
        return
    work.state, work.found = State.DONE if is_done else State.LOOKED, kept_rehearsal(rehearsal)
    work.became = rehearsal.outcome.series if is_done else None


def _carry(work: SeriesWork, term: Term, wanted: dict[str, Any], now: datetime) -> str:
    """Carry the term over; returns how many series and sessions it came to, as JSON."""
    chosen = to_carry(Term.objects.get(pk=wanted["source"])).filter(pk__in=wanted["series"])
    outcomes = carry_over(chosen, term, by=work.made_by, now=now, on_the_way=partial(_say, work.pk))
    return json.dumps({"series": len(outcomes), "sessions": sum(len(outcome.lines) for outcome in outcomes)})


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
    """How many of how many sessions, or series, a worker has done; None while nobody works on it."""
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
