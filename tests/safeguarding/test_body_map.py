"""The body map: every mark says in words what the drawing shows."""

import json

import pytest

from safeguarding.body_map import HEIGHT, MOST_MARKS, SITES, WIDTH, View, kept, mark_at, nearest, restored


def mark(**changed):
    facts = {"site": "front_left_cheek", "injury": "bruise", "size": "coin", "colour": "blue"} | changed
    return mark_at(**facts)


def test_a_mark_in_words():
    said = mark(note="With a clear edge.").words
    assert said == "Left cheek (front): bruise, like a coin (1 to 3 cm), blue or purple. With a clear edge."


@pytest.mark.parametrize("view", View)
def test_every_site_lies_on_the_drawing_and_is_nearest_to_itself(view):
    sites = [site for site in SITES.values() if site.view == view]
    assert len(sites) > 20
    for site in sites:
        assert 0 < site.x < WIDTH
        assert 0 < site.y < HEIGHT
        assert nearest(view, site.x, site.y) == site


def test_labels_are_told_apart_on_each_side():
    for view in View:
        labels = [site.label for site in SITES.values() if site.view == view]
        assert len(set(labels)) == len(labels)


def test_left_and_right_are_the_childs_own():
    assert SITES["front_left_hand"].x > 100 > SITES["back_left_hand"].x


def test_a_mark_without_pointing_stands_in_the_middle_of_its_site():
    site = SITES["front_left_cheek"]
    assert (mark().x, mark().y) == (site.x, site.y)
    assert (mark(point=("120.04", 51)).x, mark(point=(120.04, "51")).y) == (120.0, 51.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"site": "front_tail"},
        {"site": ""},
        {"injury": "knife"},
        {"size": "huge"},
        {"colour": "<script>"},
        {"point": (-1, 5)},
        {"point": (5, 400.1)},
        {"point": ("nan", 5)},
        {"point": ("inf", 5)},
        {"point": ("x", 5)},
        {"point": (1, 2, 3)},
        {"note": "x" * 201},
    ],
)
def test_what_is_in_no_list_is_refused(wrong):
    with pytest.raises(ValueError):
        mark(**wrong)


def test_marks_come_back_from_the_record_as_they_were_kept():
    marks = [mark(), mark(site="back_spine", injury="burn", note="Ünï 🙂")]
    assert restored(json.loads(json.dumps(kept(marks)))) == marks


def test_too_many_marks_are_refused():
    with pytest.raises(ValueError, match="at most"):
        kept([mark()] * (MOST_MARKS + 1))
