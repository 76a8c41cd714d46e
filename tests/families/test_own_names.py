"""Which names somebody signs with without being asked once more."""

import pytest

from families.models import Guardian
from families.own_names import resembles


@pytest.mark.parametrize(
    ("held", "typed", "same"),
    [
        ("Siobhán O’Neill", "siobhan oneill", True),
        ("Siobhán O’Neill", "O'Neill, S.", True),
        ("Siobhán O’Neill", "Siobhan Murphy", True),
        ("Siobhán O’Neill", "Shiobhan", True),
        ("Robin Green", "R. Greene", True),
        ("Robin Green", "Mickey Mouse", False),
        ("Robin Green", "R G", False),
        ("Robin Green", "🎉 \u202e", False),
        ("Robin Green", "أدا", False),
        ("Li Wu", "Wu Li", True),
    ],
)
def test_one_word_in_common_is_enough(held: str, typed: str, same: bool) -> None:
    first, last = held.split(" ", 1)
    assert resembles(typed, Guardian(first_name=first, last_name=last)) is same
