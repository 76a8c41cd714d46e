"""Texts that ask families for passwords or login details are found; innocent ones are left alone (N1)."""

import pytest

from whippersnappers.secret_requests import asks_for_secret

ASKING = [
    "Please send us your Zoom password.",
    "Email me your log-in details before we start",
    "What is your password?",
    "Have your password ready.",
    "Don't forget to send your password",
    "We need your username and password",
    "Tell Maya your PIN",
    "please share your login",
    "Reply with your pass word",
    "Send your pass\u200bword",
    "Send your ｐａｓｓｗｏｒｄ",
    "Can you let us know your sign-in details?",
    "Bring a spoon.\nText your passcode to Tom.",
    "Never mind the rest. Give us your user name!",
]
INNOCENT = [
    "",
    "We will never ask for your password.",
    "You do not need a password.",
    "Log in to Zoom five minutes early.",
    "No password is needed: you need only the link.",
    "Bring a pin and a cork board.",
    "We don't ask you to share any of your passwords or login details",
    "Bring a pan. The passcode is in your invitation.",
    "You need the passcode from your invitation.",
    "Send us a photo of your drum.",
    "You can join without any password",
    "Tell us what your child likes. Passwords are not for us.",
]


@pytest.mark.parametrize("text", ASKING)
def test_a_request_is_found(text):
    assert asks_for_secret(text) != ""


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_text_is_left_alone(text):
    assert asks_for_secret(text) == ""


def test_the_sentence_at_fault_is_named():
    text = "Bring a pan. Then send us your password. Have fun."
    assert asks_for_secret(text) == "Then send us your password."
