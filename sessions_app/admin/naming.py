"""A list of names pasted where children are chosen: who is found, who is meant perhaps, and who is not there.

The first press looks the names up and adds nobody: the found ones stand among the chosen, the unclear ones are
ticked by hand, the missing ones stay in the field to be mended. The next press is about what was seen.
"""

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget

from families.models.children import age_said
from families.naming import MOST_NAMES, Named, children_named, name_lines

_SEEN = "names_seen"


class NamesWidget(UnfoldAdminTextareaWidget):
    """The field for the list, and below it what became of the names."""

    named: Named | None = None
    seen = ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        facts = {"field": super().render(name, value, attrs, renderer), "seen": self.seen, "named": self.named}
        if self.named:
            facts["unclear"] = [
                (meant.typed, [(child, age_said(child, timezone.localdate())) for child in meant.children])
                for meant in self.named.unclear
            ]
        return SafeString(render_to_string("staff/names.html", facts))


class NamesField(forms.CharField):
    widget = NamesWidget(attrs={"rows": 3, "spellcheck": "false"})

    def __init__(self) -> None:
        super().__init__(
            label="Or paste names",
            required=False,
            help_text=f"One child in each line, up to {MOST_NAMES}. First we show whom we found; nobody is added yet.",
        )


class TakesNames(forms.BaseForm):
    """A mixin for forms with a field `child` for many children and a field `names`, a `NamesField`."""

    _complaint = ""

    def look_names_up(self) -> None:
        """Call it at the end of `__init__`, when the field `child` knows the children to choose from."""
        if not self.is_bound:
            return
        lines = name_lines(self.data.get("names", ""))
        widget: Any = self.fields["names"].widget
        widget.seen = "\n".join(lines)
        if not lines or lines == name_lines(self.data.get(_SEEN, "")):
            return
        if len(lines) > MOST_NAMES:
            self._complaint = f"These are {len(lines):,} names. Paste at most {MOST_NAMES} at a time."
            widget.seen = ""
            return
        among: Any = self.fields["child"]
        widget.named = children_named(lines, among.queryset)
        widget.seen = "\n".join(widget.named.missing)
        self._complaint = "Nobody is added yet. Look at whom we found, then press again."
        self._take(widget.named)

    def _take(self, named: Named) -> None:
        """Let the found ones stand among the chosen, and only the missing ones in the field."""
        posted: Any = self.data
        data = posted.copy()
        found = [str(meant.children[0].pk) for meant in named.found]
        data.setlist("child", list(dict.fromkeys([*data.getlist("child"), *found])))
        data["names"] = "\n".join(named.missing)
        self.data = data

    def clean_names(self) -> str:
        if self._complaint:
            raise forms.ValidationError(self._complaint)
        return str(self.cleaned_data["names"])
