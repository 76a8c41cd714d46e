"""Every kind of alert has its clause and its words, and they are fit to be read."""

import pytest

from sessions_app.live.alert_kinds import KINDS, AlertKind
from whippersnappers.reading_age import reading_age

OLDEST = 11


def test_every_kind_has_what_belongs_to_it():
    assert set(KINDS) == set(AlertKind)


@pytest.mark.parametrize("kind", AlertKind)
def test_its_words_are_plain(kind):
    facts = KINDS[kind]
    assert reading_age(f"{facts.what} {facts.what_to_do}") <= OLDEST


def test_an_urgent_kind_is_mailed_and_seen_by_coordinators():
    urgent = [facts for facts in KINDS.values() if facts.urgent]
    assert urgent
    assert all(facts.by_mail and facts.operational for facts in urgent)
