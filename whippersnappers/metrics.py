"""Figures for Prometheus: for whoever has the token, or asks from this very computer."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django_prometheus.exports import ExportToDjangoView

from whippersnappers.production import is_loopback


def _may_read(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme == "Bearer" and constant_time_compare(token, settings.METRICS_TOKEN):
        return True
    # A proxy on this computer also comes from loopback, but says for whom it asks.
    forwarded = any(name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"))
    return is_loopback(request.META.get("REMOTE_ADDR", "")) and not forwarded


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Counts and durations of requests; nothing about persons. Strangers find nothing here."""
    if not _may_read(request):
        raise Http404
    response: HttpResponse = ExportToDjangoView(request)
    return response
