"""Which names somebody signs with without being asked once more."""

import pytest

from families.models import Guardian
from families.own_names import resembles


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        # Other spelling, other order, signs left out.
        ("Siobhán", "O’Neill", "siobhan oneill"),
        ("Siobhán", "O’Neill", "O'Neill, Siobhan"),
        ("Shiobhan", "O’Neil", "Siobhán O’Neill"),
        ("Robin", "Green", "ROBIN GREENE"),
        ("Li", "Wu", "Wu Li"),
        ("Fatima", "El-Sayed", "Fatima Elsayed"),
        ("Fatima", "Elsayed", "fatima el sayed"),
        ("Ian", "McDonald", "Ian Mc Donald"),
        ("Robin", "Green", "RobinGreen"),
        ("小明", "王", "王小明"),
        # More names than we hold, or fewer of several.
        ("Robin", "Green", "Mrs Robin Amy Green-Jones"),
        ("María del Carmen", "García López", "Carmen Garcia"),
        ("Anna", "Smith-Jones", "Anna Smith"),
        # A short first name, or its initial.
        ("Robert", "Green", "Rob Green"),
        ("Rob", "Green", "Robert Green"),
        ("Robin", "Green", "R. Green"),
        ("R", "Green", "Robin Green"),
        ("Robin", "G", "Robin Green"),
        ("Thomas", "Thomas", "Thomas Thomas"),
        # Staff hold one name alone.
        ("Robin", "", "Robin Green"),
        ("", "Green", "Robin Green"),
    ],
)
def test_the_own_name_is_not_asked_about(first: str, last: str, typed: str) -> None:
    assert resembles(typed, Guardian(first_name=first, last_name=last))


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        # The first name alone, or that of somebody else who has the same.
        ("Siobhán", "O’Neill", "Siobhan"),
        ("Siobhán", "O’Neill", "Siobhan Murphy"),
        # The surname alone, or that of a partner, a sister, a child.
        ("Robin", "Green", "Green"),
        ("Robin", "Green", "Mrs Green"),
        ("Robin", "Green", "Mark Green"),
        ("Robin", "Green", "M. Green"),
        ("Marie", "Green", "Mark Green"),
        ("Thomas", "Thomas", "Thomas"),
        # Initials say little.
        ("Robin", "Green", "R G"),
        ("Robin", "Green", "Robin G"),
        # A word that many names share.
        ("Ana", "de Souza", "Ana de Lima"),
        ("Omar", "El Sayed", "Omar El Masri"),
        ("Robin", "Green", "Mickey Mouse"),
        ("Robin", "Green", "🎉 \u202e"),
        ("Robin", "Green", "أدا"),
        ("Robin", "Green", ""),
        ("Robin", "", "Mark"),
    ],
)
def test_another_name_is_asked_about(first: str, last: str, typed: str) -> None:
    assert not resembles(typed, Guardian(first_name=first, last_name=last))


def test_who_has_no_name_with_us_is_not_asked() -> None:
    assert resembles("Robin Green", Guardian(first_name="", last_name=""))


def test_the_longest_name_is_looked_at_in_no_time() -> None:
    assert not resembles("a " * 80, Guardian(first_name="b " * 40, last_name="c " * 40))
