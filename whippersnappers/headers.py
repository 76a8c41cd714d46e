"""Headers that tell browsers what these pages may do, and that nobody keeps a copy of them."""

from collections.abc import Callable, Collection
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# Everything that a page could ask of a device, off. Passkeys may be used by our own pages.
_OFF = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)


def permissions_policy(allowed: Collection[str] = ()) -> str:
    """The header's value: everything off for everybody, but what is `allowed` to our own page."""
    return ", ".join(
        [f"{name}=({'self' if name in allowed else ''})" for name in _OFF]
        + [f"{name}=(self)" for name in ("publickey-credentials-create", "publickey-credentials-get")]
    )


PERMISSIONS_POLICY = permissions_policy()
# Pages without a sign-in that still are for one person only.
_PERSONAL = ("/join/", "/place/", "/rota/", "/calendar/", "/accounts/", "/worried/")


_TEXTS = ("text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml")


class PageHeadersMiddleware:
    """Stands outside the sessions, so that it sees who asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        user = getattr(request, "user", None)
        if request.path.startswith(_PERSONAL) or (user is not None and user.is_authenticated):
            response.headers["Cache-Control"] = "no-store, private"
        return response


class CompressTextMiddleware(GZipMiddleware):
    """Pages, styles and scripts travel compressed, whatever proxy stands before us; many families pay by the byte.

    Pictures, typefaces and documents are compressed already. Secrets that could be guessed from a page's length are
    masked anew for each page (the form's token), and Django adds a random length (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        if response.status_code != HTTPStatus.OK or not kind.startswith(_TEXTS):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed
