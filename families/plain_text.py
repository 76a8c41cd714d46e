"""Words that families type: any script and any emoji, but no unseen signs, and not a whole book."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# Room for everything that anybody ever wrote about a child, and no more.
MOST_WORDS = 4000
TOO_LONG = "This is too long. Please keep it under {most:,} letters. Tell us the most important things first."
UNSEEN = "There is a sign in here that we cannot read. Please type it again."


def tidy(text: str) -> str:
    """Without blanks around it, and with plain line ends, so that the same words compare as the same."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class WordsField(forms.CharField):
    """Free words. Too long or unreadable ones are refused in a plain sentence, and stay in the field.

    There is no `maxlength` in the page: browsers would cut what is pasted without a word.
    """

    def __init__(self, *, most: int = MOST_WORDS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most
        # Django's own would say it in other words, and later.
        self.validators = []

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if "\x00" in value:
            raise ValidationError(UNSEEN)
        if len(value) > self.most:
            raise ValidationError(TOO_LONG.format(most=self.most))


class LinesField(WordsField):
    """Free words over several lines."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)
