"""Roles and what each permits: the one table that answers "who may what".

Django's own groups and superuser flag are not used: a permission that is not in this table does not
exist, for administrators too.
"""

from django.db import models


class Role(models.TextChoices):
    """What a person is in the charity. A person may hold several; guardians hold only that one."""

    PRACTITIONER = "practitioner", "Practitioner"
    COORDINATOR = "coordinator", "Coordinator"
    LEAD = "lead", "Safeguarding Lead"
    DEPUTY = "deputy", "Deputy Safeguarding Lead"
    TRUSTEE = "trustee", "Trustee"
    ADMINISTRATOR = "administrator", "Administrator"
    GUARDIAN = "guardian", "Parent or carer"


STAFF_ROLES = frozenset(Role) - {Role.GUARDIAN}


def _all(app: str, *models_: str) -> set[str]:
    actions = ("view", "add", "change", "delete")
    return {f"{app}.{action}_{model}" for model in models_ for action in actions}


def _some(actions: str, app: str, *models_: str) -> set[str]:
    return {f"{app}.{action}_{model}" for model in models_ for action in actions.split()}


_OWN_SESSIONS = _some(
    "view", "sessions_app", "session", "sessionstep", "sessionitem", "staffassignment", "booking", "childinmysessions"
)

# The library of what sessions are made of: to read.
_LIBRARY = _some("view", "sessions_app", "activity", "activitystep", "activityitem")

# Own working hours, absences, swaps and calendar feed; no colleague's.
_OWN_ROTA = {"sessions_app.keep_own_rota"}

# Records of sessions (W6): those of own sessions, to write and to read.
_OWN_RECORDS = {"sessions_app.view_sessionrecord", "sessions_app.write_own_records"}
# And to read those of all sessions once they are signed.
_ALL_RECORDS = {"sessions_app.view_sessionrecord", "sessions_app.read_all_records"}

# What Zoom keeps of which session: to see, and to have it go or stay.
_RECORDINGS = _some("view change", "sessions_app", "recordingfile")

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.PRACTITIONER: frozenset(_OWN_SESSIONS | _OWN_ROTA | _LIBRARY | _OWN_RECORDS),
    Role.COORDINATOR: frozenset(
        _some("view add change", "families", "family", "guardian", "child", "consent", "group")
        | _all("families", "guardianship")
        | _some("view change", "families", "proposal", "datarequest")
        | {"families.import_families", "families.delete_group"}
        | _some("view add change", "sessions_app", "session", "staffprofile", "place", "skill")
        | _all("sessions_app", "sessionstep", "sessionitem")
        | _some("view add change", "sessions_app", "series", "term", "activity")
        | _all("sessions_app", "seriesstep", "seriesitem", "activitystep", "activityitem", "seriesstaff", "holiday")
        | _some("view add change", "sessions_app", "staffassignment", "booking")
        | _some("view change", "sessions_app", "phonetask")
        | _some("view change", "families", "helprequest")
        | _some("view change", "sessions_app", "policyalert")
        | _some("view", "sessions_app", "meeting", "zoomhost", "invitation")
        | {"outbox.view_outgoingmail", "outbox.resend_outgoingmail"}
        | _ALL_RECORDS
        | _RECORDINGS
    ),
    Role.LEAD: frozenset(_OWN_SESSIONS | _OWN_ROTA | _LIBRARY | _OWN_RECORDS | _ALL_RECORDS | _RECORDINGS),
    Role.DEPUTY: frozenset(_OWN_SESSIONS | _OWN_ROTA | _LIBRARY | _OWN_RECORDS | _ALL_RECORDS | _RECORDINGS),
    Role.TRUSTEE: frozenset(),
    Role.ADMINISTRATOR: frozenset(
        _some("view add change", "accounts", "user")
        | {"audit.view_auditevent"}
        | _some("view add change", "sessions_app", "zoomhost")
        | _some("view add change", "families", "agreement")
    ),
    Role.GUARDIAN: frozenset(),
}


def permissions_of(roles: list[str]) -> frozenset[str]:
    """Every permission that any of the roles grants."""
    return frozenset().union(*(PERMISSIONS[Role(role)] for role in roles))
