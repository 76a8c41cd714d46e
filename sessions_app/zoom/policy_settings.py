"""The meeting settings that make the policy happen, for each kind of session. Pure: no network, no database.

Each setting names the clause it serves. `differences` says which safety settings Zoom stored otherwise than
asked, because an account-level lock in Zoom overrides a request without a word.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from whippersnappers.policy import Clause

SettingValue: TypeAlias = bool | int | str

ONE_TO_ONE: Final = "one_to_one"
SMALL_GROUP: Final = "small_group"
GROUP_ENTERTAINMENT: Final = "group_entertainment"
KINDS: Final = (ONE_TO_ONE, SMALL_GROUP, GROUP_ENTERTAINMENT)

_MISSING: Final = "(not said)"
ALTERNATIVE_HOSTS: Final = "alternative_hosts"


@dataclass(frozen=True)
class PolicySetting:
    """One meeting setting: what is asked, why, and what Zoom means when it leaves the key out of an answer.

    `if_left_out` is the default that the API documents; None where it documents none, and then a missing
    key counts as not kept. A setting that is not `safety` is asked for but does not stop a meeting.
    """

    key: str
    value: SettingValue
    clause: Clause
    words: str
    safety: bool = True
    if_left_out: SettingValue | None = None


@dataclass(frozen=True)
class Difference:
    """A safety setting that Zoom did not keep."""

    key: str
    asked: SettingValue
    kept: object
    clause: Clause
    words: str

    def __str__(self) -> str:
        return (
            f"{self.words} ({self.clause.value}): the portal asked for {self.key} = {_plain(self.asked)}, "
            f"Zoom has {_plain(self.kept)}"
        )


EVERY_MEETING: Final = (
    PolicySetting("waiting_room", True, Clause.F7, "Everybody waits until staff let them in", True, False),
    PolicySetting("join_before_host", False, Clause.W5, "Nobody is in before staff", True, False),
    PolicySetting("participant_video", False, Clause.X1, "Families come in with their camera off"),
    PolicySetting("mute_upon_entry", True, Clause.W8, "Families come in muted", True, False),
    PolicySetting("auto_recording", "none", Clause.N3, "Nothing is recorded by itself", True, "none"),
    PolicySetting("use_pmi", False, Clause.F7, "Every session has a Meeting ID of its own", True, False),
    PolicySetting("meeting_authentication", False, Clause.W1, "Guests need no Zoom account"),
    PolicySetting("approval_type", 2, Clause.W1, "Meeting ID and passcode are enough to join", True, 2),
    PolicySetting("auto_start_meeting_summary", False, Clause.W8, "No automatic summary is made", True, False),
    PolicySetting("auto_start_ai_companion_questions", False, Clause.W8, "No AI companion listens in", True, False),
    PolicySetting("registrants_confirmation_email", False, Clause.W1, "Zoom sends families no mail", False),
    PolicySetting("registrants_email_notification", False, Clause.W1, "Zoom sends families no mail", False),
    PolicySetting("alternative_hosts_email_notification", False, Clause.W1, "Zoom sends staff no mail", False, True),
)
FOCUS_ON = PolicySetting("focus_mode", True, Clause.X1, "Families see only the entertainers, not each other")
FOCUS_OFF = PolicySetting("focus_mode", False, Clause.W3, "Families see each other", False)
STAFF_AS_HOSTS = PolicySetting(ALTERNATIVE_HOSTS, "", Clause.W5, "Every member of staff can be host", True, "")

_BY_KEY: Final = {setting.key: setting for setting in (*EVERY_MEETING, FOCUS_ON, STAFF_AS_HOSTS) if setting.safety}


def policy_for(kind: str) -> tuple[PolicySetting, ...]:
    """Every setting for a kind of session. Raises ValueError for a kind that the policy does not know."""
    if kind not in KINDS:
        raise ValueError(f"no policy settings for the kind of session {kind!r}")
    return (*EVERY_MEETING, FOCUS_ON if kind == GROUP_ENTERTAINMENT else FOCUS_OFF)


def settings_for(kind: str, alternative_hosts: Iterable[str] = ()) -> dict[str, SettingValue]:
    """The `settings` object of a create or update request; e-mail addresses are joined by semicolons."""
    asked: dict[str, SettingValue] = {setting.key: setting.value for setting in policy_for(kind)}
    asked[ALTERNATIVE_HOSTS] = ";".join(alternative_hosts)
    return asked


def differences(asked: Mapping[str, SettingValue], kept: Mapping[str, object]) -> list[Difference]:
    """Every safety setting of `asked` that differs in `kept` (the `settings` of Zoom's answer)."""
    found = []
    for key, value in asked.items():
        setting = _setting(key, value)
        if setting is None or _is_kept(setting, value, kept):
            continue
        found.append(Difference(key, value, kept.get(key, _MISSING), setting.clause, setting.words))
    return found


def describe(kind: str) -> list[str]:
    """What the settings of a kind of session mean, one plain sentence each, with its clause."""
    policy = (*policy_for(kind), STAFF_AS_HOSTS)
    sentences = dict.fromkeys(f"{setting.words}. ({setting.clause.value})" for setting in policy)
    return list(sentences)


def _setting(key: str, value: SettingValue) -> PolicySetting | None:
    """The safety rule for a key; focus mode is one only where it has to be on."""
    setting = _BY_KEY.get(key)
    if setting is FOCUS_ON and value is not True:
        return None
    return setting


def _is_kept(setting: PolicySetting, asked: SettingValue, kept: Mapping[str, object]) -> bool:
    actual = kept.get(setting.key)
    if actual is None:
        actual = setting.if_left_out
    if setting.key == ALTERNATIVE_HOSTS:
        # More hosts than asked for would be strangers with a host's powers; fewer leave staff without them.
        return _addresses(actual) == _addresses(asked)
    return type(actual) is type(asked) and actual == asked


def _addresses(value: object) -> frozenset[str]:
    # Zoom returns the list in an order of its own, sometimes with commas or a trailing semicolon.
    parts = str(value or "").replace(",", ";").split(";")
    return frozenset(part.strip().casefold() for part in parts if part.strip())


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) or "nobody"
