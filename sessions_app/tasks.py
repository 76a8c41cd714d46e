"""Celery's doors into this app: each fetches nothing but an id and makes one call."""

from celery import shared_task
from django.utils import timezone

from sessions_app import gate, notices


@shared_task
def enqueue_due_mails() -> None:
    """Pre-session mails and reminders that are due now."""
    notices.enqueue_due(timezone.now())


@shared_task
def recheck_readiness() -> None:
    """Look at the gates of all confirmed sessions again."""
    gate.recheck_all(timezone.now())
