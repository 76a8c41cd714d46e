"""Mails in easy read: the same mail with a picture at the left of each block, large type, one sentence a line.

Templates name a block's picture, `data-picture="📅"`; what is not needed to understand the mail has the class
`extra` and is left out. The plain text is made from the same HTML, so that both say the same.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

from whippersnappers.easy_lines import one_sentence_a_line
from whippersnappers.outbox.catalogue import Rendered
from whippersnappers.outbox.models import OutgoingMail

# Whether the person of a mail reads in easy read: apps that know people answer it, for theirs.
Question = Callable[[OutgoingMail], bool]
_questions: list[Question] = []

_UNREAD = re.compile(r'<head>.*?</head>|<div class="preheader">.*?</div>', re.DOTALL)
_EXTRA = re.compile(r'<(?P<tag>p|h2|div|ul)\b[^>]*\bclass="[^"]*\bextra\b[^"]*"[^>]*>.*?</(?P=tag)>\s*', re.DOTALL)
_PICTURED = re.compile(
    r'<(?P<tag>p|h1|h2|div|ul)\b(?P<before>[^>]*) data-picture="(?P<picture>[^"]+)"(?P<after>[^>]*)>'
    r"(?P<words>.*?)</(?P=tag)>",
    re.DOTALL,
)
# Emoji need no file, so they are there when a mail program shows no pictures. Screen readers skip them.
_ROW = (
    '<table class="block" role="presentation"><tr><td class="picture" aria-hidden="true">{picture}</td>'
    "<td><{tag}{before}{after}>{words}</{tag}></td></tr></table>"
)
# 22 CSS pixels are more than 16 points.
_STYLE = """<style>
      .card, .foot, .box, .soft, .address { font-size: 22px; line-height: 1.6; }
      h1 { font-size: 32px; }
      h2, .when, .number, .button { font-size: 26px; }
      h1, h2 { margin: 0 0 12px; }
      .number { white-space: normal; }
      p, ul { margin: 0 0 18px; }
      .soft, .foot { color: inherit; }
      .block { width: 100%; margin-top: 10px; }
      .block td { vertical-align: top; }
      .block .picture { width: 56px; font-size: 36px; line-height: 1.2; }
    </style>
  </head>"""


def asks_who_reads_easily(question: Question) -> Question:
    """Have this asked of every mail before it is sent or shown."""
    _questions.append(question)
    return question


def as_they_read(mail: OutgoingMail, rendered: Rendered) -> Rendered:
    """The mail in the layout of whoever gets it."""
    return in_easy_read(rendered) if any(question(mail) for question in _questions) else rendered


def in_easy_read(rendered: Rendered) -> Rendered:
    """The same mail in easy read; subject, calendar and files stay as they are."""
    html = one_sentence_a_line(_EXTRA.sub("", rendered.html), "<br>")
    pictured = _PICTURED.sub(lambda found: _ROW.format(**found.groupdict()), html)
    return replace(rendered, html=pictured.replace("</head>", _STYLE, 1), text=as_text(html))


def as_text(html: str) -> str:
    """A mail's words as plain text: an empty line between blocks, pictures in front of them, links written out."""
    reader = _Reader()
    reader.feed(_UNREAD.sub("", html))
    lines = (" ".join(line.split()) for line in "".join(reader.said).split("\n"))
    # What closed a sentence after a link stands alone now.
    said = "\n".join(line for line in lines if line != ".")
    return re.sub(r"\n{3,}", "\n\n", said).strip() + "\n"


class _Reader(HTMLParser):
    """Says what stands in a mail, in order."""

    _BLOCKS = frozenset({"p", "h1", "h2", "ul", "div"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._address = ""
        self._picture = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in self._BLOCKS:
            # A box begins with its picture, and the words stand in a paragraph within.
            self.said.append("" if self._picture else "\n\n")
            self._picture = self._picture or named.get("data-picture") or ""
        elif tag == "td" and named.get("class") == "foot":
            self.said.append("\n\n--\n")
        elif tag == "br":
            self.said.append("\n")
        elif tag == "li":
            self.said.append("\n- ")
        elif tag == "a":
            self._address = named.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self._BLOCKS:
            self.said.append("\n\n")
        elif tag == "a" and self._address.startswith("http"):
            self.said.append(f":\n{self._address}\n")

    def handle_data(self, data: str) -> None:
        if self._picture and data.strip():
            self.said.append(f"{self._picture} ")
            self._picture = ""
        self.said.append(re.sub(r"\s+", " ", data))
