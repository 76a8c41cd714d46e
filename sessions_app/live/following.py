"""Following what Zoom told: from events and reports to runs, recordings and stays, whatever came in which order.

Worker side. Events are claimed by their row locks, a session's derived rows are made anew under its own lock, and both
are committed together: a worker that dies leaves its events to the next sweep, and nothing half done.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction

from sessions_app.live import beginning
from sessions_app.live.heard import told_by
from sessions_app.live.naming import Invited, Known, who_is
from sessions_app.live.piecing import Recorded, Run, Stay, piece_together
from sessions_app.live.reports import report_in
from sessions_app.models import (
    DoorDecision,
    HostStart,
    Meeting,
    MeetingRun,
    Presence,
    RecordingRun,
    Session,
    StaffProfile,
    ZoomEvent,
    ZoomReport,
)
from sessions_app.models.zoom_events import KEPT_FOR
from sessions_app.reach import guardians_to_reach

# From then on what was worked out stands: what it was worked out from is thrown away, event by event.
STANDS_AFTER: Final = KEPT_FOR - timedelta(days=1)
_AT_ONCE: Final = 500
_RUN_FIELDS: Final = ("started_at", "started_known", "ended_at", "ended_known", "heard_of", "reconciled_at")
_RECORDING_FIELDS: Final = ("started_at", "started_known", "stopped_at", "stopped_known", "pauses")


def meetings_to_follow(limit: int = 100) -> list[UUID]:
    """The meetings about which something came that nobody has followed, the one that waits longest first."""
    waiting = ZoomEvent.objects.filter(followed_at=None, meeting__isnull=False).order_by("received_at")
    return list(dict.fromkeys(waiting.values_list("meeting_id", flat=True)[: limit * 10]))[:limit]


def follow(meeting_id: Any, now: datetime) -> Session | None:
    """Follow what came about one meeting. The session, or None where nothing is left or another worker is at it."""
    with transaction.atomic():
        waiting = ZoomEvent.objects.filter(meeting=meeting_id, followed_at=None).order_by("received_at")
        claimed = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:_AT_ONCE])
        if not claimed:
            return None
        session = Session.objects.select_for_update().get(meetings=meeting_id)
        rebuild(session, now)
        ZoomEvent.objects.filter(pk__in=claimed).update(followed_at=now)
    return session


def rebuild(session: Session, now: datetime) -> None:
    """Make the derived rows of a session anew, and its state with them. Needs its row locked, in a transaction.

    Three months after the session they stand: events have been thrown away by then.
    """
    if now > session.ends_at + STANDS_AFTER:
        return
    events = ZoomEvent.objects.filter(meeting__session=session)
    reports = ZoomReport.objects.filter(meeting__session=session)
    stays: list[Presence] = []
    for meeting in Meeting.objects.filter(session=session).select_related("host"):
        told = [one for one in map(told_by, events.filter(meeting=meeting)) if one is not None]
        runs = piece_together(told, [report_in(row) for row in reports.filter(meeting=meeting)])
        if runs:
            known = _known(session, meeting)
            _write_runs(session, meeting, runs)
            stays += [_presence(session, run, stay, known) for run in runs for stay in run.stays]
    _write_stays(session, stays)
    beginning.follow_runs(session, now=now)


def _known(session: Session, meeting: Meeting) -> Known:
    """What the portal knows of who may come."""
    with_sign_in = StaffProfile.objects.exclude(zoom_email="").values_list("zoom_email", "pk")
    decisions = DoorDecision.objects.filter(session=session)
    return Known(
        host_email=meeting.host.email.casefold(),
        staff_by_email={email.casefold(): pk for email, pk in with_sign_in},
        starts=list(HostStart.objects.filter(session=session).values_list("at", "staff_id")),
        # The last one counts.
        decisions={(one.meeting_uuid, one.participant): one for one in decisions},
        invited=[
            Invited(one.guardian.pk, one.guardian.full_name, tuple(child.known_as for child in one.children))
            for one in guardians_to_reach(session)
        ],
    )


def _presence(session: Session, run: Run, stay: Stay, known: Known) -> Presence:
    who = who_is(stay.participant, run.meeting_uuid, name=stay.name, email=stay.email, since=stay.since, known=known)
    return Presence(
        id=_key(session.pk, run.meeting_uuid, stay.participant, stay.where, stay.since.isoformat()),
        session=session,
        meeting_uuid=run.meeting_uuid,
        participant=stay.participant,
        name=stay.name,
        zoom_email=stay.email,
        where=stay.where,
        since=stay.since,
        until=stay.until,
        since_known=stay.since_known,
        until_known=stay.until_known,
        source=Presence.Source.REPORT if stay.reported else Presence.Source.WEBHOOK,
        staff_id=who.staff,
        guardian_id=who.guardian,
        known_by=who.known_by,
    )


def _write_runs(session: Session, meeting: Meeting, runs: Iterable[Run]) -> None:
    rows = {run: _run_row(session, meeting, run) for run in runs}
    MeetingRun.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["id"], update_fields=_RUN_FIELDS
    )
    recordings = [_recording_row(row, one) for run, row in rows.items() for one in run.recordings]
    of_these = RecordingRun.objects.filter(run__in=rows.values())
    of_these.exclude(pk__in=[one.pk for one in recordings]).delete()
    RecordingRun.objects.bulk_create(
        recordings, update_conflicts=True, unique_fields=["id"], update_fields=_RECORDING_FIELDS
    )


def _run_row(session: Session, meeting: Meeting, run: Run) -> MeetingRun:
    return MeetingRun(
        id=_key(meeting.pk, run.meeting_uuid),
        session=session,
        meeting=meeting,
        meeting_uuid=run.meeting_uuid,
        started_at=run.started_at,
        started_known=run.started_known,
        ended_at=run.ended_at,
        ended_known=run.ended_known,
        heard_of=MeetingRun.HeardOf.WEBHOOK if run.was_told else MeetingRun.HeardOf.REPORT,
        reconciled_at=run.report.received_at if run.report else None,
    )


def _recording_row(run: MeetingRun, one: Recorded) -> RecordingRun:
    return RecordingRun(
        id=_key(run.pk, one.started_at.isoformat()),
        run=run,
        started_at=one.started_at,
        started_known=one.started_known,
        stopped_at=one.stopped_at,
        stopped_known=one.stopped_known,
        pauses=[[since.isoformat(), until.isoformat() if until else None] for since, until in one.pauses],
    )


def _write_stays(session: Session, stays: Iterable[Presence]) -> None:
    """Only what has changed is written; what was pressed in is nobody's to derive."""
    wanted = {stay.pk: stay for stay in stays}
    stored = Presence.objects.filter(session=session).exclude(source=Presence.Source.PRESS)
    same = {row.pk for row in stored if row.pk in wanted and _facts(row) == _facts(wanted[row.pk])}
    stored.exclude(pk__in=same).delete()
    Presence.objects.bulk_create([stay for pk, stay in wanted.items() if pk not in same])


def _facts(row: Presence) -> Mapping[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in Presence._meta.concrete_fields}


def _key(*parts: Any) -> UUID:
    """The same row has the same key however often it is made."""
    return uuid5(NAMESPACE_OID, json.dumps([str(part) for part in parts]))
