"""The register of recordings: a row for each file that Zoom tells of or reports, and who was in it.

A row is made once and only added to, so it does not matter in which order or how often things are told.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Q

from families.models import Consent
from sessions_app.live.heard import text_of, time_of
from sessions_app.models import (
    Presence,
    RecordedChild,
    RecordingFile,
    RunStep,
    Session,
    ZoomEvent,
    ZoomReport,
)
from sessions_app.reach import guardians_to_reach
from sessions_app.recordings.group_run import why_not
from whippersnappers.audit.trail import record

ACTOR: Final = "system:recordings"
COMPLETED: Final = "recording.completed"
GONE: Final = ("recording.deleted", "recording.trashed")
_NAME_LENGTH: Final = 100


@dataclass(frozen=True)
class Found:
    """One file as Zoom describes it."""

    meeting_id: Any
    meeting_uuid: str
    zoom_file: str
    file_type: str
    size: int
    started_at: datetime
    stopped_at: datetime


def register(session: Session, now: datetime) -> None:
    """Bring the register of one session up to date with what was told. Needs its row locked, in a transaction."""
    found = {one.zoom_file: one for one in (*_told(session), *_reported(session))}
    known = set(RecordingFile.objects.filter(zoom_file__in=found).values_list("zoom_file", flat=True))
    steps = list(RunStep.objects.filter(session=session))
    for name in sorted(found.keys() - known):
        _add(session, found[name], steps, now)
    files = list(RecordingFile.objects.filter(session=session))
    if files:
        _note_who(session, files)
        _note_gone(session, files)


def files_in(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The files that a message of Zoom's about recordings names."""
    files = body.get("recording_files")
    yield from (one for one in (files if isinstance(files, list) else []) if isinstance(one, dict))


def _told(session: Session) -> Iterator[Found]:
    for event in ZoomEvent.objects.filter(meeting__session=session, event=COMPLETED):
        yield from _files(event.meeting_id, event.meeting_uuid, _object(event))


def _reported(session: Session) -> Iterator[Found]:
    for report in ZoomReport.objects.filter(meeting__session=session):
        yield from _files(report.meeting_id, report.meeting_uuid, json.loads(report.body))


def _object(event: ZoomEvent) -> Mapping[str, Any]:
    payload = json.loads(event.body).get("payload")
    about = payload.get("object") if isinstance(payload, dict) else None
    return about if isinstance(about, dict) else {}


def _files(meeting_id: Any, uuid: str, body: Mapping[str, Any]) -> Iterator[Found]:
    """A file without a name or its times cannot be looked after; Zoom's report afterwards brings it whole."""
    for one in files_in(body):
        name = text_of(one.get("id"), _NAME_LENGTH)
        since, until = time_of(one.get("recording_start")), time_of(one.get("recording_end"))
        size = one.get("file_size")
        if name and since and until:
            yield Found(
                meeting_id=meeting_id,
                meeting_uuid=uuid,
                zoom_file=name,
                file_type=text_of(one.get("file_type"), 20),
                size=size if isinstance(size, int) and size > 0 else 0,
                started_at=since,
                stopped_at=max(since, until),
            )


def _add(session: Session, found: Found, steps: Iterable[RunStep], now: datetime) -> None:
    not_allowed = why_not(session, steps, found.started_at, found.stopped_at)
    kept_until = now if not_allowed else found.started_at + timedelta(days=settings.RECORDINGS_KEPT_DAYS)
    file = RecordingFile.objects.create(
        session=session,
        **vars(found),
        registered_at=now,
        not_allowed=not_allowed,
        delete_by=kept_until,
        due_at=kept_until,
    )
    record(
        "recording.registered", by=ACTOR, target=file, now=now, session=str(session.pk),
        allowed=not not_allowed, delete_by=kept_until.isoformat(),
    )  # fmt: skip


def _note_who(session: Session, files: Iterable[RecordingFile]) -> None:
    """The children whose families were in the meeting meanwhile, with the answer that held when it began."""
    children_of = {one.guardian.pk: one.children for one in guardians_to_reach(session)}
    stays = Presence.objects.filter(session=session, where=Presence.Where.MEETING, guardian__isnull=False)
    inside = list(stays.values_list("meeting_uuid", "guardian", "since", "until"))
    rows = []
    for file in files:
        there = {
            child.pk
            for uuid, guardian, since, until in inside
            if uuid == file.meeting_uuid and since < file.stopped_at and (until is None or until > file.started_at)
            for child in children_of.get(guardian, ())
        }
        yes = _had_yes(there, file.started_at)
        rows += [RecordedChild(file=file, child_id=child, had_yes=child in yes) for child in there]
    RecordedChild.objects.bulk_create(rows, ignore_conflicts=True)


def _had_yes(children: Iterable[Any], at: datetime) -> set[Any]:
    """Which of the children (keys) could be recorded at that time."""
    held = Consent.objects.filter(
        Q(superseded_at=None) | Q(superseded_at__gt=at),
        child__in=children,
        purpose=Consent.Purpose.RECORDED_GROUP,
        given=True,
        decided_at__lte=at,
    )
    return set(held.values_list("child", flat=True))


def _note_gone(session: Session, files: Iterable[RecordingFile]) -> None:
    """Zoom tells of what was deleted: the files that the message names, or all of that instance."""
    for event in ZoomEvent.objects.filter(meeting__session=session, event__in=GONE):
        names = {text_of(one.get("id"), _NAME_LENGTH) for one in files_in(_object(event))}
        for file in files:
            of_it = file.zoom_file in names if names else file.meeting_uuid == event.meeting_uuid
            if of_it and file.delete_told_at is None:
                file.delete_told_at = event.event_at
                file.save(update_fields=["delete_told_at"])
