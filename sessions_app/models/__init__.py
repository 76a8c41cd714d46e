"""Sessions and all that is planned around them."""

from sessions_app.models.bookings import Booking, ChildInMySessions, Invitation, JoinUse, PhoneTask
from sessions_app.models.meetings import Meeting, ZoomHost
from sessions_app.models.planning import Place, Session, SessionItem, SessionRevision, SessionStep
from sessions_app.models.staff import StaffAssignment, StaffProfile
from sessions_app.models.zoom_token import ZoomToken

__all__ = [
    "Booking",
    "ChildInMySessions",
    "Invitation",
    "JoinUse",
    "Meeting",
    "PhoneTask",
    "Place",
    "Session",
    "SessionItem",
    "SessionRevision",
    "SessionStep",
    "StaffAssignment",
    "StaffProfile",
    "ZoomHost",
    "ZoomToken",
]
