"""Raising a concern (A2, W7): what was sent, its audit event and the Lead's mail are one transaction."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from families.models import Child
from safeguarding import telling
from safeguarding.models import ChronologyEntry, Concern, ConcernDraft, ConcernPerson, ConcernVersion
from safeguarding.vocabulary import Kind, PersonRole, State
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

NOT_YOUR_CHILD = "Please choose from the children on the page, or say in words who it is about."


@dataclass(frozen=True)
class Report:
    """What somebody sends. `words` are named like the fields of `ConcernVersion`; `form_key` is the form's own."""

    kind: Kind
    source: Concern.Source
    form_key: uuid.UUID
    danger_now: Concern.Danger
    words: dict[str, str]
    children: Iterable[Child] = field(default=())


@transaction.atomic
def raise_concern(report: Report, *, by: User, now: datetime) -> Concern:
    """Keep what was sent and tell who must know; the same form sent twice gives the concern of the first time.

    Raises ValidationError when a parent or carer names a child that they may not see.
    """
    children = list(report.children)
    _check_children(report, children, by)
    try:
        # A savepoint, because two presses may arrive at the same moment.
        with transaction.atomic():
            concern = _from_draft(report, by, now) or Concern.objects.create(
                **_facts(report, now), reporter=by, form_key=report.form_key, started_at=now
            )
    except IntegrityError:
        return Concern.objects.get(reporter=by, form_key=report.form_key)
    version = ConcernVersion.objects.create(concern=concern, number=1, author=by, at=now, **report.words)
    role = PersonRole.AFFECTED if report.kind == Kind.CHILD else PersonRole.OTHER
    for child in children:
        ConcernPerson.objects.create(concern=concern, child=child, role=role)
    ChronologyEntry.objects.create(concern=concern, kind=ChronologyEntry.Kind.SUBMITTED, at=now, author=by)
    record("concern.raised", by=by, target=concern, now=now, source=report.source, version=1, seal=version.seal)
    telling.tell_of_new(concern, now=now)
    return concern


def _check_children(report: Report, children: list[Child], by: User) -> None:
    if report.source != Concern.Source.GUARDIAN:
        return
    if Child.objects.visible_to(by).filter(pk__in=[child.pk for child in children]).count() != len(children):
        raise ValidationError({"children": NOT_YOUR_CHILD})


def _from_draft(report: Report, by: User, now: datetime) -> Concern | None:
    """The draft of this form, sent now; what was typed lives on in the version alone."""
    own = Concern.objects.select_for_update().filter(reporter=by, form_key=report.form_key, state=State.DRAFT)
    concern = own.first()
    if concern is None:
        return None
    ConcernDraft.objects.filter(concern=concern).delete()
    facts = _facts(report, now)
    for name, fact in facts.items():
        setattr(concern, name, fact)
    concern.save(update_fields=list(facts))
    return concern


def _facts(report: Report, now: datetime) -> dict[str, Any]:
    return {
        "kind": report.kind,
        "source": report.source,
        "state": State.SUBMITTED,
        "danger_now": report.danger_now,
        "submitted_at": now,
    }
