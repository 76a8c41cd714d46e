"""The staff pages about sessions; importing a module registers its pages."""

from sessions_app.admin import (
    availability,
    calendar,
    children,
    contacted,
    invitations,
    meetings,
    my_rota,
    phone,
    places,
    rota,
    series,
    sessions,
    skills,
    staff,
    terms,
    waiting_term,
)

__all__ = [
    "availability",
    "calendar",
    "children",
    "contacted",
    "invitations",
    "meetings",
    "my_rota",
    "phone",
    "places",
    "rota",
    "series",
    "sessions",
    "skills",
    "staff",
    "terms",
    "waiting_term",
]
