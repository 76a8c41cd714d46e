"""The mails of a run, gathered in one place: held back while the run can be undone, and let go together."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from sessions_app.models import BulkItem, BulkRun
from sessions_app.posting import about
from whippersnappers.outbox import queue, together
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.wake import wake_after_commit

HELD = "It can still be undone."
UNDONE = "It was undone before it went."
_STATES_GONE = [OutgoingMail.State.SENDING, OutgoingMail.State.SENT, OutgoingMail.State.DEAD]
# One that was tried may have arrived: its server's answer was lost.
HAS_GONE = (
    Q(state__in=_STATES_GONE)
    | Q(attempts__gt=0)
    # Or the mail that it travels in.
    | Q(travels_in__state=OutgoingMail.State.SENDING)
    | Q(travels_in__state=OutgoingMail.State.WAITING, travels_in__attempts__gt=0)
)


def gather(item: BulkItem, known: Collection[str], until: datetime) -> None:
    """Keep the mails that one session of a run has just made; `known` are those that were there before.

    In the transaction that made them, so that none can have gone. All mails of a run are held until the
    same moment.
    """
    new = OutgoingMail.objects.filter(about=about(item.session_id)).exclude(pk__in=known)
    item.mails.add(*new)
    queue.hold(OutgoingMail.objects.filter(pk__in=[mail.pk for mail in new]), until, HELD)


def of_run(run: BulkRun) -> QuerySet[OutgoingMail]:
    """Every mail that the run made."""
    return OutgoingMail.objects.filter(
        pk__in=BulkItem.mails.through.objects.filter(bulkitem__run=run).values("outgoingmail")
    )


def go_together(run: BulkRun) -> None:
    """Each person gets one mail of the run, whatever the number of sessions; in the caller's transaction."""
    together.bundle(of_run(run))


def keep_all(run: BulkRun, until: datetime) -> None:
    """Keep what has not gone in the house until then; in the caller's transaction.

    One that is just being claimed is not waited for: it goes, and its session says so.
    """
    waiting = of_run(run).filter(state=OutgoingMail.State.WAITING).order_by("pk").select_for_update(skip_locked=True)
    queue.hold(OutgoingMail.objects.filter(pk__in=[mail.pk for mail in waiting]), until, HELD)


def let_go(mails: QuerySet[OutgoingMail], now: datetime) -> None:
    """Hold these mails no longer; in the caller's transaction."""
    if queue.hold(mails.filter(held_until__gt=now), now, ""):
        wake_after_commit()


def gone(item: BulkItem) -> bool:
    """Whether a mail of this session has left the house, or may have. Locks those that have not."""
    list(item.mails.order_by("pk").select_for_update())
    return item.mails.filter(HAS_GONE).exists()


def forget(item: BulkItem) -> None:
    """Take the item's mails, which never left, out of the queue, so that the same can be made again."""
    ids: list[Any] = list(item.mails.values_list("pk", flat=True))
    queue.forget(OutgoingMail.objects.filter(pk__in=ids), UNDONE, f"undone:{item.run_id}")
