"""Who may do what with a record: each rule raises with a sentence for the page, and answers its button as well."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError

from sessions_app.models import SessionRecord, StaffProfile
from whippersnappers.accounts.models import User

State = SessionRecord.State

NOT_OF_THE_SESSION = "Only staff of this session can do that."
SIGNED_ALREADY = "This record is signed: it cannot be changed. You can add to it."
WRITTEN_BY = "{author} writes this record now. What you typed is still here: copy it, or take the record over."
NOT_SIGNED_YET = "This record is not signed yet."
BY_ANOTHER = "Somebody else who was at the session must countersign it: you wrote it."
NO_LONGER = "This record does not wait for a second signature any more."


def staff_of(record: SessionRecord, user: User) -> StaffProfile | None:
    """The person's profile, when they deliver the record's session."""
    place = record.session.assignments.filter(staff__user=user, withdrawn_at=None).select_related("staff__user").first()
    return place.staff if place else None


def check_writes(record: SessionRecord, user: User) -> StaffProfile:
    """The author, before it is signed. Raises ValidationError."""
    staff = _of_the_session(record, user)
    if record.is_signed:
        raise ValidationError(SIGNED_ALREADY)
    if record.author_id not in (None, staff.pk):
        raise ValidationError(WRITTEN_BY.format(author=record.author))
    return staff


def check_takes_over(record: SessionRecord, user: User) -> StaffProfile:
    """Anybody of the session's staff, before it is signed. Raises ValidationError."""
    staff = _of_the_session(record, user)
    if record.is_signed:
        raise ValidationError(SIGNED_ALREADY)
    return staff


def check_countersigns(record: SessionRecord, user: User) -> StaffProfile:
    """Somebody else of the session's staff, once its author has signed. Raises ValidationError."""
    staff = _of_the_session(record, user)
    if record.state != State.SIGNED:
        raise ValidationError(NOT_SIGNED_YET if not record.is_signed else NO_LONGER)
    if record.author_id == staff.pk:
        raise ValidationError(BY_ANOTHER)
    return staff


def check_amends(record: SessionRecord, user: User) -> None:
    """Everybody who may read it, once two have signed. Raises ValidationError."""
    if record.state != State.COMPLETE:
        raise ValidationError("This record is not complete yet: it can be given back and changed.")
    if not SessionRecord.objects.visible_to(user).filter(pk=record.pk).exists():
        raise ValidationError(NOT_OF_THE_SESSION)


def may(check: Callable[[SessionRecord, User], Any], record: SessionRecord, user: User) -> bool:
    """Whether a rule lets this person."""
    try:
        check(record, user)
    except ValidationError:
        return False
    return True


def may_read_content(record: SessionRecord, user: User) -> bool:
    """What is being written is for the session's staff; signed, for whoever may see the record."""
    return record.is_signed or staff_of(record, user) is not None


def _of_the_session(record: SessionRecord, user: User) -> StaffProfile:
    staff = staff_of(record, user)
    if staff is None:
        raise ValidationError(NOT_OF_THE_SESSION)
    return staff
