"""What a coordinator brings in: a spreadsheet as a file, or its rows pasted as text."""

from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget

from families.importing.rows import read_file
from families.importing.sheets import (
    MAX_BYTES,
    MAX_ROWS,
    SheetRefused,
    refuse_by_first_bytes,
    refuse_by_size,
)

PASTED = "Pasted rows"
_MB = MAX_BYTES // 1024 // 1024
TOO_MUCH_PASTED = f"That was more than {_MB} MB. Paste at most {MAX_ROWS:,} rows at a time, or upload the file."


class ImportForm(forms.Form):
    """Either a file, which a worker opens, or pasted rows, which are read on the spot so that they can be mended.

    `content` is what was brought, in bytes. `too_much` says that the rows could not even be received;
    `file_too_big` that the file was stopped on its way.
    """

    file = forms.FileField(
        label="Spreadsheet",
        required=False,
        allow_empty_file=True,
        help_text=f"An Excel file (.xlsx) or a CSV file, up to {_MB} MB.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt", "class": "im-file"}),
    )
    rows = forms.CharField(
        label="Or paste rows here",
        required=False,
        strip=False,
        help_text=f"Mark the rows in your spreadsheet, the one with the headings too, copy them, and paste them here. "
        f"Up to {MAX_ROWS:,} rows.",
        widget=UnfoldAdminTextareaWidget(
            attrs={
                "rows": 8,
                "wrap": "off",
                "spellcheck": "false",
                "class": "im-paste",
            }
        ),
    )

    def __init__(self, data: Any = None, files: Any = None, *, file_too_big: bool = False, too_much: str = "") -> None:
        self.had_no_text = data is not None and "\x00" in data.get("rows", "")
        if self.had_no_text:
            data = data.copy()
            data["rows"] = data["rows"].replace("\x00", "")
        super().__init__(data, files)
        self.file_too_big, self.too_much = file_too_big, too_much
        self.content = b""

    @property
    def filename(self) -> str:
        """What the import is called: its file's name."""
        file = self.cleaned_data["file"]
        return file.name if file else PASTED

    def clean_file(self) -> Any:
        if self.file_too_big and not self.data.get("rows", "").strip():
            _refused(refuse_by_size, MAX_BYTES + 1)
        file = self.cleaned_data["file"]
        if file:
            self.content = file.read()
            _refused(refuse_by_size, len(self.content))
            _refused(refuse_by_first_bytes, self.content)
        return file

    def clean_rows(self) -> str:
        rows: str = self.cleaned_data["rows"]
        if self.had_no_text:
            raise forms.ValidationError("There were signs in it that are no text. We took them out: please look at it.")
        if rows.strip():
            self.content = rows.encode()
            if len(self.content) > MAX_BYTES:
                raise forms.ValidationError(TOO_MUCH_PASTED)
            _refused(read_file, self.content, timezone.localdate())
        return rows if rows.strip() else ""

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        file, rows = self.cleaned_data["file"], self.cleaned_data["rows"]
        if file and rows:
            self.add_error("rows", "There is a file as well. Take one of the two, so that nothing comes in twice.")
        elif not file and not rows:
            self.add_error("file", "Choose a file first, or paste rows below.")
        return self.cleaned_data


def _refused(look: Any, *about: Any) -> None:
    """Turn the reader's refusal into a sentence at the field."""
    try:
        look(*about)
    except SheetRefused as refusal:
        raise forms.ValidationError(f"{refusal} Nothing was changed.") from refusal
