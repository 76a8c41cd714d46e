"""The forms of a page as a browser would send them, and the switch that takes one of them along."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_LINES = ("text", "email", "tel")
_CHOICES = ("radio", "checkbox")


@dataclass
class Form:
    """What each field holds, the names of those that people write in or type into to find something,
    and the answers that can be chosen."""

    attributes: dict[str, str | None]
    held: dict[str, list[str]] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    offered: dict[str, list[str]] = field(default_factory=dict)
    finding: list[str] = field(default_factory=list)

    def filled(self, words: str) -> dict[str, list[str]]:
        """With `words` in every field to write in, and the last answer to every question."""
        written = {name: [words] for name in self.written}
        return self.held | written | {name: answers[-1:] for name, answers in self.offered.items()}


class Page(HTMLParser):
    """A page's forms, and its switch between the layouts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.switch: dict[str, str | None] = {}
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, kind, value = found.get("name") or "", found.get("type") or "text", found.get("value") or ""
        if tag == "form":
            self.forms.append(Form(found))
        elif tag == "button" and name == "layout":
            self.switch = found
        elif not self.forms:
            return
        elif tag in ("textarea", "select"):
            self._in = name
            self.forms[-1].held[name] = [""] if tag == "textarea" else []
            if tag == "textarea":
                self.forms[-1].written.add(name)
            elif "admin-autocomplete" in (found.get("class") or "") and "disabled" not in found:
                self.forms[-1].finding.append(name)
        elif tag == "option":
            self._offer(self._in, value, "selected" in found)
        elif tag == "input" and kind in _CHOICES:
            self._offer(name, value or "on", "checked" in found)
        elif tag == "input":
            self.forms[-1].held[name] = [value]
            if kind in _LINES:
                self.forms[-1].written.add(name)

    def _offer(self, name: str, value: str, is_chosen: bool) -> None:
        form = self.forms[-1]
        form.offered.setdefault(name, []).append(value)
        if is_chosen:
            form.held.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._in in self.forms[-1].written if self.forms else False:
            # The first line break after the tag is the template's, not the person's.
            self.forms[-1].held[self._in][0] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self._in = ""

    @property
    def to_write_in(self) -> list[Form]:
        return [form for form in self.forms if form.written]

    @property
    def taken(self) -> Form | None:
        """The form that the switch takes along."""
        wanted = self.switch.get("form")
        return next((form for form in self.forms if wanted and form.attributes.get("id") == wanted), None)
