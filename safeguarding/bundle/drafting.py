"""A bundle that somebody is putting together: one for each concern and person, kept until its file is made."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from safeguarding.bundle.composing import Choice, chosen_parts, names_offered
from safeguarding.handling import locked
from safeguarding.models import BundleDraft, Concern
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

# A choice that nobody came back to says what somebody thought of telling: it does not stay.
KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Draft:
    """How far it is. `names` is None until somebody has looked; `looked_at` is the text that was found right."""

    parts: tuple[str, ...] = ()
    names: tuple[str, ...] | None = None
    passages: tuple[str, ...] = ()
    looked_at: str = ""
    # The facts of the disclosure, as the form gave them.
    sharing: dict[str, str] = field(default_factory=dict)

    def choice(self, concern: Concern) -> Choice:
        """What goes in and what is withheld; at first the names that are withheld as a rule."""
        names = self.names
        if names is None:
            names = tuple(n.key for n in names_offered(concern, chosen_parts(concern, self.parts)) if n.wanted)
        return Choice(self.parts, names, self.passages)


def draft_of(concern: Concern, user: User) -> Draft | None:
    """What this person has put together so far."""
    kept = BundleDraft.objects.filter(concern=concern, author=user).first()
    if kept is None:
        return None
    facts = json.loads(kept.content)
    lists = {name: tuple(facts[name]) for name in ("parts", "passages")}
    names = None if facts["names"] is None else tuple(facts["names"])
    return Draft(**lists, names=names, looked_at=facts["looked_at"], sharing=facts["sharing"])


@transaction.atomic
def change_draft(concern_id: Any, *, by: User, now: datetime, **changed: Any) -> Draft:
    """Keep what was chosen, withheld, looked at or said. Other parts mean that nobody has looked yet."""
    concern = locked(concern_id, by)
    draft = replace(draft_of(concern, by) or Draft(), **changed)
    if "parts" in changed:
        draft = replace(draft, names=None, looked_at="")
    content = json.dumps(asdict(draft), ensure_ascii=False)
    kept = BundleDraft.objects.filter(concern=concern, author=by).first() or BundleDraft(concern=concern, author=by)
    kept.content, kept.changed_at = content, now
    kept.save()
    record("concern.bundle_changed", by=by, target=concern, now=now, parts=len(draft.parts), changed=sorted(changed))
    return draft


@transaction.atomic
def throw_away_old(now: datetime) -> int:
    """Throw away what nobody has gone on with for a week; returns how many."""
    old = list(BundleDraft.objects.filter(changed_at__lte=now - KEPT_FOR).select_related("concern"))
    for draft in old:
        record("concern.bundle_thrown_away", by="system:safeguarding", target=draft.concern, now=now)
    BundleDraft.objects.filter(pk__in=[draft.pk for draft in old]).delete()
    return len(old)
