"""The queue of webhooks: each kind of trouble, and what is noted about every try."""

from datetime import UTC, datetime, timedelta

import pytest

from demo.zoom.events import envelope
from demo.zoom.outbox import TROUBLE, Outbox, SignedRequest
from demo.zoom.signing import encrypted_token, signature

AT = datetime(2026, 11, 24, 16, tzinfo=UTC)
SECRET = "webhook-secret"


def told(*kinds: str, events: int = 3) -> Outbox:
    """An outbox that was told of some events, a second apart, while this trouble was on."""
    outbox = Outbox(SECRET)
    outbox.trouble = set(kinds)
    for number in range(events):
        at = AT + timedelta(seconds=number)
        outbox.tell(envelope("account", f"event.{number}", at, {"id": "81234567890"}), at)
    return outbox


def sent(outbox: Outbox, seconds: float = 3600) -> list[tuple[float, str]]:
    """What goes out, and how many seconds after the first event."""
    found = []
    while (due := outbox.next_due()) and due <= AT + timedelta(seconds=seconds):
        for delivery in outbox.take(due):
            found.append(((due - AT).total_seconds(), delivery.event))
            outbox.answered(delivery, due, "200", good=True)
    return found


def good(request: SignedRequest, now: datetime) -> bool:
    """Whether the portal would take it: signed with the secret, and not older than five minutes."""
    stamp = request.headers["x-zm-request-timestamp"]
    fresh = abs(now.timestamp() - int(stamp)) <= 300
    return fresh and request.headers["x-zm-signature"] == signature(SECRET, stamp, request.body)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (None, [(0, "event.0"), (1, "event.1"), (2, "event.2")]),
        ("delay", [(20, "event.0"), (21, "event.1"), (22, "event.2")]),
        ("reorder", [(1, "event.1"), (6, "event.0"), (8, "event.2")]),
        ("lose_some", [(1, "event.1")]),
        ("lose_all", []),
        (
            "repeat",
            [(0, "event.0"), (1, "event.0"), (1, "event.1"), (2, "event.1"), (2, "event.2"), (3, "event.2")],
        ),
    ],
)
def test_trouble_on_the_way(kind: str | None, expected: list[tuple[float, str]]) -> None:
    assert sent(told(*filter(None, [kind]))) == expected


def test_a_repeat_is_the_same_request() -> None:
    outbox = told("repeat", events=1)
    first, again = (outbox.sign(delivery, AT) for delivery in outbox.take(AT + timedelta(seconds=1)))
    assert first == again


@pytest.mark.parametrize("kind", ["forge", "stale"])
def test_a_spoilt_first_try_is_put_right_by_the_second(kind: str) -> None:
    outbox = told(kind, events=1)
    [delivery] = outbox.take(AT)
    assert not good(outbox.sign(delivery, AT), AT)
    outbox.answered(delivery, AT, "401", good=False)
    later = AT + timedelta(minutes=5)
    assert outbox.next_due() == later
    [delivery] = outbox.take(later)
    assert good(outbox.sign(delivery, later), later)
    assert [(entry["try"], entry["spoilt"], entry["answer"]) for entry in outbox.log] == [(1, kind, "401")]


def test_every_switch_does_something() -> None:
    plain = [outbox_facts(told())]
    for kind in TROUBLE:
        assert [outbox_facts(told(kind))] != plain, kind


def outbox_facts(outbox: Outbox) -> list[tuple[str, bool]]:
    return [
        (f"{delivery.event} {(delivery.due - AT).total_seconds()}", good(outbox.sign(delivery, AT), AT))
        for delivery in outbox.take(AT + timedelta(hours=1))
    ]


def test_retries_can_be_hurried_and_sent_at_once() -> None:
    outbox = told(events=1)
    outbox.hurry = 60
    [delivery] = outbox.take(AT)
    outbox.answered(delivery, AT, "no answer", good=False)
    assert outbox.next_due() == AT + timedelta(seconds=5)
    outbox.send_now(AT)
    assert outbox.next_due() == AT
    assert outbox.log[-1]["next_at"] == (AT + timedelta(seconds=5)).isoformat()


def test_the_signature_and_the_answer_to_a_validation_are_zooms() -> None:
    # Made with `openssl dgst -sha256 -hmac`, so that both sides cannot share a mistake.
    body = b'{"event":"meeting.started"}'
    assert (
        signature("secret", "1700000000", body) == "v0=43b97af2a3c75e4e49b4c34451b0a0a5b0ca0716eec5e9131d623204464cd61c"
    )
    assert encrypted_token("secret", "plain") == "a237566e044b73e6a1e54bd59974547487fa5f8143025ce0d04d82e7ee4c5e34"
