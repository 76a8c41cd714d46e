"""What came from Zoom goes after 90 days (W8). What was worked out from it stays."""

from datetime import datetime, timedelta

from sessions_app.models import ZoomEvent, ZoomReport
from sessions_app.models.zoom_events import KEPT_FOR


def forget(now: datetime) -> None:
    """Delete the messages and reports that came longer ago."""
    # A little later, because Postgres lets nothing go sooner by its own clock.
    before = now - KEPT_FOR - timedelta(minutes=5)
    for model in (ZoomEvent, ZoomReport):
        model.objects.filter(received_at__lt=before).delete()
