"""The blank form for raising a concern on paper: one sheet of A4, both sides, as a PDF.

It asks what the page asks, in the same words and order, so that whoever types it in need not think.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from safeguarding.body_drawing import draw_figure
from safeguarding.body_map import HEIGHT, WIDTH, Colour, Injury, figures
from safeguarding.reporting.forms import ABOUT, DANGER, SERIOUS, ConcernForm
from whippersnappers.organisation import Organisation, organisation
from whippersnappers.pdf_files import FAMILY, drawable, dress

TITLE = "Safeguarding concern"
# Millimetres.
_MARGIN, _GAP, _LINE_HIGH = 13.0, 2.6, 8.2
_FIGURE_HIGH = 92.0
_INK, _QUIET, _RULE, _DANGER = (31, 41, 51), (70, 78, 86), (150, 160, 168), (150, 28, 28)
# A fixed one, so that the same form is the same file.
_MADE = datetime(2026, 1, 1, tzinfo=UTC)
_OUTSIDE = (
    "You can always call outside, and need nobody’s leave: NSPCC 0808 800 5000 · children’s services of the council · "
    "about somebody who works with children: the LADO of the council."
)
_ON_THE_BODY = (
    "Where was a mark? Draw it, give it a number, and write its line below. Left and right are the child’s own. "
    "No photographs of children."
)


class _Sheet(FPDF):
    """A page that is filled from above, with pieces as wide as it is or side by side."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        dress(self, title=f"{TITLE}: a form to fill in by hand", made_at=_MADE)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(False)
        self.set_draw_color(*_RULE)
        self.set_line_width(0.25)

    def say(self, text: str, *, size: float = 9, bold: bool = False, colour: tuple[int, int, int] = _INK) -> None:
        """Words over the whole width."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)
        self.multi_cell(self.epw, size * 0.44, drawable(text), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def ask(self, label: str, help_text: str = "", *, lines: int = 1) -> None:
        """A question with lines to write on."""
        self.say(label, bold=True)
        if help_text:
            self.say(help_text, size=7.5, colour=_QUIET)
        for _ in range(lines):
            self.ln(_LINE_HIGH)
            self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.ln(_GAP)

    def ask_beside(self, *labels: str) -> None:
        """Short questions side by side, each with a line."""
        wide = (self.epw - _GAP * (len(labels) - 1)) / len(labels)
        top = self.get_y()
        self.set_font(FAMILY, "B", 9)
        self.set_text_color(*_INK)
        for number, label in enumerate(labels):
            left = _MARGIN + number * (wide + _GAP)
            self.set_xy(left, top)
            self.cell(wide, 4, label)
            self.line(left, top + 4 + _LINE_HIGH, left + wide, top + 4 + _LINE_HIGH)
        self.set_xy(_MARGIN, top + 4 + _LINE_HIGH + _GAP)

    def tick(self, label: str, choices: Iterable[str], *, across: int) -> None:
        """A question with boxes to tick."""
        self.say(label, bold=True)
        top, wide = self.get_y() + 0.8, self.epw / across
        self.set_font(FAMILY, "", 9)
        number = 0
        for number, choice in enumerate(choices):
            left, high = _MARGIN + number % across * wide, top + number // across * 5.4
            self.rect(left, high + 0.5, 3.4, 3.4)
            self.set_xy(left + 4.6, high)
            self.cell(wide - 5, 4.4, choice)
        self.set_xy(_MARGIN, top + (number // across + 1) * 5.4 + _GAP / 2)

    def box(self, left: float, top: float, wide: float, high: float, label: str) -> None:
        """An empty box with a label in it."""
        self.rect(left, top, wide, high)
        self.set_xy(left + 1.5, top + 1)
        self.set_font(FAMILY, "", 7.5)
        self.set_text_color(*_QUIET)
        self.cell(wide - 3, 3.5, label)


def blank_form() -> bytes:
    """The form as a PDF file of two pages."""
    sheet, who_we_are = _Sheet(), organisation()
    sheet.add_page()
    _front(sheet, who_we_are)
    sheet.add_page()
    _back(sheet, who_we_are)
    return bytes(sheet.output())


def _front(sheet: _Sheet, who_we_are: Organisation) -> None:
    sheet.say(TITLE, size=19, bold=True)
    sheet.say(f"{who_we_are.name}. Write what you know: it does not have to be perfect.")
    sheet.box(sheet.w - _MARGIN - 58, _MARGIN, 58, 13, "Reference (the Lead fills this in)")
    sheet.set_xy(_MARGIN, _MARGIN + 15.5)
    _danger(sheet)
    sheet.ask_beside("Your name", "What you do here", "How to reach you safely")
    sheet.ask_beside("Day and time when you write this", "Who is it about? Name", "Date of birth, if you know it")
    sheet.tick("What is it about?", [label for _, label in ABOUT], across=2)
    sheet.tick("Are they safe now?", [label for _, label in DANGER], across=2)
    sheet.tick("How serious does it seem to you? The Lead decides.", [label for _, label in SERIOUS], across=2)
    _ask_as_the_page_does(sheet, "what_happened", lines=8)
    _ask_as_the_page_does(sheet, "childs_words", lines=3)
    _ask_as_the_page_does(sheet, "how_they_communicate", lines=1)
    _ask_as_the_page_does(sheet, "where_now", lines=1)
    sheet.set_font(FAMILY, "B", 9)
    sheet.set_xy(_MARGIN, sheet.h - _MARGIN)
    sheet.cell(sheet.epw, 4, "Please turn over.", align=Align.R)


def _danger(sheet: _Sheet) -> None:
    """999 first, before any field."""
    top = sheet.get_y()
    sheet.set_xy(_MARGIN + 2, top + 1.8)
    sheet.set_font(FAMILY, "B", 13)
    sheet.set_text_color(*_DANGER)
    sheet.cell(sheet.epw - 4, 6, "Is somebody in danger now? Call 999 first. Then fill this in.")
    sheet.set_xy(_MARGIN + 2, top + 8.4)
    sheet.set_font(FAMILY, "", 8.5)
    sheet.set_text_color(*_INK)
    sheet.multi_cell(sheet.epw - 4, 3.9, _OUTSIDE, align=Align.L)
    sheet.set_draw_color(*_DANGER)
    sheet.set_line_width(0.6)
    sheet.rect(_MARGIN, top, sheet.epw, 18)
    sheet.set_draw_color(*_RULE)
    sheet.set_line_width(0.25)
    sheet.set_xy(_MARGIN, top + 18 + _GAP)


def _ask_as_the_page_does(sheet: _Sheet, name: str, *, lines: int) -> None:
    field = ConcernForm.base_fields[name]
    sheet.ask(str(field.label), str(field.help_text), lines=lines)


def _back(sheet: _Sheet, who_we_are: Organisation) -> None:
    for name, lines in (("when_and_where", 1), ("who_was_there", 1), ("action_taken", 2), ("parent_told", 1)):
        _ask_as_the_page_does(sheet, name, lines=lines)
    sheet.say(_ON_THE_BODY, bold=True)
    _bodies(sheet)
    sheet.ask_beside("Number, what, size, colour", "Number, what, size, colour", "Number, what, size, colour")
    _ask_as_the_page_does(sheet, "opinion", lines=2)
    sheet.ask_beside("Your signature", "Day and time")
    _hand_it_in(sheet, who_we_are)
    _received(sheet)


def _bodies(sheet: _Sheet) -> None:
    """Both sides of a body, with the words that help to describe a mark between them."""
    top, wide = sheet.get_y() + 1, _FIGURE_HIGH * WIDTH / HEIGHT
    for figure, left in zip(figures([]), (_MARGIN + 4, sheet.w - _MARGIN - wide - 4), strict=True):
        draw_figure(sheet, figure, left, top, _FIGURE_HIGH)
    middle = _MARGIN + wide + 10
    sheet.set_xy(middle, top + 8)
    for label, words in (
        ("What does it look like?", Injury.labels),
        ("How large is it?", ["measure it, or say: like a pea, a coin, the child’s palm"]),
        ("What colour is it?", Colour.labels),
    ):
        _list(sheet, middle, sheet.w - 2 * middle, label, words)
    sheet.set_xy(_MARGIN, top + _FIGURE_HIGH + 5)


def _list(sheet: _Sheet, left: float, wide: float, label: str, words: Sequence[str]) -> None:
    sheet.set_x(left)
    sheet.set_font(FAMILY, "B", 9)
    sheet.set_text_color(*_INK)
    sheet.multi_cell(wide, 4.4, label, align=Align.L, new_x=XPos.LEFT, new_y=YPos.NEXT)
    sheet.set_font(FAMILY, "", 9)
    sheet.multi_cell(wide, 4.4, ", ".join(map(str.lower, words)), align=Align.L, new_x=XPos.LEFT, new_y=YPos.NEXT)
    sheet.ln(3)


def _hand_it_in(sheet: _Sheet, who_we_are: Organisation) -> None:
    phone = f", {who_we_are.safeguarding_lead_phone}" if who_we_are.safeguarding_lead_phone else ""
    sheet.say("Where to hand it in", size=11, bold=True)
    sheet.say(
        f"Today and in person, to {who_we_are.safeguarding_lead_name}{phone}, or to the deputy. Call first if it "
        "cannot wait. Is it about one of them? Give it to a trustee, and to nobody else.",
    )
    sheet.say(
        "Do not leave it lying, photograph it, copy it or send it by e-mail. Whoever takes it types it into the portal "
        "on the same day and locks the paper away. Or type it in yourself: Raise a concern, at the top of every page.",
    )
    sheet.ln(_GAP)


def _received(sheet: _Sheet) -> None:
    top, wide = sheet.get_y(), (sheet.epw - 2 * _GAP) / 3
    for number, label in enumerate(("Received by", "Day and time", "Typed into the portal: day and time")):
        sheet.box(_MARGIN + number * (wide + _GAP), top, wide, 13, label)
