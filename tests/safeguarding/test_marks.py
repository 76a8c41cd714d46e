"""The body map in the form of a concern: rows that say everything, kept in drafts, shown to reporter and Lead."""

import uuid
from typing import Any

import pytest

from safeguarding.body_map import MOST_MARKS, SITES
from safeguarding.models import Concern, ConcernDraft, ConcernVersion
from safeguarding.reporting.forms import MARKS
from safeguarding.reporting.marks import MISSING

pytestmark = pytest.mark.django_db
FORM = {"kind": "child", "who": "Pip", "what_happened": "A mark", "danger_now": "no", "how_serious": "high"}
CHEEK = {"site": "front_left_cheek", "injury": "bruise", "size": "coin", "colour": "blue", "note": "Round ☂"}
IN_WORDS = "1. Left cheek (front): bruise, like a coin (1 to 3 cm), blue or purple. Round ☂"


def row(number: int = 0, **changed: Any) -> dict[str, Any]:
    return {f"mark-{number}-{name}": said for name, said in (CHEEK | changed).items()}


def test_marks_are_sent_and_shown_as_figure_and_list(staff, lead):
    pointed = row(7, site="back_spine", note="", x="98", y="140")
    staff.post("/concern/", FORM | row() | pointed)
    version = ConcernVersion.objects.get()
    cheek = SITES["front_left_cheek"]
    assert [(mark.site, mark.x, mark.y) for mark in version.marks] == [
        ("front_left_cheek", cheek.x, cheek.y), ("back_spine", 98.0, 140.0),
    ]  # fmt: skip
    own = staff.get(f"/concern/mine/{version.concern_id}/").content.decode()
    staff.force_login(lead)
    leads = staff.get(f"/safeguarding/concerns/{version.concern_id}/").content.decode()
    for page in (own, leads):
        assert IN_WORDS in page
        assert "Front of a body, 1 mark; " in page
        assert "translate(98.0 140.0)" in page


def test_a_draft_keeps_rows_and_has_room_for_another(staff):
    page = staff.post("/concern/", FORM | row(3) | {"keep": "another"}, follow=True)
    marks = page.context["form"].marks
    assert ([r["note"].value() for r in marks.rows], marks.empty.prefix) == (["Round ☂"], "mark-4")
    assert [len(figure.marks) for figure in marks.figures()] == [1, 0]
    assert ConcernDraft.objects.get().fields["mark-3-site"] == ["front_left_cheek"]


def test_an_empty_row_is_no_mark(staff):
    staff.post("/concern/", FORM | dict.fromkeys(row(), ""))
    assert ConcernVersion.objects.get().body_map == ""


def test_another_part_of_the_body_means_its_middle(staff):
    """Chosen from the list after pointing elsewhere, without a script that would move the point along."""
    staff.post("/concern/", FORM | row(x="98", y="140"))
    (mark,) = ConcernVersion.objects.get().marks
    assert (mark.x, mark.y) == (SITES["front_left_cheek"].x, SITES["front_left_cheek"].y)


def test_a_mark_that_is_none_gets_its_sentence_and_nothing_is_sent(staff):
    page = staff.post("/concern/", FORM | row(size="") | row(1, x="-1", y="10"))
    assert MISSING["size"] in page.content.decode()
    assert "That point is not on the drawing." in page.content.decode()
    assert page.context["form"].non_field_errors() == [MARKS]
    assert not Concern.objects.in_hand().exists()


def test_more_marks_than_there_may_be_are_said(staff):
    many: dict[str, Any] = {}
    for number in range(MOST_MARKS + 1):
        many |= row(number)
    page = staff.post("/concern/", FORM | many).content.decode()
    assert f"Put at most {MOST_MARKS} marks on the body map" in page
    assert not Concern.objects.in_hand().exists()


def test_rows_beyond_the_form_are_nobodys(staff):
    staff.post("/concern/", FORM | row(100) | {"mark--1-site": "x", "mark-0-else": "y", "mark-٣-site": "z"})
    assert ConcernVersion.objects.get().body_map == ""


def test_the_same_marks_twice_are_one_version(staff):
    sent = FORM | row() | {"form_key": str(uuid.uuid4())}
    for _ in range(2):
        staff.post("/concern/", sent)
    assert (ConcernVersion.objects.count(), Concern.objects.count()) == (1, 1)


def test_the_rest_may_follow_as_an_addition(staff):
    """Field by field beside what was said, and marks beside marks; sent twice it is kept once."""
    staff.post("/concern/", FORM | row() | {"childs_words": "Ow"})
    first = ConcernVersion.objects.get()
    more = row(site="front_nose") | {"childs_words": "It hurts", "parent_told": "Not yet", "words": ""}
    for _ in range(2):
        assert staff.post(f"/concern/mine/{first.concern_id}/", more).status_code == 302
    second = ConcernVersion.objects.get(number=2)
    assert (second.childs_words, second.parent_told) == ("Ow\n\nIt hurts", "Not yet")
    assert [mark.site for mark in second.marks] == ["front_left_cheek", "front_nose"]
    page = staff.post(f"/concern/mine/{first.concern_id}/", row(size=""))
    assert MISSING["size"] in page.content.decode()
    assert ConcernVersion.objects.count() == 2
