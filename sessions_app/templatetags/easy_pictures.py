"""`{% session_picture session %}` and the like: in easy read a picture, in the usual layout nothing."""

from django import template
from django.template.context import Context
from django.utils.html import format_html

from families.agreeing import Point
from sessions_app import easy_pictures
from sessions_app.models import Session
from sessions_app.models.lines import StepLine
from sessions_app.picture_library import Picture

register = template.Library()


@register.simple_tag(takes_context=True)
def session_picture(context: Context, session: Session) -> str:
    """A session in a list."""
    return _drawn(context, easy_pictures.of_session(session))


@register.simple_tag(takes_context=True)
def step_picture(context: Context, step: StepLine) -> str:
    """A step of a session."""
    return _drawn(context, easy_pictures.of_step(step))


@register.simple_tag(takes_context=True)
def clause_picture(context: Context, point: Point) -> str:
    """A part of the agreement."""
    return _drawn(context, easy_pictures.of_clause(point))


def _drawn(context: Context, picture: Picture | None) -> str:
    """The picture stands beside words that say the same, so nobody hears of it. The page's foot names its makers."""
    frame = context.get("frame")
    if picture is None or frame is None or not frame.is_easy:
        return ""
    frame.shows_pictures = True
    return format_html('<img class="easy-picture" src="{}" alt="" width="60" height="60" loading="lazy">', picture.url)
