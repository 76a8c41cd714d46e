"""Names and passages that are withheld are not in the text any more, however they were written."""

import pytest

from safeguarding.bundle.withholding import Name, names_in, not_there, withhold
from safeguarding.models import ConcernPerson
from safeguarding.vocabulary import Kind, PersonRole
from tests.factories import ChildFactory, GuardianFactory, UserFactory
from tests.safeguarding.scenes import raised


def named(*words: str) -> Name:
    return Name("k", words[0], "", words)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Olive hit him.", "[name withheld] hit him."),
        ("OLIVE and olive", "[name withheld] and [name withheld]"),
        ("Olive’s coat", "[name withheld]’s coat"),
        ("Olive\nOther ran", "[name withheld] ran"),
        ("Ol\u00adive ran", "[name withheld] ran"),
        ("O\u200blive ran", "[name withheld] ran"),
        ("Olives, Oliver", "Olives, Oliver"),
        ("(Olive)", "([name withheld])"),
    ],
)
def test_a_name_goes_in_every_way_of_writing(before: str, after: str) -> None:
    assert withhold(before, [named("Olive", "Olive Other", "Other")], []) == after


@pytest.mark.parametrize(
    ("written", "known"), [("Zoe\u0301", "Zoé"), ("O'Brien", "O’Brien"), ("Anne‑Lise", "Anne-Lise")]
)
def test_accents_apostrophes_and_dashes_make_no_other_name(written: str, known: str) -> None:
    assert withhold(f"It was {written}.", [named(known)], []) == "It was [name withheld]."


def test_a_surname_that_the_child_has_too_stays_beside_the_child() -> None:
    sibling, child = named("Olive", "Olive Green", "Green"), named("Pip", "Pip Green", "Green")
    text = withhold("Olive Green and Pip Green", [sibling], [], keep=[child])
    assert text == "[name withheld] and Pip Green"


def test_passages_go_across_lines_and_before_names() -> None:
    text = withhold("He lives at 3 Elm\n  Street (Olive’s). Call", [named("Olive")], ["3 elm street", "(Olive’s)."])
    assert text == "He lives at [withheld] [withheld] Call"


def test_a_passage_that_does_not_stand_there_is_said() -> None:
    assert not_there(["at  home", "at school"], "He was at\nhome.") == ["at school"]


@pytest.mark.django_db
def test_where_nobody_was_harmed_the_child_is_whom_it_is_about() -> None:
    pip = ChildFactory(known_as="Pip")
    concern = raised(kind=Kind.ONLINE, children=[pip])
    assert [name.wanted for name in names_in(concern, "Pip")] == [False]
    ConcernPerson.objects.create(concern=concern, child=ChildFactory(), role=PersonRole.AFFECTED)
    assert [name.wanted for name in names_in(concern, "Pip")] == [True]


@pytest.mark.django_db
def test_words_that_name_nobody_stay() -> None:
    concern = raised(words={"what_happened": "x"})
    ConcernPerson.objects.create(concern=concern, role=PersonRole.WITNESS, words="The neighbour, Mrs Grey")
    text = "The girl saw Mrs Stone and a neighbour. Mrs Grey ran."
    (grey,) = names_in(concern, text)
    assert withhold(text, [grey], []) == "The girl saw Mrs Stone and a neighbour. Mrs [name withheld] ran."


@pytest.mark.django_db
def test_a_parent_who_told_us_is_withheld_and_staff_are_not() -> None:
    parent, staff = GuardianFactory(first_name="Gita", last_name="Stone").user, UserFactory(name="Tom Hill")
    for who, wanted in ((parent, True), (staff, False)):
        offered = names_in(raised(by=who), f"{who} came")
        assert [(name.label, name.wanted) for name in offered] == [(str(who), wanted)]


@pytest.mark.django_db
def test_whose_names_are_offered() -> None:
    ChildFactory(known_as="Olive", first_name="Olivia", last_name="Other")
    ChildFactory(known_as="Nobody", first_name="Nemo", last_name="Nix")
    GuardianFactory(first_name="Gita", last_name="Stone")
    child = ChildFactory(known_as="Pip", first_name="Philip", last_name="Green")
    concern = raised(children=[child])
    ConcernPerson.objects.create(concern=concern, role=PersonRole.OTHER, words="Uncle Bob")
    offered = names_in(concern, "Pip said that Bob and OLIVE ran to Gita’s. Then they went home.")
    assert [(name.label, name.wanted) for name in offered] == [
        ("Pip Green", False),
        ("Uncle Bob", True),
        ("Olive", True),
        ("Gita", True),
    ]
