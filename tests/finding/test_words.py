"""Words are found however they are spelled."""

import pytest

from families.models import Guardian
from tests.factories import GuardianFactory
from whippersnappers.finding.words import best_first, narrowed, words

pytestmark = pytest.mark.django_db


def found(typed: str) -> list[str]:
    rows = narrowed(Guardian.objects.all(), typed, ["search_text"])
    return [guardian.full_name for guardian in best_first(rows, typed)]


@pytest.fixture(autouse=True)
def people():
    names = [
        ("Siobhán", "O'Connor"), ("José", "Núñez"), ("Michael", "Smith-Jones"), ("Ann", "Lee"), ("Annabel", "Leigh"),
        ("Joanna", "Field"), ("Łukasz", "Straße"), ("Mohamed", "D’Souza"), ("Nguyễn", "Thị"),
    ]  # fmt: skip
    for first, last in names:
        GuardianFactory(first_name=first, last_name=last, phone="", email="")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("oconnor", "Siobhán O'Connor"),
        ("O’Connor", "Siobhán O'Connor"),
        ("o'connor siobhan", "Siobhán O'Connor"),
        ("oconor", "Siobhán O'Connor"),
        ("jose", "José Núñez"),
        ("NUNEZ", "José Núñez"),
        ("Nu\u0301n\u0303ez", "José Núñez"),
        ("micheal", "Michael Smith-Jones"),
        ("smith jones", "Michael Smith-Jones"),
        ("jones", "Michael Smith-Jones"),
        ("lukasz strasse", "Łukasz Straße"),
        ("dsouza", "Mohamed D’Souza"),
        ("muhamed", "Mohamed D’Souza"),
        ("nguyen", "Nguyễn Thị"),
        ("  Ann   Lee ", "Ann Lee"),
    ],
)
def test_a_name_is_found_by_what_people_type(typed, name):
    assert found(typed)[0] == name


def test_the_right_spelling_stands_before_the_near_ones():
    assert found("ann") == ["Ann Lee", "Annabel Leigh", "Joanna Field"]


def test_every_word_must_be_there():
    assert found("ann smith") == []


@pytest.mark.parametrize("typed", ["", " ", "'", "%", "a", "_", "\\", "💥", "\x00"])
def test_too_little_finds_nothing(typed):
    assert found(typed) == []


@pytest.mark.parametrize("typed", ["%%", "100%", "' OR 1=1 --", "\\\\", "a_b", "x" * 500, "mañana' ); DROP"])
def test_signs_are_only_signs(typed):
    assert found(typed) == []


@pytest.mark.parametrize("typed", ["07700 900123", "07700900123", "900123", "+44 7700 900123"])
def test_a_phone_number_is_found_however_it_is_written(typed):
    for number, phone in enumerate(["+44 (0)7700 900124", "+44 7700 900123"]):
        GuardianFactory(first_name=f"Caller{number}", last_name="Test", phone=phone)
    assert [name for name in found(typed) if name.startswith("Caller")] == ["Caller1 Test"]


def test_words_are_letters_and_digits_and_not_too_many():
    assert words("O'Connor-Smith, J. 7") == ["OConnor", "Smith", "J", "7"]
    assert words("a b c d e f g h") == ["a", "b", "c", "d", "e", "f"]
