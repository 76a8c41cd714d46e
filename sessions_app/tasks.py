"""Celery's doors into this app: each fetches nothing but an id and makes one call."""

from celery import shared_task
from django.utils import timezone

from sessions_app import gate, latecomers, meetings, notices, offers, policy_alerts, rota_notices
from sessions_app.bulk import running
from sessions_app.live import forgetting, reconciling, watching
from sessions_app.recordings import keeping, ordering
from sessions_app.records import chasing, opening
from sessions_app.series import working


@shared_task
def enqueue_due_mails() -> None:
    """Pre-session mails and reminders that are due now."""
    notices.enqueue_due(timezone.now())


@shared_task
def invite_latecomers() -> None:
    """Invite the guardians of children with a place who have no invitation yet."""
    latecomers.sweep(timezone.now())


@shared_task
def recheck_readiness() -> None:
    """Look at the gates of all confirmed sessions again."""
    gate.recheck_all(timezone.now())


@shared_task
def warn_of_clearance() -> None:
    """Tell of DBS and training that run out soon."""
    rota_notices.warn_of_clearance(timezone.now())


@shared_task
def tell_again_of_policy_alerts() -> None:
    """Tell the deputy of urgent policy alerts that nobody has acknowledged."""
    policy_alerts.tell_again_of_waiting(timezone.now())


@shared_task
def look_after_waiting_lists() -> None:
    """End the offers of places that nobody answered in time, and offer every free place to the next."""
    offers.lapse_due(timezone.now())


@shared_task
def look_after_records() -> None:
    """Open the records of 1:1 sessions that are over, and say which ones are late."""
    now = timezone.now()
    opening.open_due(now)
    chasing.chase(now)


@shared_task
def ensure_meeting(meeting_id: str) -> None:
    """Bring one Zoom meeting to what the portal wants."""
    meetings.ensure_meeting(meeting_id)


@shared_task
def sweep_meetings() -> None:
    """Bring every Zoom meeting that is due to what the portal wants, whatever became of its wake-up."""
    meetings.ensure_due(timezone.now())


@shared_task
def work_on_bulk_run(run_id: str) -> None:
    """Do, or undo, what is left of a step for many sessions."""
    running.work(run_id)


@shared_task
def sweep_bulk_runs() -> None:
    """Wake a worker for each step for many sessions that nobody works on, and forget what is a day old."""
    for run in running.sweep(timezone.now()):
        running.wake_for(run)


@shared_task
def work_on_series(work_id: str) -> None:
    """Work out, or make, a change of a long series."""
    working.work_on(work_id)


@shared_task
def sweep_series_work() -> None:
    """Wake a worker for each change of a long series that nobody works on, and forget what is a day old."""
    for work in working.sweep(timezone.now()):
        working.wake_for(work)


@shared_task
def follow_events() -> None:
    """Follow whatever Zoom told and nobody has followed yet."""
    watching.follow_all()


@shared_task
def tell_zoom_to_record() -> None:
    """Tell Zoom to start or stop recordings, again and again until it shows that it did."""
    ordering.send_due(timezone.now())


@shared_task
def delete_recordings() -> None:
    """Delete the recordings whose time is over, and say which ones are still there."""
    keeping.delete_due(timezone.now())


@shared_task
def watch_running_sessions() -> None:
    """Look at the sessions that go on: some rules are broken by time passing, without anything being told."""
    watching.watch_running(timezone.now())


@shared_task
def reconcile_meetings() -> None:
    """Ask Zoom how the meetings were that are over, and throw away what came from it three months ago."""
    reconciling.reconcile_due(timezone.now())
    forgetting.forget(timezone.now())
