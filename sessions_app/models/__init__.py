"""Sessions and all that is planned around them."""

from sessions_app.models.activities import Activity, ActivityItem, ActivityStep
from sessions_app.models.bookings import Booking, ChildInMySessions, Invitation, JoinUse, PhoneTask
from sessions_app.models.bulk import BulkItem, BulkRun
from sessions_app.models.console import ConsolePress, DeliveryCheck
from sessions_app.models.family_answers import FamilyAnswer, Feedback
from sessions_app.models.family_calendars import FamilyCalendar
from sessions_app.models.let_in import LetIn
from sessions_app.models.meetings import Meeting, ZoomHost
from sessions_app.models.offers import PlaceOffer
from sessions_app.models.planning import Place, Session, SessionItem, SessionRevision, SessionStep
from sessions_app.models.policy_alerts import PolicyAlert
from sessions_app.models.presence import DoorDecision, HostStart, MeetingRun, Presence, RecordingRun
from sessions_app.models.recordings import RecordedChild, RecordingFile, RecordingOrder, RunStep
from sessions_app.models.records import RecordAmendment, RecordTiming, SessionRecord
from sessions_app.models.rota import Absence, Skill, SwapRequest, WorkingHours
from sessions_app.models.series import Series, SeriesChild, SeriesItem, SeriesStaff, SeriesStep, SkippedDay
from sessions_app.models.series_work import SeriesWork
from sessions_app.models.staff import StaffAssignment, StaffPhoto, StaffProfile
from sessions_app.models.terms import Holiday, Term
from sessions_app.models.zoom_events import Reconciling, ZoomEvent, ZoomReport
from sessions_app.models.zoom_token import ZoomToken

__all__ = [
    "Absence",
    "Activity",
    "ActivityItem",
    "ActivityStep",
    "Booking",
    "BulkItem",
    "BulkRun",
    "ChildInMySessions",
    "ConsolePress",
    "DeliveryCheck",
    "DoorDecision",
    "FamilyAnswer",
    "FamilyCalendar",
    "Feedback",
    "Holiday",
    "HostStart",
    "Invitation",
    "JoinUse",
    "LetIn",
    "Meeting",
    "MeetingRun",
    "PhoneTask",
    "Place",
    "PlaceOffer",
    "PolicyAlert",
    "Presence",
    "Reconciling",
    "RecordAmendment",
    "RecordTiming",
    "RecordedChild",
    "RecordingFile",
    "RecordingOrder",
    "RecordingRun",
    "RunStep",
    "Series",
    "SeriesChild",
    "SeriesItem",
    "SeriesStaff",
    "SeriesStep",
    "SeriesWork",
    "Session",
    "SessionItem",
    "SessionRecord",
    "SessionRevision",
    "SessionStep",
    "Skill",
    "SkippedDay",
    "StaffAssignment",
    "StaffPhoto",
    "StaffProfile",
    "SwapRequest",
    "Term",
    "WorkingHours",
    "ZoomEvent",
    "ZoomHost",
    "ZoomReport",
    "ZoomToken",
]
