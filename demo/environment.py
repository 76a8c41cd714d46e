"""The environment that the demo's processes run in: what is set already stays, the demo makes the rest."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.sample.people import PERSONAS, ZOOM_HOSTS
from whippersnappers.keysets import new_keyset

HERE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Ports:
    """Where the demo listens, on the loopback address only."""

    web: int
    zoom: int
    smtp: int


def ports(present: Mapping[str, str]) -> Ports:
    """The ports that the environment asks for. Raises ValueError for something that is no port."""
    return Ports(
        web=int(present.get("DEMO_PORT") or 8000),
        zoom=int(present.get("DEMO_ZOOM_PORT") or 8001),
        smtp=int(present.get("DEMO_SMTP_PORT") or 8025),
    )


def data_directory(present: Mapping[str, str]) -> Path:
    """Where the demo keeps everything: `DEMO_DATA`, or `var` beside the code."""
    return Path(present.get("DEMO_DATA") or HERE / "var").resolve()


def kept_secrets(directory: Path) -> dict[str, str]:
    """The demo's own secrets: made at the first start that needs them, the same ever after."""
    file = directory / "secrets.json"
    made = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "AUDIT_KEY": secrets.token_urlsafe(32),
        "FIELD_ENCRYPTION_KEYS": new_keyset(),
        "CONCERN_ENCRYPTION_KEYS": new_keyset(),
        "ZOOM_CLIENT_SECRET": secrets.token_urlsafe(24),
        "ZOOM_WEBHOOK_SECRET": secrets.token_urlsafe(24),
    }
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if made.keys() - kept.keys():
        kept = made | kept
        beside = file.with_suffix(".new")
        beside.touch(mode=0o600)
        beside.write_text(json.dumps(kept, indent=1))
        os.replace(beside, file)
    return kept


def demo_environment(present: Mapping[str, str], directory: Path) -> dict[str, str]:
    """`present`, completed with what the demo needs. The engines' addresses are still missing."""
    at = ports(present)
    made = {
        "ENVIRONMENT": "demo",
        "DEMO": "1",
        "DEMO_DATA": str(directory),
        "DEMO_PORT": str(at.web),
        "DEMO_ZOOM_PORT": str(at.zoom),
        "DEMO_SMTP_PORT": str(at.smtp),
        "SITE_URL": f"http://localhost:{at.web}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "EMAIL_URL": f"smtp://127.0.0.1:{at.smtp}",
        "ORGANISATION_SAFEGUARDING_LEAD_NAME": PERSONAS["lead"].name,
        "ORGANISATION_SAFEGUARDING_LEAD_PHONE": "020 7946 0456",
        "ORGANISATION_SUPPORT_PHONE": "020 7946 0123",
        "ZOOM_ACCOUNT_ID": "demo-account",
        "ZOOM_CLIENT_ID": "demo-client",
        "ZOOM_OAUTH_URL": f"http://127.0.0.1:{at.zoom}",
        "ZOOM_API_URL": f"http://127.0.0.1:{at.zoom}/v2",
        "ZOOM_WEBHOOK_URL": f"http://127.0.0.1:{at.web}/zoom/webhook/",
        "DEMO_ZOOM_USERS": json.dumps([email for _, email in ZOOM_HOSTS]),
        "PYTHONUNBUFFERED": "1",
        **kept_secrets(directory),
    }
    return {**made, **{name: value for name, value in present.items() if value or name not in made}}
