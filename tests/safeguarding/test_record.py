"""Versions with their differences: what was put in and taken out, in words too, and quickly however long they are."""

import random
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding.gathering import record
from safeguarding.gathering.record import difference
from safeguarding.models import Concern, ConcernVersion
from tests.safeguarding.scenes import raised
from whippersnappers.accounts.models import User


@pytest.mark.parametrize(
    ("before", "after", "gone", "came"),
    [
        ("a bruise on the arm", "a bruise on the left arm", [], ["left "]),
        ("he said no", "she said no", ["he "], ["she "]),
        ("", "new words", [], ["new words"]),
        ("old words", "", ["old words"], []),
        ("same", "same", [], []),
        ("<b>bold</b>", "<i>bold</i>", ["&lt;b&gt;bold&lt;/b&gt;"], ["&lt;i&gt;bold&lt;/i&gt;"]),
    ],
)
def test_words_that_went_and_came(before: str, after: str, gone: list[str], came: list[str]) -> None:
    drawn = difference(before, after)
    assert [piece.split("</del>")[0] for piece in drawn.split(" taken out: </span>")[1:]] == gone
    assert [piece.split("</ins>")[0] for piece in drawn.split(" put in: </span>")[1:]] == came
    assert "<b>" not in drawn


def test_two_long_texts_that_have_nothing_in_common_are_compared_at_once() -> None:
    chance = random.Random(1)
    words = [f"w{n}" for n in range(400)] + ["the", "a", "of"] * 20
    texts = [" ".join(chance.choice(words) for _ in range(4000)) for _ in range(2)]
    began = time.process_time()
    difference(*texts)
    assert time.process_time() - began < 1


@pytest.mark.django_db
def test_a_later_version_says_how_it_differs(client: Client, lead: User) -> None:
    concern = raised(words={"what_happened": "A bruise on the arm", "opinion": "From a fall"})
    said: dict[str, Any] = {"what_happened": "A bruise on the left arm", "childs_words": "Ouch"}
    ConcernVersion.objects.create(concern=concern, number=2, author=lead, at=timezone.now(), **said)
    first, second = record.told(Concern.objects.get())
    assert [(s.label, s.differs) for s in first.said] == [
        ("What was seen or heard", None),
        ("What the reporter thinks", None),
    ]
    assert [(s.label, s.differs is not None) for s in second.said] == [
        ("What was seen or heard", True),
        ("The child’s own words", True),
        ("What the reporter thinks", True),
    ]
    client.force_login(lead)
    page = client.get(reverse("safeguarding_concern", args=[concern.pk])).content.decode()
    assert "Added: version 2" in page
    assert "Compared with the version before" in page
    assert "put in: </span>left </ins>" in page
