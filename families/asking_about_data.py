"""Requests about data: received, given more time, answered. The family is told by mail, without content (W8)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from families.data_clock import may_extend
from families.data_request_mails import ANSWERED, EXTENDED, RECEIVED, tell
from families.models import DataRequest, Guardian
from families.plain_text import tidy
from whippersnappers.audit.trail import record
from whippersnappers.secret_requests import refuse_reason

IS_ANSWERED = "This request is answered already. An answer is not rewritten."


@transaction.atomic
def ask(guardian: Guardian, kind: str, words: str, *, press: UUID, by: Any, now: datetime) -> DataRequest:
    """Note a request. The same press again, or a second open one for a copy or deletion, gives the first one.

    Raises ValidationError for a correction that does not say what is wrong.
    """
    locked = Guardian.objects.select_for_update(of=("self",)).get(pk=guardian.pk)
    own = DataRequest.objects.filter(guardian=locked)
    again = own.filter(press=press).first()
    if again is None and kind != DataRequest.Kind.CORRECTION:
        again = own.open().filter(kind=kind).first()
    if again is not None:
        return again
    said = tidy(words)
    if kind == DataRequest.Kind.CORRECTION and not said:
        raise ValidationError({"words": "Please say what is wrong, and what is right."})
    request = DataRequest(guardian=locked, kind=kind, words=said, press=press, received_at=now)
    request.save(force_insert=True)
    record("data_request.received", by=by, target=request, now=now, kind=kind)
    tell(request, RECEIVED, now=now)
    return request


@transaction.atomic
def extend(request: DataRequest, reason: str, *, by: Any, now: datetime) -> DataRequest:
    """Take two months more. The family must be told why within the first month.

    Raises ValidationError without a reason, after the first month, for an answered request and for a second time.
    """
    open_one = _open(request)
    if open_one.extended_at is not None:
        raise ValidationError("This request has its longer time already.")
    if not may_extend(open_one.received_at, now):
        raise ValidationError("The first month is over: it is too late for more time. Please answer now.")
    if not reason.strip():
        raise ValidationError({"extension_reason": "Say why it takes longer. The family reads it."})
    refuse_reason(reason)
    open_one.extended_at, open_one.extension_reason = now, tidy(reason)
    open_one.save(update_fields=["extended_at", "extension_reason"])
    record("data_request.extended", by=by, target=open_one, now=now, due=open_one.due_on)
    tell(open_one, EXTENDED, now=now)
    return open_one


@transaction.atomic
def answer(request: DataRequest, outcome: str, reason: str, *, by: Any, now: datetime) -> DataRequest:
    """Close a request with what was decided and why. Erasure is not absolute: what must stay is said here.

    Raises ValidationError without an outcome or a reason, and for an answered request.
    """
    problems = {}
    if outcome not in DataRequest.Outcome.values:
        problems["outcome"] = "Say what was done."
    if not reason.strip():
        problems["reason"] = "Say what was done, what was not, and why. The family reads it."
    if problems:
        raise ValidationError(problems)
    refuse_reason(reason)
    open_one = _open(request)
    open_one.outcome, open_one.reason = outcome, tidy(reason)
    open_one.answered_at, open_one.answered_by = now, by
    open_one.save(update_fields=["outcome", "reason", "answered_at", "answered_by"])
    record("data_request.answered", by=by, target=open_one, now=now, outcome=outcome)
    tell(open_one, ANSWERED, now=now)
    return open_one


def _open(request: DataRequest) -> DataRequest:
    found = DataRequest.objects.select_for_update(of=("self",)).open().filter(pk=request.pk).first()
    if found is None:
        raise ValidationError(IS_ANSWERED)
    return found
