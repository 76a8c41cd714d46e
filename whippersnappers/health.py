"""For machines: is the process alive, and can it do its work?"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from whippersnappers.outbox import trouble

# Whoever asks has a time limit of its own: answer before it is over.
_DATABASE_MILLISECONDS = 1000
_REDIS_SECONDS = 0.5
BEAT_MISSED_AFTER = timedelta(minutes=2)
MAIL_LATE_AFTER = timedelta(minutes=10)


class ProbesMiddleware:
    """Answers probes before anything else: they name no host that we know, and must not need a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = {"/healthz": alive, "/readyz": ready}.get(request.path_info)
        return probe(request) if probe else self.get_response(request)


@login_not_required
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The web process answers; nothing else is asked."""
    return HttpResponse("alive\n", content_type="text/plain")


@login_not_required
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Whether the database, Redis, beat and the outbox are well: 200, or 503 when one is not."""
    checks = state(timezone.now())
    well = all(check["ok"] for check in checks.values())
    return JsonResponse({"ready": well, "checks": checks}, status=200 if well else 503)


def state(now: datetime) -> dict[str, dict[str, Any]]:
    """Each check by name: whether it is well (`ok`), and a figure or the kind of error."""
    checks = {"database": _database(), "redis": _redis()}
    unknown = {"ok": False, "error": "no database"}
    reachable = checks["database"]["ok"]
    return checks | {"beat": _beat(now) if reachable else unknown, "mail": _mail(now) if reachable else unknown}


def _database() -> dict[str, Any]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(_DATABASE_MILLISECONDS)])
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True}


def _redis() -> dict[str, Any]:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=_REDIS_SECONDS, socket_timeout=_REDIS_SECONDS, retry=None
    )
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        return {"ok": False, "error": type(error).__name__}
    finally:
        client.close()
    return {"ok": True}


def _beat(now: datetime) -> dict[str, Any]:
    """Beat's tick, as the worker noted it: it says that beat, Redis and a worker work together."""
    at = trouble.last_seen("beat")
    if at is None:
        return {"ok": False, "error": "never"}
    age = now - at
    return {"ok": age < BEAT_MISSED_AFTER, "seconds_ago": round(age.total_seconds())}


def _mail(now: datetime) -> dict[str, Any]:
    """How long the oldest mail that could go has been waiting."""
    since = trouble.oldest_due_since(now)
    late = now - since if since is not None else timedelta()
    return {"ok": late < MAIL_LATE_AFTER, "oldest_due_seconds": max(0, round(late.total_seconds()))}
