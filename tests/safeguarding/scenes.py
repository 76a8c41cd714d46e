"""Concerns as tests need them."""

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone

from safeguarding import disclosing, handling
from safeguarding.models import Concern, Disclosure
from safeguarding.raising import Report, raise_concern
from safeguarding.vocabulary import Kind, Severity
from tests.factories import UserFactory
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

WORDS = "canary: a bruise like a thumb – ☂"
REASON = "canary-reason: it fits what she said last week"


def raised(*, by: User | None = None, now: datetime | None = None, **fields: Any) -> Concern:
    """A concern that somebody of the staff has just sent."""
    facts = {
        "kind": Kind.CHILD,
        "source": Concern.Source.STAFF,
        "form_key": uuid.uuid4(),
        "danger_now": Concern.Danger.NO,
        "words": {"what_happened": WORDS},
    }
    return raise_concern(Report(**(facts | fields)), by=by or UserFactory(), now=now or timezone.now())


def triaged(by: User, *, severity: Severity = Severity.HIGH, **fields: Any) -> Concern:
    """A concern that was acknowledged and judged."""
    concern = raised(**fields)
    now = timezone.now()
    handling.acknowledge(concern.pk, by=by, now=now)
    return judge(concern, by=by, severity=severity)


def judge(concern: Concern, *, by: User, **fields: Any) -> Concern:
    """Triage with plain defaults."""
    facts = {
        "kind": concern.kind,
        "severity": Severity.HIGH,
        "categories": ["physical"],
        "tags": [],
        "reason": REASON,
        "now": timezone.now(),
    }
    return handling.triage(concern.pk, by=by, **(facts | fields))


def deputy_named(name: str = "Dev Rao") -> User:
    return UserFactory(roles=[Role.DEPUTY], name=name)


def shared(concern: Concern, *, by: User, now: datetime | None = None, **fields: Any) -> Disclosure:
    """Something of a concern that was told to children's services."""
    at = now or timezone.now()
    facts = {
        "what": "canary-shared: what we saw, by phone",
        "recipient": "children",
        "person": "J. Hart, duty desk",
        "identity": "called_back",
        "how": "phone",
        "basis": "safeguarding",
        "consent": "not_asked",
        "consent_words": "Asking could put the child at risk.",
        "decided_by": by,
        "shared_at": at,
    }
    return disclosing.disclose(concern.pk, Disclosure(**(facts | fields)), by=by, now=at)
