"""Adding and changing families, guardians, children and who stands for whom.

Every function takes an instance as a form or an import has filled it, checks it, writes it and its audit
event in one transaction, and raises ValidationError with plain sentences, keyed by field. `check_x` raises
what `save_x` would, for forms that want to say so before anything is saved.
"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from families import newly_reached
from families.models import Child, Family, Group, Guardian, Guardianship
from families.own_numbers import note_number
from families.sign_in import SOMEBODY_ELSES_ADDRESS, check_address, keep_sign_in
from families.writing import next_reference, write
from whippersnappers.audit.trail import record

OLDEST = 120  # years


def check_family(family: Family) -> None:
    """Raise ValidationError for what is wrong with the family as it stands."""
    family.reference = family.reference.strip()
    others = Family.objects.filter(reference__iexact=family.reference).exclude(pk=family.pk)
    if family.reference and others.exists():
        raise ValidationError({"reference": f"{family.reference} is another family's reference."})


@transaction.atomic
def save_family(family: Family, *, by: Any, now: datetime) -> list[str]:
    """Add or change a family; without a reference it gets the next free one. Answers what changed."""
    check_family(family)
    if not family.reference:
        family.reference = next_reference(Family, "F")
    _clean(family)
    return write(family, noun="family", by=by, now=now)


def check_guardian(guardian: Guardian) -> None:
    """Raise ValidationError when the guardian cannot be reached, or has somebody else's address."""
    guardian.email = guardian.email.strip().lower()
    if guardian.prefers == Guardian.Contact.PHONE and not guardian.phone:
        raise ValidationError({"phone": "Prefers to be contacted by phone: we need a phone number."})
    check_address(guardian)


@transaction.atomic
def save_guardian(guardian: Guardian, *, by: Any, now: datetime) -> list[str]:
    """Add or change a guardian and keep the sign-in account in step. Answers what changed.

    A new address clears the problem that was noted for the old one, and the first one brings what they missed; a number
    that its owner gives is told to them.
    """
    check_guardian(guardian)
    stored = None if guardian._state.adding else Guardian.objects.select_for_update().get(pk=guardian.pk)
    if stored and stored.email.lower() != guardian.email:
        guardian.email_problem = ""
    if stored and stored.phone != guardian.phone:
        note_number(guardian, stored.phone, by=by, now=now)
    _clean(guardian)
    try:
        with transaction.atomic():
            keep_sign_in(guardian, by=by, now=now)
            changed = write(guardian, noun="guardian", by=by, now=now)
    except IntegrityError as error:
        if not any(key in str(error) for key in ("email", "guardian_user_id")):
            raise
        # Somebody else was given the address, or the account that goes with it, since it was checked a moment ago.
        raise ValidationError({"email": SOMEBODY_ELSES_ADDRESS}) from error
    if stored and guardian.email and not stored.email:
        newly_reached.reached([guardian.pk], by=by, now=now)
    return changed


def change_email(guardian: Guardian, email: str, *, by: Any, now: datetime) -> None:
    """Give a guardian another address, or none; mail to the old one's problem is forgotten."""
    guardian.email = email
    save_guardian(guardian, by=by, now=now)


def check_child(child: Child, today: date) -> None:
    """Raise ValidationError for what is wrong with the child as it stands on `today`."""
    child.reference = child.reference.strip()
    others = Child.objects.filter(reference__iexact=child.reference).exclude(pk=child.pk)
    if child.reference and others.exists():
        raise ValidationError({"reference": f"{child.reference} is another child's reference."})
    if problem := birth_problem(child.date_of_birth, today):
        raise ValidationError({"date_of_birth": problem})


def birth_problem(born: date | None, today: date) -> str:
    """What is wrong with a date of birth on `today`, or nothing."""
    if born is None:
        return "Please give the date of birth."
    if born > today:
        return "This date of birth is in the future."
    if born.year < today.year - OLDEST:
        return f"This date of birth is more than {OLDEST} years ago."
    return ""


@transaction.atomic
def save_child(child: Child, *, by: Any, now: datetime) -> list[str]:
    """Add or change a child; without a reference it gets the next free one. Answers what changed."""
    check_child(child, timezone.localdate(now))
    if not child.reference:
        child.reference = next_reference(Child, "C")
    child.known_as = child.known_as or child.first_name
    _clean(child)
    return write(child, noun="child", by=by, now=now)


@transaction.atomic
def save_guardianship(guardianship: Guardianship, *, by: Any, now: datetime) -> list[str]:
    """Add or change a guardian's standing for a child. A restriction set or lifted is its own event."""
    was = False
    if not guardianship._state.adding:
        was = Guardianship.objects.select_for_update().get(pk=guardianship.pk).restricted
    if was and not guardianship.restricted:
        guardianship.restriction_reason, guardianship.restriction_review_on = "", None
    check_guardianship(guardianship)
    _clean(guardianship)
    changed = write(guardianship, noun="guardianship", by=by, now=now)
    if was != guardianship.restricted:
        event = "guardianship.restricted" if guardianship.restricted else "guardianship.restriction_lifted"
        record(event, by=by, target=guardianship, now=now, review_on=guardianship.restriction_review_on)
    if newly_reached.reaches_further(guardianship, changed):
        newly_reached.reached([guardianship.guardian_id], by=by, now=now)
    return changed


def check_guardianship(guardianship: Guardianship) -> None:
    """Raise ValidationError when a restriction lacks its review date or the reason for it."""
    problems = {}
    if guardianship.restricted and not guardianship.restriction_review_on:
        problems["restriction_review_on"] = "Say when the restriction will be reviewed."
    if guardianship.restricted and not guardianship.restriction_reason.strip():
        problems["restriction_reason"] = "Say why, for example which court order."
    if problems:
        raise ValidationError(problems)


def restrict(guardianship: Guardianship, *, reason: str, review_on: date, by: Any, now: datetime) -> None:
    """From now on this guardian gets nothing about this child and sees nothing of it."""
    guardianship.restricted = True
    guardianship.restriction_reason, guardianship.restriction_review_on = reason, review_on
    save_guardianship(guardianship, by=by, now=now)


def lift_restriction(guardianship: Guardianship, *, by: Any, now: datetime) -> None:
    """End a restriction; why it was set and when it was to be reviewed are forgotten, the audit stays."""
    guardianship.restricted = False
    save_guardianship(guardianship, by=by, now=now)


def check_ending(guardianship: Guardianship) -> None:
    """Raise ValidationError when the standing carries a restriction, which must not be lost by the way."""
    if guardianship.restricted:
        raise ValidationError("There is a restriction on this. Lift it first if it no longer holds.")


@transaction.atomic
def end_guardianship(guardianship: Guardianship, *, by: Any, now: datetime) -> None:
    """The guardian no longer stands for the child at all. Refused while a restriction is in force."""
    check_ending(guardianship)
    ids = {"guardian": guardianship.guardian_id, "child": guardianship.child_id}
    record("guardianship.ended", by=by, target=guardianship, now=now, **ids)
    guardianship.delete()


@transaction.atomic
def save_group(group: Group, children: list[Child], *, by: Any, now: datetime) -> None:
    """Add or change a group and who is in it."""
    _clean(group)
    write(group, noun="group", by=by, now=now)
    before = set(group.children.values_list("pk", flat=True))
    after = {child.pk for child in children}
    if before != after:
        group.children.set(children)
        record(
            "group.members_changed", by=by, target=group, now=now, joined=len(after - before), left=len(before - after)
        )


@transaction.atomic
def delete_group(group: Group, *, by: Any, now: datetime) -> None:
    """Dissolve a group; the children stay."""
    record("group.deleted", by=by, target=group, now=now)
    group.delete()


def _clean(instance: models.Model) -> None:
    """The model's own rules. Sign-in accounts are made just after, so a link to one is not looked up."""
    instance.full_clean(exclude={"user"} if isinstance(instance, Guardian) else None)
