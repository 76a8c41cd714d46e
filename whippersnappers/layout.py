"""Easy read or the usual layout: the switch's press, and what a device remembers of it for whoever is not signed in.

A parent's own wish is kept with the parent and goes before the device's as soon as they are signed in
(docs/adr/0193).
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, QueryDict

View = Callable[..., HttpResponseBase]
# The switch's name in a form, and the cookie's, and what their values mean.
SWITCH = "layout"
LAYOUTS = {"easy": True, "usual": False}
_WORDS = {easy: word for word, easy in LAYOUTS.items()}
_KEPT_FOR = timedelta(days=365)
# In the session from the sign-in pages on.
_WISH = "layout_wished"
# Noted beside the request until the answer is made.
_REMEMBERED = "whippersnappers.layout_remembered"


def is_switch(request: HttpRequest) -> bool:
    """Whether it was the switch that was pressed, not the form's own button."""
    return request.method == "POST" and request.POST.get(SWITCH) in LAYOUTS


def pressed(request: HttpRequest) -> bool:
    """Whether the press asks for easy read; nonsense means the usual layout."""
    return LAYOUTS.get(request.POST.get(SWITCH, ""), False)


def of_device(request: HttpRequest) -> bool | None:
    """Whether easy read was chosen on this device; None when nobody has chosen."""
    return LAYOUTS.get(request.COOKIES.get(SWITCH, ""))


def remember(request: HttpRequest, easy: bool | None) -> None:
    """From this page on the device reads like this; None forgets what was chosen on it."""
    request.COOKIES[SWITCH] = "" if easy is None else _WORDS[easy]
    request.META[_REMEMBERED] = True


def say(request: HttpRequest, easy: bool) -> None:
    """One sentence on the page that comes: how it reads now."""
    messages.success(request, "Easy read is on." if easy else "Easy read is off.")


def turn_device(request: HttpRequest) -> None:
    """The layout as the press says, for whoever uses this device without signing in."""
    remember(request, pressed(request))
    say(request, pressed(request))


def turn_while_signing_in(request: HttpRequest) -> None:
    """The layout as the press says, for the device, and for whoever comes in by this sign-in."""
    turn_device(request)
    request.session[_WISH] = pressed(request)


def wish_of_sign_in(request: HttpRequest) -> bool | None:
    """What was pressed last on the way in, told once; None when nothing was."""
    wish: bool | None = request.session.pop(_WISH, None)
    return wish


class LayoutMiddleware:
    """Sends the device what it shall remember."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if _REMEMBERED in request.META:
            response.set_cookie(
                SWITCH,
                request.COOKIES[SWITCH],
                max_age=_KEPT_FOR if request.COOKIES[SWITCH] else 0,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def drawn_again_after(turn: Callable[[HttpRequest], None]) -> Callable[[View], View]:
    """For a view whose page has a form: the switch's press does `turn` and nothing else.

    The view draws the page as for a visit and never sees the press as one of its own; what was typed is in
    `typed_before`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def drawing_again(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if is_switch(request):
                turn(request)
                # For the view it is a visit: nothing is sent.
                request.method = "GET"
            return view(request, *args, **kwargs)

        return drawing_again

    return decorate


def typed_before(request: HttpRequest) -> QueryDict:
    """What stood in the form when the switch was pressed; empty on every other visit."""
    return request.POST if request.method == "GET" else QueryDict()
