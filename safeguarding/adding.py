"""Adding to a concern that was sent: another version, never a change of an earlier one."""

import json
from datetime import datetime
from uuid import UUID

from django.db import transaction

from safeguarding import telling
from safeguarding.models import ChronologyEntry, Concern, ConcernVersion
from safeguarding.models.versions import NARRATIVE
from safeguarding.raising import Report, raise_concern
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

_GAP = "\n\n"
_PRESSING = [Concern.Danger.NO, Concern.Danger.NOT_SURE, Concern.Danger.YES]


@transaction.atomic
def raise_or_add(report: Report, *, by: User, now: datetime) -> Concern:
    """Keep a report. Sent twice it gives one concern; what the second one says differently is kept as well."""
    sent = raise_concern(report, by=by, now=now)
    # Also when the reporter has been found to be its subject since: for them it is gone, their words are kept.
    concern = Concern.objects.select_for_update().get(pk=sent.pk)
    versions = list(concern.versions.filter(author=by))
    said = {name: report.words.get(name, "") for name in NARRATIVE}
    if not any(all(getattr(version, name) == said[name] for name in report.words) for version in versions):
        _note_more_danger(concern, report.danger_now)
        _new_version(concern, said, by, now)
    return concern


@transaction.atomic
def add_to(concern: UUID, more: dict[str, str], *, by: User, now: datetime) -> ConcernVersion:
    """What the reporter remembers later, field by field, beside all that was said before; the same twice is kept once.

    Raises Concern.DoesNotExist when it is not their own.
    """
    own = Concern.objects.for_reporter(by).select_for_update(of=("self",)).get(pk=concern)
    last = own.versions.filter(author=by).order_by("-number")[0]
    before = {name: getattr(last, name) for name in NARRATIVE}
    said = {name: _joined(name, earlier, more.get(name, "")) for name, earlier in before.items()}
    return last if said == before else _new_version(own, said, by, now)


def _joined(name: str, earlier: str, more: str) -> str:
    """Both, unless the earlier one ends with what is added."""
    if not earlier or not more:
        return earlier or more
    if name == "body_map":
        marks, new = json.loads(earlier), json.loads(more)
        return earlier if marks[-len(new) :] == new else json.dumps(marks + new, ensure_ascii=False)
    paragraphs, new = earlier.split(_GAP), more.split(_GAP)
    return earlier if paragraphs[-len(new) :] == new else f"{earlier}{_GAP}{more}"


def _note_more_danger(concern: Concern, said: Concern.Danger) -> None:
    """Let a later answer make a concern more pressing, never less: that is for the Lead to judge."""
    if _PRESSING.index(said) > _PRESSING.index(Concern.Danger(concern.danger_now)):
        concern.danger_now = said
        concern.save(update_fields=["danger_now"])


def _new_version(concern: Concern, said: dict[str, str], by: User, now: datetime) -> ConcernVersion:
    number = concern.versions.count() + 1
    version = ConcernVersion.objects.create(concern=concern, number=number, author=by, at=now, **said)
    ChronologyEntry.objects.create(concern=concern, kind=ChronologyEntry.Kind.ADDED, at=now, author=by)
    record(
        "concern.added", by=by, target=concern, now=now, version=number, seal=version.seal, danger=concern.danger_now
    )
    telling.tell_of_addition(version, now=now)
    return version
