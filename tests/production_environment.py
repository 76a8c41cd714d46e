"""An environment in which the portal would start in production."""

import os
import subprocess
import sys
from pathlib import Path

from whippersnappers.keysets import new_keyset

ROOT = Path(__file__).resolve().parent.parent


def production_environment(**changes: str) -> dict[str, str]:
    """All variables that production needs; `changes` replace some, an empty text takes one away."""
    environment = {
        "PATH": os.environ["PATH"],
        "ENVIRONMENT": "production",
        "SECRET_KEY": "kF3x9mQ7vR2pL8sW4zT6yB1nC5dG0hJ_eUaIoXqZrYtMwVbN-lk",
        "AUDIT_KEY": "0Qm3nB6vC9xZ2aS5dF8gH1jK4lP7oI_uYtReWq",
        "FIELD_ENCRYPTION_KEYS": new_keyset(),
        "CONCERN_ENCRYPTION_KEYS": new_keyset(),
        "ALLOWED_HOSTS": "portal.whippersnappers.org",
        "SITE_URL": "https://portal.whippersnappers.org",
        "TRUSTED_PROXIES": "1",
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "REDIS_URL": os.environ["REDIS_URL"],
        "EMAIL_URL": "smtp+tls://portal:secret@mail.example.org:587",
        "DEFAULT_FROM_EMAIL": "Whippersnappers <hello@whippersnappers.org>",
        "ZOOM_ACCOUNT_ID": "account",
        "ZOOM_CLIENT_ID": "client",
        "ZOOM_CLIENT_SECRET": "client-secret",
        "ZOOM_WEBHOOK_SECRET": "webhook-secret",
        **changes,
    }
    return {name: value for name, value in environment.items() if value}


def manage(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a management command in a process of its own, in exactly this environment."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
