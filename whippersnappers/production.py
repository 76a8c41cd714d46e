"""What production refuses: values with which families' data or mails would not be safe.

The settings call this while they are read, so nothing here may need Django's settings or models.
"""

import base64
import binascii
import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

ENVIRONMENTS = ("production", "demo", "test")
# They touch no data and need no secret: one makes the secrets, the other gathers style sheets into an image.
HARMLESS_COMMANDS = ("generate_keys", "collectstatic")
_MIN_SECRET = 50
_MIN_KEY = 32

Settings = Mapping[str, Any]


def refuse_unsafe_production(settings: Settings, command: str = "") -> None:
    """Raise ImproperlyConfigured with one sentence that names every fault, unless there is none.

    `command` is the management command that runs, if any.
    """
    if settings["ENVIRONMENT"] not in ENVIRONMENTS:
        raise ImproperlyConfigured(f"ENVIRONMENT must be one of {', '.join(ENVIRONMENTS)}.")
    if not settings["PRODUCTION"] or command in HARMLESS_COMMANDS:
        return
    found = faults(settings)
    if found:
        raise ImproperlyConfigured(f"This is not safe for production: {'; '.join(found)}.")


def faults(settings: Settings) -> list[str]:
    """Everything that is unsafe, each as part of a sentence."""
    checks: list[Callable[[Settings], Iterator[str]]] = [
        _secrets,
        _switches,
        _addresses,
        _mail,
        _engines,
        _zoom,
    ]
    return [fault for check in checks for fault in check(settings)]


def _secrets(settings: Settings) -> Iterator[str]:
    secret = settings["SECRET_KEY"]
    if len(secret) < _MIN_SECRET or len(set(secret)) < 10 or "insecure" in secret.lower():
        yield f"SECRET_KEY must be a random text of at least {_MIN_SECRET} signs"
    if len(settings["AUDIT_KEY"]) < _MIN_KEY:
        yield f"AUDIT_KEY must be a random text of at least {_MIN_KEY} signs"
    if settings["AUDIT_KEY"] and settings["AUDIT_KEY"] == secret:
        yield "AUDIT_KEY must not be the same as SECRET_KEY"
    for name in ("FIELD_ENCRYPTION_KEYS", "CONCERN_ENCRYPTION_KEYS"):
        if not _is_keyset(settings[name]):
            yield f"{name} must be a keyset from `manage.py generate_keys`"
    if settings["CONCERN_ENCRYPTION_KEYS"] and settings["CONCERN_ENCRYPTION_KEYS"] == settings["FIELD_ENCRYPTION_KEYS"]:
        yield "CONCERN_ENCRYPTION_KEYS must not be the same as FIELD_ENCRYPTION_KEYS"
    if settings["METRICS_TOKEN"] and len(settings["METRICS_TOKEN"]) < _MIN_KEY:
        yield f"METRICS_TOKEN must be a random text of at least {_MIN_KEY} signs, or empty"


def _is_keyset(encoded: str) -> bool:
    try:
        return bool(json.loads(base64.b64decode(encoded, validate=True))["key"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        return False


def _switches(settings: Settings) -> Iterator[str]:
    if settings["DEBUG"]:
        yield "DEBUG must be off"
    if settings["DEMO"]:
        yield "DEMO must be off"
    if not settings["MFA_REQUIRED"]:
        yield "MFA_REQUIRED must be on"


def _addresses(settings: Settings) -> Iterator[str]:
    hosts = settings["ALLOWED_HOSTS"]
    named = bool(hosts) and not any(host == "*" or host.startswith(".") for host in hosts)
    if not named:
        yield "ALLOWED_HOSTS must name the site's hosts, without wildcards"
    site = urlsplit(settings["SITE_URL"])
    if site.scheme != "https" or not site.hostname:
        yield "SITE_URL must begin with https://"
    elif named and site.hostname not in hosts:
        yield "ALLOWED_HOSTS must contain the host of SITE_URL"


def _mail(settings: Settings) -> Iterator[str]:
    fault = from_address_fault(settings["DEFAULT_FROM_EMAIL"], settings["ORGANISATION_DOMAIN"])
    if fault:
        yield fault
    mail = settings["EMAIL_CONFIG"]
    host = str(mail.get("EMAIL_HOST") or "")
    encrypted = mail.get("EMAIL_USE_TLS") or mail.get("EMAIL_USE_SSL")
    if not str(mail.get("EMAIL_BACKEND", "")).endswith(".smtp.EmailBackend") or not host:
        yield "EMAIL_URL must name a mail server"
    elif not encrypted and not is_loopback(host):
        yield "EMAIL_URL must begin with smtp+tls:// or smtp+ssl://, because mails and the password travel on it"


def from_address_fault(from_email: str, domain: str) -> str:
    """What is wrong with the From address, or "" (W1: families get mail from our own domain only)."""
    sender = parseaddr(from_email)[1].lower().rpartition("@")[2]
    if sender == domain.lower() or sender.endswith(f".{domain.lower()}"):
        return ""
    return f"DEFAULT_FROM_EMAIL must be an address at {domain}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this very computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _engines(settings: Settings) -> Iterator[str]:
    for name in ("DATABASE_URL", "REDIS_URL"):
        if not settings[name]:
            yield f"{name} must be set"


def _zoom(settings: Settings) -> Iterator[str]:
    names = ("ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "ZOOM_WEBHOOK_SECRET")
    missing = [name for name in names if not settings[name]]
    if missing:
        yield f"{', '.join(missing)} must be set"
    if not all(settings[name].startswith("https://") for name in ("ZOOM_OAUTH_URL", "ZOOM_API_URL")):
        yield "ZOOM_OAUTH_URL and ZOOM_API_URL must begin with https://"
