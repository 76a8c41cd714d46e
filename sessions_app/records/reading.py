"""Who read a record is noted, as is who took it away (W8)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from sessions_app.models import SessionRecord
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import Entry, record_many


@transaction.atomic
def note_reading(records: Iterable[SessionRecord], *, form: str, by: User, now: datetime) -> None:
    """Note that somebody reads what these records say; `form` is `page` or `pdf`. Drafts are their authors' own."""
    entries = [Entry("record.read", one, {"form": form}) for one in records if one.is_signed]
    if entries:
        record_many(entries, by=by, now=now)
