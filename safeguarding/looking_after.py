"""Who looks after a concern and who is kept from it. Somebody always can: without Lead and deputy, the trustees."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from families.models import Child
from safeguarding import telling
from safeguarding.handling import add_entry, locked
from safeguarding.models import Assignment, ChronologyEntry, Concern, ConcernPerson, Recusal
from safeguarding.vocabulary import PersonRole
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import record

NOBODY_LEFT = "Nobody would be left to look after this. Ask for a deputy or a trustee to be named first."


def keepers(concern: Concern) -> list[User]:
    """Everybody for whom the concern exists, Lead and deputy first."""
    seen = Concern.objects.filter(pk=concern.pk)
    people = User.objects.with_role(Role.LEAD, Role.DEPUTY, Role.TRUSTEE)
    return sorted(
        (user for user in people if seen.visible_to(user).exists()),
        key=lambda user: (not user.has_role(Role.LEAD), not user.has_role(Role.DEPUTY), user.name),
    )


def may_be_given(concern: Concern) -> list[User]:
    """Whom the concern may be given: not those who have it, nor those who are kept from it."""
    kept_from = Recusal.objects.filter(concern=concern).values("user")
    subjects = ConcernPerson.objects.filter(concern=concern, role=PersonRole.SUBJECT, user__isnull=False)
    people = User.objects.with_role(Role.LEAD, Role.DEPUTY, Role.TRUSTEE)
    given = Assignment.objects.filter(concern=concern).values("user")
    return list(people.exclude(pk__in=kept_from).exclude(pk__in=subjects.values("user")).exclude(pk__in=given))


@transaction.atomic
def assign(concern_id: Any, to: User, *, reason: str, by: User, now: datetime) -> Assignment:
    """Give a concern to somebody who looks after safeguarding, and tell them that there is something.

    Raises ValidationError without a reason, and for somebody who is kept from it.
    """
    concern = locked(concern_id, by)
    if not reason.strip():
        raise ValidationError({"reason": "Say why it is given to them."})
    if to not in may_be_given(concern):
        raise ValidationError({"to": "Choose somebody of the list."})
    given = _give(concern, to, now)
    words = f"Given to {to}: {reason.strip()}"
    add_entry(concern, ChronologyEntry.Kind.PEOPLE, by=by, now=now, words=words)
    record("concern.assigned", by=by, target=concern, now=now, to=to.pk)
    return given


@transaction.atomic
def recuse(concern_id: Any, *, reason: str, by: User, now: datetime) -> Recusal:
    """From now on the concern does not exist for `by`.

    Raises ValidationError without a reason, and where nobody would be left.
    """
    concern = locked(concern_id, by)
    if not reason.strip():
        raise ValidationError({"reason": "Say why, in a sentence: whoever takes over reads it."})
    recusal = Recusal.objects.create(concern=concern, user=by, at=now)
    add_entry(concern, ChronologyEntry.Kind.PEOPLE, by=by, now=now, words=f"Stepped back: {reason.strip()}")
    record("concern.recused", by=by, target=concern, now=now)
    _leave_to_somebody(concern, now)
    return recusal


@transaction.atomic
def add_person(
    concern_id: Any,
    *,
    role: str,
    child: Child | None = None,
    user: User | None = None,
    words: str = "",
    by: User,
    now: datetime,
) -> ConcernPerson:
    """Say who is in a concern, and in what role: a child or a person the portal knows, or somebody in words.

    For whoever may have caused harm and signs in here, the concern does not exist from then on. Raises
    ValidationError for nobody, for two at once, or for somebody who stands there already.
    """
    concern = locked(concern_id, by)
    if sum(map(bool, (child, user, words.strip()))) != 1:
        raise ValidationError("Say who it is, in one way: a child, somebody of staff, or in words.")
    known = concern.people.filter(child=child) if child else concern.people.filter(user=user, role=role)
    if (child or user) and known.exists():
        raise ValidationError("They stand in the list already.")
    person = ConcernPerson.objects.create(
        concern=concern, role=PersonRole(role), child=child, user=user, words=words.strip()
    )
    said = f"{child or user or words.strip()}: {person.get_role_display().lower()}"
    add_entry(concern, ChronologyEntry.Kind.PEOPLE, by=by, now=now, words=said)
    record("concern.person_added", by=by, target=concern, now=now, person=person.pk, role=person.role)
    _leave_to_somebody(concern, now)
    return person


def _leave_to_somebody(concern: Concern, now: datetime) -> None:
    """Where neither Lead nor deputy sees it any more, the trustees are given it."""
    if any(user.has_role(Role.LEAD, Role.DEPUTY) for user in keepers(concern)):
        return
    for user in [user for user in may_be_given(concern) if user.has_role(Role.TRUSTEE)]:
        _give(concern, user, now)
    if not keepers(concern):
        raise ValidationError(NOBODY_LEFT)


def _give(concern: Concern, to: User, now: datetime) -> Assignment:
    given, is_new = Assignment.objects.get_or_create(concern=concern, user=to, defaults={"at": now})
    if is_new:
        telling.tell_of_given(given, now=now)
    return given


def show_to_trustees(concern: Concern, now: datetime) -> list[User]:
    """Give every trustee the concern who may have it; returns those who see it then."""
    for user in may_be_given(concern):
        if user.has_role(Role.TRUSTEE):
            _give(concern, user, now)
    return [user for user in keepers(concern) if user.has_role(Role.TRUSTEE)]
