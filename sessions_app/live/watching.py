"""Looking at the sessions that go on: after everything that Zoom told, and every ten seconds besides.

The second look is needed because some rules are broken by nothing but time: fewer than two for thirty seconds.
"""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sessions_app import policy_alerts
from sessions_app.live import beginning, following, presence, rules
from sessions_app.live.rules import Facts, Finding
from sessions_app.models import (
    Meeting,
    MeetingRun,
    PolicyAlert,
    Presence,
    RecordingRun,
    RunStep,
    Session,
    StaffProfile,
    ZoomEvent,
)
from sessions_app.recordings import following as recordings
from sessions_app.zoom import locks

log = structlog.get_logger(__name__)

# Seconds until what came meanwhile is looked for; longer than `receiving.WAKE_EVERY`.
LOOK_AGAIN: Final = 0.25
# Seconds after which a worker is free for others; under a steady stream another wake-up follows.
_AT_IT_FOR: Final = 20.0
# A run that nothing ended is not looked at for ever: a meeting lasts thirty hours at most.
_LONGEST: Final = timedelta(hours=30)
# For so long after its end it is said of a session that nothing was heard.
_SAID_OF_SILENCE: Final = timedelta(days=2)


def follow_all() -> None:
    """Follow what Zoom told until nothing is left. One worker at a time; the others go away at once.

    What breaks for one meeting is logged, stays to be followed, and keeps nobody else waiting.
    """
    with locks.held("follow what Zoom told") as is_held:
        until, failed, looks = time.monotonic() + _AT_IT_FOR, set[Any](), 0
        while is_held and time.monotonic() < until:
            began = time.monotonic()
            waiting = [meeting for meeting in following.meetings_to_follow() if meeting not in failed]
            failed |= {meeting for meeting in waiting if not _is_followed(meeting)}
            looks += 1
            if not waiting and looks > 1:
                return
            # As long as the round took: pages and webhooks need the processors too.
            time.sleep(max(LOOK_AGAIN, time.monotonic() - began))


def _is_followed(meeting_id: Any) -> bool:
    try:
        follow_and_look(meeting_id, timezone.now())
    except Exception as error:  # noqa: BLE001 - whatever one message does wrong must not stop the others
        log.error("following_failed", meeting=str(meeting_id), error=type(error).__name__)
        return False
    return True


def follow_and_look(meeting_id: Any, now: datetime) -> None:
    """Follow what Zoom told about a meeting, and look at its session."""
    session = following.follow(meeting_id, now)
    if session is not None:
        look(session, now)


def watch_running(now: datetime) -> None:
    """Bring the sessions that go on, and those of which nothing was heard, up to date with the time."""
    for session_id in [*running(now), *silent(now)]:
        with transaction.atomic():
            session = Session.objects.select_for_update().get(pk=session_id)
            beginning.follow_runs(session, now=now)
        look(session, now)


def running(now: datetime) -> list[Any]:
    """The sessions that are live, or whose meeting goes on whatever their state."""
    lately = now - _LONGEST
    open_runs = MeetingRun.objects.filter(ended_at=None, started_at__gt=lately).values("session")
    there = Presence.objects.filter(until=None, since__gt=lately).values("session")
    going_on = Q(state=Session.State.LIVE) | Q(pk__in=open_runs) | Q(pk__in=there)
    return list(Session.objects.filter(going_on).order_by("starts_at").values_list("pk", flat=True))


def silent(now: datetime) -> list[Any]:
    """The sessions by Zoom that are over without a word from Zoom, and of which that was not said yet."""
    over = Session.objects.filter(
        state=Session.State.CONFIRMED,
        delivery=Session.Delivery.REMOTE,
        ends_at__range=(now - _SAID_OF_SILENCE, now - rules.SILENCE),
    )
    said = PolicyAlert.objects.filter(kind=rules.AlertKind.NOTHING_HEARD_FROM_ZOOM)
    return list(over.exclude(pk__in=said.values("session")).values_list("pk", flat=True))


def look(session: Session, now: datetime) -> None:
    """Hold the rules against what is known of a session: raise an alert for each finding, and end what is over.

    What must not be recorded is stopped in the same transaction.
    """
    with transaction.atomic():
        # One look at a time, so that one breach is not found twice with slightly other times.
        Session.objects.select_for_update().get(pk=session.pk)
        recordings.follow(session, now)
        alerts = list(PolicyAlert.objects.filter(session=session, kind__in=rules.KINDS))
        found = rules.findings(gather(session), now)
        seen = {_alert_for(finding, alerts, session, now).pk for finding in found}
        for alert in alerts:
            if alert.pk not in seen and alert.ended_at is None:
                policy_alerts.end_alert(alert, now=now)


def gather(session: Session) -> Facts:
    """What is known of a session now. Rehearsals do not belong to it, but for what they recorded."""
    runs = [run for run in MeetingRun.objects.filter(session=session) if beginning.counts(run, session)]
    ours = {run.meeting_uuid for run in runs} | {""}
    counted = StaffProfile.objects.filter(pk__in=presence.counted_staff(session))
    return Facts(
        session=session,
        runs=tuple(runs),
        recordings=tuple(RecordingRun.objects.filter(run__session=session)),
        stays=tuple(stay for stay in presence.stays(session) if stay.meeting_uuid in ours),
        counted=dict(counted.values_list("pk", "first_name")),
        grace=timedelta(seconds=settings.TWO_MEMBERS_GRACE_SECONDS),
        was_told=ZoomEvent.objects.filter(meeting__session=session).exists(),
        run_steps=tuple(RunStep.objects.filter(session=session)),
        has_meeting=Meeting.objects.filter(session=session, is_wanted=True).exclude(zoom_id="").exists(),
        checks=tuple(session.checks.all()),
    )


def _alert_for(finding: Finding, alerts: Iterable[PolicyAlert], session: Session, now: datetime) -> PolicyAlert:
    """The alert that is about this finding, made now if there is none; ended if the finding is."""
    alert = next((alert for alert in alerts if _is_about(alert, finding, now)), None) or policy_alerts.raise_alert(
        finding.kind, session, cause=finding.cause, facts=finding.facts, began_at=finding.began_at, now=now
    )
    if finding.ended_at is not None and alert.ended_at is None:
        return policy_alerts.end_alert(alert, now=finding.ended_at)
    return alert


def _is_about(alert: PolicyAlert, finding: Finding, now: datetime) -> bool:
    """The same cause; or the same breach, of which a late message says that it began or ended at another time."""
    if alert.kind != finding.kind:
        return False
    if alert.cause == finding.cause:
        return True
    if finding.kind == rules.AlertKind.STRANGER_IN_MEETING:
        return False
    return alert.began_at < (finding.ended_at or now) and finding.began_at < (alert.ended_at or now)
