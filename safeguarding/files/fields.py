"""Fields with which files come in, the same for whoever reports and whoever looks after it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from families.plain_text import LinesField
from safeguarding.files.attaching import SAY_WHAT
from safeguarding.files.opening import Opened, open_upload
from safeguarding.forms import SOME

MOST_AT_ONCE = 5
TOO_MANY = f"Please send at most {MOST_AT_ONCE} files at once. You can add more afterwards."
CHOOSE = "Please choose a file."
CHOOSE_AGAIN = "Please choose the files once more: a browser does not keep them."
NO_CHILDREN = (
    "No photographs of children, please: say in words what a mark looks like. Pictures (JPEG, PNG or WebP), PDF or "
    f"plain text, up to {MOST_AT_ONCE} files of 10 MB each."
)
# Without HEIC in it, an iPhone sends its photos as JPEG.
_ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf,text/plain,.txt"


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Sequence[Any]:
        chosen: Sequence[Any] = files.getlist(name) if hasattr(files, "getlist") else files.get(name) or []
        return chosen


class FilesField(forms.FileField):
    """Some files, each opened: the form holds what of them may be kept, or says what is wrong with which."""

    def __init__(self, *, label: str = "Files", required: bool = False) -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=NO_CHILDREN,
            widget=_ManyFiles(attrs={"multiple": True, "accept": _ACCEPTED}),
            error_messages={"required": CHOOSE},
        )

    def clean(self, data: Any, initial: Any = None) -> list[Opened]:
        """The files as they may be kept. Raises ValidationError with a sentence for each that may not."""
        if not data and self.required:
            raise ValidationError(CHOOSE)
        if len(data) > MOST_AT_ONCE:
            raise ValidationError(TOO_MANY)
        found, wrong = [], []
        for file in data:
            try:
                found.append(open_upload(file))
            except ValidationError as refused:
                wrong += refused.messages
        if wrong:
            raise ValidationError([*wrong, CHOOSE_AGAIN] if found else wrong)
        return found


def about_field() -> LinesField:
    """What the files show."""
    return LinesField(
        label="What do they show?",
        help_text="Needed for pictures: what can be seen, when it was taken, and by whom.",
        required=False,
        most=SOME,
        rows=2,
    )


def check_files(form: forms.Form, said: dict[str, Any]) -> None:
    """For a form's `clean`: pictures need words, and files do not survive a mistake elsewhere in the form."""
    if any(file.is_picture for file in said.get("uploads", ())) and not said.get("about", "") and "about" in said:
        form.add_error("about", SAY_WHAT)
    if form.errors and said.get("uploads"):
        form.add_error("uploads", CHOOSE_AGAIN)
