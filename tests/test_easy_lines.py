"""Easy read puts one sentence on a line, and never changes a word."""

import pytest

from whippersnappers.easy_lines import NEXT, one_sentence_a_line


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>One. Two! Three?</p>", "<p>One.|Two!|Three?</p>"),
        ("<p>One.</p> <p>Two.</p>", "<p>One.</p> <p>Two.</p>"),
        ("<p><strong>One.</strong> Two.</p>", "<p><strong>One.</strong>|Two.</p>"),
        ("<p>One. <a href='/x/'>Two</a>.</p>", "<p>One.|<a href='/x/'>Two</a>.</p>"),
        ("<p>“One.” Two.</p>", "<p>“One.”|Two.</p>"),
        ("<p>At 4:00pm. 15 minutes before, come.</p>", "<p>At 4:00pm.|15 minutes before, come.</p>"),
        ("<h2>4. Wait. We let you in.</h2>", "<h2>4. Wait.|We let you in.</h2>"),
        ("<li>12. Now.</li><p>Wait till <b>12. So</b></p>", "<li>12. Now.</li><p>Wait till <b>12.|So</b></p>"),
        ("<p>Dr. Lind and St. Mary e.g. Drums 3.5 and no. more</p>", None),
        ("<textarea>One. Two.</textarea><button>One. Two.</button><label>One. Two.</label>", None),
        ('<form data-busy="One moment… Please wait.">One</form>', None),
        ("<script>a = 'One. Two.'</script><title>One. Two.</title>", None),
        ("", None),
    ],
)  # fmt: skip
def test_one_sentence_a_line(html, lines):
    assert one_sentence_a_line(html) == (html if lines is None else lines.replace("|", NEXT))


def test_a_megabyte_takes_no_time():
    assert one_sentence_a_line("a < b. " * 150_000 + "<" * 100_000).startswith("a < b. a < b.")
