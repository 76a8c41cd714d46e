"""Judging a concern about an adult at risk, and freezing the access of whom an allegation is about."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from safeguarding.handling import add_entry, locked
from safeguarding.models import AdultAssessment, ChronologyEntry, ConcernPerson
from safeguarding.vocabulary import Kind, PersonRole
from whippersnappers.accounts import people
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record


@transaction.atomic
def assess_adult(concern_id: Any, assessment: AdultAssessment, *, by: User, now: datetime) -> AdultAssessment:
    """Keep the section 42 test and what the adult wants (Care Act 2014; Making Safeguarding Personal).

    Raises ValidationError for another kind of concern, and where their no is overridden without saying why.
    """
    concern = locked(concern_id, by)
    if concern.kind != Kind.ADULT:
        raise ValidationError("This is for concerns about an adult at risk.")
    overridden = assessment.consent == AdultAssessment.Consent.OVERRIDDEN
    if overridden and not assessment.overridden_because.strip():
        raise ValidationError({"overridden_because": "Say why we go on without their yes."})
    assessment.concern, assessment.author, assessment.at = concern, by, now
    assessment.full_clean()
    assessment.save(force_insert=True)
    add_entry(concern, ChronologyEntry.Kind.NOTE, by=by, now=now, words=assessment.section_42)
    record("concern.adult_assessed", by=by, target=concern, now=now, assessment=assessment.pk)
    return assessment


def subjects_who_sign_in(concern_id: Any) -> list[ConcernPerson]:
    """The subjects of an allegation who have an account of staff."""
    subjects = ConcernPerson.objects.filter(concern=concern_id, role=PersonRole.SUBJECT, user__isnull=False)
    return list(subjects.select_related("user"))


@transaction.atomic
def freeze(concern_id: Any, *, reason: str, by: User, now: datetime) -> list[User]:
    """Close the accounts of those an allegation is about: they are signed out and cannot sign in.

    An administrator opens them again at the Lead's word. Raises ValidationError without a reason, and where nobody
    with an account is its subject.
    """
    concern = locked(concern_id, by)
    if not reason.strip():
        raise ValidationError({"reason": "Say why: this step is a judgement."})
    subjects = [person.user for person in subjects_who_sign_in(concern.pk) if person.user and person.user.is_active]
    if concern.kind != Kind.STAFF or not subjects:
        raise ValidationError("Nobody whom this is about can sign in here.")
    for user in subjects:
        people.deactivate(user, by, now)
    words = f"Access frozen of {', '.join(map(str, subjects))}: {reason.strip()}"
    add_entry(concern, ChronologyEntry.Kind.PEOPLE, by=by, now=now, words=words)
    record("concern.access_frozen", by=by, target=concern, now=now, users=[user.pk for user in subjects])
    return subjects
