"""Who a participant is, and who is only suggested."""

from datetime import timedelta

import pytest

from sessions_app.live.naming import Invited, Known, suggestion, who_is
from tests.sessions_app.live.stories import at

INVITED = [
    Invited("hannah", "Hannah Green", ("Leo", "Ruby")),
    Invited("mark", "Mark Green", ("Leo",)),
    Invited("siân", "Siân Llewellyn", ("Zoë",)),
]


@pytest.mark.parametrize(
    ("name", "guardian"),
    [
        ("Hannah Green", "hannah"),
        ("hannah", "hannah"),
        ("HANNAH GREEN (she/her)", "hannah"),
        ("Ruby’s iPad", "hannah"),
        ("Sian", "siân"),
        ("zoe's tablet", "siân"),
        # Both Greens; both parents of Leo; a word within another; nobody.
        ("Green", None),
        ("Leo's iPad", None),
        ("Leonard", None),
        ("iPad", None),
        ("", None),
        ("🎈", None),
    ],
)
def test_names_suggest_one_guardian_or_nobody(name, guardian):
    assert suggestion(name, INVITED) == guardian


def named(email, minutes=5, **known):
    who = who_is("1", "u", name="Hannah Green", email=email, since=at(minutes), known=Known(invited=INVITED, **known))
    return who.staff, who.guardian, who.known_by


def test_a_sign_in_is_surer_than_a_name():
    assert named("maya@w.org", staff_by_email={"maya@w.org": "maya"}) == ("maya", None, "sign_in")


def test_the_hosts_sign_in_is_whoever_pressed_start_last():
    known = {"host_email": "host@w.org", "starts": [(at(0), "maya"), (at(10), "tom")]}
    assert named("host@w.org", 5, **known) == ("maya", None, "host_start")
    assert named("host@w.org", 11, **known) == ("tom", None, "host_start")
    # Clocks are never quite the same.
    assert named("host@w.org", -0.4, **known)[0] == "maya"
    # Somebody of ours before anybody pressed: nobody for the rule of two, and no family either.
    assert named("host@w.org", -5, **known) == (None, None, "host_start")


def test_a_member_of_staff_who_is_only_named_like_one_is_nobody():
    known = Known(staff_by_email={"maya@w.org": "maya"}, starts=[(at(0) - timedelta(hours=1), "maya")])
    who = who_is("1", "u", name="Maya Lind", email="", since=at(1), known=known)
    assert (who.staff, who.guardian) == (None, None)
