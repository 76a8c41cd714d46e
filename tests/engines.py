"""pytest plugin: one embedded Postgres and Valkey for the whole run, and the environment of the tests.

It is loaded with `-p` before pytest-django reads the settings. Under xdist only the controlling process
starts the servers; the workers inherit their addresses and make a database each.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from demo.engines import Engines
from whippersnappers.keysets import new_keyset

TEST_ENVIRONMENT = {
    "ENVIRONMENT": "test",
    "DEMO": "1",
    "SECRET_KEY": "a-key-for-tests-only-that-is-long-enough-to-be-taken-seriously-0123456789",
    "AUDIT_KEY": "an-audit-key-for-tests-only",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "SITE_URL": "http://localhost:8000",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "DEFAULT_FROM_EMAIL": "Whippersnappers <hello@whippersnappers.org>",
    "ZOOM_ACCOUNT_ID": "account",
    "ZOOM_CLIENT_ID": "client",
    "ZOOM_CLIENT_SECRET": "client-secret",
    "ZOOM_WEBHOOK_SECRET": "webhook-secret",
    "ZOOM_OAUTH_URL": "http://127.0.0.1:1",
    "ZOOM_API_URL": "http://127.0.0.1:1/v2",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}


def _is_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    if _is_worker():
        return
    os.environ.update(TEST_ENVIRONMENT)
    os.environ["FIELD_ENCRYPTION_KEYS"] = new_keyset()
    os.environ["CONCERN_ENCRYPTION_KEYS"] = new_keyset()
    directory = Path(tempfile.mkdtemp(prefix="whippersnappers-tests-"))
    engines = Engines(directory, durable=False)
    os.environ.update(engines.start())
    # Where tests that stop and start a server find its data.
    os.environ["TEST_ENGINES"] = str(directory)
    # A demo that was run from the same folder is none of the tests' business.
    os.environ["DEMO_DATA"] = str(directory / "demo")

    def stop() -> None:
        engines.stop()
        shutil.rmtree(directory, ignore_errors=True)

    early_config.add_cleanup(stop)
