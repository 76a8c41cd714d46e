"""The life of an import: received, checked by a worker, confirmed or thrown away, put in by a worker.

Everything that must happen is a row in Postgres. A worker claims a run and renews its claim as it goes;
one that died is replaced by the sweep. Rows land in small transactions, each row wholly or not at all.
"""

import base64
import json
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from families.importing.landing import Lander
from families.importing.plans import Outcome, make_plan
from families.importing.registry import Registry
from families.importing.rows import read_file
from families.importing.sheets import SheetRefused, refuse_by_first_bytes, refuse_by_size
from families.models import FamilyImport, FamilyImportRow
from whippersnappers.audit.trail import record
from whippersnappers.outbox.wake import wake

State = FamilyImport.State
KEPT_FOR = timedelta(hours=24)
CLAIM = timedelta(seconds=60)
MAX_ATTEMPTS = 5
CHUNK = 100  # rows between two signs of progress at the check
BATCH = 50  # rows that land in one transaction
STOPPED = {
    State.CHECKING: "The check stopped several times and was given up. Nothing was changed.",
    State.IMPORTING: "The import stopped several times and was given up. Rows marked “imported” are in, the rest not.",
}


class LostClaim(Exception):
    """Another worker has taken this run over, or it was thrown away: stop at once."""


@transaction.atomic
def receive(filename: str, content: bytes, *, by: Any, now: datetime) -> FamilyImport:
    """Keep an uploaded file, encrypted, for a worker to check. Raises SheetRefused at first sight."""
    refuse_by_size(len(content))
    refuse_by_first_bytes(content)
    run = FamilyImport.objects.create(
        uploaded_by=by,
        filename=filename[-120:],
        content=base64.b64encode(content).decode(),
        created_at=now,
        asked_at=now,
        expires_at=now + KEPT_FOR,
    )
    record("import.received", by=by, target=run, now=now, size=len(content))
    transaction.on_commit(partial(wake, "families.tasks.check_import", str(run.pk)))
    return run


@transaction.atomic
def confirm(run: FamilyImport, *, by: Any, now: datetime) -> None:
    """Have the good rows put in. Raises ValidationError unless the file waits for exactly that."""
    run = FamilyImport.objects.select_for_update().get(pk=run.pk)
    good = run.counts.get(Outcome.ADD, 0) + run.counts.get(Outcome.CHANGE, 0)
    if run.state != State.CHECKED or run.expires_at <= now:
        raise ValidationError("This file does not wait to be imported any more. Upload it again.")
    if not good:
        raise ValidationError("There is nothing to import in this file.")
    run.state, run.confirmed_by, run.asked_at = State.IMPORTING, by, now
    run.rows_done, run.attempts, run.owner, run.claimed_until = 0, 0, None, None
    run.save()
    record("import.confirmed", by=by, target=run, now=now, **run.counts)
    transaction.on_commit(partial(wake, "families.tasks.land_import", str(run.pk)))


@transaction.atomic
def discard(run: FamilyImport, *, by: Any, now: datetime) -> None:
    """Throw a file away that has not been put in. Raises ValidationError while it is being imported."""
    run = FamilyImport.objects.select_for_update().get(pk=run.pk)
    if run.state == State.IMPORTING:
        raise ValidationError("This file is being imported just now.")
    if run.state in {State.CHECKING, State.CHECKED}:
        run.state = State.DISCARDED
        record("import.discarded", by=by, target=run, now=now)
    run.content, run.finished_at, run.owner = "", run.finished_at or now, None
    run.rows.all().delete()
    run.save()


def check(run_id: str, *, now: datetime) -> bool:
    """The dry run: read the file and note for every row what it would do. False when not ours to do."""
    run = _claim(run_id, State.CHECKING, now)
    if run is None:
        return False
    run.rows.all().delete()
    try:
        rows, notes = read_file(base64.b64decode(run.content), timezone.localdate(run.created_at))
    except SheetRefused as refused:
        _finish(run, State.REFUSED, now, problem=str(refused), content="")
        return True
    _renew(run, 0, rows_total=len(rows), notes=notes)
    known, counts = Registry.load(), Counter[str]()
    batch: list[FamilyImportRow] = []
    for done, row in enumerate(rows, start=1):
        plan = make_plan(row, known)
        if not plan.problems:
            plan.apply()
            plan.take_in(known)
        counts[plan.outcome] += 1
        batch.append(
            FamilyImportRow(run=run, number=row.number, outcome=plan.outcome, findings=json.dumps(plan.findings()))
        )
        if len(batch) == CHUNK or done == len(rows):
            _keep(run, batch, done)
            batch = []
    _finish(run, State.CHECKED, now, counts=dict(counts), finished_at=None)
    return True


@transaction.atomic
def _keep(run: FamilyImport, batch: list[FamilyImportRow], done: int) -> None:
    _renew(run, done)
    FamilyImportRow.objects.bulk_create(batch)


def land(run_id: str, *, now: datetime) -> bool:
    """Put the confirmed rows in, each all or nothing. False when it is not ours to do.

    The rows are planned anew against today's data; one whose plan is not the one that the coordinator saw
    is left out. Rows that an earlier worker has put in already are skipped.
    """
    run = _claim(run_id, State.IMPORTING, now)
    if run is None:
        return False
    rows, _ = read_file(base64.b64decode(run.content), timezone.localdate(run.created_at))
    shown = {row.number: row for row in run.rows.all()}
    lander = Lander(by=run.confirmed_by, now=now, detail={"run": run.pk})
    pairs = [(row, shown[row.number]) for row in rows if row.number in shown]
    for start in range(0, len(pairs), BATCH):
        waiting = [(row, entry) for row, entry in pairs[start : start + BATCH] if _waits(entry)]
        with transaction.atomic():
            _renew(run, min(start + BATCH, len(pairs)))
            lander.land(waiting)
            FamilyImportRow.objects.bulk_update([entry for _, entry in waiting], ["landed_at", "left_out"])
            for entry in (entry for _, entry in waiting if entry.left_out):
                entry.save(update_fields=["findings"])
    ended = timezone.now()
    counts = dict(run.counts)
    counts["landed"] = sum(
        row.landed_at is not None for row in shown.values() if row.outcome in {Outcome.ADD, Outcome.CHANGE}
    )
    counts["left_out"] = sum(row.left_out for row in shown.values())
    with transaction.atomic():
        _finish(run, State.DONE, ended, counts=counts, content="", rows_done=run.rows_total)
        record("import.finished", by=run.confirmed_by, target=run, now=ended, **counts)
    return True


def _waits(entry: FamilyImportRow) -> bool:
    return entry.outcome != Outcome.WRONG and entry.landed_at is None and not entry.left_out


def sweep(*, now: datetime) -> list[FamilyImport]:
    """Give up what failed too often, forget what expired, and answer the runs that wait for a worker."""
    forget(now)
    waiting = FamilyImport.objects.filter(state__in=[State.CHECKING, State.IMPORTING]).exclude(claimed_until__gt=now)
    for run in waiting.filter(attempts__gte=MAX_ATTEMPTS):
        _finish(run, State.FAILED, now, problem=STOPPED[State(run.state)], content="", owner=run.owner)
    return list(waiting.filter(attempts__lt=MAX_ATTEMPTS))


@transaction.atomic
def forget(now: datetime) -> None:
    """A day after the upload the file and what it says are gone; who imported how many rows stays."""
    expired = FamilyImport.objects.filter(expires_at__lte=now).exclude(state=State.IMPORTING)
    for run in expired.filter(state__in=[State.CHECKING, State.CHECKED]).select_for_update():
        run.state, run.content, run.finished_at, run.owner = State.DISCARDED, "", now, None
        run.save()
        record("import.expired", by="system:beat", target=run, now=now)
    FamilyImportRow.objects.filter(run__in=expired).delete()
    # Even a file's name, or a heading that it quotes, can be a child's name.
    expired.exclude(filename="").update(filename="", problem="", notes=[])


def _claim(run_id: str, state: str, now: datetime) -> FamilyImport | None:
    """Take a run on, unless another worker has it, in one conditional write."""
    with transaction.atomic():
        run = (
            FamilyImport.objects.select_for_update(skip_locked=True)
            .filter(pk=run_id, state=state, attempts__lt=MAX_ATTEMPTS)
            .exclude(claimed_until__gt=now)
            .first()
        )
        if run is not None:
            run.owner, run.claimed_until = uuid.uuid4(), timezone.now() + CLAIM
            run.attempts += 1
            run.save(update_fields=["owner", "claimed_until", "attempts"])
    return run


def _renew(run: FamilyImport, done: int, **fields: Any) -> None:
    """Note the progress and keep the claim. Raises LostClaim when it is not ours any more."""
    values = {"rows_done": done, "claimed_until": timezone.now() + CLAIM, **fields}
    if not FamilyImport.objects.filter(pk=run.pk, owner=run.owner).update(**values):
        raise LostClaim(str(run.pk))
    for name, value in values.items():
        setattr(run, name, value)


def _finish(run: FamilyImport, state: str, now: datetime, **fields: Any) -> None:
    """End a piece of work, if it is still ours."""
    for name, value in {"state": state, "claimed_until": None, "finished_at": now, **fields}.items():
        setattr(run, name, value)
    with transaction.atomic():
        if not FamilyImport.objects.select_for_update().filter(pk=run.pk, owner=run.owner).exists():
            raise LostClaim(str(run.pk))
        run.save()


def findings_of(rows: Iterable[FamilyImportRow]) -> list[dict[str, Any]]:
    """Rows as the page shows them, decrypted."""
    return [{"row": row, **json.loads(row.findings)} for row in rows]
