"""One round of delivery in the test's own thread, and a mail as it stands afterwards."""

from datetime import datetime

from django.utils import timezone

from whippersnappers.outbox.delivery import deliver
from whippersnappers.outbox.models import OutgoingMail


def again(mail: OutgoingMail) -> OutgoingMail:
    """The mail as the database has it now."""
    return OutgoingMail.objects.get(pk=mail.pk)


def send(now: datetime | None = None) -> dict[str, int]:
    """Deliver what is due, at that time."""
    return dict(deliver(threads=1, clock=lambda: now or timezone.now()))
