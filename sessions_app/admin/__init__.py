"""The staff pages about sessions; importing a module registers its pages."""

from sessions_app.admin import (
    calendar,
    children,
    contacted,
    invitations,
    meetings,
    phone,
    places,
    series,
    sessions,
    staff,
    terms,
)

__all__ = [
    "calendar",
    "children",
    "contacted",
    "invitations",
    "meetings",
    "phone",
    "places",
    "series",
    "sessions",
    "staff",
    "terms",
]
