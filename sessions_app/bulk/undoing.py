"""Taking one session's step back, as long as nothing has left the house and nobody has built on it."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q

from sessions_app import hosting, staffing
from sessions_app.bulk import mails, traces
from sessions_app.bulk.asking import VANISHED
from sessions_app.models import BulkItem, BulkRun, JoinUse, Session
from sessions_app.planning import STAFF_CLASH
from whippersnappers.audit.trail import record

GONE = "A mail about it has gone already, so it stays as it is."
CHANGED = "Somebody has changed it since then, and undoing would lose that, so it stays as it is."
OVER = "It is over, so it stays as it is."
OPENED = "A family has opened it already, so it stays as it is."
FORGOTTEN = "It was done more than a day ago, so it stays as it is."
TAKEN = {
    hosting.HOST_CLASH: "Its Zoom host was given to another session meanwhile, so it stays as it is.",
    "session_one_a_series_day": "Another session of its series was planned for this day, so it stays as it is.",
}


def can_be_undone(run: BulkRun) -> int:
    """How many sessions of a run could be taken back now, as far as their mails go; one query."""
    if run.state not in (BulkRun.State.RUNNING, BulkRun.State.DONE, BulkRun.State.STOPPED):
        return 0
    through = BulkItem.mails.through.objects.filter(bulkitem=OuterRef("pk"))
    gone = through.filter(outgoingmail__in=mails.of_run(run).filter(mails.HAS_GONE))
    done = run.items.filter(state=BulkItem.State.DONE).exclude(trace="")
    return done.filter(~Exists(gone)).count()


def undo_session(item: BulkItem, *, by: Any, now: datetime) -> None:
    """Make a session what it was before its run; in the caller's transaction.

    Its mails that wait are taken out, so that the same can be sent another time. Raises ValidationError with
    one plain sentence when something has left the house, or the place of a person or host was taken since.
    """
    session = Session.objects.select_for_update(of=("self",)).filter(bulk_items=item).first()
    if session is None:
        raise ValidationError(VANISHED)
    if not item.trace:
        raise ValidationError(FORGOTTEN)
    changes = [traces.Change(**change) for change in json.loads(item.trace)]
    _refuse_if_known(item, session, changes, now)
    try:
        with transaction.atomic():
            _put_all_back(session, changes)
    except IntegrityError as error:
        raise ValidationError(_why_taken(error, session, changes, now)) from error
    mails.forget(item)
    if any(change.rows == "staff" for change in changes):
        hosting.meeting_changed(session)
    record("session.bulk_undone", by=by, target=session, now=now, run=str(item.run_id))


def _refuse_if_known(item: BulkItem, session: Session, changes: list[traces.Change], now: datetime) -> None:
    if session.ends_at <= now:
        raise ValidationError(OVER)
    if mails.gone(item):
        raise ValidationError(GONE)
    as_is = traces.photograph(session.pk)
    if not all(traces.is_as_left(change, as_is) for change in changes):
        raise ValidationError(CHANGED)
    new = [UUID(change.pk) for change in changes if change.rows == "invitation"]
    if JoinUse.objects.filter(invitation__pk__in=new, at__gte=_done_at(item)).exists():
        raise ValidationError(OPENED)


def _done_at(item: BulkItem) -> datetime:
    assert item.run.started_at is not None
    return item.run.started_at


def _put_all_back(session: Session, changes: list[traces.Change]) -> None:
    """Row by row, in the order of `traces.ROWS`; what waits for the commit is checked here."""
    for change in changes:
        if change.rows != "meeting":
            traces.put_back(change)
        elif change.is_new:
            hosting.drop_meeting(session)
        else:
            hosting.want_again(change.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _why_taken(error: IntegrityError, session: Session, changes: list[traces.Change], now: datetime) -> list[str]:
    """Who or what is elsewhere by now."""
    said = [sentence for name, sentence in TAKEN.items() if name in str(error)]
    if said or STAFF_CLASH not in str(error):
        return said or [CHANGED]
    back = [change.pk for change in changes if change.rows == "staff"]
    people = session.assignments.filter(Q(withdrawn_at=None) | Q(pk__in=back)).select_related("staff__user")
    clashes = [staffing.clash_of(session, assignment.staff, now) for assignment in people]
    return [*filter(None, clashes), "So it stays as it is."]
