"""What waits for somebody: the numbers beside the navigation's lines, one query each."""

from django.http import HttpRequest
from django.utils import timezone

from sessions_app.models import PhoneTask
from whippersnappers.outbox.models import OutgoingMail


def calls_to_make(request: HttpRequest) -> int:
    """Families that nobody has reached by phone yet."""
    return PhoneTask.objects.to_make(timezone.now()).count()


def mails_that_did_not_go(request: HttpRequest) -> int:
    """Mails that were given up."""
    return OutgoingMail.objects.filter(state=OutgoingMail.State.DEAD).count()
