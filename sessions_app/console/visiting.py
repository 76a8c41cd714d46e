"""The one way to a session's console: for the staff who deliver it, and for coordinators, who look.

For everybody else these addresses do not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sessions_app.live.deliverers import place_of
from sessions_app.models import Session, StaffAssignment
from whippersnappers.accounts.access import signed_in
from whippersnappers.accounts.models import User


@dataclass(frozen=True)
class Visit:
    """Somebody at the console of one session, at one moment. `place` is theirs on its staff; coordinators have none."""

    request: HttpRequest
    session: Session
    user: User
    place: StaffAssignment | None
    now: datetime

    @property
    def delivers(self) -> bool:
        return self.place is not None


View = Callable[..., HttpResponse]


def console_view(*methods: str) -> Callable[[View], View]:
    """A view of the console for these methods: it is given a `Visit`, or raises 404. Nobody keeps a copy (W8)."""

    def decorated(view: View) -> View:
        @never_cache
        @require_http_methods(methods)
        @wraps(view)
        def visited(request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponse:
            user = signed_in(request)
            seen = Session.objects.visible_to(user).exclude(state=Session.State.DRAFT).select_related("place")
            session = get_object_or_404(seen, pk=pk)
            return view(Visit(request, session, user, place_of(session, user), timezone.now()), **kwargs)

        return visited

    return decorated
