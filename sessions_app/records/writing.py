"""Writing a record: drafts, who writes it, and the author's signature."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from sessions_app.models import RecordTiming, Session, SessionRecord
from sessions_app.records.hearing import timings_heard
from sessions_app.records.standing import State, check_takes_over, check_writes
from sessions_app.records.timings import Timings
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

# What a draft may hold, named like the record's attributes.
CONTENT = ("came", "steps", "what_was_done", "response", "next_time", "about_times", "times_by_hand")

SAY_CAME = "Say whether the child took part."
SAY_STEP = "Say how far each step was done."
SAY_WHAT = "Say in a few words what you did."
SAY_WHY_NOT = "Say in a few words what happened instead."
SAY_RESPONSE = "Say how the child responded. A sentence is enough."
SAY_NEXT = "Say what matters next time. “Just the same” is fine."
NOT_OVER = "The session is not over yet. Save the draft, and sign it afterwards."


def locked(record_id: Any) -> SessionRecord:
    """The record, held until the end of the transaction. Raises SessionRecord.DoesNotExist."""
    rows = SessionRecord.objects.select_for_update(of=("self",))
    return rows.select_related("session", "child", "author__user").get(pk=record_id)


@transaction.atomic
def save_draft(record_id: Any, changes: Mapping[str, Any], *, by: User, now: datetime) -> SessionRecord:
    """Keep what its author has written so far; `changes` is named as in `CONTENT`. Nothing new changes nothing.

    Raises ValidationError when somebody else writes it, or when it is signed.
    """
    draft = locked(record_id)
    staff = check_writes(draft, by)
    changed = [name for name in CONTENT if name in changes and getattr(draft, name) != changes[name]]
    for name in changed:
        setattr(draft, name, changes[name])
    if changed:
        draft.author, draft.state, draft.written_at = staff, State.DRAFT, now
        draft.save()
        record("record.draft_saved", by=by, target=draft, now=now, fields=changed)
    return draft


@transaction.atomic
def take_over(record_id: Any, *, by: User, now: datetime) -> SessionRecord:
    """Somebody else of the session's staff writes it from now on. Raises ValidationError."""
    draft = locked(record_id)
    staff = check_takes_over(draft, by)
    if draft.author_id != staff.pk:
        before, draft.author = draft.author_id, staff
        draft.save(update_fields=["author"])
        record("record.taken_over", by=by, target=draft, now=now, written_by_before=str(before or ""))
    return draft


@transaction.atomic
def sign(record_id: Any, *, by: User, now: datetime) -> SessionRecord:
    """The author's signature: the times are taken down as they were heard of, and nothing is changed any more (W6).

    Signing twice does nothing more. Raises ValidationError keyed by field for what is still to be said.
    """
    draft = locked(record_id)
    if draft.is_signed and draft.author is not None and draft.author.user_id == by.pk:
        return draft
    draft.author = check_writes(draft, by)
    if not _is_over(draft.session, now):
        raise ValidationError(NOT_OVER)
    if missing := still_to_say(draft):
        raise ValidationError(missing)
    draft.scheduled_start, draft.scheduled_end = draft.session.starts_at, draft.session.ends_at
    draft.state, draft.signed_at = State.SIGNED, now
    taken = timings_heard(draft)
    draft.save()
    _take_down(draft, taken)
    troubles = sorted({one.trouble for one in taken.all if one.trouble})
    record("record.signed", by=by, target=draft, now=now, minutes=taken.family.minutes, troubles=troubles)
    return draft


def still_to_say(draft: SessionRecord) -> dict[str, str]:
    """What must be said before it can be signed: by field, in a sentence each."""
    if not draft.came:
        return {"came": SAY_CAME}
    if draft.came == SessionRecord.Came.NO:
        return {} if draft.what_was_done else {"what_was_done": SAY_WHY_NOT}
    missing = {f"step_{n}": SAY_STEP for n, (_, how) in enumerate(draft.steps) if not how}
    if not draft.steps and not draft.what_was_done:
        missing["what_was_done"] = SAY_WHAT
    return missing | {
        name: said for name, said in (("response", SAY_RESPONSE), ("next_time", SAY_NEXT)) if not getattr(draft, name)
    }


def _is_over(session: Session, now: datetime) -> bool:
    return session.state == Session.State.DELIVERED or session.ends_at <= now


def _take_down(draft: SessionRecord, taken: Timings) -> None:
    RecordTiming.objects.bulk_create(
        RecordTiming(
            record=draft,
            position=position,
            whose=one.whose,
            staff_id=one.staff_id,
            began_at=one.began_at,
            ended_at=one.ended_at,
            minutes=one.minutes,
            source=one.source,
            trouble=one.trouble,
            by_name=one.by_name,
        )
        for position, one in enumerate(taken.all)
    )
