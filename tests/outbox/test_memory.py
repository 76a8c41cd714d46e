"""What mails of one round share: briefly remembered, and nowhere else."""

from itertools import count

import pytest

from whippersnappers.outbox import memory
from whippersnappers.outbox.memory import Memory, remembering, shared


def test_nothing_is_remembered_outside_a_round() -> None:
    number = count()
    assert [shared("key", lambda: next(number)) for _ in range(3)] == [0, 1, 2]


def test_within_a_round_it_is_made_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    number, clock = count(), [0.0]
    monkeypatch.setattr(memory.time, "monotonic", lambda: clock[0])
    with remembering(Memory()):
        assert [shared("key", lambda: next(number)) for _ in range(3)] == [0, 0, 0]
        assert shared("other key", lambda: next(number)) == 1
        clock[0] = 0.99
        assert shared("key", lambda: next(number)) == 0
        clock[0] = 1.0
        assert shared("key", lambda: next(number)) == 2
    assert shared("key", lambda: next(number)) == 3


def test_two_rounds_share_nothing() -> None:
    number = count()
    for expected in (0, 1):
        with remembering(Memory()):
            assert shared("key", lambda: next(number)) == expected
