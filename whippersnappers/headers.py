"""Headers that tell browsers what these pages may do, and that nobody keeps a copy of them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

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
PERMISSIONS_POLICY = ", ".join(
    [f"{name}=()" for name in _OFF]
    + [f"{name}=(self)" for name in ("publickey-credentials-create", "publickey-credentials-get")]
)
# Pages without a sign-in that still are for one person only.
_PERSONAL = ("/join/", "/place/", "/rota/", "/calendar/", "/accounts/", "/worried/")


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
