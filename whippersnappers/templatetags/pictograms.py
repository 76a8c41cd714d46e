"""`{% pictogram "clock" %}`: one of the house's own line drawings, always beside the word it stands for."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html

register = template.Library()


@register.simple_tag
def pictogram(name: str) -> str:
    """The drawing called `name` of `static/img/pictograms.svg`, hidden from screen readers."""
    return format_html(
        '<svg class="pictogram" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/pictograms.svg"),
        name,
    )
