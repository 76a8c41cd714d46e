"""Actions: who does what by when, and what came of it."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from safeguarding.handling import add_entry, locked
from safeguarding.models import Action, ChronologyEntry, Concern
from safeguarding.vocabulary import State
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record


@transaction.atomic
def add_action(concern_id: Any, *, what: str, owner: User, due_at: datetime, by: User, now: datetime) -> Action:
    """Somebody has to do something by a time.

    Raises ValidationError when nothing is said, the time has passed, or the concern does not exist for its owner.
    """
    concern = locked(concern_id, by)
    if concern.state in (State.CLOSED, State.ERROR):
        raise ValidationError("It is closed: reopen it first.")
    if not what.strip():
        raise ValidationError({"what": "Say what is to be done."})
    if due_at <= now:
        raise ValidationError({"due_at": "Choose a time that is still to come."})
    if not Concern.objects.visible_to(owner).filter(pk=concern.pk).exists():
        raise ValidationError({"owner": "Choose somebody who looks after this concern."})
    action = Action.objects.create(concern=concern, what=what.strip(), owner=owner, due_at=due_at, added_at=now)
    add_entry(concern, ChronologyEntry.Kind.ACTION, by=by, now=now, words=f"To do: {action.what}")
    record("concern.action_added", by=by, target=concern, now=now, action=action.pk, owner=owner.pk)
    return action


@transaction.atomic
def finish_action(concern_id: Any, action_id: Any, *, outcome: str, by: User, now: datetime) -> Action:
    """It is done. Raises ValidationError without saying what came of it; doing it twice changes nothing."""
    concern = locked(concern_id, by)
    action = concern.actions.select_for_update().get(pk=action_id)
    if action.done_at is not None:
        return action
    if not outcome.strip():
        raise ValidationError({"outcome": "Say what came of it."})
    action.outcome, action.done_at = outcome.strip(), now
    action.save()
    add_entry(concern, ChronologyEntry.Kind.ACTION, by=by, now=now, words=f"Done: {action.what}\n{action.outcome}")
    record("concern.action_done", by=by, target=concern, now=now, action=action.pk)
    return action
