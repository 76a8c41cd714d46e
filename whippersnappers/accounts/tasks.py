"""What is tidied by the clock."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from whippersnappers.accounts.devices import forget_ended
from whippersnappers.accounts.limits import forget_old_counters


@shared_task(name="whippersnappers.accounts.tasks.sweep_sign_in")
def sweep_sign_in() -> None:
    """Forget counters that have drained, sessions that have ended and the devices they were on."""
    forget_old_counters(timezone.now())
    SessionStore.clear_expired()
    forget_ended()
