"""What Celery calls. No arguments: what is due stands in Postgres."""

from celery import shared_task

from whippersnappers.outbox import delivery, sweeping


@shared_task
def deliver_due() -> None:
    """Send what is due now."""
    delivery.deliver()


@shared_task
def sweep() -> None:
    """Recover, expire and send: what beat calls every few seconds."""
    sweeping.sweep()
