"""Sending what is due: the only way from the outbox to the mail server.

A process has one line to the server and two threads: while one mail is on the line, the next one is built.
Every thread takes one mail from claim to note, so a process that dies leaves at most one mail whose fate is
unknown. More lines are more processes (docs/outbox.md).
"""

import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import structlog
from django.db import connection
from django.utils import timezone

from whippersnappers.outbox import claiming
from whippersnappers.outbox.memory import remembering
from whippersnappers.outbox.round import Clock, Round
from whippersnappers.outbox.smtp import Server
from whippersnappers.outbox.taking import take
from whippersnappers.outbox.wake import wake_delivery

log = structlog.get_logger(__name__)


def deliver(*, clock: Clock = timezone.now, threads: int = claiming.THREADS) -> Counter[str]:
    """Send what is due; returns how many mails ended how (see `take`).

    With `threads=1` everything happens in the caller's thread and database connection. Does not raise
    for what a mail or the mail server does wrong.
    """
    waiting = claiming.due(clock())[:threads].count()
    if not waiting:
        return Counter()
    this = Round(clock, Server.from_settings())
    try:
        if threads == 1 or waiting == 1:
            _work(this)
        else:
            _work_together(this, threads - 1)
    finally:
        this.hang_up()
    if this.has_more:
        wake_delivery()
    return this.counts


def _work(this: Round) -> None:
    with remembering(this.memory):
        while this.goes_on:
            for mail in (mails := claiming.claim(this.clock())):
                outcome = take(mail, this)
                this.count(outcome)
                log.info("mail_tried", mail=str(mail.pk), kind=mail.kind, outcome=outcome)
            if not mails:
                return


def _work_together(this: Round, helpers: int) -> None:
    """In this thread and in some more."""
    with _quick_turns(), ThreadPoolExecutor(helpers, thread_name_prefix="outbox") as pool:
        others = [pool.submit(_work_and_leave, this) for _ in range(helpers)]
        _work(this)
        for done in others:
            done.result()


@contextmanager
def _quick_turns() -> Iterator[None]:
    """Let a thread that hears from the server go on at once, instead of 5 ms later, while another one builds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _work_and_leave(this: Round) -> None:
    try:
        _work(this)
    finally:
        connection.close()
