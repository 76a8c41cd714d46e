"""The generator of ten years of data keeps up with the models, and makes the same again."""

from typing import Any

import pytest

from bench.decade import FILLED, clear, fill
from bench.decade.size import DECADE, HANDFUL
from sessions_app.contacting import families_by_session
from sessions_app.models import Session
from whippersnappers.accounts.models import User

pytestmark = pytest.mark.django_db


def made() -> dict[str, set[Any]]:
    return {model.__name__: set(model._default_manager.values_list("pk", flat=True)) for model in FILLED}


def test_a_handful_is_made_and_taken_out_and_made_the_same_again() -> None:
    rows = fill(HANDFUL)
    assert (rows["sessions_app_session"], rows["sessions_app_booking"], rows["families_child"]) == (10, 100, 10)
    # On a Monday all of a handful is still ahead, so nobody has joined yet.
    assert [table for table, count in rows.items() if not count and table != "sessions_app_joinuse"] == []
    first = made()
    assert any(each.families for each in families_by_session(Session.objects.values_list("pk", flat=True)).values())
    clear()
    assert set(made()["Session"]) == set()
    assert not User.objects.filter(email__endswith="@decade.example").exists()
    fill(HANDFUL)
    numbered = {"JoinUse", "SessionStep", "SessionItem", "SessionRevision"}
    assert {name: keys for name, keys in made().items() if name not in numbered} == {
        name: keys for name, keys in first.items() if name not in numbered
    }


def test_ten_years_are_as_many_as_was_asked_for() -> None:
    assert (DECADE.children, DECADE.sessions, DECADE.sessions * 10, DECADE.mails) == (5_000, 30_000, 300_000, 1_000_000)
