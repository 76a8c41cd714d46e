"""The kinds of policy alerts: which promise each is about, what it says, who hears of it.

Whoever adds a kind adds a line to both tables; a test holds them to be total.
"""

from dataclasses import dataclass

from django.db import models

from whippersnappers.policy import Clause


class AlertKind(models.TextChoices):
    """What went against the policy, as far as the portal can see. The label is the alert's heading."""

    TOO_FEW_STAFF = "too_few_staff", "Fewer than two members of staff with a family"
    STARTED_WITHOUT_CHECKLIST = "started_without_checklist", "Begun without the checklist"
    STRANGER_IN_MEETING = "stranger_in_meeting", "Somebody in the meeting who was not invited"
    RECORDING_NOT_ALLOWED = "recording_not_allowed", "Recorded, and must not be"
    RECORDING_IN_HELLO = "recording_in_hello", "Recorded while families say hello"
    RECORDED_WITHOUT_YES = "recorded_without_yes", "Recorded with a child whose family has not said yes"
    RECORDING_NOT_DELETED = "recording_not_deleted", "A recording that is still there"
    NOTHING_HEARD_FROM_ZOOM = "nothing_heard_from_zoom", "Nothing heard from Zoom"
    RECORD_OVERDUE = "record_overdue", "Session record overdue"
    NO_RECORD = "no_record", "No session record"


@dataclass(frozen=True)
class KindFacts:
    """What belongs to a kind. `operational`: coordinators see it too, not only those who safeguard.

    `urgent`: it may be going on while somebody reads this, so a clock runs until it is acknowledged. `by_mail` is
    False for what has reminders of its own.
    """

    clause: Clause
    what: str
    what_to_do: str
    operational: bool = True
    urgent: bool = False
    by_mail: bool = True


KINDS: dict[AlertKind, KindFacts] = {
    AlertKind.TOO_FEW_STAFF: KindFacts(
        Clause.W5,
        "A family was in the session with fewer than two members of staff.",
        "Ring the staff now. If nobody can step in, they end the meeting.",
        urgent=True,
    ),
    AlertKind.STARTED_WITHOUT_CHECKLIST: KindFacts(
        Clause.W4,
        "The session began, and the checklist was not done.",
        "Ask the staff what was missing, and write down what they say.",
    ),
    AlertKind.STRANGER_IN_MEETING: KindFacts(
        Clause.F7,
        "Somebody was in the meeting who is not one of ours and was not invited.",
        "Ask the staff to put them out of the meeting, and find out how they came in.",
        urgent=True,
    ),
    AlertKind.RECORDING_NOT_ALLOWED: KindFacts(
        Clause.N3,
        "A session was recorded that must never be.",
        "The portal tells Zoom to stop, and deletes what was recorded. Ask the staff how it began.",
        urgent=True,
    ),
    AlertKind.RECORDING_IN_HELLO: KindFacts(
        Clause.X2,
        "The recording was on while families had their cameras on.",
        "The portal tells Zoom to stop. Ask the staff how it began.",
        urgent=True,
    ),
    AlertKind.RECORDED_WITHOUT_YES: KindFacts(
        Clause.X1,
        "A session was recorded with a child in it whose family has not said yes to that.",
        "The recording may have to go. Look at who was in it, and speak to the family.",
    ),
    AlertKind.RECORDING_NOT_DELETED: KindFacts(
        Clause.N3,
        "A recording that must go is still with Zoom.",
        "Look at why Zoom does not delete it, and delete it by hand if need be.",
        operational=False,
    ),
    AlertKind.NOTHING_HEARD_FROM_ZOOM: KindFacts(
        Clause.W5,
        "The portal heard nothing from Zoom about this session, so it cannot say who was there.",
        "Ask the staff whether it took place, and look at the connection to Zoom.",
    ),
    AlertKind.RECORD_OVERDUE: KindFacts(
        Clause.W6,
        "The record of this session is late.",
        "Ask who delivered it to write or sign it today.",
        by_mail=False,
    ),
    AlertKind.NO_RECORD: KindFacts(
        Clause.W6,
        "This session has no record at all.",
        "Ask the staff what happened, and have the record written.",
    ),
}

OPERATIONAL = tuple(kind for kind, facts in KINDS.items() if facts.operational)
URGENT = tuple(kind for kind, facts in KINDS.items() if facts.urgent)

# What the facts of an alert may be called, and how that reads. Numbers, times in ISO format and names of staff:
# never the name of a child or a family.
FACT_LABELS = {
    "staff_present": "Staff who were there",
    "staff_assigned": "Staff who were to be there",
    "staff_count": "How many staff were there",
    "families_count": "How many families were there",
    "since": "Since",
    "until": "Until",
    "at": "When",
    "due_at": "Due",
    "seconds": "Seconds",
    "grace_seconds": "Seconds allowed",
    "missing": "Missing",
    "participants": "How many people",
    "recording_started_at": "Recording started",
    "recording_stopped_at": "Recording stopped",
    "children_count": "How many children",
    "tries": "Tries",
    "started_at": "Started",
    "ended_at": "Ended",
    "how": "How it is known",
}
