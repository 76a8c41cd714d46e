"""The access token that all workers share.

Zoom's server-to-server OAuth gives one-hour tokens, and a new one ends the old one. So there is one, kept
encrypted in Postgres (Redis is only the broker and may be emptied), and it is renewed under a session-level
advisory lock: the lock is held across the HTTP call but no transaction is, and it goes with its connection.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils import timezone

from sessions_app.models.zoom_token import ZoomToken
from sessions_app.zoom import locks
from sessions_app.zoom.errors import ZoomAuthError, ZoomNotConfigured, ZoomUnavailable

REFRESH_LOCK: Final = "zoom-token"
FETCH_TIMEOUT: Final = 10
# Renewed a little early, so that a call begun with it is not overtaken by its end.
MARGIN: Final = timedelta(seconds=60)


@dataclass(frozen=True)
class Token:
    """An access token, the regional base address that goes with it, and the scopes that it has."""

    value: str = field(repr=False)  # never in a log or a crash report
    api_url: str
    scopes: frozenset[str]
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether a call may still be begun with it."""
        return self.expires_at - MARGIN > now


def current_token(timeout: int = FETCH_TIMEOUT) -> Token:
    """The shared token, renewed first if it is about to end; `timeout` in seconds for that.

    Raises ZoomAuthError, ZoomUnavailable, ZoomNotConfigured.
    """
    return _cached(timezone.now()) or _renew(None, timeout)


def replace_token(refused: str, timeout: int = FETCH_TIMEOUT) -> Token:
    """The token to use after Zoom refused the one with this value.

    Another worker may have renewed it meanwhile: then the cached one is the answer and nothing is fetched.
    """
    cached = _cached(timezone.now())
    return cached if cached and cached.value != refused else _renew(refused, timeout)


def _renew(refused: str | None, timeout: int) -> Token:
    # Whoever holds the lock needs one time-out at most; waiting for two is long enough.
    with locks.held(REFRESH_LOCK, wait=2 * timeout) as is_held:
        if not is_held:
            raise ZoomUnavailable("another worker is still renewing the sign-in to Zoom", operation="token")
        # Looked at again under the lock: whoever held it before us may have done the work.
        cached = _cached(timezone.now())
        if cached and cached.value != refused:
            return cached
        token = fetch_token(timeout)
        _keep(token)
        return token


def fetch_token(timeout: int = FETCH_TIMEOUT) -> Token:
    """Ask Zoom for a new token, which ends the one before: only under the lock, or to test credentials.

    Raises ZoomNotConfigured without credentials, ZoomAuthError when Zoom refuses them, ZoomUnavailable for
    no answer, 5xx, 429 or an answer that is not JSON.
    """
    if not (settings.ZOOM_ACCOUNT_ID and settings.ZOOM_CLIENT_ID and settings.ZOOM_CLIENT_SECRET):
        raise ZoomNotConfigured(
            "The portal has no Zoom credentials: set ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET.",
            operation="token",
        )
    asked_at = timezone.now()
    try:
        response = requests.post(
            token_url(),
            data={"grant_type": "account_credentials", "account_id": settings.ZOOM_ACCOUNT_ID},
            auth=(settings.ZOOM_CLIENT_ID, settings.ZOOM_CLIENT_SECRET),
            timeout=timeout,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        # The text of the exception names only the address: the credentials travel in a header.
        raise ZoomUnavailable(
            f"Zoom's sign-in did not answer ({error.__class__.__name__})", operation="token"
        ) from error
    return _read_token(response, asked_at)


def token_url() -> str:
    """Where tokens come from. ZOOM_OAUTH_URL may be the server or already the whole address."""
    base = settings.ZOOM_OAUTH_URL.rstrip("/")
    return base if base.endswith("/oauth/token") else f"{base}/oauth/token"


def _read_token(response: requests.Response, asked_at: datetime) -> Token:
    try:
        body = response.json()
    except requests.exceptions.JSONDecodeError:
        body = None
    status = response.status_code
    if status in (400, 401, 403) and isinstance(body, dict):
        reason = body.get("reason") or body.get("error") or "no reason given"
        raise ZoomAuthError(f"Zoom refuses the portal's credentials: {reason}", operation="token", status=status)
    if status != 200 or not isinstance(body, dict) or not body.get("access_token"):
        raise ZoomUnavailable(f"Zoom's sign-in gave no token ({status})", operation="token", status=status)
    return Token(
        value=str(body["access_token"]),
        api_url=_api_base(body.get("api_url")),
        scopes=frozenset(str(body.get("scope") or "").replace(",", " ").split()),
        expires_at=asked_at + timedelta(seconds=int(body.get("expires_in") or 3599)),
    )


def _api_base(answered: object) -> str:
    """The base address of API calls: the regional one of the answer, with the version path of ours."""
    configured = urlsplit(settings.ZOOM_API_URL)
    if not answered:
        return settings.ZOOM_API_URL.rstrip("/")
    regional = urlsplit(str(answered))
    # The token is a key to the account: it never travels less protected than we asked for it.
    if not regional.netloc or (regional.scheme != "https" and urlsplit(token_url()).scheme == "https"):
        raise ZoomUnavailable("Zoom's sign-in named an API address that is not safe to use", operation="token")
    path = regional.path.rstrip("/") or configured.path.rstrip("/")
    return f"{regional.scheme}://{regional.netloc}{path}"


def _credentials_mark() -> str:
    """A token belongs to one set of credentials; after a change of settings the old row must not be used."""
    parts = (settings.ZOOM_ACCOUNT_ID, settings.ZOOM_CLIENT_ID, settings.ZOOM_CLIENT_SECRET, token_url())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _cached(now: datetime) -> Token | None:
    row = ZoomToken.objects.filter(credentials_mark=_credentials_mark()).first()
    if row is None:
        return None
    token = Token(row.access_token, row.api_url, frozenset(row.scope.split()), row.expires_at)
    return token if token.is_fresh(now) else None


def _keep(token: Token) -> None:
    ZoomToken.objects.update_or_create(
        pk=ZoomToken.ONLY,
        defaults={
            "access_token": token.value,
            "api_url": token.api_url,
            "scope": " ".join(sorted(token.scopes)),
            "expires_at": token.expires_at,
            "credentials_mark": _credentials_mark(),
        },
    )
