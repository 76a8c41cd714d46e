"""How lists and numbers are written for people."""

from collections.abc import Sequence

from django import template

register = template.Library()


@register.filter
def listed(words: Sequence[str]) -> str:
    """`Maya`, `Maya and Tom`, `Maya, Tom and Ali`."""
    *first, last = words or [""]
    return f"{', '.join(first)} and {last}" if first else last


@register.filter
def spaced(meeting_id: str) -> str:
    """`845 1234 5678` of `84512345678`: in groups, as Zoom writes IDs of 9, 10 and 11 digits."""
    digits = str(meeting_id)
    second = 7 if len(digits) > 10 else 6
    return " ".join(part for part in (digits[:3], digits[3:second], digits[second:]) if part)
