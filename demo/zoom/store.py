"""What the simulated Zoom account holds: users, meetings, the token, and how often it was called.

Everything is plain JSON-able data behind one lock; with a file it survives a restart of the demo.
"""

import base64
import hashlib
import json
import os
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from demo.zoom.events import envelope
from demo.zoom.outbox import Json, Outbox

BASIC: Final = 1
LICENSED: Final = 2
# What the account gives a meeting where the request says nothing: on purpose the opposite of the policy, so
# that a setting which the portal forgets to ask for is seen.
ACCOUNT_DEFAULTS: Final[Json] = {
    "host_video": True,
    "participant_video": True,
    "join_before_host": True,
    "jbh_time": 0,
    "mute_upon_entry": False,
    "watermark": False,
    "use_pmi": False,
    "approval_type": 2,
    "audio": "both",
    "auto_recording": "local",
    "waiting_room": False,
    "meeting_authentication": True,
    "registrants_confirmation_email": True,
    "registrants_email_notification": True,
    "alternative_hosts": "",
    "alternative_hosts_email_notification": True,
    "email_notification": True,
    "focus_mode": False,
    "auto_start_meeting_summary": True,
    "auto_start_ai_companion_questions": True,
    "private_meeting": False,
    "show_share_button": False,
    "allow_multiple_devices": False,
    "encryption_type": "enhanced_encryption",
}
USER_SETTINGS: Final[Json] = {
    "schedule_meeting": {
        "join_before_host": False,
        "participants_video": False,
        "mute_upon_entry": True,
        "meeting_authentication": False,
        "use_pmi_for_scheduled_meetings": False,
    },
    "in_meeting": {"waiting_room": True, "focus_mode": True, "co_host": True},
    "recording": {"local_recording": False, "cloud_recording": True, "auto_recording": "none"},
}


@dataclass
class Credentials:
    """What the app is registered with. `scopes` None means every scope."""

    account_id: str
    client_id: str
    client_secret: str
    scopes: list[str] | None = None


@dataclass
class Store:
    """The account. Hold `lock` while reading or changing more than one thing."""

    credentials: Credentials
    staff_domain: str = ""
    file: Path | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)
    users: dict[str, Json] = field(default_factory=dict)
    meetings: dict[int, Json] = field(default_factory=dict)
    locked: Json = field(default_factory=dict)
    token: Json = field(default_factory=dict)
    daily: dict[str, int] = field(default_factory=dict)
    calls: list[Json] = field(default_factory=list)
    outbox: Outbox = field(default_factory=Outbox)
    # How long Zoom works on a recording before its file is there.
    recording_ready_seconds: float = 0

    def load(self) -> None:
        """Take over what an earlier run has saved."""
        if self.file is None or not self.file.exists():
            return
        saved = json.loads(self.file.read_text())
        self.users = saved["users"]
        self.meetings = {int(number): meeting for number, meeting in saved["meetings"].items()}
        for meeting in self.meetings.values():
            # Kept by a simulator that did not know who waits yet.
            meeting.setdefault("people", [])
            meeting.get("running", {}).setdefault("rows", [])
        self.locked = saved["locked"]
        self.token = saved["token"]
        self.daily = saved["daily"]

    def save(self) -> None:
        """Write the account to its file in one step, so that a killed simulator never leaves half of it."""
        if self.file is None:
            return
        with self.lock:
            names = ("users", "meetings", "locked", "token", "daily")
            text = json.dumps({name: getattr(self, name) for name in names}, indent=1)
            self.file.parent.mkdir(parents=True, exist_ok=True)
            beside = self.file.with_suffix(".new")
            beside.write_text(text)
            os.replace(beside, self.file)

    def reset(self) -> None:
        """Forget meetings, token, counts and locks; the users stay."""
        with self.lock:
            for kept in (self.meetings, self.locked, self.token, self.daily):
                kept.clear()
            self.calls.clear()
            self.outbox.clear()
            self.save()

    # --- Users --------------------------------------------------------------------------------------------
    def add_user(self, email: str, *, type: int = LICENSED, settings: Json | None = None) -> Json:
        """Add a user, or change the licence and settings of the one with this address."""
        user_id = self.user_id_of(email)
        name = email.split("@")[0].replace(".", " ").title().split(" ", 1)
        merged = {area: {**values, **(settings or {}).get(area, {})} for area, values in USER_SETTINGS.items()}
        user = {
            "id": user_id,
            "email": email,
            "first_name": name[0],
            "last_name": "".join(name[1:]),
            "type": type,
            "status": "active",
            "timezone": "Europe/London",
            "settings": merged,
        }
        with self.lock:
            self.users[user_id] = user
        return user

    def user_id_of(self, email: str) -> str:
        """The id of a user of this account, listed or not."""
        digest = hashlib.sha256(email.casefold().encode()).digest()
        return base64.urlsafe_b64encode(digest)[:22].decode()

    def find_user(self, name: str) -> Json | None:
        """The user with this id or e-mail address."""
        with self.lock:
            wanted = name.casefold()
            found = (user for user in self.users.values() if user["email"].casefold() == wanted)
            return self.users.get(name) or next(found, None)

    def is_ours(self, email: str) -> bool:
        """Whether an address is a user of this account. Staff of the charity's domain who are not listed count as
        users, so that a demo need not list them all."""
        domain = f"@{self.staff_domain.casefold()}"
        return self.find_user(email) is not None or (domain != "@" and email.casefold().endswith(domain))

    def may_be_host(self, email: str) -> bool:
        """Whether an address is a licensed user."""
        user = self.find_user(email)
        return user["type"] == LICENSED if user else self.is_ours(email)

    # --- Tokens -------------------------------------------------------------------------------------------
    def new_token(self, now: datetime, seconds: int) -> str:
        """A token for the app; the one before ends with it."""
        with self.lock:
            value = secrets.token_urlsafe(48)
            self.token = {"value": value, "ends": (now + timedelta(seconds=seconds)).isoformat()}
            return value

    def token_problem(self, value: str, now: datetime) -> str:
        """Why a token is refused; empty if it is good."""
        with self.lock:
            if not value or value != self.token.get("value"):
                return "Invalid access token."
            if datetime.fromisoformat(self.token["ends"]) <= now:
                return "Access token is expired."
            return ""

    # --- Meetings -----------------------------------------------------------------------------------------
    def tell(self, event: str, obj: Json, at: datetime, about: str = "", **beside: object) -> None:
        """Tell the portal of an event that happens at `at`; `about` is for the log only."""
        self.outbox.tell(envelope(self.credentials.account_id, event, at, obj, **beside), at, about)

    def new_meeting_id(self) -> int:
        """An eleven-digit number that no meeting has."""
        while True:
            number = 80_000_000_000 + secrets.randbelow(9_999_999_999)
            if number not in self.meetings:
                return number

    def count_today(self, user_id: str, now: datetime) -> int:
        """How many creates and updates this host has had in the present UTC day, this one included."""
        with self.lock:
            key = f"{now.astimezone(UTC).date()} {user_id}"
            self.daily[key] = self.daily.get(key, 0) + 1
            return self.daily[key]


def new_uuid() -> str:
    """A meeting's UUID as Zoom makes them: base64, so it may hold or begin with a slash."""
    return base64.b64encode(secrets.token_bytes(16)).decode()


def stamp(moment: datetime) -> str:
    """A time as the API writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
