"""How fast mails go out, against plain smtplib sending the very same mails in the same run.

Needs a set-up Django; `python -m bench` sees to that.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bench.ground import MailServer, mail_server, send_raw, worker
from sessions_app import confirming
from sessions_app.models import Session
from tests.factories import PlaceFactory, UserFactory, household, ready_session, tomorrow_at
from whippersnappers.accounts.roles import Role
from whippersnappers.outbox.memory import Memory, remembering
from whippersnappers.outbox.models import Heartbeat, OutgoingMail
from whippersnappers.outbox.taking import Letter, prepare
from whippersnappers.outbox.wake import wake, wake_delivery

SLOW = 0.05
FAMILIES = 60
SESSIONS = 5
# Mails for each connection that go before the clock runs: a worker in production has been at it for days.
WARM_UP = 10
INVITATION = "invitation"


@dataclass(frozen=True)
class Row:
    """One line of the table; times in seconds."""

    what: str
    connections: int
    mails: int
    raw: float
    ours: float
    aim: str

    @property
    def ratio(self) -> float:
        """Our speed as a share of the raw one."""
        return self.raw / self.ours


def rows() -> Iterator[Row]:
    """Every measurement, one after the other."""
    mails = _invitations()
    letters = [_letter(mail) for mail in mails]
    for connections in (1, 5):
        with mail_server(SLOW) as slow, worker(slow, connections):
            ours = _send_ours(slow, connections)
            raw = send_raw(slow, letters, connections)
            yield Row("(a) server takes 50 ms a mail", connections, len(mails), raw, ours, "0.90")
    for connections in (1, 5):
        with mail_server(0) as instant, worker(instant, connections):
            ours = _send_ours(instant, connections)
            raw = send_raw(instant, letters, connections)
            yield Row("(b) instant server, raw only sends", connections, len(mails), raw, ours, "")
            with remembering(Memory()):
                built = raw + _timed(lambda: [_letter(mail) for mail in mails])
            yield Row("(b) instant server, raw builds too", connections, len(mails), built, ours, "0.45")
    for connections in (1, 5):
        with mail_server(SLOW) as slow, worker(slow, connections):
            yield _from_confirming(slow, connections)


def _timed(action: Callable[[], object]) -> float:
    began = time.monotonic()
    action()
    return time.monotonic() - began


def _draft(start_in: int) -> Session:
    """A session that can be confirmed, with one child of each of sixty families."""
    start = tomorrow_at(9) + timedelta(days=1, hours=start_in)
    children = [child for _ in range(FAMILIES) for child in household()[1]]
    fields = {"kind": Session.Kind.GROUP_ENTERTAINMENT, "delivery": Session.Delivery.IN_PERSON}
    return ready_session(
        children=children, starts_at=start, ends_at=start + timedelta(minutes=45), place=PlaceFactory(), **fields
    )


def _confirm(session: Session) -> None:
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    confirming.confirm(session.pk, by=coordinator, now=timezone.now())


def _invitations() -> list[OutgoingMail]:
    """Three hundred real invitations, and nothing else, in the outbox."""
    with transaction.atomic():
        for number in range(SESSIONS):
            _confirm(_draft(number))
    OutgoingMail.objects.exclude(kind=INVITATION).delete()
    return list(OutgoingMail.objects.order_by("created_at"))


def _letter(mail: OutgoingMail) -> tuple[str, bytes]:
    letter = prepare(mail, timezone.now())
    if not isinstance(letter, Letter):
        raise TypeError(f"{mail} is not to be sent: {letter}")
    return letter.recipient, letter.data


def _send_ours(server: MailServer, connections: int) -> float:
    """From the wake-up to the last one accepted: claim, building, sending and noting by a woken worker."""
    settings.OUTBOX_CONNECTIONS = connections
    _wait_for_worker()
    everything = OutgoingMail.objects.all()
    some = everything.filter(pk__in=everything.values("pk")[: WARM_UP * connections])
    _send_again(server, some)
    return _send_again(server, everything)


def _send_again(server: MailServer, mails: QuerySet[OutgoingMail]) -> float:
    before, _ = server.taken()
    count = mails.update(state=OutgoingMail.State.WAITING, sent_at=None, attempts=0)
    began = time.monotonic()
    wake_delivery()
    seconds = server.wait_for(before + count) - began
    while OutgoingMail.objects.exclude(state=OutgoingMail.State.SENT).exists():
        time.sleep(0.02)
    return seconds


def _from_confirming(server: MailServer, connections: int) -> Row:
    """From pressing "confirm" to the last of sixty mails accepted, by a worker that Redis wakes."""
    settings.OUTBOX_CONNECTIONS = connections
    OutgoingMail.objects.all().delete()
    session = _draft(start_in=24 + connections)
    _wait_for_worker()
    before, _ = server.taken()
    began = time.monotonic()
    _confirm(session)
    count = OutgoingMail.objects.count()
    ours = server.wait_for(before + count) - began
    letters = [_letter(mail) for mail in OutgoingMail.objects.all()]
    raw = send_raw(server, letters, connections)
    return Row("(c) confirm to last mail, woken worker", connections, count, raw, ours, "")


def _wait_for_worker() -> None:
    """Wake it until it has swept once: from then on it listens."""
    Heartbeat.objects.all().delete()
    while not Heartbeat.objects.filter(name="sweep").exists():
        wake("whippersnappers.outbox.tasks.sweep")
        time.sleep(0.2)
    time.sleep(1)
