"""The policy's settings for each kind of session, and what counts as not kept."""

import pytest

from sessions_app.models import Session
from sessions_app.zoom.policy_settings import KINDS, describe, differences, policy_for, settings_for
from whippersnappers.policy import Clause

STAFF = ("maya@whippersnappers.org", "tom@whippersnappers.org")
EVERYWHERE = {
    "waiting_room": True,
    "join_before_host": False,
    "participant_video": False,
    "mute_upon_entry": True,
    "auto_recording": "none",
    "use_pmi": False,
    "meeting_authentication": False,
    "approval_type": 2,
    "registrants_confirmation_email": False,
    "registrants_email_notification": False,
    "alternative_hosts_email_notification": False,
    "auto_start_meeting_summary": False,
    "auto_start_ai_companion_questions": False,
    "alternative_hosts": "maya@whippersnappers.org;tom@whippersnappers.org",
}


@pytest.mark.parametrize("kind", Session.Kind.values)
def test_every_kind_of_session_has_the_policys_settings(kind: str) -> None:
    assert settings_for(kind, STAFF) == {**EVERYWHERE, "focus_mode": kind == "group_entertainment"}


def test_the_kinds_are_those_of_sessions() -> None:
    assert set(KINDS) == set(Session.Kind.values)
    with pytest.raises(ValueError, match="webinar"):
        settings_for("webinar")


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_kept_has_no_differences(kind: str) -> None:
    asked = settings_for(kind, STAFF)
    assert differences(asked, {**asked, "host_video": True}) == []


SAFETY = [setting.key for setting in policy_for("group_entertainment") if setting.safety]


@pytest.mark.parametrize("key", [*SAFETY, "alternative_hosts"])
def test_each_safety_setting_that_differs_is_named(key: str) -> None:
    asked = settings_for("group_entertainment", STAFF)
    wrong: dict[str, object] = {
        "auto_recording": "cloud",
        "approval_type": 0,
        "alternative_hosts": "x@example.org",
    }
    kept = {**asked, key: wrong.get(key, not asked[key])}
    assert [difference.key for difference in differences(asked, kept)] == [key]


@pytest.mark.parametrize(
    "key",
    [
        "registrants_confirmation_email",
        "registrants_email_notification",
        "alternative_hosts_email_notification",
    ],
)
def test_what_is_not_about_safety_does_not_stop_a_meeting(key: str) -> None:
    asked = settings_for("small_group")
    assert differences(asked, {**asked, key: True}) == []


def test_focus_mode_matters_only_where_the_policy_asks_for_it() -> None:
    asked = settings_for("small_group")
    assert differences(asked, {**asked, "focus_mode": True}) == []


def test_a_setting_left_out_counts_as_its_documented_default() -> None:
    asked = settings_for("group_entertainment")
    assert [difference.key for difference in differences(asked, {})] == [
        "waiting_room",
        "participant_video",
        "mute_upon_entry",
        "meeting_authentication",
        "focus_mode",
    ]


def test_a_one_is_not_a_true() -> None:
    asked = settings_for("small_group")
    assert [d.key for d in differences(asked, {**asked, "waiting_room": 1})] == ["waiting_room"]


@pytest.mark.parametrize(
    ("kept", "same"),
    [
        ("tom@whippersnappers.org;MAYA@whippersnappers.org;", True),
        ("tom@whippersnappers.org, maya@whippersnappers.org", True),
        ("maya@whippersnappers.org", False),
        ("maya@whippersnappers.org;tom@whippersnappers.org;eve@example.org", False),
        ("", False),
        (None, False),
    ],
)
def test_alternative_hosts_are_compared_as_a_set(kept: str | None, same: bool) -> None:
    asked = settings_for("small_group", STAFF)
    assert (differences(asked, {**asked, "alternative_hosts": kept}) == []) is same


def test_a_difference_reads_as_a_sentence() -> None:
    asked = settings_for("small_group")
    (difference,) = differences(asked, {**asked, "waiting_room": False})
    assert str(difference) == (
        "Everybody waits until staff let them in (F7): the portal asked for waiting_room = on, Zoom has off"
    )


def test_the_description_names_a_clause_in_every_sentence() -> None:
    sentences = describe("group_entertainment")
    assert "Families see only the entertainers, not each other. (X1)" in sentences
    assert len(sentences) == len(set(sentences))
    assert all(any(f"({clause.value})" in sentence for clause in Clause) for sentence in sentences)
