"""Concerns that are being written: kept every few seconds for their author alone, until sent or thrown away.

Nothing here reaches anybody else: a draft is in no list, count, search or clock, the Lead's included.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from safeguarding.models import Concern, ConcernDraft
from safeguarding.vocabulary import Kind, State
from sessions_app.models import Session
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

# Letters, all fields together: more than the form takes, so that what is too long for a field is kept all the same.
MOST = 300_000


class AlreadySent(Exception):
    """The form was sent meanwhile, perhaps from another page."""


class TooMuch(Exception):
    """More was typed than any form takes."""


@dataclass(frozen=True)
class Typing:
    """What stands in a form: its key, the page in which it stands, and the edition from which that page began."""

    form_key: uuid.UUID
    page: uuid.UUID
    edition: int
    fields: dict[str, list[str]]
    session: Session | None = None

    @property
    def text(self) -> str:
        """All fields, as they are kept."""
        return json.dumps(self.fields, ensure_ascii=False, sort_keys=True)


@transaction.atomic
def keep(typing: Typing, *, by: User, now: datetime) -> ConcernDraft:
    """Keep what was typed, the same twice once. A page that did not know of later words gets a draft of its own.

    Raises AlreadySent, or TooMuch beyond `MOST` letters.
    """
    text = typing.text
    if len(text) > MOST:
        raise TooMuch
    concern, is_new = Concern.objects.get_or_create(
        reporter=by,
        form_key=typing.form_key,
        defaults={"kind": Kind.CHILD, "source": Concern.Source.STAFF, "state": State.DRAFT, "started_at": now},
    )
    if is_new:
        return _begin(concern, typing, by, now)
    draft = ConcernDraft.objects.select_for_update().filter(concern=concern).first()
    if draft is None:
        raise AlreadySent
    if draft.typed == text:
        return draft
    if draft.page != typing.page and draft.edition != typing.edition:
        return keep(Typing(uuid.uuid4(), typing.page, 0, typing.fields, typing.session), by=by, now=now)
    draft.typed, draft.page, draft.kept_at, draft.edition = text, typing.page, now, draft.edition + 1
    draft.save(update_fields=["typed", "page", "kept_at", "edition"])
    return draft


def _begin(concern: Concern, typing: Typing, by: User, now: datetime) -> ConcernDraft:
    # Once, at the beginning: an event every few seconds would bury the trail.
    record("concern.draft_begun", by=by, target=concern, now=now)
    return ConcernDraft.objects.create(
        concern=concern, session=typing.session, typed=typing.text, edition=1, page=typing.page, kept_at=now
    )


@transaction.atomic
def throw_away(pk: uuid.UUID, *, by: User, now: datetime) -> None:
    """Delete an own draft and all that was typed in it. Raises Concern.DoesNotExist when it is none."""
    concern = Concern.objects.drafts_of(by).select_for_update(of=("self",)).get(pk=pk)
    record("concern.draft_thrown_away", by=by, target=concern, now=now)
    concern.delete()
