"""Lists, meeting IDs and pictograms as pages write them."""

import pytest
from django.template import Context, Template

from whippersnappers.templatetags.wording import listed, spaced


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Maya"], "Maya"),
        (["Maya", "Tom"], "Maya and Tom"),
        (("Maya", "Tom", "Ali"), "Maya, Tom and Ali"),
        ([], ""),
    ],
)
def test_listed(words, said):
    assert listed(words) == said


@pytest.mark.parametrize(
    ("meeting_id", "said"),
    [
        ("845123456", "845 123 456"),
        ("8451234567", "845 123 4567"),
        ("84512345678", "845 1234 5678"),
        (84512345678, "845 1234 5678"),
        ("", ""),
    ],
)
def test_spaced(meeting_id, said):
    assert spaced(meeting_id) == said


def test_names_in_lists_are_escaped():
    page = Template("{% load wording %}{{ names|listed }}").render(Context({"names": ["<b>", "O'Neil"]}))
    assert page == "&lt;b&gt; and O&#x27;Neil"


def test_a_pictogram_is_hidden_from_screen_readers():
    page = Template('{% load pictograms %}{% pictogram "clock" %}').render(Context())
    assert 'aria-hidden="true"' in page
    assert "pictograms.svg#clock" in page
