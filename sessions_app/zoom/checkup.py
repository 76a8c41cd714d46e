"""What has to be changed in Zoom before the portal can keep the policy there, in plain words.

It looks at the credentials, the app's scopes, every host's licence and settings, the staff who are to be
alternative hosts, and makes one trial meeting for each host, which is read back and deleted: only so does a
setting show that the account overrides without a word.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Any, Final
from uuid import uuid4

from sessions_app.zoom import tokens
from sessions_app.zoom.errors import UserNotFound, ZoomAuthError, ZoomError, ZoomNotConfigured, ZoomScopeMissing
from sessions_app.zoom.gateway import ZoomGateway
from sessions_app.zoom.meetings import MeetingSpec, carries_reference, new_passcode, schedule_differences
from sessions_app.zoom.policy_settings import GROUP_ENTERTAINMENT, differences, settings_for
from whippersnappers.policy import Clause

LICENSED: Final = 2
# What the app in the Zoom Marketplace needs to be given; docs/zoom.md says what each is for.
SCOPES: Final = tuple(
    f"{scope}:admin"
    for scope in (
        "meeting:write:meeting",
        "meeting:read:meeting",
        "meeting:update:meeting",
        "meeting:delete:meeting",
        "meeting:read:list_meetings",
        "meeting:update:status",
        "meeting:update:in_meeting_controls",
        "meeting:read:past_meeting",
        "meeting:read:list_past_participants",
        "report:read:list_meeting_participants",
        "cloud_recording:read:list_recording_files",
        "cloud_recording:delete:meeting_recording",
        "user:read:user",
        "user:read:settings",
    )
)
_ACCOUNT: Final = "In Zoom, under Account Management, Account Settings"
# Where in Zoom a setting of a meeting is decided for the whole account.
_WHERE: Final = {
    "waiting_room": "Meeting, Security: switch “Waiting Room” on",
    "join_before_host": "Meeting, Schedule Meeting: switch “Allow participants to join before host” off",
    "participant_video": "Meeting, Schedule Meeting: switch “Participants video” off",
    "mute_upon_entry": "Meeting, Schedule Meeting: switch “Mute all participants when they join a meeting” on",
    "auto_recording": "Recording: switch “Automatic recording” off",
    "use_pmi": "Meeting, Schedule Meeting: switch “Use Personal Meeting ID when scheduling a meeting” off",
    "meeting_authentication": "Meeting, Security: switch “Only authenticated users can join meetings” off",
    "approval_type": "Meeting: do not require registration",
    "auto_start_meeting_summary": "AI Companion: switch “Meeting summary” off",
    "auto_start_ai_companion_questions": "AI Companion: switch “Meeting questions” off",
    "focus_mode": "Meeting, In Meeting (Advanced): switch “Focus mode” on",
    "alternative_hosts": "User Management, Users: give every alternative host a licence",
}


class Level(Enum):
    """How much a finding matters."""

    FINE = "fine"
    NOTE = "note"
    CHANGE = "change"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and what to do about it."""

    level: Level
    about: str
    words: str
    to_do: str = ""


def check_account(
    hosts: Iterable[str], staff: Iterable[str], *, now: datetime, trial: bool = True, gateway: ZoomGateway
) -> Iterator[Finding]:
    """Look at everything, one finding after the other. Raises nothing of Zoom's: an error is a finding.

    `hosts` and `staff` are e-mail addresses of users in Zoom. With `trial` each host gets a meeting for a
    moment. It stops at credentials that do not work, because then nothing else can be known.
    """
    signed_in = yield from _credentials()
    if not signed_in:
        return
    hosts = sorted(set(hosts))
    if not hosts:
        to_do = "In the portal, under Zoom hosts, add the sign-in address of each licensed Zoom user."
        yield Finding(Level.CHANGE, "hosts", "The portal knows no Zoom host, so no remote session can be held.", to_do)
    for host in hosts:
        usable = yield from _checked(host, partial(_host, host, gateway))
        if usable and trial:
            yield from _checked(host, partial(_trial_meeting, host, gateway, now))
    for person in sorted(set(staff) - set(hosts)):
        yield from _checked(person, partial(_colleague, person, gateway))
    yield Finding(
        Level.NOTE,
        "the account",
        f"Zoom does not tell the portal whether a setting is locked (clause {Clause.N3.value}).",
        f"{_ACCOUNT}, Recording: switch “Record to computer files” off and press the lock beside it.",
    )
    yield Finding(
        Level.NOTE,
        "the account",
        f"Zoom lets no program switch off a family's camera (clause {Clause.X1.value}).",
        "In a group entertainment session staff switch off “Start Video” under Host tools. Zoom Support can "
        "enable “disable participant video” for the account.",
    )


def _credentials() -> Generator[Finding, None, bool]:
    """A fresh token, so that the check sees today's scopes; other workers notice by themselves."""
    about = "credentials"
    try:
        token = tokens.replace_token(tokens.current_token().value)
    except ZoomNotConfigured as error:
        yield Finding(Level.CHANGE, about, str(error), "Create a Server-to-Server OAuth app in the Zoom Marketplace.")
        return False
    except ZoomAuthError as error:
        to_do = (
            "In the Zoom Marketplace open the Server-to-Server OAuth app, see that it is activated, and copy Account "
            "ID, Client ID and Client Secret into ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET."
        )
        yield Finding(Level.CHANGE, about, f"{error}.", to_do)
        return False
    except ZoomError as error:
        yield Finding(Level.UNKNOWN, about, f"{error}.", "Try again later.")
        return False
    yield Finding(Level.FINE, about, f"Zoom accepts them. The portal talks to {token.api_url}.")
    missing = [scope for scope in SCOPES if scope not in token.scopes]
    if missing:
        yield Finding(Level.CHANGE, "scopes", f"The app lacks {', '.join(missing)}.", _add_scopes(missing))
    else:
        yield Finding(Level.FINE, "scopes", f"The app has all {len(SCOPES)} that the portal uses.")
    return True


def _checked(about: str, look: Callable[[], Iterable[Finding]]) -> Generator[Finding, None, bool]:
    """The findings of one look; an error of Zoom becomes a finding. True when nothing kept it from looking."""
    try:
        findings = list(look())
    except ZoomScopeMissing as error:
        yield Finding(Level.CHANGE, about, f"Zoom refused to answer: {error}", _add_scopes([]))
        return False
    except ZoomError as error:
        level = Level.UNKNOWN if error.retryable else Level.CHANGE
        yield Finding(level, about, f"{error}.", "Try again later." if error.retryable else "See what Zoom says.")
        return False
    yield from findings
    return not any(finding.level is Level.CHANGE and finding.about == about for finding in findings)


def _host(email: str, gateway: ZoomGateway) -> Iterator[Finding]:
    to_do = "In Zoom, under User Management, Users: {}, or take the host out of use in the portal."
    try:
        user = gateway.get_user(email)
    except UserNotFound:
        yield Finding(Level.CHANGE, email, "Zoom has no such user.", to_do.format("add this user"))
        return
    if user.get("status") != "active":
        yield Finding(Level.CHANGE, email, f"This user is {user.get('status')}.", to_do.format("activate the user"))
        return
    if user.get("type") != LICENSED:
        words = "This user has no licence: meetings would end after 40 minutes."
        yield Finding(Level.CHANGE, email, words, to_do.format("give the user a licence"))
        return
    yield Finding(Level.FINE, email, "A licensed, active user.")
    yield from _recording(email, gateway.get_user_settings(email))


def _recording(email: str, settings: dict[str, Any]) -> Iterator[Finding]:
    """What a meeting cannot decide for itself: recording on somebody's own computer."""
    recording = settings.get("recording") or {}
    about = f"{email}, recording"
    if recording.get("local_recording") is not False:
        words = f"Sessions can be recorded on a computer, and no meeting can forbid it (clause {Clause.N3.value})."
        to_do = f"{_ACCOUNT}, Recording: switch “Record to computer files” off and press the lock beside it."
        yield Finding(Level.CHANGE, about, words, to_do)
    else:
        yield Finding(Level.FINE, about, "Recording on a computer is off.")
    if recording.get("cloud_recording") is not True:
        words = f"Cloud recording is off: group entertainment sessions cannot be recorded (clause {Clause.X1.value})."
        to_do = f"If you hold such sessions: {_ACCOUNT}, Recording: switch “Cloud recording” on."
        yield Finding(Level.NOTE, about, words, to_do)


def _colleague(email: str, gateway: ZoomGateway) -> Iterator[Finding]:
    """A member of staff who is to be alternative host; Zoom refuses the whole meeting otherwise."""
    to_do = "Give this user a licence in Zoom, or empty the Zoom sign-in of this member of staff in the portal."
    try:
        user = gateway.get_user(email)
    except UserNotFound:
        yield Finding(Level.CHANGE, email, "Zoom has no such user; sessions of theirs would fail.", to_do)
        return
    if user.get("type") != LICENSED or user.get("status") != "active":
        yield Finding(Level.CHANGE, email, "Not a licensed, active user; sessions of theirs would fail.", to_do)
        return
    yield Finding(Level.FINE, email, "Can be alternative host.")


def _trial_meeting(host: str, gateway: ZoomGateway, now: datetime) -> Iterator[Finding]:
    """Make a meeting with the strictest settings, change it, read it back, delete it."""
    about = f"{host}, trial meeting"
    spec = MeetingSpec(
        topic="Portal check: may be deleted",
        starts_at=(now + timedelta(days=30)).replace(microsecond=0),
        minutes=30,
        passcode=new_passcode(),
        reference=f"check:{uuid4()}",
        kind=GROUP_ENTERTAINMENT,
    )
    try:
        number = int(gateway.create_meeting(host, spec)["id"])
        gateway.update_meeting(number, spec)
        stored = gateway.get_meeting(number)
    finally:
        # By its reference, so that it goes even when the answer to creating it was lost.
        for meeting in list(gateway.list_meetings(host)):
            if carries_reference(meeting.get("agenda"), spec.reference):
                gateway.delete_meeting(int(meeting["id"]))
    wrong = differences(settings_for(spec.kind), stored.get("settings") or {})
    for difference in wrong:
        place = _WHERE.get(difference.key, "Meeting: allow the setting to be chosen for each meeting")
        words = f"Zoom does not keep what the policy asks for. {difference}."
        yield Finding(Level.CHANGE, about, words, f"{_ACCOUNT}, {place}, or take its lock away.")
    for text in schedule_differences(spec, stored):
        yield Finding(Level.CHANGE, about, f"Zoom stored something else: {text}.", "Tell the portal's support.")
    if not wrong:
        yield Finding(Level.FINE, about, "Made, changed, read back and deleted; every safety setting was kept.")


def _add_scopes(missing: list[str]) -> str:
    named = f" {', '.join(missing)}" if missing else " the scopes that it names"
    return f"In the Zoom Marketplace open the app, under Scopes add{named}, and activate the app again."
