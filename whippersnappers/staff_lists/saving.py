"""Keeping a filter, and letting it go."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict

from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record
from whippersnappers.staff_lists.models import SavedFilter

# More would not be read as a row of links any more.
MOST = 20
SEARCH = "q"


def own_query(asked: QueryDict, parameters: Iterable[str], *, with_words: bool) -> str:
    """What of the address belongs to the list: its filters and its order; what was typed only `with_words`."""
    kept = {*parameters, "o", *([SEARCH] if with_words else [])}
    pairs = [(name, value) for name, values in asked.lists() for value in values if name in kept and value]
    return urlencode(sorted(pairs))


@transaction.atomic
def save_filter(page: str, name: str, query: str, *, by: User, now: datetime) -> SavedFilter:
    """Keep a filter of a list for `by`. Raises ValidationError at `name`, or when there is nothing to keep."""
    if not query:
        raise ValidationError("Nothing is filtered. Choose a filter in the list first.")
    # The person's row is the lock: a double press must not make two, nor one too many.
    User.objects.select_for_update().get(pk=by.pk)
    mine = SavedFilter.objects.visible_to(by).filter(page=page)
    if mine.count() >= MOST:
        raise ValidationError(f"You have {MOST} filters here. Delete one that you do not need any more.")
    kept = SavedFilter(user=by, page=page, name=name.strip(), query=query, created_at=now)
    try:
        kept.full_clean(exclude=["query"])
    except ValidationError as refusal:
        # The one rule over several columns is about the name, and is said there.
        raise ValidationError({"name": refusal.messages}) from refusal
    kept.save(force_insert=True)
    record("filter.saved", by=by, target=kept, now=now, list=page)
    return kept


@transaction.atomic
def delete_filter(kept: SavedFilter, *, by: User, now: datetime) -> None:
    """Let a filter go; twice is as good as once."""
    found = SavedFilter.objects.visible_to(by).select_for_update().filter(pk=kept.pk).first()
    if found is not None:
        record("filter.deleted", by=by, target=found, now=now, list=found.page)
        found.delete()
