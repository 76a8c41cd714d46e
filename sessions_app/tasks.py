"""Celery's doors into this app: each fetches nothing but an id and makes one call."""

from celery import shared_task
from django.utils import timezone

from sessions_app import gate, meetings, notices


@shared_task
def enqueue_due_mails() -> None:
    """Pre-session mails and reminders that are due now."""
    notices.enqueue_due(timezone.now())


@shared_task
def recheck_readiness() -> None:
    """Look at the gates of all confirmed sessions again."""
    gate.recheck_all(timezone.now())


@shared_task
def ensure_meeting(meeting_id: str) -> None:
    """Bring one Zoom meeting to what the portal wants."""
    meetings.ensure_meeting(meeting_id)


@shared_task
def sweep_meetings() -> None:
    """Bring every Zoom meeting that is due to what the portal wants, whatever became of its wake-up."""
    meetings.ensure_due(timezone.now())
