"""Pages behind a token: the link of a mail is one guardian's, and teaches nobody else who is signed in anything."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase

from families.models import Guardian
from sessions_app.portal.drawing import draw

View = Callable[..., HttpResponseBase]


class Linked(Protocol):
    """What a token names; it knows whose link it is."""

    @property
    def guardian(self) -> Guardian: ...


def by_link(find: Callable[[str], Linked | None]) -> Callable[[View], View]:
    """A page that works without signing in, by a guardian's link. The view gets what the token names, and the token.

    While somebody else is signed in, staff too, it says that the link is not theirs and nothing else, and nothing is
    read, done or noted: a court order may be between the two (docs/adr/0191). Signing out makes it work.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, token: str) -> HttpResponseBase:
            found = find(token)
            if found is None:
                return draw(request, "portal/unknown_link.html", {}, None, status=404)
            if is_somebody_elses(request, found.guardian):
                return draw(request, "portal/not_your_link.html", {}, None, status=403)
            return view(request, found, token)

        guarded.opens_by_link = True  # type: ignore[attr-defined]
        return login_not_required(guarded)

    return decorate


def is_somebody_elses(request: HttpRequest, owner: Guardian) -> bool:
    """Whether somebody is signed in who is not the guardian that a link was made for."""
    user: Any = request.user
    return user.is_authenticated and user.pk != owner.user_id
