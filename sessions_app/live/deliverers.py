"""Who delivers a session at this moment: the staff assigned to it who have not gone off it."""

from django.core.exceptions import ValidationError

from sessions_app.models import Session, StaffAssignment
from whippersnappers.accounts.models import User

NOT_YOURS = "You are not on this session’s staff: those who deliver it answer and press for themselves."


def place_of(session: Session, user: User) -> StaffAssignment | None:
    """This person's own place on the session's staff; None for everybody else, coordinators too."""
    places = session.assignments.filter(staff__user=user, withdrawn_at=None)
    return places.select_related("staff__user").first()


def own_place(session: Session, user: User) -> StaffAssignment:
    """The same for services. Raises ValidationError for whoever does not deliver the session."""
    place = place_of(session, user)
    if place is None:
        raise ValidationError(NOT_YOURS)
    return place
