"""Whether a form was drawn by us for this browser: an answer, not a page on which everything typed is gone."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware


class OwnForm(CsrfViewMiddleware):
    """Django's own check of where a form comes from. For views that are `csrf_exempt` and ask here themselves."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason

    def fails(self, request: HttpRequest) -> bool:
        """Whether the form was not drawn by us for this browser, or was drawn before a sign-in."""
        self.process_request(request)
        return bool(self.process_view(request, None, (), {}))  # type: ignore[arg-type]


def is_own(request: HttpRequest) -> bool:
    """Whether a form keeps its promise to be ours; draws nothing and changes nothing."""
    return not OwnForm(lambda _: HttpResponse()).fails(request)
