"""A pasted list of names: the child who is meant, the children who may be, and nobody."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from families.models import Child
from families.naming import children_named, name_lines
from tests.factories import ChildFactory

pytestmark = pytest.mark.django_db


def called(known_as: str, last_name: str, **fields) -> Child:
    return ChildFactory(known_as=known_as, last_name=last_name, **{"first_name": known_as, **fields})


def look(*lines: str):
    named = children_named(lines, Child.objects.filter(archived_at=None))
    found = {meant.typed: meant.children[0] for meant in named.found}
    unclear = {meant.typed: set(meant.children) for meant in named.unclear}
    return found, unclear, named.missing


def test_lines_are_cleaned_and_each_is_asked_once():
    assert name_lines(" Zoë\tO’Brien \r\n\r\nNoah Lee\nZoë O’Brien\n\x00\n") == ["Zoë O’Brien", "Noah Lee"]


def test_who_is_found_unclear_and_missing():
    fia = called("Fia", "O’Brien", first_name="Aoife")
    michael = called("Michael", "Begum")
    first, second = called("Mia", "Smith"), called("Mia", "Smith")
    called("Mia", "Smithers")
    found, unclear, missing = look("FIA OBRIEN", "O'Brien, Aoife", "Micheal Begum", "Mia Smith", "Nobody Here", "?")
    assert found == {"FIA OBRIEN": fia, "O'Brien, Aoife": fia, "Micheal Begum": michael}
    assert unclear == {"Mia Smith": {first, second}}
    assert missing == ["Nobody Here", "?"]


def test_one_child_written_just_so_is_meant_even_if_others_are_nearly_called_that():
    lee = called("Noah", "Lee")
    called("Noah", "Leeson")
    assert look("Noah Lee") == ({"Noah Lee": lee}, {}, [])


def test_who_is_archived_is_not_there():
    called("Ada", "Gone", archived_at=timezone.now())
    assert look("Ada Gone") == ({}, {}, ["Ada Gone"])


@pytest.mark.parametrize(("misspelt", "number"), [("", 3), ("x", 8)])
def test_25_names_are_asked_about_as_often_as_one(misspelt, number):
    children = [called(f"Kind{chr(97 + n)}", f"Familie{chr(97 + n)}") for n in range(25)]
    for count in (1, 25):
        with CaptureQueriesContext(connection) as queries:
            look(*(f"{child.known_as} {child.last_name}{misspelt}" for child in children[:count]))
        assert len(queries) == number
