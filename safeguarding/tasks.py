"""What workers do for safeguarding: one call; the rows in Postgres decide what is due."""

from celery import shared_task
from django.utils import timezone

from safeguarding import alerting, escalating, heads
from safeguarding.bundle import drafting
from safeguarding.retention import reviewing


@shared_task(name="safeguarding.tasks.look_at_the_clocks")
def look_at_the_clocks() -> None:
    """Say what is late, and that there is something to read before a session, once; throw away old choices."""
    now = timezone.now()
    escalating.escalate(now)
    alerting.tell_all(now)
    drafting.throw_away_old(now)


@shared_task(name="safeguarding.tasks.send_audit_head")
def send_audit_head() -> None:
    """Let today's head of the audit trail leave the machine, once."""
    heads.send_head(timezone.now())


@shared_task(name="safeguarding.tasks.open_retention_reviews")
def open_retention_reviews() -> None:
    """Make tasks of what was kept for as long as it must be."""
    reviewing.open_reviews(timezone.now())
